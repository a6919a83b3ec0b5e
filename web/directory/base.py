"""Base class of the directory's pages: who may, and what was just done."""

from typing import Any, ClassVar

from django.http import HttpResponseRedirect

from accounts.access import require_somewhere
from core.query import Query
from directory.access import READ
from web.cases import confirmation
from web.directory import words
from web.page import Page, go_to


class DirectoryPage(Page):
    """A page for whoever has the permission ``opens_for`` at an authority; no case is on it."""

    query: ClassVar[type[Query]] = confirmation.ConfirmationQuery
    opens_for: ClassVar[str] = READ

    def require_person(self) -> None:
        super().require_person()
        require_somewhere(self.actor, self.opens_for)

    def around(self) -> dict[str, Any]:
        """Return what stands on every page of the directory: what was just done."""
        done = confirmation.confirmed_step(self)[0] if "done" in self.asked else ""
        return super().around() | {"done": words.DONE.get(done, "")}

    def onwards(self, where: str) -> HttpResponseRedirect:
        """Go on to a page that says what was done, by the page that did it."""
        match = self.request.resolver_match
        return go_to(where + confirmation.query_of(self.actor, match.url_name or "" if match else ""))
