"""Access requests: the officer's list, receiving one, one of them with its copy, its steps, files found (S10)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.models import Authority, User
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit.events import Purpose
from core.inputs import Code
from core.paging import Page
from referrals.access_requests import actions, letter, queries
from referrals.access_requests.inputs import AccessRequestQuery, Receiving, SettingScope
from referrals.access_requests.sheet import Sheet
from referrals.errors import NotAllowed, NotVisible
from referrals.execution import row_approvals
from referrals.letters.paper import Paper
from referrals.models import AccessRequest
from referrals.vocabulary.access_requests import AccessRefusal, Proof, Standing
from referrals.vocabulary.states import AccessRequestState, Machine
from referrals.workflow.context import StepInput
from referrals.workflow.inputs import text as long_text
from referrals.workflow.step import Step, steps
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.display import Line
from web.cases.panel import panels
from web.forms import ZONE, Ask, Pairs, members
from web.generic import (
    FileButton,
    ListPage,
    RowStepPage,
    ShownPage,
    StepInputPage,
    labelled,
    named,
)
from web.views.cases import row_signing

row_signing.PAGES[Machine.ACCESS_REQUEST] = "access-request-page"
FILTERS: Final[Sequence[Ask]] = (Ask("state", _("État"), kind="select", nothing=_("Tous")),)
LOOKS: Final = {
    "received": "wait",
    "identity_check": "wait",
    "answered": "done",
    "partial": "done",
    "closed": "done",
}
#: Steps that have a page of their own: receiving, and hiding passages on the copy.
ELSEWHERE: Final = ("receive", "redact")
#: What is chosen from a list of people, lines or passages.
CHOSEN: Final = ("user", "approver", "entries", "masked", "lift")
#: Members that a page leaves out: whoever gives an opinion doesn't see the copy (§4.8).
LEFT_OUT: Final = {"give_opinion": ("parts",)}
REFERENCES_HINT: Final = _(
    "Aucun si la recherche n'a rien donné : la réponse dira qu'aucune donnée n'est traitée."
)


class Filters(BlanksLeftOut, AccessRequestQuery):
    """Filters of the list; ``waiting``: those that wait for the reader, as the page of the day counts them."""

    waiting = Code([(one, one) for one in queries.Waiting], required=False)


class ScopeForm(SettingScope):
    """The files of a request as a page asks for them: a reference a line."""

    # Split before the step reads them; left blank where the search found nothing.
    references = long_text(required=False, max_length=1_000)  # type: ignore[assignment]


class AccessRequests(ListPage):
    """The requests in which the reader has a part, the newest first; nothing is opened."""

    query = Filters
    filtered_by = FILTERS
    carried = ("waiting",)
    template = "web/access_requests/list.html"

    def context(self) -> dict[str, Any]:
        self.awaited = set(queries.opinions_awaited(self.actor, at=self.at).values_list("pk", flat=True))
        context = super().context()
        context |= {"receives": bool(self.actor.holding(steps.get(Machine.ACCESS_REQUEST, "receive").roles))}
        return context if self.actor.holding((Role.DPO,)) else context | {"filters": []}

    def rows(self, asked: dict[str, Any]) -> Page:
        return queries.request_page(asked, actor=self.actor, at=self.at)

    def line(self, row: AccessRequest) -> dict[str, Any]:
        return line(queries.line(row, self.actor, at=self.at)) | {"awaited": row.pk in self.awaited}

    def choices(self) -> dict[str, Pairs]:
        return {"state": labelled(AccessRequestState)}


class NewAccessRequest(StepInputPage):
    keeps = True
    takes = Receiving
    step = steps.get(Machine.ACCESS_REQUEST, "receive")
    selects = ("authority",)
    purpose, shows, done = Purpose.HANDLING, "access-request-page", "access_request-receive"
    template = "web/access_requests/step.html"

    def prepare(self) -> None:
        self.places = {one.authority_id for one in self.actor.holding(self.step.roles)}
        if not self.places:
            raise NotAllowed(self.step.event)
        names = [name for name in members(Receiving) if name != "authority" or len(self.places) > 1]
        self.asks = [self.ask(name) for name in names]

    def values(self) -> dict[str, Any]:
        return {"right": "access", "wanted": "all"}

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.receive(body, actor=self.actor, at=self.at).pk

    def choices(self) -> Mapping[str, Pairs]:
        rows = Authority.objects.filter(pk__in=sorted(self.places)).order_by("name")
        return {"authority": named(rows)}

    def around(self) -> dict[str, Any]:
        around = super().around()
        return around | {
            "brings": [*around["brings"], gettext("La réponse est due dans le mois de la réception.")],
            "back": reverse("access-requests-page"),
            "line": {"reference": ""},
        }


class OneAccessRequest(ShownPage):
    query = confirmation.ConfirmationQuery
    template = "web/access_requests/one.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = queries.visible_row(pk, actor=self.actor, at=self.at)
        body = queries.one(row, self.actor, at=self.at)
        sheet = Sheet(row, actor=self.actor, at=self.at)
        offered = actions.runner.abilities(row, self.actor, at=self.at)
        offered = {
            name: [one for one in some if one["step"] not in ELSEWHERE] for name, some in offered.items()
        }
        officer = Role.DPO in self.actor.roles_in(row.authority_id)
        request_details = body.get("said") if isinstance(body.get("said"), Mapping) else {}
        return self.show(
            {
                "pk": pk,
                "line": line(body),
                "course": _course(body),
                "said": _details(request_details or {}),
                "identity": _identity(body.get("identity")),
                "files": [
                    {"reference": one["reference"], "state": display.label(one["state"]), "held": one["held"]}
                    for one in body.get("files", ())
                ],
                "gates": [display.label(one) for one in body.get("gates", ())],
                "opinions": [_opinion(one) for one in body["opinions"]],
                "parts": [_part(one) for one in body.get("parts", ())],
                "readers": _readers(body.get("readers")),
                "letters": sorted(body["letter"]) if isinstance(body.get("letter"), Mapping) else [],
                "approvals": [
                    {"pk": one["id"], "step": display.step_words(Machine.ACCESS_REQUEST, one["step"])}
                    for one in body.get("approvals", ())
                ],
                "lost": any(
                    display.unreadable(body.get(name)) for name in ("said", "identity", "letter", "readers")
                ),
                "panels": panels(pk, offered),
                "next": _next(pk, offered),
                "officer": officer,
                "listed": bool(self.actor.holding(queries.LISTERS)),
                "searches": officer and row.state == AccessRequestState.COLLECTING,
                "fetches": officer and row.package is not None,
                "whole": body["whole"],
                "closed": sheet.row.state == AccessRequestState.CLOSED,
            }
            | confirmation.in_words(self)
        )


class AccessFiles(ShownPage):
    template = "web/access_requests/files.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Look in the index for files of the person, closed and archived ones too; no name is shown."""
        row = queries.visible_row(pk, actor=self.actor, at=self.at)
        hits = queries.found(pk, actor=self.actor, at=self.at)
        return {
            "pk": pk,
            "line": {"reference": row.reference},
            "hits": [
                {
                    "reference": one["reference"],
                    "state": display.label(one["state"]),
                    "received": display.instant(one["received_at"], ZONE),
                    "exact": one["exact"],
                }
                for one in hits
            ],
            "back": reverse("access-request-page", args=[pk]),
            "scope": reverse("access_request-step-page", args=[pk, "set_scope"]),
        }


