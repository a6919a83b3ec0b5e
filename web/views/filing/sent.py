"""Filer's view of a filing: receipt, progress, messages, and what may still be added or withdrawn."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.replays import Once
from accounts.request import ServiceRequest
from audit.events import Purpose
from core.inputs import Id
from core.query import Query
from referrals.access.relations import CaseAccess
from referrals.attachments import rights
from referrals.errors import NotVisible
from referrals.execution import perform
from referrals.execution.abilities import described
from referrals.execution.preconditions import StepRequest
from referrals.execution.runner import StepResult
from referrals.filing import receipts
from referrals.messages import queries as messages_queries
from referrals.models import Referral
from referrals.reading.disclosures import opened, seen
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step, steps
from web import forms
from web.cases import display
from web.filing.contact import contact_of
from web.forms import Ask, Field, Follow, Pairs
from web.generic import ButtonPage, InputPage, ShownPage
from web.numbers import dial_lazy
from web.page import Page, go_to

#: How an urgent concern is filed.
URGENTLY: Final = steps.get(Machine.REFERRAL, "submit_urgent")
#: The acts that a filer may have left, as ``available_actions`` names them.
ADD: Final = steps.get(Machine.REFERRAL, "provide_info")
TAKE_BACK: Final = steps.get(Machine.REFERRAL, "withdraw")
ADDITION: Final = (
    Ask(
        "text",
        _("Que voulez-vous ajouter ?"),
        _("Un fait nouveau, une précision, la réponse à une question."),
        rows=8,
    ),
    Ask(
        "danger_now",
        _("L'enfant est maintenant en danger immédiat"),
        dial_lazy(_("Alors appelez d'abord le 17, ou le 114 par SMS.")),
        follow=Follow(("true",), (Ask("danger_what", _("Quel danger, et pourquoi maintenant ?"), rows=3),)),
    ),
)
FILES: Final = Ask("attachments", _("Fichiers à joindre"))
REASON: Final = (
    Ask(
        "reason",
        _("Pourquoi retirez-vous cette transmission ?"),
        _("Rien n'est effacé : la cellule lira ce motif et peut poursuivre si un enfant est en danger."),
    ),
)


def own(page: Page, pk: UUID) -> tuple[Referral, CaseAccess]:
    """Return a draft or filing of the reader's, with what ties them to it."""
    referral, ties = seen(page.request, pk)
    require_own(ties)
    return referral, ties


def require_own(ties: CaseAccess) -> None:
    """Ask that a draft or filing be the reader's own."""
    if not ((ties.draft and not ties.shared) or (ties.coarse and ties.as_filer() is not None)):
        raise NotVisible


def standing(page: Page, referral: Referral, ties: CaseAccess) -> HttpResponse:
    body = described(referral, ties, actor=page.actor, at=page.at)
    lines = opened(
        referral,
        ties,
        lambda scope: messages_queries.channel(referral, "filer", ties, scope, actor=page.actor),
        actor=page.actor,
        at=page.at,
        purpose=Purpose.FILING,
    )
    may = {line["step"] for line in body["available_actions"]}
    status = body["status"]
    context = {
        "pk": body["id"],
        "reference": body["reference"],
        "status": display.label(status),
        "code": status["code"],
        "submitted_at": referral.submitted_at,
        "withdrawn_at": referral.withdrawn_at,
        "answer_by": next(
            (_instant(c["due_at"]) for c in body["clocks"] if c["state"]["code"] != "stopped"), None
        ),
        "lines": [
            {**line, "at": _instant(line["at"]), "due_on": _instant(line.get("due_on"))} for line in lines
        ],
        "may_add": ADD.name in may,
        "may_take_back": TAKE_BACK.name in may,
        "contact": contact_of(referral.authority, at=page.at),
        "key": uuid4().hex,
    }
    page.template = "web/filing/standing.html"  # of this request's own view
    return page.show(context)


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


