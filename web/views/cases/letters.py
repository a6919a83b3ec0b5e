"""Letters of a case on pages: begin one that is due, read it with its sources beside, complete it, sign it, send it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from accounts.request import ServiceRequest
from audit.events import Purpose
from referrals.letters import actions, queries
from referrals.letters.registry import type_of
from referrals.models import Letter
from referrals.reading.disclosures import seen
from referrals.vocabulary.states import LetterState, Machine
from web.cases import confirmation, display
from web.cases.parts.letters import LOOKS
from web.forms import ZONE, Ask
from web.generic import RowStepPage, ShownPage
from web.page import Page, fresh_key, go_to


class PrepareLetter(Page):
    http_method_names = ["post"]

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Begin a letter that is due, as its button says, and show it."""
        request.purpose = Purpose.HANDLING  # a refusal bears it too
        seen(request, pk)
        sent = self.sent
        body: dict[str, Any] = {"kind": sent.text("kind"), "children": sent.texts("children")}
        body |= {name: sent.text(name) for name in ("part", "holder") if sent.text(name)}
        made = actions.prepare(pk, body, actor=self.actor, at=self.at)
        return go_to(
            reverse("letter-one", args=[made.pk]) + confirmation.query_of(self.actor, "letter-prepare")
        )


class OneLetter(ShownPage):
    query = confirmation.ConfirmationQuery
    template = "web/letters/one.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return a letter: while it is prepared, each passage with its source beside; then its state and its page."""
        row = queries.visible_row(self.request, pk, actor=self.actor, at=self.at)
        body = queries.one(row, self.actor, at=self.at)
        note = body["note"] if isinstance(body["note"], Mapping) else {}
        lines = [
            (gettext("Destinataire"), display.label(body["audience"])),
            (gettext("À inscrire à l'extérieur"), body["outside"]),
            (gettext("Préparé le"), f"{display.instant(body['prepared_at'], ZONE)} – {body['prepared_by']}"),
            (gettext("Signé le"), _by(body["signed_at"], body["signed_by"])),
            (gettext("Parti le"), display.instant(body["sent_on"], ZONE)),
            (gettext("Par quelle voie"), display.label(body["way"])),
            (gettext("Preuve de l'envoi"), note.get("proof", "")),
            (gettext("Référence de l'envoi"), note.get("reference", "")),
            (gettext("Pourquoi ce courrier est abandonné"), note.get("reason", "")),
        ]
        informs = reverse("case-step", args=[row.referral_id, "referral", "inform_holders"])
        answers = queries.answers_task(row, self.actor, at=self.at)
        return confirmation.in_words(self) | {
            "pk": pk,
            "case": row.referral_id,
            "reference": row.referral.reference,
            "title": display.label(body["kind"]),
            "state": display.label(body["state"]),
            "look": LOOKS.get(body["state"]["code"], ""),
            "law": body["law"],
            "lines": [display.Line(label, text) for label, text in lines if text],
            "to": body["to"],
            "greeting": body["greeting"],
            "closing": body["closing"],
            "heading": body["title"],
            "passages": [_passage(one) for one in body["passages"]],
            "withheld": body["withheld"],
            "lost": display.unreadable(body["note"]),
            "draft": body["draft"] or "",
            "once": fresh_key(),
            "steps": self._steps(body),
            "printed": f"/api/v1/letters/{pk}/page" if row.state in queries.PRINTED else "",
            "informs": informs if body["holder"] and row.state == LetterState.SENT else "",
            "answers": _answers(row) if answers else None,
        }

    def _steps(self, body: Mapping[str, Any]) -> list[dict[str, str]]:
        """Return what the reader may do; a letter that asks its author nothing isn't completed."""
        names = [name for name in body["available_steps"] if name != "edit" or body["asks"]]
        return [
            {
                "name": name,
                "label": display.step_words("letter", name),
                "address": reverse("letter-step-page", args=[body["id"], name]),
            }
            for name in names
        ]


class LetterStep(RowStepPage):
    machine, runner, shows = Machine.LETTER, actions.runner, "letter-one"
    purpose = Purpose.HANDLING
    template = "web/letters/step.html"

    def get(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponseBase:
        shown = super().get(request, pk, step)
        return (
            go_to(reverse("letter-one", args=[pk])) if step == "sign" else shown
        )  # it is signed where it is read

    def act(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponseBase:
        request.purpose = Purpose.HANDLING  # also where there is no such step
        return super().act(request, pk, step)

    def one(self, pk: UUID) -> Letter:
        return queries.visible_row(self.request, pk, actor=self.actor, at=self.at)

    def values(self) -> Mapping[str, Any]:
        if self.step.name != "edit":
            return {}
        words: Mapping[str, Any] = queries.one(self.row, self.actor, at=self.at)["words"]
        return words

    def asks_for(self) -> None:
        """Ask for what the step takes; of an edit, for what this kind of letter leaves open."""
        super().asks_for()
        if self.step.name == "edit":
            self.asks = [ask for ask in self.asks if ask.name in type_of(self.row.kind).words]

    def ask(self, name: str) -> Ask:
        """Return how the page asks for a member; of the ways those alone that are safe for whom the letter is for."""
        ask = super().ask(name)
        return replace(ask, only=queries.ways(self.row)) if name == "way" else ask

    def around(self) -> dict[str, Any]:
        row = self.row
        return super().around() | {
            "reference": row.referral.reference,
            "letter": str(display.label(queries.line(row)["kind"])),
            "hidden": [("draft", self.sent.text("draft"))] if self.step.name == "sign" else [],
        }


def _answers(row: Letter) -> dict[str, str]:
    """Return where one says that whoever filed was answered: the task that gave rise to the letter (C5)."""
    machine, name = Machine.FEEDBACK.value, "send"
    return {
        "label": display.step_words(machine, name),
        "address": reverse("case-part-step", args=[row.referral_id, machine, row.part, name]),
    }


def _by(at: str | None, who: str | None) -> str:
    return f"{display.instant(at, ZONE)} – {who}" if at else ""


def _passage(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "heading": body["heading"],
        "facts": body["facts"],
        "paragraphs": body["paragraphs"],
        "points": body["points"],
        "source": display.label(body["made_from"]),
        "on": display.instant(body["on"], ZONE) if body["on"] else "",
        "added": body["added"],
    }
