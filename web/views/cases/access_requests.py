"""Access requests: the officer's list, receiving one, one of them with its copy, its steps, files found (S10)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.models import Authority, User
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit.events import Purpose
from core.inputs import Code
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
from web import forms
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.display import Line
from web.cases.panel import brings, panels
from web.cases.stepforms import ask_of, summary
from web.forms import ZONE, Ask, Pairs, members
from web.generic import InputPage
from web.page import Page, go_to
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


class AccessRequests(Page):
    query = Filters
    template = "web/access_requests/list.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List the requests in which the reader has a part, the newest first; nothing is opened."""
        filters = dict(self.asked)
        kept: dict[str, Any] = {name: filters[name] for name in ("state", "waiting") if name in filters}
        page = queries.request_page(filters, actor=self.actor, at=self.at)
        place = reverse("access-requests-page")
        choices = {"state": [(str(one), str(one.label)) for one in AccessRequestState]}
        officer = bool(self.actor.holding((Role.DPO,)))
        awaited = set(queries.opinions_awaited(self.actor, at=self.at).values_list("pk", flat=True))
        return self.show(
            {
                "lines": [
                    line(queries.line(row, self.actor, at=self.at)) | {"awaited": row.pk in awaited}
                    for row in page.items
                ],
                "filters": forms.fields_of(Filters, FILTERS, kept, choices=choices) if officer else [],
                "filtered": bool(kept),
                "receives": bool(self.actor.holding(steps.get(Machine.ACCESS_REQUEST, "receive").roles)),
                "next": f"{place}?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
            }
        )


class NewAccessRequest(InputPage):
    keeps = True
    takes = Receiving
    template = "web/access_requests/step.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        self._about()
        return self.show(self.page_context() | self.filled({"right": "access", "wanted": "all"}))

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Record it, once under the form's key, and show it."""
        request.purpose = Purpose.HANDLING  # a refusal bears it too
        self._about()
        body = self.body()
        made = self.once(body, lambda: actions.receive(body, actor=self.actor, at=self.at).pk)
        return go_to(
            reverse("access-request-page", args=[made])
            + confirmation.query_of(self.actor, "access_request-receive")
        )

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        self._about()
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context() | again)

    def _about(self) -> None:
        step = steps.get(Machine.ACCESS_REQUEST, "receive")
        held = {one.authority_id for one in self.actor.holding(step.roles)}
        if not held:
            raise NotAllowed(step.event)
        names = [name for name in members(Receiving) if name != "authority" or len(held) > 1]
        self.asks = [_ask(step, name) for name in names]
        rows = Authority.objects.filter(pk__in=sorted(held)).order_by("name")
        self._pairs: dict[str, Pairs] = {"authority": [(str(one.pk), one.name) for one in rows]}

    def choices(self) -> Mapping[str, Pairs]:
        return self._pairs

    def page_context(self) -> dict[str, Any]:
        step = steps.get(Machine.ACCESS_REQUEST, "receive")
        return {
            "title": str(step.label),
            "law": step.law,
            "brings": [*brings(step), gettext("La réponse est due dans le mois de la réception.")],
            "back": reverse("access-requests-page"),
            "line": {"reference": ""},
        }


class RequestPage(Page):
    def one(self, pk: UUID) -> AccessRequest:
        return queries.known(pk, actor=self.actor, at=self.at)


