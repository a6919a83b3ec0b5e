"""Base class of the administrators' pages: access, and what stands on each."""

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


#: The pages that stand under a tab, with the permissions of which one opens them.
TABS: Final = (
    ((MANAGES,), _("Personnes"), "administration"),
    ((MANAGES,), _("Rôles"), "memberships-page"),
    ((REVIEWS,), _("Rôles à revoir"), "reviews-page"),
    ((KEEPS,), _("Structures"), "organisations-page"),
    ((MANAGES,), _("Unités"), "units-page"),
    ((MANAGES,), _("Imports"), "imports-page"),
    ((GUIDES,), _("Pages d'aide"), "guidance-reviews"),
    ((DECIDES,), _("Demandes de compte"), "account-requests-page"),
    (CONFIRMS, _("Demandes"), "requests-page"),
)
OF_ONE: Final = (
    (ROTA, _("Astreinte"), "rota"),
    (MANAGES, _("Réglages"), "settings"),
    (MANAGES, _("Ouverture du service"), "opening"),
)


class AdministrationPage(Page):
    """A page for whoever has one of the permissions in ``opens_for`` at an authority; no case is on it."""

    tab: str = "administration"
    query: ClassVar[type[Query]] = confirmation.ConfirmationQuery
    opens_for: ClassVar[tuple[str, ...]] = (MANAGES,)

    def require_person(self) -> None:
        super().require_person()
        if not any(self.actor.may(permission) for permission in self.opens_for):
            raise NotAllowed(rule=self.opens_for[0])

    @cached_property
    def authorities(self) -> list[Authority]:
        own = frozenset().union(*(self.actor.may(permission) for permission in self.opens_for))
        return list(Authority.objects.filter(pk__in=own).order_by("code"))

    def around(self) -> dict[str, Any]:
        """Return what stands on every page of administration; a page of one authority of several names it."""
        may, several = self.actor.may, len(self.actor.may(MANAGES)) > 1
        tabs = [
            Tab(label, reverse(name), name)
            for permissions, label, name in TABS
            if any(may(permission) for permission in permissions)
        ]
        for one in self.authorities:
            tabs += [
                Tab(
                    f"{label} {one.name}" if several else label,
                    reverse(f"{name}-page", args=[one.pk]),
                    f"{name}-{one.pk}",
                )
                for permission, label, name in OF_ONE
                if one.pk in may(permission)
            ]
        return {
            "tabs": tabs,
            "tab": self.tab,
            "whose": ", ".join(one.name for one in self.authorities),
            "done": words.DONE.get(confirmation.confirmed_step(self)[0], ""),
        }

    def onwards(self, where: str, done: str = "") -> HttpResponseRedirect:
        """Go on to a page that says what was done: by the page that did it, unless it is told otherwise."""
        match = self.request.resolver_match
        return go_to(
            where + confirmation.query_of(self.actor, done or (match.url_name or "" if match else ""))
        )
