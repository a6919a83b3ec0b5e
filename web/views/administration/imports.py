"""Imports of people and institutions from files: list, try, ask, confirm as a second person, undo."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import access, actions
from accounts.errors import InvalidInput, NotVisible
from accounts.imports import institutions, people, upload
from accounts.imports.faults import Refused
from accounts.imports.plan import Planned
from accounts.imports.rows import Institution, Person
from accounts.imports.trial import Trial, most
from accounts.inputs import ImportInput
from accounts.models import ImportRun, Organisation, User
from accounts.models.importrun import ImportSource
from accounts.models.organisation import OrganisationKind
from accounts.naming import visible
from accounts.queries import import_page, import_read
from accounts.request import ServiceRequest
from accounts.validated_actions import tried_import
from core.languages import for_reader
from core.one_file import FILE
from core.paging import Page
from referrals.vocabulary.formats import moment
from web.administration import words
from web.administration.base import CONFIRMS, MANAGES, AdministrationPage
from web.administration.forms import AdministrationForm
from web.cases import display
from web.cases.choices import role_words
from web.forms import ZONE, Ask, Fault, Field, faults_of
from web.generic import ConfirmPage, ListPage, ListQuery
from web.page import go_to
from web.page import made as made_page
from web.spreadsheets import table
from web.uploads import FilePage, require_own_origin, take_form, with_line

CONFIRM: Final = CONFIRMS[0]
#: As many lines of each kind stand on the page; the table for spreadsheets has all.
SHOWN: Final = 50
ASK, ACCEPT, REFUSE, UNDO = "ask", "confirm", "refuse", "undo"
#: The lists of the authority's own, of which there is a template.
OWN: Final = {ImportSource.PEOPLE: people, ImportSource.INSTITUTIONS: institutions}


class ImportPage(AdministrationPage):
    """A page for whoever administers, or confirms as a second person."""

    tab = "imports-page"
    opens_for = (MANAGES, CONFIRM)


class Imports(ImportPage, ListPage):
    query = ListQuery
    template = "web/administration/imports.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return import_page(asked, actor=self.actor, at=self.at)

    def line(self, row: ImportRun) -> dict[str, Any]:
        return {
            "pk": row.pk,
            "what": ImportSource(row.source).label,
            "place": row.authority.name,
            "tried": display.instant(moment(row.tried_at), ZONE),
            "by": row.tried_by.full_name,
            "counts": _counts(row),
            "stands": _in_force(row),
        }

    def around(self) -> dict[str, Any]:
        return super().around() | {"manages": bool(self.actor.may(MANAGES))}


class NewImport(AdministrationForm, FilePage):
    tab = onward = "imports-page"
    takes, asks = ImportInput, words.IMPORT
    title, button = _("Importer un fichier"), _("Essayer ce fichier")
    template = "web/administration/import_new.html"
    step_up = frozenset({"GET"})  # before a file is chosen; the act asks again

    def act(self, request: ServiceRequest) -> HttpResponseBase:
        """Let the file come, or try what came, and show what it would do."""
        arrived: upload.Arrived | None = getattr(request, "brought", None)
        if arrived is None:
            require_own_origin(request)
            return upload.to_come(request)
        take_form(request, arrived.fields)
        arrived.fields = self.body()  # without what is the page's own
        run = tried_import(arrived, actor=self.actor, at=self.at)
        return go_to(reverse("import-page", args=[run.pk]))

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        hint = gettext("CSV, %(most)s au plus.") % {"most": filesizeformat(upload.most_bytes())}
        if faults:
            hint += " " + gettext("Choisissez-le de nouveau : le navigateur ne l'a pas gardé.")
        ask = Ask(FILE, gettext("Fichier"), hint, attributes={"accept": ".csv,text/csv"})
        return [
            *super().fields(values, faults),
            Field(ask, "file", FILE, "f-file", error=(faults or {}).get(FILE, "")),
        ]

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        return super().again(with_line(problem))

    def around(self) -> dict[str, Any]:
        return super().around() | {
            "people_columns": for_reader(people.HEADINGS),
            "institution_columns": for_reader(institutions.HEADINGS),
            "roles": [(str(role), role_words(role)) for role in people.GIVEN],
            "kinds": [(kind.value, kind.label) for kind in OrganisationKind],
            "most_people": most(ImportSource.PEOPLE),
            "most_institutions": most(ImportSource.INSTITUTIONS),
            "categories": ", ".join(sorted(institutions.CATEGORIES)),
        }


class Template(ImportPage):
    def get(self, request: ServiceRequest, source: str) -> HttpResponse:
        """Return an empty list with its headings, for a spreadsheet."""
        if source not in OWN:
            raise NotVisible
        return table(source, for_reader(OWN[ImportSource(source)].HEADINGS), [])


class OneImport(ImportPage, ConfirmPage):
    template = "web/administration/import.html"
    step_up = frozenset({"GET"})  # before it is read; the act asks again
    invited: Sequence[tuple[User, str]] = ()

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return what it would do, while it waits, or what became of it; a look at the lines is an entry."""
        run, trial = import_read(pk, actor=self.actor, at=self.at)
        lines = [_line(row, line) for row, line in trial.acting()] if trial else []
        faults = [_fault(run, one) for one in trial.all_refused()] if trial else []
        return self._of(run) | {
            "lines": lines[:SHOWN],
            "refusals": faults[:SHOWN],
            "shown": SHOWN,
            "waits": trial is not None,
        }

    def body(self) -> dict[str, Any]:
        decision = self.sent.text("decision")
        if decision not in (ASK, ACCEPT, REFUSE, UNDO):
            raise InvalidInput({"decision": ["required"]})
        return {"decision": decision, "digest": self.sent.text("digest")}

    def do(self, body: dict[str, Any]) -> UUID:
        """Ask for the confirmation, confirm, refuse or undo."""
        if body["decision"] == ASK:
            return actions.ask_import(actor=self.actor, at=self.at, run_id=self.pk).pk
        if body["decision"] == UNDO:
            return actions.undo_import(actor=self.actor, at=self.at, run_id=self.pk).pk
        run, self.invited = actions.decide_import(
            actor=self.actor,
            at=self.at,
            run_id=self.pk,
            confirmed=body["decision"] == ACCEPT,
            digest=body["digest"],
        )
        return run.pk

    def after(self, made: UUID) -> HttpResponse:
        decision = self.sent.text("decision")
        if decision == ACCEPT:
            codes = [(user.full_name, user.email, code) for user, code in self.invited]
            context = self.around() | {"codes": codes}
            return made_page(self.request, "web/administration/import_done.html", context)
        where = reverse("requests-page") if decision == REFUSE else reverse("import-page", args=[self.pk])
        return self.onwards(where, f"import-{decision}")

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        """Return it again in numbers, with why it wasn't done."""
        run = visible(access.visible_imports(self.actor, at=self.at), self.pk)
        faults = [Fault("", detail) for detail in faults_of(problem).values()]
        return self._of(run) | super().again(problem) | {"faults": faults}

    def _of(self, run: ImportRun) -> dict[str, Any]:
        own, manages = run.tried_by_id == self.actor.user_id, run.authority_id in self.actor.may(MANAGES)
        waits = run.decided_at is None
        confirms = run.authority_id in self.actor.may(CONFIRM)
        return {
            "run": run,
            "title": ImportSource(run.source).label,
            "said": _text_of(run),
            "kept": _unchanged(run) if run.undone_at else [],
            "asks": waits and own and run.asked_at is None and bool(run.created or run.changed),
            "decides": waits and not own and confirms and run.asked_at is not None,
            "undoes": manages and bool(run.confirmed) and run.undone_at is None,
        }