class ReceiptPage(ShownPage):
    template = "web/filing/receipt.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return the receipt, to print or keep; the proof follows the filing by some seconds.

        Urgent is what was filed so; what the case has become since isn't the filer's to know (SEC-AZ19).
        """
        filed, _ = own(self, pk)
        receipt = receipts.receipt_of(pk, actor=self.actor, at=self.at)
        return {
            "pk": pk,
            "receipt": receipt,
            "submitted_at": _instant(receipt["submitted_at"]),
            "urgent": filed.steps.filter(step=URGENTLY.name).exists(),
            "contact": contact_of(filed.authority, at=self.at),
        }


class StepPage(InputPage):
    keeps = True
    step: ClassVar[Step]
    title: ClassVar[Any]
    button: ClassVar[Any]
    template = "web/filing/step.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        own(self, pk)
        return {}

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        own(self, pk)
        body = self.body()
        wanted = StepRequest(step=self.step, referral_id=pk, body=body)
        request.purpose = self.step.purpose  # a refusal bears it too
        once_only(self, pk, body, lambda: perform.perform(wanted, actor=self.actor, at=self.at))
        return go_to(reverse("filing", args=[pk]))

    def typed(self) -> dict[str, Any]:
        return self.body()  # a day that was typed comes back as a day

    def around(self) -> dict[str, Any]:
        return {
            "pk": self.pk,
            "title": self.title,
            "button": self.button,
            "step": self.step,
            "key": uuid4().hex,
        }


class QuestionQuery(Query):
    """Which question of the cell is answered; none where something is added unasked."""

    question = Id(required=False)


class AddPage(StepPage):
    """GET, POST /transmissions/{id}/complement (T08)."""

    step, takes, asks = ADD, ADD.takes, (*ADDITION, FILES)
    title, button = _("Ajouter une information"), _("Envoyer")
    query = QuestionQuery

    def body(self) -> dict[str, Any]:
        question = self.asked.get("question")
        return super().body() | ({"request": str(question)} if question else {})

    @cached_property
    def files(self) -> list[tuple[str, str]]:
        """Return the files that were sent for this, as pairs of id and words."""
        referral, ties = seen(self.request, self.kwargs["pk"])
        return [
            (
                str(row.pk),
                gettext("Fichier envoyé le %(at)s") % {"at": display.instant(row.at.isoformat(), forms.ZONE)},
            )
            for row in rights.waiting(referral, ties, self.actor.user_id)
        ]

    def choices(self) -> Mapping[str, Pairs]:
        return {"attachments": self.files}

    def fields(self, values: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> list[Field]:
        chosen = {"attachments": [code for code, _ in self.files]}
        fields = super().fields(chosen | dict(values), faults)
        return fields if self.files else fields[:-1]

    def around(self) -> dict[str, Any]:
        question = self.asked.get("question")
        query = f"?{urlencode({'question': question})}" if question else ""
        return super().around() | {"files_at": reverse("filing-files", args=[self.pk]) + query}


class TakeBackPage(StepPage):
    """GET, POST /transmissions/{id}/retrait (T04)."""

    step, takes, asks = TAKE_BACK, TAKE_BACK.takes, REASON
    title, button = _("Retirer la transmission"), _("Retirer")


class MarkRead(ButtonPage):
    def do(self, pk: UUID, part: UUID) -> None:
        own(self, pk)
        messages_queries.mark_read(pk, part, actor=self.actor, at=self.at)

    def goes_to(self) -> str:
        return reverse("filing", args=[self.pk])


def once_only(page: Page, pk: UUID, body: Mapping[str, Any], act: Any) -> None:
    """Do an act once for each page that was shown, however often it is sent."""
    once = Once.of(page.sent.text("key"), f"POST {page.request.get_full_path()}", dict(body))
    once.wait(page.actor)
    if once.honoured(page.actor) is None:
        done: StepResult = act()
        once.keep(page.actor, status=done.status, thing=pk, version=done.referral.version, at=page.at)
