"""Inquiries of other authorities about a child's past: both sides' list, one of them, its steps, and asking (S21)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from audit.events import Purpose
from core.paging import Page
from referrals.inquiries import actions, queries
from referrals.inquiries.inputs import Asking, InquiryQuery
from referrals.models import Inquiry
from referrals.reading import names as reading_names
from referrals.reading.disclosures import opened, seen
from referrals.vocabulary.between_authorities import Document, NotSent, Side
from referrals.vocabulary.states import InquiryState, Machine
from referrals.workflow.step import steps
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.display import Line
from web.cases.panel import panels
from web.forms import ZONE, Ask, Pairs, members
from web.generic import ListPage, RowStepPage, ShownPage, StepInputPage, labelled, named
from web.views.cases.transfers import blocks

FILTERS: Final[Sequence[Ask]] = (
    Ask("side", _("Sens"), kind="select", nothing=_("Tous")),
    Ask("state", _("État"), kind="select", nothing=_("Tous")),
)
#: What the question says besides the child's name and birth, in words.
QUESTION: Final[Mapping[str, Any]] = {
    "last_name": _("Nom"),
    "first_names": _("Prénoms"),
    "birth_date": _("Date de naissance"),
    "birth_year_month": _("Mois de naissance"),
    "former_address": _("Ancienne adresse"),
    "school": _("Établissement scolaire fréquenté là-bas"),
    "holder": _("Titulaire de l'autorité parentale"),
    "purpose": _("À quoi servira la réponse"),
    "called": _("Qui a été appelé"),
}
LOOKS: Final = {"asked": "wait", "documents_asked": "wait", "answered": "done"}


class Filters(BlanksLeftOut, InquiryQuery):
    """Filters of the list of inquiries."""


class Inquiries(ListPage):
    """The inquiries of the reader's authorities, asked and received, the newest first; nothing is opened."""

    query = Filters
    filtered_by = FILTERS
    template = "web/inquiries/list.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return queries.inquiry_page(asked, actor=self.actor, at=self.at)

    def line(self, row: Inquiry) -> dict[str, Any]:
        return line(queries.line(row, at=self.at))

    def choices(self) -> dict[str, Pairs]:
        return {"side": labelled(Side), "state": labelled(InquiryState)}


class OneInquiry(ShownPage):
    query = confirmation.ConfirmationQuery
    template = "web/inquiries/one.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return one side of an inquiry: the question, the answer, the documents, and what may be done now."""
        row = queries.visible_row(self.request, pk, actor=self.actor, at=self.at)
        body = queries.one(row, self.actor, at=self.at)
        papers = body["papers"] if isinstance(body["papers"], Mapping) else {}
        lost = [name for name in queries.CLASSES if display.unreadable(body[name])]
        return {
            "pk": pk,
            "line": line(body),
            "course": _course(body),
            "question": _question(body["question"]),
            "contact": "" if "reply" in lost else (body["reply"] or {}).get("contact", ""),
            "entry": [] if "reply" in lost else _entry(body["reply"]),
            "purposes": [] if "request" in lost else _purposes(body["request"]),
            "closing": "" if "closing" in lost else body["closing"],
            "lost": bool(lost),
            "documents": [
                {"title": str(Document(kind).label), "blocks": blocks(content)}
                for kind, content in papers.get("documents", {}).items()
            ],
            "missing": [
                Line(str(Document(kind).label), str(NotSent(why).label))
                for kind, why in papers.get("missing", {}).items()
            ],
            "candidates": [_candidate(one) for one in body["candidates"]],
            "panels": panels(pk, actions.runner.abilities(row, self.actor, at=self.at)),
        } | confirmation.in_words(self)


class InquiryStep(RowStepPage):
    machine, runner, shows = Machine.INQUIRY, actions.runner, "inquiry-page"
    purpose = Purpose.HANDLING
    selects = ("child", "asked")
    template = "web/inquiries/step.html"

    def one(self, pk: UUID) -> Inquiry:
        return queries.visible_row(self.request, pk, actor=self.actor, at=self.at)

    def choices(self) -> Mapping[str, Pairs]:
        """Return the children of own files who may be meant.

        The page of a refusal opens nothing: there they are those that were sent.
        """
        if "child" not in members(self.takes):
            return {}
        if self.request.method == "POST":
            sent = self.sent.text("child")
            return {"child": [(sent, gettext("L'enfant choisi"))] if sent else []}
        candidates = queries.one(self.row, self.actor, at=self.at)["candidates"]
        return {"child": [(one["child"], _candidate(one)["words"]) for one in candidates]}

    def around(self) -> dict[str, Any]:
        return super().around() | {"line": line(queries.line(self.row, at=self.at))}


