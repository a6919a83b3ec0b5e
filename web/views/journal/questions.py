"""Auditors' ready-made questions, all entries, and both as a table."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit import inspection, questions
from audit.questions import BY_NAME, QUESTIONS, ROWS_MAX
from core.inputs import Code
from core.query import Query
from referrals.errors import NotVisible
from web.journal import words
from web.journal.base import Anything, EntriesQuery, FilterQuery, JournalPage, address

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
    """Return the questions as a page lists them."""
    return [
        {
            "address": reverse("journal-question", args=[one.name]),
            "label": one.label,
            "about": ABOUT[one.name],
        }
        for one in QUESTIONS
    ]


class Questions(JournalPage):
    """GET /journal/questions."""

    tab = "journal-questions"
    template = "web/journal/questions.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """List the questions."""
        return self.show(self.around() | {"lines": lines()})


class OneQuestion(JournalPage):
    """GET /journal/questions/{question}."""

    tab = "journal-questions"
    query: ClassVar[type[Query]] = Anything
    template = "web/journal/entries.html"

    def get(self, request: ServiceRequest, question: str) -> HttpResponse:
        """Ask a question, once what it needs was given; the question is itself an entry of the journal.

        Raises:
            NotVisible: there is no such question.
        """
        one = BY_NAME.get(question)
        if one is None:
            raise NotVisible
        filters, faults = self.filters(FilterQuery)
        context = (
            self.around()
            | self.form(FILTERS, faults)
            | {
                "title": one.label,
                "about": ABOUT[question],
                "here": reverse("journal-question", args=[question]),
                "needs": one.needs,
            }
        )
        if filters is None:
            return self.show(context, status=400)
        if one.needs and one.needs not in filters:
            return self.show(context)
        page = questions.ask(one, self.narrowed(filters), actor=self.actor, at=self.at)
        kept = {name: request.GET.get(name) for name in FILTERS}
        return self.show(
            context
            | {
                "answered": True,
                "lines": self.told(page.items),
                "first": "cursor" not in filters,
                "next": address("journal-question", kept | {"cursor": page.next}, question)
                if page.next
                else "",
                "table": address("journal-table", {"question": question} | kept),
                "rows_max": ROWS_MAX,
            }
        )


class Entries(JournalPage):
    """GET /journal/entrees."""

    tab = "journal-entries"
    query: ClassVar[type[Query]] = Anything
    template = "web/journal/entries.html"
    filtered_by: ClassVar[tuple[str, ...]] = (*FILTERS, "family", "act", "purpose", "outcome")

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List entries, newest first; the look is itself an entry."""
        filters, faults = self.filters(EntriesQuery)
        choices = {
            "family": [(code, str(family.label)) for code, family in words.FAMILIES.items()],
            "act": words.acts(),
            "purpose": [(code, str(label)) for code, label in words.PURPOSES.items()],
            "outcome": [(code, str(label)) for code, label in words.OUTCOMES.items()],
        }
        context = (
            self.around()
            | self.form(self.filtered_by, faults, choices)
            | {
                "title": _("Toutes les entrées"),
                "here": reverse("journal-entries"),
                "about": _("Chaque acte, chaque lecture et chaque refus, les plus récents d'abord."),
            }
        )
        if filters is None:
            return self.show(context, status=400)
        page = inspection.entries(self.narrowed(filters), actor=self.actor, at=self.at)
        kept = {name: request.GET.get(name) for name in self.filtered_by}
        return self.show(
            context
            | {
                "answered": True,
                "lines": self.told(page.items),
                "first": "cursor" not in filters,
                "next": address("journal-entries", kept | {"cursor": page.next}) if page.next else "",
                "table": address("journal-table", kept),
                "rows_max": ROWS_MAX,
            }
        )


class TableQuery(EntriesQuery):
    """Which entries to put into a table."""

    question = Code(choices=[(one.name, one.label) for one in QUESTIONS], required=False)


class Table(JournalPage):
    """GET /journal/tableau."""

    step_up = frozenset({"GET"})
    query: ClassVar[type[Query]] = TableQuery

    def get(self, request: ServiceRequest) -> FileResponse:  # noqa: ARG002 - Django's signature
        """Return entries as CSV, newest first, at most ``ROWS_MAX``; an entry says so."""
        filters = {name: value for name, value in self.asked.items() if name != "limit"}
        file, _next = questions.table(self.narrowed(filters), actor=self.actor, at=self.at)
        return FileResponse(
            file, as_attachment=True, filename="journal.csv", content_type="text/csv; charset=utf-8"
        )
