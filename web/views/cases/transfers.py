"""Incoming transfers: cases that another authority asks this one to take over; list and detail (T31 to T33)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from core.languages import for_reader
from core.paging import Page
from referrals.models import PARTS as MODELS
from referrals.models import Assessment, Concern, Decision, Measure, MeasureType, Referral
from referrals.transfers.queries import transfer_page, transfer_read
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from web.cases import confirmation, display, words
from web.cases.base import zone_of
from web.cases.display import Line
from web.cases.panel import panels
from web.cases.report import PARTS
from web.forms import ZONE
from web.generic import ListPage, PagesQuery, ShownPage

#: Lists of a document by the word that stands over them; their rows are those of a table.
LISTS: Final[Mapping[str, tuple[Any, Any]]] = {
    "concern": (_("L'information préoccupante"), Concern),
    "children": (_("Enfants"), MODELS["children"]),
    **{name: (title, MODELS[name]) for name, title in PARTS.items() if name in MODELS},
    "decisions": (_("Décisions"), Decision),
    "measures": (_("Mesures"), Measure),
    "judicial_outcomes": (
        _("Suites judiciaires"),
        Referral._meta.get_field("judicial_referrals")
        .related_model._meta.get_field("outcomes")
        .related_model,
    ),
    "conclusions": (_("Conclusions"), Assessment._meta.get_field("conclusions").related_model),
    "findings": (_("Constats par enfant"), Assessment._meta.get_field("findings").related_model),
    "voices": (_("Parole de chaque enfant"), Assessment._meta.get_field("voices").related_model),
}
#: Lists of a document whose rows are what a step was done with.
STEPS: Final[Mapping[str, Any]] = {
    "situation_report": _("Rapports de situation"),
    "sign_plan": _("Projet pour l'enfant"),
}


class TransfersQuery(PagesQuery, confirmation.ConfirmationQuery):
    """Where the list goes on; ``done``: what led here."""


class Transfers(ListPage):
    """The requests that await an answer of the reader's authority, the newest first."""

    query = TransfersQuery
    template = "web/transfers/requests.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return Page(*transfer_page(self.request, asked))

    def line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "pk": row["id"],
            "reference": row["reference"],
            "authority": row["authority"]["name"],
            "ground": display.label(row["ground"]),
            "state": display.label(row["state"]),
            "sent": display.instant(row["sent_at"], ZONE),
            "refusals": row["refusals"],
        }

    def around(self) -> dict[str, Any]:
        return confirmation.in_words(self)


class OneTransfer(ShownPage):
    template = "web/transfers/request.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        referral, _ties, body = transfer_read(self.request, pk)
        zone = zone_of(referral)
        shell = body.get("shell")
        return {
            "pk": pk,
            "reference": body["reference"],
            "authority": body["authority"]["name"],
            "state": display.label(body["state"]),
            "ground": display.label(body["ground"]),
            "channel": display.label(body["channel"]),
            "sent": display.instant(body["sent_at"], zone),
            "refusals": body["refusals"],
            "on_paper": body["channel"]["code"] == "sealed_mail",
            "shell": shell is not None,
            "case_state": display.label(shell["state"]) if shell else "",
            "urgency": display.label(shell["urgency"]) if shell else "",
            "received": display.instant(shell["received_at"], zone) if shell else "",
            "due": display.instant(shell["statutory_due_at"], zone) if shell else "",
            "clocks": [
                one
                for one in display.clock_lines(body.get("clocks", []), zone, {})
                if one["state"] != "stopped"
            ],
            "documents": [_document(one, zone) for one in body.get("documents", ())],
            "panels": panels(pk, body, about={body["request"]: body["authority"]["name"]}),
        }


def _document(document: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    content = document["content"]
    lost = display.unreadable(content) or not isinstance(content, Mapping)
    return {
        "title": display.label(document["kind"]),
        "at": display.instant(document["made_at"], zone),
        "lost": lost,
        "blocks": [] if lost else blocks(content),
    }


def blocks(content: Mapping[str, Any]) -> list[tuple[Any, list[list[Line]]]]:
    """Return a document as headings with rows; what stands in it beside its lists is the report itself."""
    blocks: list[tuple[Any, list[list[Line]]]] = []
    alone = {name: value for name, value in content.items() if name not in LISTS and name not in STEPS}
    if alone:
        blocks.append((_("Rapport"), [display.lines(Assessment, alone)]))
    for name, value in content.items():
        rows = value if isinstance(value, list) else [value]
        if name in LISTS:
            title, model = LISTS[name]
            tables = [display.lines(model, row) for row in _typed(name, rows)]
        elif name in STEPS:
            title, step = STEPS[name], steps.get(Machine.MEASURE, name)
            tables = [
                [
                    Line(str(words.of("at")), display.instant(row.get("at"), ZONE)),
                    *display.step_lines(step.takes, row, {}),
                ]
                for row in rows
            ]
        else:
            continue
        if any(tables):
            blocks.append((title, [row for row in tables if row]))
    return blocks


def _typed(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if name != "measures" or not rows:
        return rows
    kinds = MeasureType.objects.in_bulk({row["type"] for row in rows})
    labels = {code: for_reader(kind.labels_by_language) for code, kind in kinds.items()}
    return [{**row, "type": labels.get(row["type"], row["type"])} for row in rows]
