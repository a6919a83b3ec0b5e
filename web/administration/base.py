"""Base class of the administrators' pages: access, and what stands on each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotAllowed
from accounts.models import Authority
from core.inputs import Whole
from core.query import PagedQuery, Query
from web.administration import words
from web.cases import confirmation
from web.cases.base import BlanksLeftOut
from web.page import Page, go_to

MANAGES: Final = "accounts.manage"
KEEPS: Final = "organisations.manage"
DECIDES: Final = "account-requests.decide"
#: What a second person may confirm: roles that two persons give, and factors that somebody has lost.
CONFIRMS: Final = ("memberships.confirm", "factors.reset")
REVIEWS: Final = "memberships.review"
GUIDES: Final = "guidance.review"
ROTA: Final = "rota.change"
#: As many lines has a page of a table, unless its address asks for another number.
PAGE_SIZE: Final = 25


class TableQuery(BlanksLeftOut, PagedQuery, confirmation.ConfirmationQuery):
    """What the address of a table may ask for, and what was just done."""

    limit = Whole(
        in_query=True, required=False, min_value=1, max_value=settings.PAGE_SIZE_MAX, default=PAGE_SIZE
    )


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of administration: its words, and its address."""

    label: Any
    address: str
    name: str


class AdministrationPage(Page):
    """A page for whoever has one of the permissions in ``opens_for`` at an authority; no case is on it."""

    tab: str = "administration"
    query: ClassVar[type[Query]] = confirmation.ConfirmationQuery
    opens_for: ClassVar[tuple[str, ...]] = (MANAGES,)

    def require_person(self) -> None:
        """Ask for somebody who has signed in and may do this at an authority.

        Raises:
            NotAllowed: the reader may at none.
        """
        super().require_person()
        if not any(self.actor.may(permission) for permission in self.opens_for):
            raise NotAllowed(rule=self.opens_for[0])

    @cached_property
    def authorities(self) -> list[Authority]:
        """Return the authorities whose administration this page is about."""
        own = frozenset().union(*(self.actor.may(permission) for permission in self.opens_for))
        return list(Authority.objects.filter(pk__in=own).order_by("code"))

    def around(self) -> dict[str, Any]:
        """Return what stands on every page of administration."""
        managed = self.actor.may(MANAGES)
        several = len(managed) > 1
        tabs = []
        if managed:
            tabs = [
                Tab(_("Personnes"), reverse("administration"), "administration"),
                Tab(_("Rôles"), reverse("memberships-page"), "memberships-page"),
            ]
        if self.actor.may(REVIEWS):
            tabs.append(Tab(_("Rôles à revoir"), reverse("reviews-page"), "reviews-page"))
        if self.actor.may(KEEPS):
            tabs.append(Tab(_("Structures"), reverse("organisations-page"), "organisations-page"))
        if managed:
            tabs.append(Tab(_("Unités"), reverse("units-page"), "units-page"))
            tabs.append(Tab(_("Imports"), reverse("imports-page"), "imports-page"))
        if self.actor.may(GUIDES):
            tabs.append(Tab(_("Pages d'aide"), reverse("guidance-reviews"), "guidance-reviews"))
        if self.actor.may(DECIDES):
            address = reverse("account-requests-page")
            tabs.append(Tab(_("Demandes de compte"), address, "account-requests-page"))
        if any(self.actor.may(permission) for permission in CONFIRMS):
            tabs.append(Tab(_("Demandes"), reverse("requests-page"), "requests-page"))
        for one in self.authorities:
            tabs += self._tabs_of(one, several=several)
        whose = ", ".join(one.name for one in self.authorities)
        return {
            "tabs": tabs,
            "tab": self.tab,
            "whose": whose,
            "done": words.DONE.get(confirmation.confirmed_step(self)[0], ""),
        }

    def _tabs_of(self, authority: Authority, *, several: bool) -> Iterator[Tab]:
        """Yield the pages of one authority, which is named where the reader administers others too."""
        pages = (
            (ROTA, _("Astreinte"), "rota"),
            (MANAGES, _("Réglages"), "settings"),
            (MANAGES, _("Ouverture du service"), "opening"),
        )
        for permission, label, name in pages:
            if authority.pk in self.actor.may(permission):
                words = f"{label} {authority.name}" if several else label
                yield Tab(words, reverse(f"{name}-page", args=[authority.pk]), f"{name}-{authority.pk}")

    @property
    def filters(self) -> dict[str, Any]:
        """Return what a list was asked for, without the token of what was just done."""
        return {name: value for name, value in self.asked.items() if name != "done"}

    def onwards(self, where: str, done: str = "") -> HttpResponseRedirect:
        """Go on to a page that says what was done: by the page that did it, unless it is told otherwise."""
        match = self.request.resolver_match
        return go_to(
            where + confirmation.query_of(self.actor, done or (match.url_name or "" if match else ""))
        )
