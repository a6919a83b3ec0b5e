"""Who holds which role: read, given, asked for and ended by the calls of the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.inputs import MembershipInput, MembershipQuery
from accounts.models import Membership, Unit
from accounts.naming import visible
from accounts.queries import membership_page
from accounts.request import ServiceRequest
from accounts.roles import POWERFUL, PROGRAMS, Role
from accounts.validated_actions import appointment, granted
from core.query import Query
from referrals.vocabulary.labels import moment
from web import forms
from web.administration import words
from web.administration.base import AdministrationPage
from web.administration.forms import AdministrationForm, Confirmation
from web.cases import display, told
from web.cases.base import BlanksLeftOut
from web.cases.choices import role_words
from web.forms import Ask, Pairs
from web.journal.base import address
from web.views.cases.queue import ZONE

#: Whom one looks for among the roles that a page may give.
GIVEN_HERE = tuple(role for role in Role if role not in POWERFUL | PROGRAMS)


FILTERS: Final = (
    Ask("role", _("Rôle"), kind="select", nothing=_("Tous")),
    Ask("in_force", _("En vigueur maintenant")),
)


class RolesQuery(BlanksLeftOut, MembershipQuery, told.ToldQuery):
    """Filters of the roles held, and what was just done."""


class Roles(AdministrationPage):
    """GET /administration/roles."""

    tab = "memberships-page"
    query: ClassVar[type[Query]] = RolesQuery
    template = "web/administration/roles.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List the roles held at the administered authorities, newest first; the look is an entry."""
        asked = self.filters
        kept = {
            name: str(asked[name]).lower() if name == "in_force" else asked[name]
            for name in ("user", "role", "in_force", "authority", "review")
            if name in asked
        }
        roles = [(str(one), role_words(str(one))) for one in Role]
        filters = forms.fields_of(RolesQuery, FILTERS, asked, choices={"role": roles})
        page = membership_page(asked, actor=self.actor, at=self.at, names=True)
        return self.show(
            self.around()
            | {
                "lines": [self._line(row) for row in page.items],
                "filters": filters,
                "kept": [("user", kept["user"])] if "user" in kept else [],
                "filtered": bool(kept),
                "first": "cursor" not in self.asked,
                "next": address("memberships-page", kept | {"cursor": page.next}) if page.next else "",
            }
        )

    def _line(self, row: Membership) -> dict[str, Any]:
        return role_line(row) | {
            "ended": row.valid_to is not None and row.valid_to <= self.at,
            "to_come": row.valid_from > self.at,
        }


def role_line(row: Membership) -> dict[str, Any]:
    """Return who holds a role where and for how long, in words."""
    places = [row.unit.name if row.unit else "", row.organisation.name if row.organisation else ""]
    return {
        "pk": row.pk,
        "user": row.user_id,
        "name": row.user.full_name,
        "role": role_words(row.role),
        "authority": row.authority.name,
        "place": ", ".join(filter(None, places)),
        "since": display.instant(moment(row.valid_from), ZONE),
        "until": display.instant(moment(row.valid_to), ZONE),
    }


class NewRole(AdministrationForm):
    """GET, POST /administration/roles/nouveau."""

    tab = "memberships-page"
    takes = MembershipInput
    asks = words.ROLE
    title, button, back = _("Donner un rôle"), _("Donner le rôle"), "memberships-page"
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    roles: ClassVar[Sequence[Role]] = GIVEN_HERE

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Give the role; it counts from the next request of the person on."""
        return granted(body, actor=self.actor, at=self.at).pk

    def choices(self) -> dict[str, Pairs]:
        """Return authorities, roles, units and institutions; the act itself refuses what it doesn't take."""
        units = Unit.objects.filter(authority__in=self.authorities).order_by("name", "pk")
        places = access.visible_organisations(self.actor).order_by("name", "pk")
        nothing = [("", gettext("Aucune"))]
        return super().choices() | {
            "role": [(str(one), role_words(str(one))) for one in self.roles],
            "unit": nothing + [(str(one.pk), one.name) for one in units],
            "organisation": nothing + [(str(one.pk), one.name) for one in places],
        }


class AskRole(NewRole):
    """GET, POST /administration/roles/demande: a role that two persons give."""

    title, button = _("Demander un rôle qui se décide à deux"), _("Demander le rôle")
    back = "requests-page"
    asks = words.ROLE_OF_TWO
    roles = tuple(role for role in Role if role in POWERFUL)

    def do(self, body: Mapping[str, Any]) -> UUID:
        """Ask for the role; nothing changes until a second person confirms it."""
        given = appointment(body, actor=self.actor)
        return actions.ask(actor=self.actor, at=self.at, appointment=given).pk


class EndRole(Confirmation):
    """GET, POST /administration/roles/{id}/fin."""

    step_up = frozenset({"GET"})
    tab, back = "memberships-page", "memberships-page"
    title = _("Mettre fin à un rôle")
    about = _("Le rôle cesse tout de suite, avec ses jetons ; la personne n'ouvre plus rien avec lui.")

    def do(self, pk: UUID) -> UUID:
        """End the role at once."""
        return actions.end(actor=self.actor, at=self.at, membership_id=pk).pk

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
        """Return who holds which role where."""
        rows = access.managed_memberships(self.actor).select_related(
            "user", "authority", "unit", "organisation"
        )
        said = role_line(visible(rows, pk))
        found = [
            (_("Personne"), said["name"]),
            (_("Rôle"), said["role"]),
            (_("Autorité"), said["authority"]),
            (_("Unité ou structure"), said["place"]),
            (_("Depuis le"), said["since"]),
        ]
        return [(label, text) for label, text in found if text]
