"""Pending requests for accounts and roles at an authority: list, accept and refuse."""

from collections.abc import Mapping
from typing import Any, ClassVar
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
from accounts.request import ServiceRequest
from accounts.roles import BY_TWO
from accounts.validated_actions import accepted, refused
from core.query import PagedQuery
from web import forms
from web.administration import words
from web.administration.base import DECIDES, AdministrationPage
from web.administration.forms import InputForm
from web.cases import confirmation
from web.cases.choices import role_words
from web.forms import Pairs
from web.journal.base import address
from web.page import made
from web.views.accountrequests import asked_on


class RequestsQuery(PagedQuery, confirmation.ConfirmationQuery):
    """A page of requests, and what was just done."""


class AccountRequests(AdministrationPage):
    tab = "account-requests-page"
    opens_for = (DECIDES,)
    query = RequestsQuery
    template = "web/account_requests/waiting.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List what waits at the reader's authorities, the oldest first; the look is an entry."""
        page = request_page(self.filters, actor=self.actor, at=self.at)
        onwards = address("account-requests-page", {"cursor": page.next}) if page.next else ""
        lines = [self._line(row) for row in page.items]
        return self.show(
            self.around() | {"lines": lines, "next": onwards, "first": "cursor" not in self.asked}
        )

    def _line(self, row: AccountRequest) -> dict[str, Any]:
        name, email = _person(row)
        return {
            "pk": row.pk,
            "name": name,
            "email": email,
            "private": is_private_mail(email),
            "role": role_words(row.role),
            "authority": row.authority.name,
            "new": row.user_id is None,
            "asked": asked_on(row, row.confirmed_at),
            "open": self.actor.user_id not in (row.user_id, row.asked_by_id),
        }


def _person(row: AccountRequest) -> tuple[str, str]:
    return (row.full_name, row.email) if row.user is None else (row.user.full_name, row.user.email)


def _profession(code: str) -> str:
    return str(Profession(code).label) if code else ""


class _OneRequest(InputForm):
    tab = "account-requests-page"
    opens_for = (DECIDES,)
    back = "account-requests-page"
    step_up = frozenset({"GET"})  # before it is read; the act asks again
    first: ClassVar[Mapping[str, Any]] = {}
    found: AccountRequest
    match: Organisation | None

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        self.read(pk)
        chosen = {"organisation": str(self.match.pk)} if self.match else {}
        return self.show(self.page_context() | self.filled(chosen))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        self.read(pk)
        return self.show(self.page_context() | self.again(problem))

    def read(self, pk: UUID) -> None:
        """Read the request, and the institution of the list that fits what was said."""
        known = access.open_account_requests(self.actor, at=self.at)
        self.found = visible(known.select_related("user", "authority", "asked_by", "organisation"), pk)
        self.match = matches_of([self.found]).get(pk)

    def lines(self) -> list[tuple[Any, str]]:
        row, (name, email) = self.found, _person(self.found)
        numbered = f"{row.register.upper()} {row.number}" if row.number else ""
        pairs = [
            (_("Personne"), name),
            (_("Courriel"), email),
            (
                _("Attention"),
                gettext("Adresse d'un fournisseur grand public") if is_private_mail(email) else "",
            ),
            (_("Profession"), _profession(row.profession)),
            (_("Rôle"), role_words(row.role)),
            (_("Autorité"), row.authority.name),
            (_("Structure, telle qu'indiquée"), " · ".join(filter(None, (row.organisation_name, numbered)))),
            (_("Structure de la liste"), self.match.name if self.match else gettext("Aucune ne correspond")),
            (_("Demandé par"), row.asked_by.full_name if row.asked_by else ""),
            (_("Demandé le"), asked_on(row)),
        ]
        return [(label, text) for label, text in pairs if text]

    def page_context(self) -> dict[str, Any]:
        own = self.actor.user_id in (self.found.user_id, self.found.asked_by_id)
        return super().page_context() | {"said": self.lines(), "own": own, "pk": self.found.pk}


class AcceptRequest(_OneRequest):
    takes = AcceptanceInput
    title, button = _("Demande de compte ou de rôle"), _("Accepter la demande")
    template = "web/account_requests/answer.html"
    code: str | None = None

    def read(self, pk: UUID) -> None:
        """Read the request; what is asked is to make the institution only where the list has none that fits."""
        super().read(pk)
        self.asks = words.ACCEPT if self.match else words.ACCEPT_OR_MAKE

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Accept it, once; show the code of the invitation this once where an account was made."""
        body = forms.body_of(self.takes, words.ACCEPT_OR_MAKE, self.sent)
        self.once(body, lambda: self.accept(body, pk))
        row = visible(access.decided_account_requests(self.actor).select_related("user"), pk)
        if self.code is None:
            return self.onwards(reverse(self.back), "account-request-page")
        name, email = _person(row)
        pairs = [(_("Personne"), name), (_("Courriel"), email)]
        back = reverse("person", args=[row.user_id])
        context = self.around() | {"said": pairs, "code": self.code, "back": back}
        return made(request, "web/administration/invited.html", context)

    def accept(self, body: Mapping[str, Any], pk: UUID) -> UUID:
        user, self.code = accepted(body, pk, actor=self.actor, at=self.at)
        return user.pk

    def choices(self) -> dict[str, Pairs]:
        listed = access.listed_organisations(self.actor, self.found.authority_id).order_by("name", "pk")
        return super().choices() | {
            "organisation": [("", gettext("Aucune")), *((str(one.pk), one.name) for one in listed)],
            "kind": [
                ("", gettext("Ne pas ajouter")),
                *((code, str(label)) for code, label in OrganisationKind.choices),
            ],
        }

    def page_context(self) -> dict[str, Any]:
        about = _(
            "Si vous l'acceptez, un compte s'ouvre et une invitation part par courriel ; vous en "
            "donnez le code de vive voix. Accepter n'atteste pas l'identité."
        )
        known = _(
            "Si vous l'acceptez, le rôle prend effet tout de suite ; les connexions ouvertes de la "
            "personne prennent fin."
        )
        by_two = _("Si vous l'acceptez, une seconde personne a une semaine pour confirmer le rôle.")
        if self.found.user_id:
            about = by_two if self.found.role in BY_TWO else known
        return super().page_context() | {"about": about}


class RefuseRequest(_OneRequest):
    takes, asks = RefusalInput, words.REFUSAL
    title, button = _("Refuser la demande"), _("Refuser la demande")

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        body = self.body()
        self.once(body, lambda: refused(body, pk, actor=self.actor, at=self.at).pk)
        return self.onwards(reverse(self.back), "account-request-refusal")
