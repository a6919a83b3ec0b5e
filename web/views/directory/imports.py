"""Imports and exports of the directory: try a file, do it, decide on rows that were held, take a file away."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.errors import InvalidInput, NotVisible
from accounts.imports import upload
from accounts.naming import visible
from accounts.request import ServiceRequest
from core.inputs import Code, Id
from core.languages import for_reader
from core.one_file import FILE
from core.paging import Page, page_of
from core.query import Query
from directory import access
from directory.actions import exports, imports
from directory.codes import Source, Visibility
from directory.exchange import own_table
from directory.exchange.faults import Refused
from directory.exchange.finess import CATEGORIES
from directory.exchange.inputs import PART, HeldInput, ImportTrialInput
from directory.exchange.plan import Outcome, Plan, Step
from directory.exchange.rows import STRUCTURE
from directory.models import DirectoryImport, HeldRow
from referrals.vocabulary.formats import moment
from web.cases import display
from web.directory.base import DirectoryPage
from web.directory.display import day
from web.directory.editing import authorities
from web.directory.field_names import field_name
from web.forms import ZONE, Ask, Field, Pairs, faults_of
from web.generic import InputPage, ListPage, ListQuery, attached, named
from web.page import FormPage, made
from web.spreadsheets import table
from web.uploads import FilePage, require_own_origin, take_form, with_line

#: As many lines of each kind stand on the page.
SHOWN: Final = 50
OUTCOMES: Final = {
    Outcome.CREATED: _("À créer"),
    Outcome.CHANGED: _("À modifier"),
    Outcome.ARCHIVED: _("À archiver"),
    Outcome.HELD: _("Retenu"),
}
MATCHES: Final = {
    "siret": _("Même SIRET"),
    "finess": _("Même numéro FINESS"),
    "phone": _("Même téléphone"),
    "id": _("Même identifiant"),
}
KINDS: Final = {STRUCTURE: pgettext_lazy("entry", "Structure"), "service": pgettext_lazy("entry", "Service")}
ASKS: Final[tuple[Ask, ...]] = (
    Ask("authority", _("Autorité qui tient les fiches"), kind="select"),
    Ask("source", _("Que contient ce fichier ?"), kind="select"),
    Ask("extent", _("Contient-il toute la source, ou une partie ?")),
    Ask(
        "kind",
        _("Type des structures dont le fichier ne dit pas le type"),
        kind="select",
        nothing=_("Aucun : ces lignes sont refusées"),
        optional=True,
    ),
    Ask("licence", _("Licence des données"), _("Les registres publics disent la leur."), optional=True),
    Ask(
        "stated_on",
        _("Date des données"),
        _("Laissez vide si le fichier la donne."),
        width="date",
        optional=True,
    ),
)
_FORMS: Final = {
    "data-inclusion": (exports.export_data_inclusion, "application/zip", "zip"),
    "hsds": (exports.export_hsds, "application/json", "json"),
}


class ExportQuery(Query):
    authority = Id(required=False)
    audience = Code(
        choices=[(one.value, one.label) for one in (Visibility.PUBLIC, Visibility.PROFESSIONAL)],
        required=False,
        default=Visibility.PUBLIC.value,
    )


class EditorPage(DirectoryPage):
    opens_for = access.EDIT


class Imports(EditorPage, ListPage):
    query = ListQuery
    template = "web/directory/imports.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return page_of(access.editable_imports(self.actor), order=("-tried_at", "-id"), **asked)

    def line(self, row: DirectoryImport) -> dict[str, Any]:
        return _line(row)

    def around(self) -> dict[str, Any]:
        waiting = access.import_rows(self.actor).filter(settled_at=None).count()
        return super().around() | {"held": waiting, "authorities": authorities(self)}


class ImportForm(EditorPage, InputPage, FilePage):
    step_up = frozenset()
    title: Any = ""
    button: Any = ""

    def act(self, request: ServiceRequest, **of: Any) -> HttpResponseBase:
        """Let the file come, or do with it what the page is for."""
        self.prepare(**of)
        arrived: upload.Arrived | None = getattr(request, "brought", None)
        if arrived is None:
            require_own_origin(request)
            return upload.to_come(request)
        take_form(request, arrived.fields)
        if arrived.refused:
            raise InvalidInput({FILE: [arrived.refused]})
        return self.take(bytes(arrived.raw))

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        return super().again(with_line(problem))

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        hint = gettext("CSV, JSON ou ZIP, %(most)s au plus.") % {"most": filesizeformat(upload.most_bytes())}
        if faults:
            hint += " " + gettext("Choisissez-le de nouveau : le navigateur ne l'a pas gardé.")
        accept = ".csv,.json,.ndjson,.zip,text/csv,application/json,application/zip"
        ask = Ask(FILE, gettext("Fichier"), hint, attributes={"accept": accept})
        error = (faults or {}).get(FILE, "")
        return [*super().fields(values, faults), Field(ask, "file", FILE, "f-file", error=error)]

    def around(self) -> dict[str, Any]:
        back = reverse("directory-imports")
        return super().around() | {"title": self.title, "button": self.button, "back": back}

    def take(self, raw: bytes) -> HttpResponseBase:
        raise NotImplementedError


class NewImport(ImportForm):
    takes, asks = ImportTrialInput, ASKS
    title, button = _("Importer des ressources"), _("Essayer ce fichier")
    template = "web/directory/import_new.html"

    def prepare(self) -> None:
        self.authorities = authorities(self)
        if len(self.authorities) == 1:
            self.asks = tuple(ask for ask in ASKS if ask.name != "authority")

    def values(self) -> dict[str, Any]:
        return {"extent": PART}

    def choices(self) -> Mapping[str, Pairs]:
        return {"authority": named(self.authorities)}

    def around(self) -> dict[str, Any]:
        return super().around() | {
            "columns": for_reader(own_table.HEADINGS),
            "categories": [(code, one.label) for code, one in sorted(CATEGORIES.items())],
        }

    def take(self, raw: bytes) -> HttpResponseBase:
        """Try it, and show at once what it would do: nothing of it is kept that a later page could show."""
        run, plan = imports.try_import(self.validated(), raw, actor=self.actor, at=self.at)
        page = OneImport()
        page.setup(self.request, pk=run.pk)
        page.asked, page.run = self.asked, run
        context = page.around() | page.filled({}) | _plan(plan)
        return made(self.request, "web/directory/import.html", context)


class OneImport(ImportForm):
    takes, asks = HeldInput, ()  # nothing but the file
    title, button = _("Import de ressources"), _("Importer le fichier")
    template = "web/directory/import.html"
    run: DirectoryImport

    def prepare(self, pk: UUID) -> None:
        self.run = visible(access.editable_imports(self.actor), pk)

    def around(self) -> dict[str, Any]:
        run = self.run
        return super().around() | {
            "run": run,
            "said": _text_of(run),
            "waits": run.done_at is None,
            # What is left out may wait for a word of another authority.
            "changes": bool(run.created or run.changed or run.archived or run.held or run.left_out),
            "action": reverse("directory-import", args=[run.pk]),
            "shown": SHOWN,
        }

    def take(self, raw: bytes) -> HttpResponseBase:
        run, _plan_of = imports.do_import(self.run.pk, raw, actor=self.actor, at=self.at)
        return self.onwards(reverse("directory-import", args=[run.pk]))


class Template(EditorPage):
    def get(self, request: ServiceRequest) -> HttpResponse:
        return table("ressources", for_reader(own_table.HEADINGS), [])


class WaitingRows(EditorPage, ListPage):
    """The rows on which somebody is to decide, the oldest first (field.md A.7, rule 2)."""

    query = ListQuery
    template = "web/directory/held.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        waiting = access.import_rows(self.actor).filter(settled_at=None)
        return page_of(waiting, order=("id",), **asked)

    def line(self, row: HeldRow) -> dict[str, Any]:
        return {
            "pk": row.pk,
            "structure": row.structure.name,
            "by": MATCHES.get(row.matched_by, ""),
            "source": Source(row.run.source).label,
            "tried": display.instant(moment(row.run.tried_at), ZONE),
            "own": row.matched_by == "id",
            "settles": reverse("directory-held-settle", args=[row.pk]),
        }


class SettleRow(EditorPage, FormPage):
    template = "web/directory/held.html"

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        body = {"same": {"true": True, "false": False}.get(self.sent.text("same"))}
        imports.settle_row(pk, HeldInput.read(body), actor=self.actor, at=self.at)
        return self.onwards(reverse("directory-held"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        return self.show(self.around() | {"problem": problem, "faults": list(faults_of(problem).values())})


class Export(EditorPage):
    query = ExportQuery

    def get(self, request: ServiceRequest, form: str) -> HttpResponse:
        """Return a file of what the reader keeps; each leaves an entry."""
        if form not in _FORMS:
            raise NotVisible
        export, kind, ending = _FORMS[form]
        body = {"authority": self.asked.get("authority"), "audience": self.asked["audience"]}
        return attached(export(body, actor=self.actor, at=self.at), kind, f"ressources-{form}.{ending}")


def _line(run: DirectoryImport) -> dict[str, Any]:
    return {
        "pk": run.pk,
        "what": Source(run.source).label,
        "origin": _origin(run),
        "place": run.authority.name,
        "tried": display.instant(moment(run.tried_at), ZONE),
        "stands": gettext("Importé") if run.done_at else gettext("Essai"),
        "counts": _counts(run),
    }


def _origin(run: DirectoryImport) -> str:
    return " · ".join(filter(None, (run.licence, day(run.stated_on) if run.stated_on else "")))


def _text_of(run: DirectoryImport) -> list[tuple[Any, Any]]:
    whole = run.options.get("whole")
    pairs = [
        (_("Autorité"), run.authority.name),
        (_("Source"), Source(run.source).label),
        (_("Licence"), run.licence),
        (_("Date des données"), day(run.stated_on) if run.stated_on else ""),
        (_("Fichier"), gettext("Toute la source") if whole else gettext("Une partie de la source")),
        (_("Essayé"), display.instant(moment(run.tried_at), ZONE)),
        (_("Importé"), display.instant(moment(run.done_at), ZONE) if run.done_at else ""),
        *_counts(run),
    ]
    return [(label, text) for label, text in pairs if text]


def _counts(run: DirectoryImport) -> list[tuple[Any, int]]:
    """Return how many rows would do what, or did, those of none left out."""
    pairs = [
        (_("À créer"), run.created),
        (_("À modifier"), run.changed),
        (_("Inchangé"), run.unchanged),
        (_("À archiver"), run.archived),
        (_("Retenu"), run.held),
        (_("Refusé"), run.refused),
        (_("Hors territoire ou hors sujet"), run.left_out),
    ]
    if run.done_at:
        done = (_("Créé"), _("Modifié"), _("Inchangé"), _("Archivé"))
        pairs[:4] = [(label, count) for label, (_old, count) in zip(done, pairs, strict=False)]
    return [(label, count) for label, count in pairs if count]


def _plan(plan: Plan) -> dict[str, Any]:
    acting = [_step(step) for step in plan.steps if step.outcome in OUTCOMES or step.kept]
    return {
        "lines": acting[:SHOWN],
        "refusals": [_refusal(one) for one in plan.refused[:SHOWN]],
        "archives_nothing": not plan.archives,
    }


def _step(step: Step) -> dict[str, Any]:
    unchanged = ", ".join(dict.fromkeys(filter(None, map(field_name, step.kept))))
    return {
        "line": step.line or "",
        "outcome": OUTCOMES.get(step.outcome, gettext("Inchangé")),
        "kind": KINDS[step.kind],
        "name": step.name,
        "more": gettext("Conservé, car vérifié par une personne : %(fields)s") % {"fields": unchanged}
        if unchanged
        else "",
    }


def _refusal(one: Refused) -> dict[str, Any]:
    columns = dict(zip(own_table.COLUMNS, for_reader(own_table.HEADINGS), strict=True))
    return {"line": one.line, "field": columns.get(one.field, one.field), "why": one.fault.label}
