"""From a complaint to the journal: look up what it names, by two persons, and read who opened the file."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.request import ServiceRequest
from audit.events import Purpose
from core.paging import Page
from referrals.errors import InvalidInput
from referrals.journal_lookups import actions, queries
from referrals.journal_lookups.inputs import LookupDecision, LookupInput, meant
from referrals.models import PseudonymLookup
from referrals.vocabulary.oversight import LookupKind
from web.forms import Ask, Pairs
from web.generic import InputPage, ListPage, PagesQuery, ShownPage, named
from web.journal import lookups as in_words
from web.journal.base import JournalPage

TYPED: Final = {"maxlength": "254", "autocomplete": "off", "spellcheck": "false"}
PLACE: Final = Ask("authority", _("Autorité"), kind="select")
ASKS: Final[Sequence[Ask]] = (
    Ask("kind", _("Ce que la réclamation nomme")),
    Ask(
        "named",
        _("Référence du dossier ou adresse électronique"),
        _("La seconde personne la saisit aussi, d'après la réclamation. Elle n'est pas conservée."),
        attributes=TYPED,
    ),
    Ask("ground", _("Motif")),
)
AGAIN: Final[Sequence[Ask]] = (
    Ask(
        "named",
        _("Référence ou adresse, telle que la réclamation la donne"),
        _("Deux saisies différentes closent la recherche. Rien n'est à saisir pour refuser."),
        attributes=TYPED,
        optional=True,
    ),
)
ALLOW: Final = "allow"


class LookupPage(JournalPage):
    tab = "journal-lookups"
    comes_back = "journal-lookups"


class Lookups(LookupPage, ListPage):
    query = PagesQuery
    template = "web/journal/lookups.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return queries.lookup_page(asked, actor=self.actor)

    def line(self, row: PseudonymLookup) -> dict[str, Any]:
        return in_words.line(self, queries.line(row, actor=self.actor, at=self.at))


class AskLookup(LookupPage, InputPage):
    keeps = True
    takes = LookupInput
    purpose, shows = Purpose.AUDIT, "journal-lookup"
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    template = "web/journal/lookup_form.html"

    def require_person(self) -> None:
        super().require_person()
        self.asks = (PLACE, *ASKS) if len(self.actor.may(actions.RIGHT)) > 1 else ASKS

    def choices(self) -> Mapping[str, Pairs]:
        return {"authority": named(self.authorities.values())} if len(self.authorities) > 1 else {}

    def body(self) -> dict[str, Any]:
        stepup.require(self.actor, at=self.at)  # before what was typed is looked at
        return super().body()

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.ask(LookupInput.read(body), actor=self.actor, at=self.at).pk


#: What a list of entries is narrowed by, and what a complaint names instead of its pseudonym.
NAMED_INSTEAD: Final[Mapping[str, LookupKind]] = {"subject": LookupKind.CASE, "actor": LookupKind.PERSON}


def named_in(sent: Mapping[str, str]) -> tuple[LookupKind, str] | None:
    """Return what a form of filters names as a complaint does, and of which kind; None if it names nothing so."""
    for name, kind in NAMED_INSTEAD.items():
        with suppress(InvalidInput):
            meant(kind, sent.get(name))
            return kind, sent[name]
    return None


def begin(request: ServiceRequest, kind: LookupKind, named: str) -> HttpResponse:
    """Return the form of a lookup with what a complaint names, in no address: whether it exists plays no part."""
    page = AskLookup()
    page.setup(request)
    page.require_person()
    request.onward = reverse("journal-lookup-ask")
    stepup.require(page.actor, at=page.at)
    return page.show(page.around() | page.filled({"kind": kind, "named": named}))


class OneLookup(LookupPage, ShownPage):
    template = "web/journal/lookup.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return one lookup, and to the two persons, in time, the way to its entries."""
        body = queries.one(actions.visible_row(pk, actor=self.actor), actor=self.actor, at=self.at)
        return {"line": in_words.line(self, body), "pseudonym": body["pseudonym"]}


class DecideLookup(LookupPage, InputPage):
    keeps = True
    takes, asks = LookupDecision, AGAIN
    purpose, shows = Purpose.AUDIT, "journal-lookup"
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    template = "web/journal/lookup_decision.html"

    def prepare(self, pk: UUID) -> None:
        self.row = actions.visible_row(pk, actor=self.actor)

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponseBase:
        """Allow or refuse it, as the button says that was pressed, and show it."""
        request.purpose = Purpose.AUDIT
        self.prepare(pk)
        stepup.require(self.actor, at=self.at)
        body = self.body() | {"allowed": self.sent.text("decision") == ALLOW}
        return self.after(self.once(body, lambda: self.do(body)))

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.decide(self.pk, LookupDecision.read(body), actor=self.actor, at=self.at).pk

    def around(self) -> dict[str, Any]:
        line = in_words.line(self, queries.line(self.row, actor=self.actor, at=self.at))
        return super().around() | {"line": line}
