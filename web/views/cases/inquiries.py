"""Inquiries of other authorities about a child's past: both sides' list, one of them, its steps, and asking (S21)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from accounts.request import ServiceRequest
from audit.events import Purpose
from referrals.errors import NotVisible
from referrals.inquiries import actions, queries
from referrals.inquiries.inputs import Asking, InquiryQuery
from referrals.models import Inquiry, Referral
from referrals.reading import names as reading_names
from referrals.reading.disclosures import opened, seen
from referrals.vocabulary.between_authorities import Document, NotSent, Side
from referrals.vocabulary.states import InquiryState, Machine
from referrals.workflow.step import Step, steps
from web import forms
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.display import Line
from web.cases.panel import brings, panels
from web.cases.stepforms import ask_of, summary
from web.forms import ZONE, Ask, Pairs, members
from web.generic import InputPage
from web.page import Page, go_to
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


class Inquiries(Page):
    query = Filters
    template = "web/inquiries/list.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List the inquiries of the reader's authorities, asked and received, the newest first; nothing is opened."""
        filters = dict(self.asked)
        kept: dict[str, Any] = {name: filters[name] for name in ("side", "state") if name in filters}
        page = queries.inquiry_page(filters, actor=self.actor, at=self.at)
        choices = {
            "side": [(str(one), str(one.label)) for one in Side],
            "state": [(str(one), str(one.label)) for one in InquiryState],
        }
        following = (
            f"{reverse('inquiries-page')}?{urlencode(kept | {'cursor': page.next})}" if page.next else ""
        )
        return self.show(
            {
                "lines": [line(queries.line(row, at=self.at)) for row in page.items],
                "filters": forms.fields_of(Filters, FILTERS, kept, choices=choices),
                "filtered": bool(kept),
                "next": following,
            }
        )


class InquiryPage(Page):
    def one(self, pk: UUID) -> Inquiry:
        return queries.known(self.request, pk, actor=self.actor, at=self.at)


class OneInquiry(InquiryPage):
    query = confirmation.ConfirmationQuery
    template = "web/inquiries/one.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = self.one(pk)
        body = queries.one(row, self.actor, at=self.at)
        papers = body["papers"] if isinstance(body["papers"], Mapping) else {}
        lost = [name for name in queries.CLASSES if display.unreadable(body[name])]
        return self.show(
            {
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
            }
            | confirmation.in_words(self)
        )


