"""Auditors' ready-made questions, all entries, and both as a table."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django.http import FileResponse, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit import inspection, questions
from audit.questions import BY_NAME, QUESTIONS, ROWS_MAX
from core.inputs import Code
from core.query import Query
from referrals.errors import NotVisible
from web.generic import ShownPage
from web.journal import words
from web.journal.base import Anything, EntriesQuery, FilterQuery, JournalPage, address
from web.page import go_to
from web.views.journal import lookups

FILTERS: Final = ("actor", "subject", "since", "until")
#: What helps to ask each question.
ABOUT: Final[Mapping[str, Any]] = {
    "file-openings": _("Chaque lecture d'un dossier, par qui, à quel titre et quels champs."),
    "person-openings": _("Chaque dossier ou pièce qu'un compte a lu."),
    "refusals": _("Tout ce qui a été refusé ou a échoué, et la règle qui l'a refusé."),
    "break-glass": _("Les ouvertures motivées hors du rôle ordinaire, leur fin et leur relecture."),
    "exports": _("Ce qui est sorti du service sous forme de fichier, ce journal compris."),
    "searches": _("Les recherches de personnes ; ce qui a été cherché n'est pas au journal."),
    "rights": _("Rôles donnés et retirés, accès exceptionnels, exclusions, restrictions."),
    "closed-readings": _("Les lectures d'un dossier qui était déjà clos."),
}


def lines() -> list[dict[str, Any]]:
    return [
        {
            "address": reverse("journal-question", args=[one.name]),
            "label": one.label,
            "about": ABOUT[one.name],
        }
        for one in QUESTIONS
    ]


class NarrowedPage(JournalPage):
    """A list of entries that its form narrows. What is typed comes by POST: a complaint names, and no address does."""

    query = Anything
    template = "web/journal/entries.html"
    narrows: ClassVar[type[Query]] = FilterQuery
    filtered_by: ClassVar[Sequence[str]] = FILTERS

    def post(self, request: ServiceRequest, **_: str) -> HttpResponse:
        """Go on to the list at its own address; with what a complaint names, to the lookup that takes two persons."""
        sent = {name: value for name in self.filtered_by if (value := self.sent.text(name).strip())}
        filters, faults = self.filters(self.narrows, QueryDict(urlencode(sent)))
        if filters is not None:
            return go_to(request.path + (f"?{urlencode(sent)}" if sent else ""))
        named = lookups.named_in({name: sent[name] for name in faults if name in sent})
        if named is not None:
            return lookups.begin(request, *named)
        return self.show(self.framed(faults), status=400)

    def framed(self, faults: Mapping[str, str]) -> dict[str, Any]:
        raise NotImplementedError


class Questions(JournalPage, ShownPage):
    tab = "journal-questions"
    template = "web/journal/questions.html"

    def context(self) -> dict[str, Any]:
        return {"lines": lines()}


class OneQuestion(NarrowedPage):
    tab = "journal-questions"

    def require_person(self) -> None:
        super().require_person()
        if self.kwargs["question"] not in BY_NAME:
            raise NotVisible

    def framed(self, faults: Mapping[str, str]) -> dict[str, Any]:
        one = BY_NAME[self.kwargs["question"]]
        return (
            self.around()
            | self.form(FILTERS, faults)
            | {
                "title": one.label,
                "about": ABOUT[one.name],
                "here": reverse("journal-question", args=[one.name]),
                "needs": one.needs,
            }
        )

    def get(self, request: ServiceRequest, question: str) -> HttpResponse:
        """Ask a question, once what it needs was given; the question is itself an entry of the journal."""
        one = BY_NAME[question]
        filters, faults = self.filters(FilterQuery)
        context = self.framed(faults)
        if filters is None:
            return self.show(context, status=400)
        if one.needs and one.needs not in filters:
            return self.show(context)
        page = questions.ask(one, self.narrowed(filters), actor=self.actor, at=self.at)
        chosen = {name: request.GET.get(name) for name in FILTERS}
        return self.show(
            context
            | {
                "answered": True,
                "lines": self.entry_lines(page.items),
                "first": "cursor" not in filters,
                "next": address("journal-question", chosen | {"cursor": page.next}, question)
                if page.next
                else "",
                "table": address("journal-table", {"question": question} | chosen),
                "rows_max": ROWS_MAX,
            }
        )


class Entries(NarrowedPage):
    tab = "journal-entries"
    narrows = EntriesQuery
    filtered_by = (*FILTERS, "family", "act", "purpose", "outcome")

    def framed(self, faults: Mapping[str, str]) -> dict[str, Any]:
        choices = {
            "family": [(code, str(family.label)) for code, family in words.FAMILIES.items()],
            "act": words.acts(),
            "purpose": [(code, str(label)) for code, label in words.PURPOSES.items()],
            "outcome": [(code, str(label)) for code, label in words.OUTCOMES.items()],
        }
        return (
            self.around()
            | self.form(self.filtered_by, faults, choices)
            | {
                "title": _("Toutes les entrées"),
                "here": reverse("journal-entries"),
                "about": _("Chaque acte, chaque lecture et chaque refus, les plus récents d'abord."),
            }
        )

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List entries, newest first; the look is itself an entry."""
        filters, faults = self.filters(EntriesQuery)
        context = self.framed(faults)
        if filters is None:
            return self.show(context, status=400)
        page = inspection.entries(self.narrowed(filters), actor=self.actor, at=self.at)
        chosen = {name: request.GET.get(name) for name in self.filtered_by}
        return self.show(
            context
            | {
                "answered": True,
                "lines": self.entry_lines(page.items),
                "first": "cursor" not in filters,
                "next": address("journal-entries", chosen | {"cursor": page.next}) if page.next else "",
                "table": address("journal-table", chosen),
                "rows_max": ROWS_MAX,
            }
        )


class TableQuery(EntriesQuery):
    question = Code(choices=[(one.name, one.label) for one in QUESTIONS], required=False)


class Table(JournalPage):
    step_up = frozenset({"GET"})
    query = TableQuery

    def get(self, request: ServiceRequest) -> FileResponse:
        """Return entries as CSV, newest first, at most ``ROWS_MAX``; an entry says so."""
        filters = {name: value for name, value in self.asked.items() if name != "limit"}
        file, _next = questions.table(self.narrowed(filters), actor=self.actor, at=self.at)
        return FileResponse(
            file, as_attachment=True, filename="journal.csv", content_type="text/csv; charset=utf-8"
        )
