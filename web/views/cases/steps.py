"""Page of a step of the procedure: its fields, made from its declaration, and its execution.

What is typed is never lost: after an error, a refusal or another person's step in between, the form is shown again as
it was sent, with the changes of the case meanwhile. No name is opened for that: the names of children return with the
form.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.request import ServiceRequest
from referrals.access import child_sight, transfer_targets, visibility
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.errors import NotAllowed, NotVisible
from referrals.execution import perform, preconditions
from referrals.execution.preconditions import StepRequest
from referrals.models import Referral
from referrals.reading import names as reading_names
from referrals.reading import procedure, timeline
from referrals.reading.disclosures import concern_case, opened, seen
from referrals.reading.names import Names
from referrals.vocabulary.states import State
from referrals.workflow.case import Case
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import RECEIVER, Step, require_proof
from web import faults, young_adults
from web.cases import act_warnings, confirmation, display, facts
from web.cases.base import heading, once, onwards, zone_of
from web.cases.choices import Choices, role_words
from web.cases.panel import brings
from web.cases.parts.orientations import may_find
from web.cases.prefilled import prefilled
from web.cases.stepforms import StepForm, summary
from web.cases.tabs import tabs_for
from web.forms import Entry
from web.page import FormPage, Page, go_to

#: As long as the names that come back with a form may be, in characters.
NAMES_MAX = 20_000
#: To which page of the case one goes back, by machine.
BACK: Mapping[str, str] = {
    "assessment": "evaluation",
    "measure": "mesures",
    "orientation": "orientations",
    "judicial": "justice",
    "duplicate": "rapprochements",
    "feedback": "messages",
    "transfer": "transferts",
    "glass": "signatures",
    "review": "signatures",
    "alert": "signatures",
}


class CaseForm(FormPage):
    def step_context(self, step: Step, referral: Referral, ties: CaseAccess, names: Names) -> dict[str, Any]:
        return heading(referral, ties) | {
            "step": display.step_words(str(step.machine), step.name),
            "declared": step,
            "law": step.law,
            "brings": brings(step),
            "back": _back(referral, ties, BACK.get(str(step.machine), "")),
            "state_code": self.sent.text("state", str(referral.state) if "A" in ties.reads else ""),
            "seen": self.sent.text("seen", self.at.isoformat()),
            "names": json.dumps([names.children, names.holders], ensure_ascii=False),
            "receiving": ties.receiving,
            "find_service": step.finds_service and may_find(referral, ties),
        }

    @cached_property
    def names_sent(self) -> Names:
        """Return the names that came back with the form: words of this page's own, shown to the same reader again."""
        text = self.sent.text("names")
        try:
            children, holders = json.loads(text) if len(text) <= NAMES_MAX else ({}, {})
            return Names(_texts(children), _texts(holders))
        except (ValueError, TypeError, AttributeError, RecursionError):
            return Names()

    def conflict(self, referral: Referral, ties: CaseAccess) -> dict[str, Any]:
        """Return both versions: the case as the form was made from, and as it is, with the steps in between.

        Those are the steps that the timeline tells this reader.
        """
        before = self.sent.text("state")
        zone = zone_of(referral)
        since = self.sent.text("seen")
        actor, at = self.actor, self.at
        sight = child_sight.sight_of(referral, ties, actor)
        entries = opened(
            referral,
            ties,
            lambda scope: timeline.timeline(referral, sight, scope, actor=actor, at=at),
            actor=actor,
            at=at,
        )
        rows = [row for row in reversed(entries) if row["at"].replace("Z", "+00:00") > since][:20]
        return {
            "before": str(State(before).label) if before in State.values else "",
            "before_version": self.sent.text("version"),
            "now": str(State(referral.state).label),
            "now_version": referral.version,
            "steps": [
                {
                    "label": display.step_words(row["machine"], row["step"]),
                    "at": display.instant(row["at"], zone),
                    "role": role_words(row["role"]) if row["role"] else "",
                }
                for row in rows
            ],
        }