class AskInquiry(StepInputPage):
    keeps = True
    takes = Asking
    step = steps.get(Machine.INQUIRY, "ask")
    selects = ("child", "asked")
    purpose, shows, done = Purpose.HANDLING, "inquiry-page", "inquiry-ask"
    template = "web/inquiries/step.html"
    names: Mapping[str, str] = {}

    def prepare(self, pk: UUID) -> None:
        self.referral, self.ties = seen(self.request, pk)
        self.asks = [self.ask(name) for name in members(Asking)]

    def values(self) -> dict[str, Any]:
        """Begin with nothing; the names of the children are opened to choose from."""
        actions.asker_of(self.pk, self.actor, at=self.at)
        self.names = opened(
            self.referral,
            self.ties,
            lambda scope: (
                reading_names.names(
                    self.referral, self.ties, scope, actor=self.actor, holders_too=False
                ).children
            ),
            actor=self.actor,
            at=self.at,
        )
        return {}

    def body(self) -> dict[str, Any]:
        actions.asker_of(self.pk, self.actor, at=self.at)
        return super().body()

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.ask(self.pk, body, actor=self.actor, at=self.at).pk

    def choices(self) -> Mapping[str, Pairs]:
        rows = self.referral.children.filter(wrong_person=False, restricted=False)
        numbers = enumerate(map(str, rows.values_list("pk", flat=True)), start=1)
        others = Authority.objects.exclude(pk__in=[self.referral.authority_id]).order_by("name")
        return {
            "child": [(pk, self.names.get(pk) or gettext("Enfant %(n)s") % {"n": n}) for n, pk in numbers],
            "asked": named(others),
        }

    def around(self) -> dict[str, Any]:
        return super().around() | {
            "line": {"reference": self.referral.reference},
            "back": reverse("case-part", args=[self.referral.pk, "transferts"]),
        }


def line(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": body["id"],
        "reference": body["reference"],
        "side": display.label(body["side"]),
        "asker": body["side"]["code"] == Side.ASKER,
        "referral": body["referral"],
        "other": body["other"]["name"],
        "state": display.label(body["state"]),
        "look": "late" if body["overdue"] else LOOKS.get(body["state"]["code"], ""),
        "urgency": display.label(body["urgency"]),
        "asked": display.instant(body["asked_at"], ZONE),
        "due": display.instant(body["due_at"], ZONE),
        "overdue": body["overdue"],
    }


def _course(body: Mapping[str, Any]) -> list[Line]:
    years = " – ".join(dict.fromkeys(str(body[name]) for name in ("from_year", "to_year") if body[name]))
    answer = {None: "", True: gettext("Oui"), False: gettext("Non")}[body["known"]]
    pairs = [
        (gettext("Motif"), display.label(body["ground"])),
        (gettext("Information des titulaires"), display.label(body["holders"])),
        (gettext("Posée le"), display.instant(body["asked_at"], ZONE)),
        (gettext("Répondu le"), display.instant(body["answered_at"], ZONE)),
        (gettext("L'enfant y est connu"), answer),
        (gettext("Par"), ", ".join(display.label(one) for one in body["kinds"])),
        (gettext("Années"), years),
        (gettext("Suivi"), display.label(body["standing"])),
        (gettext("Pièces demandées"), ", ".join(display.label(one) for one in body["wanted"])),
        (gettext("Motif du refus"), display.label(body["refusal"])),
        (gettext("Terminée le"), display.instant(body["closed_at"], ZONE)),
        (gettext("Ce qui était demandé a été détruit le"), display.instant(body["forgotten_at"], ZONE)),
    ]
    return [Line(label, text) for label, text in pairs if text]


def _entry(reply: Mapping[str, Any] | None) -> list[Line]:
    """Return the entry of an older register by which the own authority knows the child."""
    entry = (reply or {}).get("register", {})
    words = {
        "register": gettext("Registre"), "register_year": gettext("Année"), "register_number": gettext("Numéro"),
    }  # fmt: skip
    return [Line(label, str(entry[name])) for name, label in words.items() if name in entry]


def _purposes(request: Any) -> list[Line]:
    """Return what each document is for; a request of before has one purpose for all."""
    if isinstance(request, Mapping):
        return [Line(str(Document(kind).label), text) for kind, text in request.items()]
    return [Line(gettext("Toutes les pièces"), request)] if request else []


def _question(question: Any) -> list[Line]:
    if not isinstance(question, Mapping) or display.unreadable(question):
        return []
    question_values = {**question.get("child", {}), **question}
    return [
        Line(
            str(label),
            display.instant(question_values[name], ZONE) if name == "birth_date" else question_values[name],
        )
        for name, label in QUESTION.items()
        if question_values.get(name)
    ]


def _candidate(one: Mapping[str, Any]) -> dict[str, Any]:
    name = " ".join(filter(None, (one["first_names"], one["last_name"] or one["usual_name"])))
    born = display.instant(str(one["birth_date"]), ZONE) if one["birth_date"] else ""
    words = " – ".join(filter(None, (name, born, one["reference"], display.label(one["state"]))))
    return {"words": words, "reference": one["reference"]}
