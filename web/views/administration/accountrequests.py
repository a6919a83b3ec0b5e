"""Pending requests for accounts and roles at an authority: list, accept and refuse."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access
from accounts.accountrequests import is_private_mail, matches_of
from accounts.inputs import AcceptanceInput, RefusalInput
from accounts.models import AccountRequest, Organisation
from accounts.models.accountrequest import Profession
from accounts.models.organisation import OrganisationKind
from accounts.naming import visible
from accounts.queries import request_page
from accounts.roles import BY_TWO
from accounts.validated_actions import accepted, refused
from core.paging import Page
from web import forms
from web.administration import words
from web.administration.base import DECIDES, AdministrationPage
from web.administration.forms import AdministrationForm
from web.cases.choices import role_words
from web.forms import Pairs
from web.generic import ListPage, ListQuery, labelled, named
from web.page import made as made_page
from web.views.accountrequests import requested_on


class AccountRequests(AdministrationPage, ListPage):
    tab = "account-requests-page"
    opens_for = (DECIDES,)
    query = ListQuery
    template = "web/account_requests/waiting.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return request_page(asked, actor=self.actor, at=self.at)

    def line(self, row: AccountRequest) -> dict[str, Any]:
        name, email = _person(row)
        return {
            "pk": row.pk,
            "name": name,
            "email": email,
            "private": is_private_mail(email),
            "role": role_words(row.role),
            "authority": row.authority.name,
            "new": row.user_id is None,
            "asked": requested_on(row, row.confirmed_at),
            "open": self.actor.user_id not in (row.user_id, row.asked_by_id),
        }


def _person(row: AccountRequest) -> tuple[str, str]:
    return (row.full_name, row.email) if row.user is None else (row.user.full_name, row.user.email)


class _OneRequest(AdministrationForm):
    tab = "account-requests-page"
    opens_for = (DECIDES,)
    onward = "account-requests-page"
    step_up = frozenset({"GET"})  # before it is read; the act asks again

    @cached_property
    def row(self) -> AccountRequest:
        """Return the request; not one that is decided, not confirmed, lapsed, or of another authority."""
        rows = access.open_account_requests(self.actor, at=self.at)
        return visible(rows.select_related("user", "authority", "asked_by", "organisation"), self.pk)

    @cached_property
    def match(self) -> Organisation | None:
        """Return the institution of the list that fits what was said."""
        return matches_of([self.row]).get(self.pk)

    def values(self) -> dict[str, Any]:
        return {"organisation": str(self.match.pk)} if self.match else {}

    def lines(self) -> list[tuple[Any, str]]:
        row, (name, email) = self.row, _person(self.row)
        numbered = f"{row.register.upper()} {row.number}" if row.number else ""
        pairs = [
            (_("Personne"), name),
            (_("Courriel"), email),
            (
                _("Attention"),
                gettext("Adresse d'un fournisseur grand public") if is_private_mail(email) else "",
            ),
            (_("Profession"), str(Profession(row.profession).label) if row.profession else ""),
            (_("Rôle"), role_words(row.role)),
            (_("Autorité"), row.authority.name),
            (_("Structure, telle qu'indiquée"), " · ".join(filter(None, (row.organisation_name, numbered)))),
            (_("Structure de la liste"), self.match.name if self.match else gettext("Aucune ne correspond")),
            (_("Demandé par"), row.asked_by.full_name if row.asked_by else ""),
            (_("Demandé le"), requested_on(row)),
        ]
        return [(label, text) for label, text in pairs if text]

    def around(self) -> dict[str, Any]:
        own = self.actor.user_id in (self.row.user_id, self.row.asked_by_id)
        return super().around() | {"said": self.lines(), "own": own, "pk": self.pk}


class AcceptRequest(_OneRequest):
    takes = AcceptanceInput
    title, button = _("Demande de compte ou de rôle"), _("Accepter la demande")
    template = "web/account_requests/answer.html"
    code: str | None = None

    def body(self) -> dict[str, Any]:
        return forms.body_of(self.takes, words.ACCEPT_OR_MAKE, self.sent)

    def do(self, body: dict[str, Any]) -> UUID:
        user, self.code = accepted(body, self.pk, actor=self.actor, at=self.at)
        return user.pk

    def after(self, made: UUID) -> HttpResponse:
        """Go back to the list; show the code of the invitation this once where an account was made."""
        row = visible(access.decided_account_requests(self.actor).select_related("user"), self.pk)
        if self.code is None:
            return self.onwards(reverse(self.onward))
        name, email = _person(row)
        pairs = [(_("Personne"), name), (_("Courriel"), email)]
        back = reverse("person", args=[row.user_id])
        context = AdministrationPage.around(self) | {"said": pairs, "code": self.code, "back": back}
        return made_page(self.request, "web/administration/invited.html", context)

    def choices(self) -> dict[str, Pairs]:
        listed = access.listed_organisations(self.actor, self.row.authority_id).order_by("name", "pk")
        return super().choices() | {
            "organisation": [("", gettext("Aucune")), *named(listed)],
            "kind": [("", gettext("Ne pas ajouter")), *labelled(OrganisationKind)],
        }

    def around(self) -> dict[str, Any]:
        # What is asked is to make the institution only where the list has none that fits.
        self.asks = words.ACCEPT if self.match else words.ACCEPT_OR_MAKE
        about = _(
            "Si vous l'acceptez, un compte s'ouvre et une invitation part par courriel ; vous en "
            "donnez le code de vive voix. Accepter n'atteste pas l'identité."
        )
        existing_account = _(
            "Si vous l'acceptez, le rôle prend effet tout de suite ; les connexions ouvertes de la "
            "personne prennent fin."
        )
        by_two = _("Si vous l'acceptez, une seconde personne a une semaine pour confirmer le rôle.")
        if self.row.user_id:
            about = by_two if self.row.role in BY_TWO else existing_account
        return super().around() | {"about": about}


class RefuseRequest(_OneRequest):
    takes, asks = RefusalInput, words.REFUSAL
    title, button = _("Refuser la demande"), _("Refuser la demande")

    def do(self, body: dict[str, Any]) -> UUID:
        return refused(body, self.pk, actor=self.actor, at=self.at).pk