class AccessPackage(FileButton):
    """What is handed over, as the officer takes it; the fetching is an entry."""

    step_up = frozenset({"POST"})
    comes_back = "access-requests-page"
    kind, name = "application/zip", "reponse.zip"

    def file(self, pk: UUID) -> bytes:
        return queries.package(pk, actor=self.actor, at=self.at)


class AccessStep(RowStepPage):
    machine, runner, shows = Machine.ACCESS_REQUEST, actions.runner, "access-request-page"
    selects = ("user", "approver")
    template = "web/access_requests/step.html"

    def one(self, pk: UUID) -> AccessRequest:
        return queries.visible_row(pk, actor=self.actor, at=self.at)

    def declared(self, name: str) -> Step:
        if name in ELSEWHERE:
            raise NotVisible
        return super().declared(name)

    def context(self) -> dict[str, Any]:
        return {"previews": _previews(self.step, self.opened)}

    def body(self) -> dict[str, Any]:
        body = super().body()
        if self.step.name == "set_scope":
            body["references"] = str(body.get("references") or "").split()
        return body

    def asks_for(self) -> None:
        super().asks_for()
        self.takes = ScopeForm if self.step.name == "set_scope" else self.step.takes  # of this request
        self.asks = [ask for ask in self.asks if ask.name not in LEFT_OUT.get(self.step.name, ())]

    def ask(self, name: str) -> Ask:
        ask = super().ask(name)
        if name == "references":
            return Ask(name, ask.label, REFERENCES_HINT, rows=ask.rows, optional=True)
        return ask

    def choices(self) -> Mapping[str, Pairs]:
        """Return who may be asked or sign, and the lines and passages of the copy, which is opened for that."""
        row, names = self.row, members(self.step.takes)
        pairs: dict[str, Pairs] = {}
        context = actions.runner.context_of(self.step, row, self.actor, at=self.at)
        if "approver" in names and context is not None:
            candidates = row_approvals.candidates(actions.runner, self.step, context, StepInput())
            pairs["approver"] = _people(candidates)
        if "user" in names:
            people = office_holders((Role.ASE_INSPECTOR, Role.CRIP_COORDINATOR), row.authority_id, at=self.at)
            pairs["user"] = _people(people - {self.actor.user_id})
        body: Mapping[str, Any] = {}
        if self.opened is not None and {"entries", "lift"} & set(names):
            body = queries.one(row, self.actor, at=self.at)
        for name, listed in (("entries", _lines), ("masked", _lines), ("lift", _passages)):
            if name in names and self.opened is not None:
                pairs[name] = listed(body)
            elif name in names:
                # The page of a refusal opens nothing: there they are those that were sent.
                pairs[name] = [(one, gettext("Choix fait")) for one in self.sent.texts(name)]
        return pairs

    def around(self) -> dict[str, Any]:
        return super().around() | {"line": {"reference": self.row.reference}}

    def goes_to(self, made: UUID) -> str:
        visible = actions.visible_to(self.actor, at=self.at).filter(pk=made).exists()
        return super().goes_to(made) if visible else reverse("access-requests-page")

    def awaits(self) -> bool:
        rows = row_approvals.parts_of(self.actor).filter(target=self.pk, decided_at=None)
        return any(one.step == self.step.name for one in rows)


