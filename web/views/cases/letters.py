"""Letters of a case on pages: begin one that is due, read it with its sources beside, complete it, sign it, send it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from accounts.request import ServiceRequest
from audit.events import Purpose
from referrals.errors import NotVisible
from referrals.letters import actions, queries
from referrals.letters.registry import type_of
from referrals.models import Letter
from referrals.reading.disclosures import seen
from referrals.vocabulary.states import LetterState, Machine
from referrals.workflow.step import Step
from web.cases import confirmation, display
from web.cases.panel import brings
from web.cases.parts.letters import LOOKS
from web.cases.stepforms import ask_of, summary
from web.forms import ZONE, Ask, members
from web.generic import InputPage
from web.page import Page, fresh_key, go_to


class PrepareLetter(Page):
    http_method_names = ["post"]

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        request.purpose = Purpose.HANDLING  # a refusal bears it too
        seen(request, pk)
        sent = self.sent
        body: dict[str, Any] = {"kind": sent.text("kind"), "children": sent.texts("children")}
        body |= {name: sent.text(name) for name in ("part", "holder") if sent.text(name)}
        made = actions.prepare(pk, body, actor=self.actor, at=self.at)
        return go_to(
            reverse("letter-one", args=[made.pk]) + confirmation.query_of(self.actor, "letter-prepare")
        )


class LetterPage(Page):
    def one(self, pk: UUID) -> Letter:
        return queries.known(self.request, pk, actor=self.actor, at=self.at)


class OneLetter(LetterPage):
    query = confirmation.ConfirmationQuery
    template = "web/letters/one.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = self.one(pk)
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
        return self.show(
            confirmation.in_words(self)
            | {
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
        )

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


class LetterStep(LetterPage, InputPage):
    keeps = True
    template = "web/letters/step.html"
    asks: list[Ask]

    def get(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        declared, row = _declared(step), self.one(pk)
        actions.runner.require_possible(declared, row, actor=self.actor, at=self.at)
        if declared.name == "sign":
            return go_to(reverse("letter-one", args=[pk]))
        values = queries.one(row, self.actor, at=self.at)["words"] if declared.name == "edit" else {}
        self._asks_for(declared, row)
        return self.show(self.page_context(declared, row) | self.filled(values))

    def act(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        """Do the step, once under the form's key, and show the letter."""
        request.purpose = Purpose.HANDLING  # a refusal bears it too
        declared, row = _declared(step), self.one(pk)
        self._asks_for(declared, row)
        body = self.body()

        def act() -> UUID:
            actions.runner.perform(declared, pk, body, actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        return go_to(
            reverse("letter-one", args=[pk]) + confirmation.query_of(self.actor, f"letter-{declared.name}")
        )

    def redisplay(self, problem: Mapping[str, Any], pk: UUID, step: str) -> HttpResponse:
        """Show the form as it was sent, with its faults; nothing is opened for that."""
        declared, row = _declared(step), self.one(pk)
        self._asks_for(declared, row)
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context(declared, row) | again)

    def _asks_for(self, step: Step, row: Letter) -> None:
        self.takes = step.takes  # of this request
        kind = type_of(row.kind)
        names = [name for name in members(step.takes) if step.name != "edit" or name in kind.words]
        self.asks = [_ask(step, name, row) for name in names]

    def page_context(self, step: Step, row: Letter) -> dict[str, Any]:
        return {
            "reference": row.referral.reference,
            "letter": str(display.label(queries.line(row)["kind"])),
            "title": display.step_words(str(step.machine), step.name),
            "law": step.law,
            "brings": brings(step),
            "hidden": [("draft", self.sent.text("draft"))] if step.name == "sign" else [],
            "back": reverse("letter-one", args=[row.pk]),
        }


def _answers(row: Letter) -> dict[str, str]:
    """Return where one says that whoever filed was answered: the task that gave rise to the letter (C5)."""
    machine, name = Machine.FEEDBACK.value, "send"
    return {
        "label": display.step_words(machine, name),
        "address": reverse("case-part-step", args=[row.referral_id, machine, row.part, name]),
    }


def _declared(name: str) -> Step:
    step = display.step_of(Machine.LETTER, name)
    if step is None or step.internal or step.creates:
        raise NotVisible
    return step


def _ask(step: Step, name: str, row: Letter) -> Ask:
    """Return how a page asks for a member; of the ways those alone that are safe for whom the letter is for."""
    ask = ask_of(step.takes, name)
    return replace(ask, only=queries.ways(row)) if name == "way" else ask


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
