"""Who holds which role: read, given, asked for and ended by the calls of the API."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions, honorability
from accounts.inputs import CertificateInput, MembershipInput, MembershipQuery
from accounts.models import GrantRequest, Membership
from accounts.naming import visible
from accounts.queries import certificate_of, membership_page
from accounts.request import ServiceRequest
from accounts.roles import BY_TWO, Role
from accounts.validated_actions import given_or_asked
from core.inputs import Id
from referrals.vocabulary.formats import moment
from web import forms
from web.administration import role_rows, words
from web.administration.base import AdministrationPage, TableQuery
from web.administration.certificates import certificate_words
from web.administration.forms import AdministrationForm, Confirmation, InputForm
from web.cases import confirmation, display
from web.cases.choices import role_words
from web.forms import Ask, Pairs, day_in_words
from web.journal.base import address
from web.views.cases.queue import ZONE

FILTERS: Final = (
    Ask("role", _("Rôle"), kind="select", nothing=_("Tous")),
    Ask("in_force", _("En vigueur maintenant")),
)


class RolesQuery(TableQuery, MembershipQuery):
    """Filters of the roles held, and what was just done."""


class Roles(AdministrationPage):
    tab = "memberships-page"
    query = RolesQuery
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
                "lines": [held_line(row, at=self.at) for row in page.items],
                "filters": filters,
                "kept": [("user", kept["user"])] if "user" in kept else [],
                "filtered": bool(kept),
                "first": "cursor" not in self.asked,
                "next": address("memberships-page", kept | {"cursor": page.next}) if page.next else "",
            }
        )


def held_line(row: Membership, *, at: datetime) -> dict[str, Any]:
    """Return a role that is or was held, in words, and whether it has ended or is to come."""
    ended = row.valid_to is not None and row.valid_to <= at
    said = role_line(row) | {"ended": ended, "to_come": row.valid_from > at}
    return said | {"certificate": "" if ended else certificate_words(row, at=at)}


def role_line(row: Membership | GrantRequest) -> dict[str, Any]:
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


class ForQuery(confirmation.ConfirmationQuery):
    user = Id(required=False)


class NewRole(AdministrationForm):
    """GET, POST /administration/roles/nouveau: given, or asked for where two persons give it."""

    tab = "memberships-page"
    query = ForQuery
    takes = MembershipInput
    asks = words.ROLE
    title, button, back = _("Donner un rôle"), _("Donner le rôle"), "memberships-page"
    step_up = frozenset({"GET"})  # before it is typed; the act asks again

    def act(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = self.body()
        self.once(body, lambda: self.do(body))
        if body["role"] in BY_TWO:
            return self.onwards(reverse("requests-page"), "role-ask")
        user = self.asked.get("user")
        return self.onwards(reverse("person", args=[user]) if user else reverse(self.back))

    def do(self, body: Mapping[str, Any]) -> UUID:
        return given_or_asked(body, actor=self.actor, at=self.at).pk

    def first_values(self) -> dict[str, Any]:
        user = self.asked.get("user")
        known = {"email": visible(access.managed_users(self.actor), user).email} if user else {}
        return super().first_values() | known

    def choices(self) -> dict[str, Pairs]:
        return super().choices() | role_rows.choices(self.actor, self.authorities)


class SeeCertificate(InputForm):
    """GET, POST /administration/roles/{id}/attestation: the certificate of honorability that one saw today."""

    tab = "memberships-page"
    takes, asks = CertificateInput, words.CERTIFICATE
    title, button = _("Attestation d'honorabilité"), _("J'ai vu l'attestation")
    back = "memberships-page"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """Show what is on record, and ask for the day; the look is an entry."""
        row = certificate_of(pk, actor=self.actor, at=self.at)
        return self.show(
            self.page_context() | self.filled({}) | {"said": [*_whose(row), *certificate(row, at=self.at)]}
        )

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = self.validated()
        self.once(self.body(), lambda: self._see(pk, body["issued_on"]))
        return self.onwards(reverse(self.back))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:  # noqa: ARG002 - the form alone
        return self.show(self.page_context() | self.again(problem))

    def _see(self, pk: UUID, issued_on: date) -> UUID:
        return actions.see_certificate(actor=self.actor, at=self.at, membership_id=pk, issued_on=issued_on).pk


def _whose(row: Membership) -> list[tuple[Any, str]]:
    said = role_line(row)
    return [
        (_("Personne"), said["name"]),
        (_("Rôle"), said["role"]),
        (_("Unité ou structure"), said["place"]),
    ]


def certificate(row: Membership, *, at: datetime) -> list[tuple[Any, str]]:
    """Return what is on record of a role's certificate of honorability, in words; nothing where none is followed."""
    last = honorability.ends_on(row, at)
    if last is None:
        return []
    seen = row.honorability_seen_on
    label = _("Valable jusqu'au") if seen is not None else _("À présenter avant le")
    over = gettext(" (dépassé)") if last < at.date() else ""
    return [
        (_("Attestation vue le"), day_in_words(seen.isoformat()) if seen is not None else gettext("Aucune")),
        (label, f"{day_in_words(last.isoformat())}{over}"),
    ]


class EndRole(Confirmation):
    step_up = frozenset({"GET"})
    title = _("Mettre fin à un rôle")
    about = _("Le rôle cesse tout de suite, avec ses jetons ; la personne n'ouvre plus rien avec lui.")

    def do(self, pk: UUID) -> UUID:
        return actions.end(actor=self.actor, at=self.at, membership_id=pk).pk

    def back_to(self, pk: UUID) -> str:
        held = visible(access.managed_memberships(self.actor), pk)
        return reverse("person", args=[held.user_id])

    def lines(self, pk: UUID) -> list[tuple[Any, str]]:
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
