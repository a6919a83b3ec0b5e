"""Base classes of the directory's pages: who may, the pages beside each other, what was just done."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import require_somewhere
from core.query import Query
from directory.access import EDIT, READ, REVIEW
from web.cases import told
from web.directory import words
from web.page import Page, go_to


@dataclass(frozen=True, slots=True)
class Tab:
    """A page beside the search: its words, and the name of its address."""

    label: Any
    name: str


SEARCH: Tab = Tab(_("Chercher"), "directory")
OF_EDITORS: tuple[Tab, ...] = (
    Tab(_("À traiter"), "directory-tasks"),
    Tab(_("Structures"), "directory-structures"),
)
OF_REVIEWERS: tuple[Tab, ...] = (Tab(_("Adresses consultées"), "directory-openings"),)


class DirectoryPage(Page):
    """A page for whoever has the permission ``opens_for`` at an authority; no case is on it."""

    query: ClassVar[type[Query]] = told.ToldQuery
    opens_for: ClassVar[str] = READ
    tab: ClassVar[str] = "directory"

    def require_person(self) -> None:
        """Ask for somebody who has signed in and may do this at an authority.

        Raises:
            NotAllowed: the reader may at none.
        """
        super().require_person()
        require_somewhere(self.actor, self.opens_for)

    @property
    def edits(self) -> bool:
        """Tell whether the reader keeps entries of the directory."""
        return bool(self.actor.may(EDIT))

    def around(self) -> dict[str, Any]:
        """Return what stands on every page of the directory; who only searches has no tabs."""
        tabs = [*(OF_EDITORS if self.edits else ()), *(OF_REVIEWERS if self.actor.may(REVIEW) else ())]
        return {
            "tabs": [SEARCH, *tabs] if tabs else [],
            "tab": self.tab,
            "edits": self.edits,
            "done": words.DONE.get(told.told(self)[0], "") if "done" in self.asked else "",
        }

    def onwards(self, where: str) -> HttpResponseRedirect:
        """Go on to a page that says what was done, by the page that did it."""
        match = self.request.resolver_match
        return go_to(where + told.query_of(self.actor, match.url_name or "" if match else ""))

    def to_service(self, pk: Any) -> HttpResponseRedirect:
        """Go on to the page of a service."""
        return self.onwards(reverse("directory-service", args=[pk]))