class InquiryStep(InquiryPage, InputPage):
    keeps = True
    template = "web/inquiries/step.html"

    def get(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        declared, row = declared_step(step), self.one(pk)
        actions.runner.require_possible(declared, row, actor=self.actor, at=self.at)
        self.asks_for(declared, row)
        return self.show(self.page_context(declared, row) | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        """Do the step, once under the form's key, and go back to the inquiry."""
        declared = declared_step(step)
        request.purpose = Purpose.HANDLING  # a refusal bears it too
        self.asks_for(declared, self.one(pk), opening=False)
        body = self.body()

        def act() -> UUID:
            actions.runner.perform(declared, pk, body, actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        return go_to(
            reverse("inquiry-page", args=[pk]) + confirmation.query_of(self.actor, f"inquiry-{declared.name}")
        )

    def redisplay(self, problem: Mapping[str, Any], pk: UUID, step: str) -> HttpResponse:
        declared, row = declared_step(step), self.one(pk)
        self.asks_for(declared, row, opening=False)
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context(declared, row) | again)

    def asks_for(self, step: Step, row: Inquiry, *, opening: bool = True) -> None:
        self.takes = step.takes  # of this request
        self.asks = [_ask(step, name) for name in members(step.takes)]
        self._pairs = self._choices(row, opening) if "child" in members(step.takes) else {}

    def choices(self) -> Mapping[str, Pairs]:
        return self._pairs

    def _choices(self, row: Inquiry, opening: bool) -> dict[str, Pairs]:
        """The page of a refusal opens nothing: there they are those that were sent."""
        if not opening:
            sent = self.sent.text("child")
            return {"child": [(sent, gettext("L'enfant choisi"))] if sent else []}
        candidates = queries.one(row, self.actor, at=self.at)["candidates"]
        return {"child": [(one["child"], _candidate(one)["words"]) for one in candidates]}

    def page_context(self, step: Step, row: Inquiry) -> dict[str, Any]:
        return {
            "line": line(queries.line(row, at=self.at)),
            "title": display.step_words(str(step.machine), step.name),
            "law": step.law,
            "brings": brings(step),
            "back": reverse("inquiry-page", args=[row.pk]),
        }


class AskInquiry(InputPage):
    keeps = True
    takes = Asking
    template = "web/inquiries/step.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        referral, ties = seen(request, pk)
        actions.asker_of(pk, self.actor, at=self.at)
        children = opened(
            referral,
            ties,
            lambda scope: (
                reading_names.names(referral, ties, scope, actor=self.actor, holders_too=False).children
            ),
            actor=self.actor,
            at=self.at,
        )
        self._about(referral, children)
        return self.show(self.page_context(referral) | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Ask, once under the form's key, and show the inquiry."""
        request.purpose = Purpose.HANDLING  # a refusal bears it too
        referral, _ties = seen(request, pk)
        actions.asker_of(pk, self.actor, at=self.at)
        self._about(referral, {})
        body = self.body()
        made = self.once(body, lambda: actions.ask(pk, body, actor=self.actor, at=self.at).pk)
        return go_to(reverse("inquiry-page", args=[made]) + confirmation.query_of(self.actor, "inquiry-ask"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Show the form as it was sent, with its faults; no name is opened for that."""
        referral, _ties = seen(self.request, pk)
        self._about(referral, {})
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context(referral) | again)

    def _about(self, referral: Referral, names: Mapping[str, str]) -> None:
        step = steps.get(Machine.INQUIRY, "ask")
        self.asks = [_ask(step, name) for name in members(Asking)]
        rows = referral.children.filter(wrong_person=False, restricted=False)
        numbers = enumerate(rows.values_list("pk", flat=True), start=1)
        others = Authority.objects.exclude(pk__in=[referral.authority_id]).order_by("name")
        self._pairs: dict[str, Pairs] = {
            "child": [
                (str(one), names.get(str(one)) or gettext("Enfant %(n)s") % {"n": n}) for n, one in numbers
            ],
            "asked": [(str(one.pk), one.name) for one in others],
        }

    def choices(self) -> Mapping[str, Pairs]:
        return self._pairs

    def page_context(self, referral: Referral) -> dict[str, Any]:
        step = steps.get(Machine.INQUIRY, "ask")
        return {
            "line": {"reference": referral.reference},
            "title": str(step.label),
            "law": step.law,
            "brings": brings(step),
            "back": reverse("case-part", args=[referral.pk, "transferts"]),
        }


def declared_step(name: str) -> Step:
    step = display.step_of(Machine.INQUIRY, name)
    if step is None or step.internal or step.creates:
        raise NotVisible
    return step


def _ask(step: Step, name: str) -> Ask:
    """Return how a page asks for a member; which row is meant is chosen from a list."""
    ask = ask_of(step.takes, name)
    if name not in ("child", "asked"):
        return ask
    return Ask(name, ask.label, ask.hint, kind="select", nothing=_("À choisir"), optional=ask.optional)


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
    known = {None: "", True: gettext("Oui"), False: gettext("Non")}[body["known"]]
    pairs = [
        (gettext("Motif"), display.label(body["ground"])),
        (gettext("Information des titulaires"), display.label(body["holders"])),
        (gettext("Posée le"), display.instant(body["asked_at"], ZONE)),
        (gettext("Répondu le"), display.instant(body["answered_at"], ZONE)),
        (gettext("L'enfant y est connu"), known),
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
    told_all = {**question.get("child", {}), **question}
    return [
        Line(str(label), display.instant(told_all[name], ZONE) if name == "birth_date" else told_all[name])
        for name, label in QUESTION.items()
        if told_all.get(name)
    ]


def _candidate(one: Mapping[str, Any]) -> dict[str, Any]:
    name = " ".join(filter(None, (one["first_names"], one["last_name"] or one["usual_name"])))
    born = display.instant(str(one["birth_date"]), ZONE) if one["birth_date"] else ""
    words = " – ".join(filter(None, (name, born, one["reference"], display.label(one["state"]))))
    return {"words": words, "reference": one["reference"]}
