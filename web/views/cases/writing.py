"""Workspace of the assessment team: notes, opinions, report, and a conclusion for each child, saved at will.

What was found of each child has a page of its own (``child_writing.py``).
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from accounts.request import ServiceRequest
from referrals.access import child_sight
from referrals.access.relations import CaseAccess
from referrals.assessment import actions as assessment_actions
from referrals.assessment.inputs import ConclusionForm, InquiryForm, OpinionForm, TeamWriting
from referrals.assessment.steps import WRITABLE
from referrals.errors import NotAllowed, NotVisible
from referrals.models import Referral
from referrals.policy.definitions import protocol_of
from referrals.reading import names as reading_names
from referrals.reading import procedure
from referrals.reading.disclosures import opened, seen
from referrals.vocabulary.assessment_answers import Dimension, wanted
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from web.cases import assessing, confirmation
from web.cases.base import once, onwards, zone_of
from web.cases.choices import Choices, numbered
from web.cases.stepforms import StepForm, summary
from web.forms import Entry, Group, Sent, members
from web.views.cases.steps import CaseForm

PLAIN = (
    "notes",
    "holder_opinions",
    "entourage_opinions",
    "earlier_concerns",
    "report",
    "framework_version",
    "earlier_concerns_considered",
)


class TeamPage(CaseForm):
    keeps = True
    query = confirmation.ConfirmationQuery

    def _case(self, pk: UUID) -> tuple[Referral, CaseAccess]:
        referral, ties = seen(self.request, pk)
        if ties.coarse or ties.draft:
            raise NotVisible
        if not assessment_actions.may_write(ties):
            raise NotAllowed("assessment:edit")
        return referral, ties

    def _written(
        self, referral: Referral, ties: CaseAccess
    ) -> tuple[dict[str, Any], list[Mapping[str, Any]], reading_names.Names]:
        """Return the assessment that the team writes, what its children said, and the names to tell them by."""
        actor, at = self.actor, self.at
        sight = child_sight.sight_of(referral, ties, actor)
        rows, voices, names = opened(
            referral,
            ties,
            lambda scope: (
                procedure.assessments(referral, sight, scope),
                procedure.voices(referral, sight, scope),
                reading_names.names(referral, ties, scope, actor=actor),
            ),
            actor=actor,
            at=at,
        )
        row = next((one for one in reversed(rows) if one["state"] in WRITABLE), None)
        if row is None:
            raise NotVisible
        return row, assessing.voices_of(row, voices), names

    def _wanted(self, referral: Referral) -> list[Dimension]:
        """Return what the report looks at for each child."""
        return wanted(protocol_of(referral.authority, self.at).report_items)

    def _context(self, referral: Referral, ties: CaseAccess, names: reading_names.Names) -> dict[str, Any]:
        step = steps.get(Machine.ASSESSMENT, "write")
        back = reverse("case-part", args=[referral.pk, "evaluation"])
        return self.step_context(step, referral, ties, names) | {"back": back, "tab": "evaluation"}


class Writing(TeamPage):
    template = "web/assessment/writing.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        referral, ties = self._case(pk)
        row, voices, names = self._written(referral, ties)
        form = self._form(referral, ties, names)
        entries = form.values({name: row.get(name) for name in PLAIN}) + _filled(form, row)
        return self.show(
            self._context(referral, ties, names)
            | {
                "entries": entries,
                "children": assessing.children(
                    referral.pk, numbered(names.children), row, voices, self._wanted(referral)
                ),
                "version": referral.version,
                "once": self.key(),
                "saved": confirmation.confirmed_step(self)[0] == confirmation.EDITED,
            }
        )

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        referral, ties = self._case(pk)
        body = self._form(referral, ties, self.names_sent).body(self.sent)
        # What is left empty stays as it was: a text that the team wrote isn't emptied by a page that lacked it.
        filled = {name: value for name, value in body.items() if value not in (None, "", [])}
        incomplete = _leave_out_incomplete(filled) if self.saves_draft else 0
        done, _ = once(
            self,
            pk,
            filled,
            lambda: assessment_actions.edit(
                pk, filled, version=self.sent.version, actor=self.actor, at=self.at
            ),
        )
        if self.saves_draft:
            now = done.referral if done is not None else seen(request, pk)[0]
            return self.draft_saved(now.version, whole=not incomplete, zone=zone_of(referral))
        if self.sent.text("then") == "stay":
            return onwards(self, pk, confirmation.EDITED, tab="assessment-writing")
        return onwards(self, pk, confirmation.EDITED)

    def redisplay(self, problem: Mapping[str, Any] | None, pk: UUID) -> HttpResponse:
        sent = self.sent
        referral, ties = self._case(pk)
        form = self._form(referral, ties, self.names_sent)
        form.body(sent)
        entries = form.entries(sent, problem)
        context = self._context(referral, ties, self.names_sent) | {
            "entries": entries,
            "problem": problem,
            "faults": summary(problem, entries),
            "version": referral.version,
            "once": self.key(problem),
        }
        if problem is not None and problem["code"] == "stale-version":
            context["conflict"] = self.conflict(referral, ties)
        return self.show(context)

    def _form(self, referral: Referral, ties: CaseAccess, names: reading_names.Names) -> StepForm:
        step = steps.get(Machine.ASSESSMENT, "write")
        return StepForm(
            TeamWriting, Choices(step, referral, ties, self.actor, self.at, names), zone_of(referral)
        )


def _leave_out_incomplete(body: dict[str, Any]) -> int:
    """Take the conclusions that lack a member out of what is saved; return how many."""
    left = 0
    for group, form in (("conclusions", ConclusionForm), ("opinions", OpinionForm)):
        rows = body.get(group, [])
        needed = [name for name, declared in members(form).items() if declared.required]
        complete = [row for row in rows if all(row.get(name) for name in needed)]
        if rows:
            body[group] = complete
        left += len(rows) - len(complete)
    return left


def _filled(form: StepForm, row: Mapping[str, Any]) -> list[Entry]:
    """Return the groups of conclusions and opinions, filled with what is on record of each child and holder."""
    filled = QueryDict(mutable=True)
    groups = (
        ("conclusions", ConclusionForm, "child", form.choices.children),
        ("opinions", OpinionForm, "holder", form.choices.holders),
        ("considered", InquiryForm, "inquiry", form.choices.inquiries()),
    )
    for group, declared, about, pairs in groups:
        rows_by_about = {one[about]: one for one in row.get(group, ())}
        filled[f"rows-{group}"] = str(len(pairs))
        for n, (pk, _) in enumerate(pairs):
            for name in members(declared):
                value = rows_by_about.get(pk, {}).get(name)
                if isinstance(value, str):
                    filled[f"{group}-{n}-{name}"] = value
    return [one for one in form.entries(Sent(filled)) if isinstance(one, Group)]