class OneAccessRequest(RequestPage):
    query = confirmation.ConfirmationQuery
    template = "web/access_requests/one.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = self.one(pk)
        body = queries.one(row, self.actor, at=self.at)
        sheet = Sheet(row, actor=self.actor, at=self.at)
        offered = actions.runner.abilities(row, self.actor, at=self.at)
        offered = {
            name: [one for one in some if one["step"] not in ELSEWHERE] for name, some in offered.items()
        }
        officer = Role.DPO in self.actor.roles_in(row.authority_id)
        said = body.get("said") if isinstance(body.get("said"), Mapping) else {}
        return self.show(
            {
                "pk": pk,
                "line": line(body),
                "course": _course(body),
                "said": _said(said or {}),
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


class AccessFiles(RequestPage):
    template = "web/access_requests/files.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Look in the index for files of the person, closed and archived ones too; no name is shown."""
        row = self.one(pk)
        hits = queries.found(pk, actor=self.actor, at=self.at)
        return self.show(
            {
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
        )


class AccessPackage(Page):
    http_method_names = ["post"]
    step_up = frozenset({"POST"})
    comes_back = "access-requests-page"

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Take what is handed over, as the officer; the fetching is an entry."""
        response = HttpResponse(
            queries.package(pk, actor=self.actor, at=self.at), content_type="application/zip"
        )
        response["Content-Disposition"] = 'attachment; filename="reponse.zip"'
        return response


class AccessStep(RequestPage, InputPage):
    keeps = True
    template = "web/access_requests/step.html"

    def get(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        declared, row = declared_step(step), self.one(pk)
        sheet = actions.runner.require_possible(declared, row, actor=self.actor, at=self.at)
        self.asks_for(declared, row, sheet)
        return self.show(
            self.page_context(declared, row) | self.filled({}) | {"previews": _previews(declared, sheet)}
        )

    def act(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        """Do the step, or ask for its second signature, once under the form's key, and go back to the request."""
        declared = declared_step(step)
        request.purpose = declared.purpose  # a refusal bears it too
        self.asks_for(declared, self.one(pk), None)
        body = self.body()
        if declared.name == "set_scope":
            body["references"] = str(body.get("references") or "").split()

        def act() -> UUID:
            actions.runner.perform(declared, pk, body, actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        waits = any(
            one.step == declared.name
            for one in row_approvals.parts_of(self.actor).filter(target=pk, decided_at=None)
        )
        visible = actions.visible_to(self.actor, at=self.at).filter(pk=pk).exists()
        place = reverse("access-request-page", args=[pk]) if visible else reverse("access-requests-page")
        return go_to(
            place + confirmation.query_of(self.actor, f"access_request-{declared.name}", awaits=waits)
        )

    def redisplay(self, problem: Mapping[str, Any], pk: UUID, step: str) -> HttpResponse:
        declared, row = declared_step(step), self.one(pk)
        self.asks_for(declared, row, None)
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context(declared, row) | again)

    def asks_for(self, step: Step, row: AccessRequest, sheet: Sheet | None) -> None:
        self.takes = ScopeForm if step.name == "set_scope" else step.takes  # of this request
        left_out = LEFT_OUT.get(step.name, ())
        self.asks = [_ask(step, name) for name in members(step.takes) if name not in left_out]
        self._pairs = self._choices(step, row, sheet)

    def choices(self) -> Mapping[str, Pairs]:
        return self._pairs

    def _choices(self, step: Step, row: AccessRequest, sheet: Sheet | None) -> dict[str, Pairs]:
        names = members(step.takes)
        pairs: dict[str, Pairs] = {}
        context = actions.runner.context_of(step, row, self.actor, at=self.at)
        if "approver" in names and context is not None:
            pairs["approver"] = _people(row_approvals.candidates(actions.runner, step, context, StepInput()))
        if "user" in names:
            asked = office_holders((Role.ASE_INSPECTOR, Role.CRIP_COORDINATOR), row.authority_id, at=self.at)
            pairs["user"] = _people(asked - {self.actor.user_id})
        body = (
            queries.one(row, self.actor, at=self.at)
            if sheet is not None and {"entries", "lift"} & set(names)
            else {}
        )
        for name, listed in (("entries", _lines), ("masked", _lines), ("lift", _passages)):
            if name in names:
                # The page of a refusal opens nothing: there they are those that were sent.
                sent = (
                    [(one, gettext("Choix fait")) for one in self.sent.texts(name)] if sheet is None else []
                )
                pairs[name] = listed(body) if sheet is not None else sent
        return pairs

    def page_context(self, step: Step, row: AccessRequest) -> dict[str, Any]:
        return {
            "line": {"reference": row.reference},
            "title": display.step_words(str(step.machine), step.name),
            "law": step.law,
            "brings": brings(step),
            "back": reverse("access-request-page", args=[row.pk]),
        }


def declared_step(name: str) -> Step:
    step = display.step_of(Machine.ACCESS_REQUEST, name)
    if step is None or step.internal or name in ELSEWHERE:
        raise NotVisible
    return step


def _ask(step: Step, name: str) -> Ask:
    ask = ask_of(step.takes, name)
    if name == "references":
        return Ask(name, ask.label, REFERENCES_HINT, rows=ask.rows, optional=True)
    if name not in ("authority", "user", "approver"):
        return ask
    return Ask(name, ask.label, ask.hint, kind="select", nothing=_("À choisir"), optional=ask.optional)


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
    found: list[tuple[str, str]] = []
    for part in body.get("parts", ()):
        label = part["content"].get("label", "") if isinstance(part["content"], Mapping) else ""
        found += [
            (one["id"], f"{label} – {display.label(one['code'])}")
            for one in part["redactions"]
            if not one["lifted_at"]
        ]
    return found


def _previews(step: Step, sheet: Sheet) -> list[dict[str, Any]]:
    """Return what the letter of a step will say, before anybody signs it; without who asks, whom the page names."""
    if step.name == "answer":
        (held,) = sheet.opened([sheet.row.readers])
        readers = len((held or {}).get("lines", ()))
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


def _said(said: Mapping[str, Any]) -> list[Line]:
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