class Lines(ImportPage):
    step_up = frozenset({"GET"})

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Return every line of an import that waits, for a spreadsheet; the look is an entry."""
        run, trial = import_read(pk, actor=self.actor, at=self.at)
        if trial is None:
            raise NotVisible
        head = [_("Ligne"), _("Résultat"), _("Nom"), _("Précisions")]
        return table(f"import-{run.source}", head, _all(run, trial))


def _all(run: ImportRun, trial: Trial) -> list[tuple[int, Any, str, str]]:
    rows = {row.line: row for row in trial.rows}
    lines = [(line.line, words.OUTCOMES[line.outcome], *_described(rows[line.line])) for line in trial.lines]
    refusals = [_fault(run, one) for one in trial.all_refused()]
    return sorted(
        [*lines, *((one["line"], _("Refusé"), one["column"], one["why"]) for one in refusals)],
        key=lambda line: line[0],
    )


def _described(row: Person | Institution) -> tuple[str, str]:
    if isinstance(row, Person):
        return row.full_name, " · ".join(
            filter(None, (row.email, role_words(row.role), row.unit, row.organisation))
        )
    numbers = [f"{register.upper()} {number}" for register, number in row.numbers.items()]
    return row.name, " · ".join([str(OrganisationKind(row.kind).label), *numbers])


def _line(row: Person | Institution, planned: Planned) -> dict[str, Any]:
    name, more = _described(row)
    return {"line": planned.line, "outcome": words.OUTCOMES[planned.outcome], "name": name, "more": more}


def _fault(run: ImportRun, one: Refused) -> dict[str, Any]:
    source = people if run.source == ImportSource.PEOPLE else institutions
    headings = dict(zip(source.COLUMNS, for_reader(source.HEADINGS), strict=True))
    return {"line": one.line, "column": headings.get(one.column, ""), "why": one.fault.label}


def _counts(run: ImportRun) -> list[tuple[Any, int]]:
    """Return how many lines would do what, those of none left out."""
    pairs = [
        (_("À créer"), run.created),
        (_("À modifier"), run.changed),
        (_("Inchangé"), run.unchanged),
        (_("Refusé"), run.refused),
        (_("Hors territoire ou hors sujet"), run.left_out),
    ]
    return [(label, count) for label, count in pairs if count]


def _in_force(run: ImportRun) -> str:
    if run.undone_at:
        return gettext("Annulé")
    if run.decided_at:
        return gettext("Importé") if run.confirmed else gettext("Refusé")
    return gettext("En attente d'une seconde personne") if run.asked_at else gettext("Essai")


def _text_of(run: ImportRun) -> list[tuple[Any, Any]]:
    def by(person: User | None, at: Any) -> str:
        return f"{display.instant(moment(at), ZONE)}, {person.full_name}" if person else ""

    pairs = [
        (_("Autorité"), run.authority.name),
        (_("Source"), run.origin),
        (_("Essayé"), by(run.tried_by, run.tried_at)),
        (_("État"), _in_force(run)),
        (_("Décidé"), by(run.decided_by, run.decided_at)),
        (_("Annulé"), by(run.undone_by, run.undone_at)),
        *_counts(run),
    ]
    return [(label, text) for label, text in pairs if text]


def _unchanged(run: ImportRun) -> list[str]:
    """Return the names of what was used before an import was undone, and stays."""
    users = User.objects.filter(pk__in=run.made.get("users", []))
    with_roles = User.objects.filter(memberships__in=run.made.get("memberships", [])).distinct()
    places = [*run.made.get("organisations", []), *run.made.get("changes", [])]
    names = {user.pk: user.full_name for user in (*users, *with_roles)}
    names |= {one.pk: one.name for one in Organisation.objects.filter(pk__in=places)}
    return sorted(names.values())
