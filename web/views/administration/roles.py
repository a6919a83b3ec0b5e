"""Who holds which role: read, given, asked for and ended by the calls of the API."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase
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
from accounts.validated_actions import grant_or_request
from core.inputs import Id
from core.paging import Page
from referrals.vocabulary.formats import moment
from web.administration import role_rows, words
from web.administration.base import AdministrationPage, TableQuery
from web.administration.forms import AdministrationForm, Confirmation
from web.administration.role_rows import certificate_words
from web.cases import confirmation, display
from web.cases.choices import role_words
from web.forms import ZONE, Ask, Pairs, day_in_words
from web.generic import ListPage

FILTERS: Final = (
    Ask("role", _("Rôle"), kind="select", nothing=_("Tous")),
    Ask("in_force", _("En vigueur maintenant")),
)


class RolesQuery(TableQuery, MembershipQuery):
    """Filters of the roles held, and what was just done."""


class Roles(AdministrationPage, ListPage):
    tab = "memberships-page"
    query = RolesQuery
    filtered_by = FILTERS
    carried = ("user", "authority", "review")
    template = "web/administration/roles.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return membership_page(asked, actor=self.actor, at=self.at, names=True)

    def line(self, row: Membership) -> dict[str, Any]:
        return membership_line(row, at=self.at)

    def choices(self) -> dict[str, Pairs]:
        return {"role": [(str(one), role_words(str(one))) for one in Role]}

    def around(self) -> dict[str, Any]:
        user = self.asked.get("user")
        return super().around() | {"kept": [("user", user)] if user else []}


def membership_line(row: Membership, *, at: datetime) -> dict[str, Any]:
    """Return a role that is or was held, in words, and whether it has ended or is to come."""
    ended = row.valid_to is not None and row.valid_to <= at
    line = role_line(row) | {"ended": ended, "to_come": row.valid_from > at}
    return line | {"certificate": "" if ended else certificate_words(row, at=at)}


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
    """Given, or asked for where two persons give it."""

    tab = onward = "memberships-page"
    query = ForQuery
    takes, asks = MembershipInput, words.ROLE
    title, button = _("Donner un rôle"), _("Donner le rôle")
    step_up = frozenset({"GET"})  # before it is typed; the act asks again

    def act(self, request: ServiceRequest) -> HttpResponseBase:
        """Give or ask, once, and go on to where it is seen: the person's page, the list, or the requests."""
        body = self.body()
        self.once(body, lambda: grant_or_request(body, actor=self.actor, at=self.at).pk)
        if body["role"] in BY_TWO:
            return self.onwards(reverse("requests-page"), "role-ask")
        user = self.asked.get("user")
        return self.onwards(reverse("person", args=[user]) if user else reverse(self.onward))

    def values(self) -> dict[str, Any]:
        """Return the address of the person from whose page one comes."""
        user = self.asked.get("user")
        email = {"email": visible(access.managed_users(self.actor), user).email} if user else {}
        return super().values() | email

    def choices(self) -> dict[str, Pairs]:
        return super().choices() | role_rows.choices(self.actor, self.authorities)


class SeeCertificate(AdministrationForm):
    """The certificate of honorability that one saw today."""

    tab = onward = "memberships-page"
    takes, asks = CertificateInput, words.CERTIFICATE
    title, button = _("Attestation d'honorabilité"), _("J'ai vu l'attestation")

    def context(self, pk: UUID) -> dict[str, Any]:
        row = certificate_of(pk, actor=self.actor, at=self.at)  # the look is an entry
        return {"said": [*_whose(row), *certificate(row, at=self.at)]}

    def do(self, body: dict[str, Any]) -> UUID:
        issued_on = self.validated()["issued_on"]
        return actions.see_certificate(
            actor=self.actor, at=self.at, membership_id=self.pk, issued_on=issued_on
        ).pk


def _whose(row: Membership) -> list[tuple[Any, str]]:
    line = role_line(row)
    return [
        (_("Personne"), line["name"]),
        (_("Rôle"), line["role"]),
        (_("Unité ou structure"), line["place"]),
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

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.end(actor=self.actor, at=self.at, membership_id=self.pk).pk

    def back_to(self) -> str:
        """Return the page of whose role it is."""
        return reverse("person", args=[visible(access.managed_memberships(self.actor), self.pk).user_id])

    def lines(self) -> list[tuple[Any, str]]:
        rows = access.managed_memberships(self.actor).select_related(
            "user", "authority", "unit", "organisation"
        )
        line = role_line(visible(rows, self.pk))
        pairs = [
            (_("Personne"), line["name"]),
            (_("Rôle"), line["role"]),
            (_("Autorité"), line["authority"]),
            (_("Unité ou structure"), line["place"]),
            (_("Depuis le"), line["since"]),
        ]
        return [(label, text) for label, text in pairs if text]