class StepPage(CaseForm):
    keeps = True
    template = "web/cases/step.html"

    @property
    def picked(self) -> dict[str, str]:
        """Return what of the directory the form names, as the page before sent it."""
        return {name: self.sent.text(name) for name in ("resource", "structure")}

    def get(
        self,
        request: ServiceRequest,
        pk: UUID,
        machine: str,
        step: str,
        part: UUID | None = None,
    ) -> HttpResponse:
        declared = declared_step(machine, step)
        referral, ties = see(self, declared, pk)
        actor, at = self.actor, self.at
        wanted = StepRequest(step=declared, referral_id=pk, part_id=part)
        sight = child_sight.sight_of(referral, ties, actor)
        if not ties.receiving:
            self.request.back = pk
        case = preconditions.case_for(wanted, referral, sight, actor=actor, at=at, beforehand=True)
        require_proof(declared, actor, at=at)  # before anything is typed
        reads_report = declared.on_report
        names, assessments = opened(
            referral,
            ties,
            lambda scope: (
                reading_names.names(referral, ties, scope, actor=actor),
                procedure.assessments(referral, sight, scope) if reads_report else [],
            ),
            actor=actor,
            at=at,
        )
        form = self.form(declared, referral, ties, names, sight)
        form.case = case
        form.known = prefilled(declared.takes, case, sight, form.choices, form.zone)
        context = self.step_context(declared, referral, ties, names) | {
            **fields_of(form, form.entries(None)),
            "version": referral.version,
            "once": self.key(),
            "facts": facts.facts(referral, sight, names.children, form.zone, at=at),
            "report": facts.report(assessments, names.children, dict(form.choices.holders)),
        }
        return self.show(context)

    def act(
        self,
        request: ServiceRequest,
        pk: UUID,
        machine: str,
        step: str,
        part: UUID | None = None,
    ) -> HttpResponse:
        declared = declared_step(machine, step)
        if "more" in self.sent:
            return self.redisplay(None, pk, machine, step, part)
        request.purpose = declared.purpose  # a refusal bears it too
        referral, ties = see(self, declared, pk)
        body = self.form(declared, referral, ties, self.names_sent).body(self.sent)
        young_adults.ask_of_step(step, body, self.sent, referral, at=self.at)
        wanted = StepRequest(
            step=declared, referral_id=pk, part_id=part, body=body, version=self.sent.version
        )
        done, awaits = once(
            self,
            pk,
            body,
            lambda: perform.perform(wanted, actor=self.actor, at=self.at),
            see=lambda _, pk: see(self, declared, pk),
        )
        if done is not None and done.warnings:
            context = heading(done.referral, ties) | {
                "warnings": [act_warnings.warning(one) for one in done.warnings],
                "step": display.step_words(machine, step),
            }
            self.template = "web/cases/warned.html"  # of this answer
            return self.show(context)
        if ties.receiving:
            return self.answered(f"{machine}-{step}", done.made if done is not None else None)
        return onwards(self, pk, f"{machine}-{step}", awaits=awaits)

    def answered(self, step: str, new_case: UUID | None) -> HttpResponse:
        """Go on once a transfer was answered: to the case as it goes on here, or to the requests that are left."""
        where = reverse("transfers")
        if (
            new_case is not None
            and visibility.visible_to(self.actor, at=self.at).filter(pk=new_case).exists()
        ):
            where = reverse("case", args=[new_case])
        return go_to(where + confirmation.query_of(self.actor, step))

    def redisplay(
        self,
        problem: Mapping[str, Any] | None,
        pk: UUID,
        machine: str,
        step: str,
        part: UUID | None = None,
    ) -> HttpResponse:
        declared, sent = declared_step(machine, step), self.sent
        problem = None if problem is None else faults.worded(problem, declared.takes)
        referral, ties = see(self, declared, pk)
        sight = child_sight.sight_of(referral, ties, self.actor)
        form = self.form(declared, referral, ties, self.names_sent, sight)
        form.case = self._case(declared, referral, sight, part)
        form.body(sent)
        entries = form.entries(sent, problem, more=sent.text("more") if problem is None else "")
        stale = problem is not None and problem["status"] in (409, 412, 428)
        context = self.step_context(declared, referral, ties, self.names_sent) | {
            **fields_of(form, entries),
            "problem": problem,
            "faults": summary(problem, entries),
            "version": referral.version if stale else sent.text("version"),
            "once": self.key(problem),
            "facts": facts.facts(referral, sight, self.names_sent.children, form.zone, at=self.at),
            "report_at": self._report_at(declared, referral, ties),
        }
        if problem is not None and problem["code"] == "stale-version" and "A" in ties.reads:
            context["conflict"] = self.conflict(referral, ties)
        return self.show(context)

    def _case(self, step: Step, referral: Referral, sight: Sight, part: UUID | None) -> Case:
        """Return the case as the form shows it: with what the reader sees of it, and the row that the step is about."""
        relation = MACHINES[step.machine].relation
        row = getattr(referral, relation).filter(pk=part).first() if part is not None else None
        case = Case(referral, actor=self.actor, at=self.at, part=row)
        case.hidden, case.step_name = sight.hidden, step.name
        return case

    @staticmethod
    def _report_at(step: Step, referral: Referral, ties: CaseAccess) -> str:
        """Return where the report is read beside a form that was refused: nothing is opened with the refusal."""
        readable = any(tab.name == "evaluation" for tab in tabs_for(ties))
        if not step.on_report or not readable:
            return ""
        return reverse("case-part", args=[referral.pk, "evaluation"])

    def form(
        self, step: Step, referral: Referral, ties: CaseAccess, names: Names, sight: Sight | None = None
    ) -> StepForm:
        """Return the form of a step on a case; ``sight`` where it is known already."""
        choices = Choices(step, referral, ties, self.actor, self.at, names, sight, self.picked)
        return StepForm(step.takes, choices, zone_of(referral))


def fields_of(form: StepForm, entries: list[Entry]) -> dict[str, Any]:
    """Return the entries as the page shows them: those asked for, and those that it folds."""
    folded = form.folded(entries)
    return {"entries": [one for one in entries if one not in folded], "folded": folded}


def _back(referral: Referral, ties: CaseAccess, part: str) -> str:
    if ties.receiving:
        return reverse("transfer", args=[referral.pk])
    if part and part in {tab.name for tab in tabs_for(ties)}:
        return reverse("case-part", args=[referral.pk, part])
    return reverse("case", args=[referral.pk])


def _texts(names: Any) -> dict[str, str]:
    return {str(UUID(pk)): str(name)[:400] for pk, name in names.items()}


def declared_step(machine: str, name: str) -> Step:
    step = display.step_of(machine, name)
    if step is None or step.internal or step.on_filing or not MACHINES[step.machine].of_case:
        raise NotVisible
    return step


def see(page: Page, step: Step, pk: UUID) -> tuple[Referral, CaseAccess]:
    """Return the case; to whom another authority asks to take it over, it is there for the steps that answer."""
    if RECEIVER in step.sides:
        takeover = transfer_targets.offered(pk, actor=page.actor, at=page.at)
        if takeover is not None:
            return concern_case(page.request, *takeover)
    referral, ties = seen(page.request, pk)
    if ties.coarse or ties.draft:
        raise NotVisible
    if preconditions.role_in(step, ties) is None:
        raise NotAllowed(step.event)
    return referral, ties
