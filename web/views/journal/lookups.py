"""From a complaint to the journal: look up what it names, by two persons, and read who opened the file."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.request import ServiceRequest
from audit.events import Purpose
from core.query import PagedQuery
from referrals.errors import InvalidInput
from referrals.journal_lookups import actions, queries
from referrals.journal_lookups.inputs import LookupDecision, LookupInput, meant
from referrals.vocabulary.oversight import LookupKind
from web.cases.base import BlanksLeftOut
from web.forms import Ask, Pairs
from web.generic import InputPage
from web.journal import lookups as in_words
from web.journal.base import JournalPage, address
from web.page import go_to

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


class LookupsQuery(BlanksLeftOut, PagedQuery):
    """Where the list goes on."""


class LookupPage(JournalPage):
    tab = "journal-lookups"
    comes_back = "journal-lookups"


class Lookups(LookupPage):
    query = LookupsQuery
    template = "web/journal/lookups.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        page = queries.lookup_page(dict(self.asked), actor=self.actor)
        lines = [in_words.line(self, queries.line(row, actor=self.actor, at=self.at)) for row in page.items]
        following = address("journal-lookups", {"cursor": page.next}) if page.next else ""
        return self.show(self.around() | {"lines": lines, "next": following})


class AskLookup(LookupPage, InputPage):
    keeps = True
    takes = LookupInput
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    template = "web/journal/lookup_form.html"

    def require_person(self) -> None:
        """Ask for the authority too, of who reads the journal of several."""
        super().require_person()
        self.asks = (PLACE, *ASKS) if len(self.actor.may(actions.RIGHT)) > 1 else ASKS

    def choices(self) -> Mapping[str, Pairs]:
        if len(self.authorities) < 2:
            return {}
        return {"authority": [(pk, one.name) for pk, one in self.authorities.items()]}

    def get(self, request: ServiceRequest) -> HttpResponse:
        return self.show(self.around() | self.filled({}))

    def act(self, request: ServiceRequest) -> HttpResponse:
        request.purpose = Purpose.AUDIT  # a refusal bears it too
        stepup.require(self.actor, at=self.at)
        body = self.body()
        pk = self.once(body, lambda: actions.ask(LookupInput.read(body), actor=self.actor, at=self.at).pk)
        return go_to(reverse("journal-lookup", args=[pk]))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(self.around() | self.again(problem))


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


class OneLookup(LookupPage):
    template = "web/journal/lookup.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show one lookup, and to the two persons, in time, the way to its entries."""
        body = queries.one(actions.known(pk, actor=self.actor), actor=self.actor, at=self.at)
        return self.show(self.around() | {"line": in_words.line(self, body), "pseudonym": body["pseudonym"]})


class DecideLookup(LookupPage, InputPage):
    keeps = True
    takes, asks = LookupDecision, AGAIN
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    template = "web/journal/lookup_decision.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        return self.show(self.page_context(pk) | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        request.purpose = Purpose.AUDIT  # a refusal bears it too
        actions.known(pk, actor=self.actor)
        stepup.require(self.actor, at=self.at)
        body = self.body() | {"allowed": self.sent.text("decision") == ALLOW}

        def act() -> UUID:
            return actions.decide(pk, LookupDecision.read(body), actor=self.actor, at=self.at).pk

        self.once(body, act)
        return go_to(reverse("journal-lookup", args=[pk]))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        return self.show(self.page_context(pk) | self.again(problem))

    def page_context(self, pk: UUID) -> dict[str, Any]:
        row = actions.known(pk, actor=self.actor)
        return self.around() | {"line": in_words.line(self, queries.line(row, actor=self.actor, at=self.at))}