def _next(pk: UUID, offered: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the step that usually comes next, of those that are possible now, and why."""
    for action in reversed(offered["available_actions"]):
        step = display.step_of(action["machine"], action["step"])
        if step is not None and step.usual:
            place = reverse("access_request-step-page", args=[pk, step.name])
            return {"why": str(step.usual[0].why), "label": str(step.label), "address": place}
    return None


def _people(ids: Any) -> Pairs:
    rows = User.objects.filter(pk__in=list(ids)).order_by("full_name", "pk")
    return [(str(one.pk), one.full_name) for one in rows]


def _lines(body: Mapping[str, Any]) -> Pairs:
    readers = body.get("readers")
    lines = readers.get("lines", ()) if isinstance(readers, Mapping) else ()
    return [(one["entry"], _reader(one)) for one in lines]


def _passages(body: Mapping[str, Any]) -> Pairs:
    passages: list[tuple[str, str]] = []
    for part in body.get("parts", ()):
        label = part["content"].get("label", "") if isinstance(part["content"], Mapping) else ""
        passages += [
            (one["id"], f"{label} – {display.label(one['code'])}")
            for one in part["redactions"]
            if not one["lifted_at"]
        ]
    return passages


def _previews(step: Step, sheet: Sheet) -> list[dict[str, Any]]:
    """Return what the letter of a step will say, before anybody signs it; without who asks, whom the page names."""
    if step.name == "answer":
        (reader_list,) = sheet.opened([sheet.row.readers])
        readers = len((reader_list or {}).get("lines", ()))
        parts = sheet.row.parts.count()
        paper = letter.reply(sheet, StepInput(done="…", word=""), sheet.codes(), parts=parts, readers=readers)
        return [_preview(paper)]
    if step.name == "refuse":
        papers = {str(one.label): letter.refusal(sheet, str(one)) for one in AccessRefusal}
        return [_preview(paper, why) for why, paper in papers.items()]
    return []


def _preview(paper: Paper, why: str = "") -> dict[str, Any]:
    """Return the body of a letter as the page shows it, in French as it leaves."""
    sections = [
        {"heading": one.heading, "paragraphs": one.paragraphs, "points": one.points} for one in paper.sections
    ]
    return {"why": why, "title": paper.title, "sections": sections}


def line(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request as a line of a list; of who received it alone the receipt."""
    shown = {
        "pk": body["id"],
        "reference": body["reference"],
        "received": display.instant(body["received_on"], ZONE),
        "way": display.label(body["way"]),
        "whole": body["whole"],
    }
    if not body["whole"]:
        return shown
    return shown | {
        "requester": display.label(body["requester"]),
        "right": display.label(body["right"]),
        "wanted": display.label(body["wanted"]),
        "state": display.label(body["state"]),
        "look": "late" if body["overdue"] else LOOKS.get(body["state"]["code"], ""),
        "due": display.instant(body["due_at"], ZONE),
        "overdue": body["overdue"],
    }


def _course(body: Mapping[str, Any]) -> list[Line]:
    if not body["whole"]:
        return []
    pairs = [
        (gettext("Qualité établie"), display.label(body["standing"])),
        (
            gettext("Période"),
            " – ".join(display.instant(body[one], ZONE) for one in ("since", "until") if body[one]),
        ),
        (gettext("Délai prolongé le"), display.instant(body["extended_at"], ZONE)),
        (gettext("Copie constituée le"), display.instant(body["collected_at"], ZONE)),
        (gettext("Réponse donnée le"), display.instant(body["answered_at"], ZONE)),
        (gettext("Motifs d'occultation"), ", ".join(display.label(one) for one in body["codes"])),
        (gettext("Motif du refus"), display.label(body["refusal"])),
        (gettext("Empreinte de la réponse (SHA-256)"), body["package_hash"]),
        (gettext("À retirer avant le"), display.instant(body["package_until"], ZONE)),
        (gettext("Réponse détruite le"), display.instant(body["package_over_at"], ZONE)),
        (gettext("Remise le"), display.instant(body["handed_at"], ZONE)),
        (gettext("Remise"), display.label(body["handing"])),
        (gettext("Recours devant"), display.label(body["appeal"])),
        (gettext("Recours du"), display.instant(body["appealed_on"], ZONE)),
        (gettext("Close le"), display.instant(body["closed_at"], ZONE)),
    ]
    return [Line(label, text) for label, text in pairs if text]


def _details(said: Mapping[str, Any]) -> list[Line]:
    subject = said.get("subject") or {}
    pairs = [
        (gettext("Qui demande"), said.get("name")),
        (gettext("Comment la joindre"), said.get("contact")),
        (gettext("Dans ses mots"), said.get("words")),
        (gettext("Partie demandée"), said.get("part")),
        (
            gettext("Personne concernée"),
            " ".join(filter(None, (subject.get("first_names"), subject.get("last_name")))),
        ),
        (gettext("Date de naissance"), display.instant(str(subject.get("birth_date") or ""), ZONE)),
    ]
    return [Line(label, str(text)) for label, text in pairs if text]


def _identity(said: Any) -> list[Line]:
    if not isinstance(said, Mapping) or display.unreadable(said):
        return []
    pairs = [
        (gettext("Identité"), str(Proof(said["proof"]).label)),
        (gettext("Qualité"), str(Standing(said["standing"]).label)),
        (gettext("Comment"), said["how"]),
    ]
    return [Line(label, text) for label, text in pairs]


def _opinion(one: Mapping[str, Any]) -> dict[str, Any]:
    pairs = [
        (gettext("Question"), one["question"]),
        (gettext("Avis"), display.label(one["verdict"])),
        (gettext("À partir du"), display.instant(one["later_on"], ZONE)),
        (gettext("Motivation"), one["reason"]),
        (gettext("Note du parquet du"), display.instant(one["noted_on"], ZONE)),
        (gettext("Où en est la preuve"), one["note"]),
    ]
    return {
        "who": one["asked_name"],
        "when": display.instant(one["answered_at"] or one["asked_at"], ZONE),
        "given": one["answered_at"] is not None,
        "lines": [Line(label, str(text)) for label, text in pairs if text],
    }


def _part(one: Mapping[str, Any]) -> dict[str, Any]:
    content = one["content"] if isinstance(one["content"], Mapping) else {}
    hidden = [display.label(each["code"]) for each in one["redactions"] if not each["lifted_at"]]
    return {
        "label": content.get("label", ""),
        "text": content.get("text") or (gettext("Document") if content.get("attachment") else ""),
        "on": display.instant(content.get("on") or "", ZONE),
        "hidden": ", ".join(dict.fromkeys(hidden)),
    }


def _reader(one: Mapping[str, Any]) -> str:
    day = display.instant(one["day"], ZONE)
    return ", ".join(
        filter(None, (day, one["hours"], one["function"], one["service"], one["purpose"], one["name"]))
    )


def _readers(said: Any) -> list[str]:
    return [_reader(one) for one in said.get("lines", ())] if isinstance(said, Mapping) else []
