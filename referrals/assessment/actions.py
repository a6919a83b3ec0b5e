"""Writings of the assessment team: notes, opinions, a conclusion per child, the report (domain.md §2.6, H by PATCH).

Only the team writes. The matrix gives W on H to the lead too (§1.3): that is T42, on the lead's own entries; the person
who validates a report doesn't write in it.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from core.inputs import Code, Flag, Id, StrictSerializer, Text
from referrals.access import child_sight
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess
from referrals.assessment.steps import WRITABLE
from referrals.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible, WrongState
from referrals.execution.preconditions import NOT_EXPECTED, WITHHELD, hear, locked, require_version
from referrals.execution.results import StepResult
from referrals.execution.runner import refresh_shell
from referrals.vocabulary.assessment_answers import DangerLevel, Proposal
from referrals.vocabulary.states import Machine
from referrals.workflow.case import Case
from referrals.workflow.context import StepContext, StepInput, step_input_of
from referrals.workflow.step import steps

if TYPE_CHECKING:
    from referrals.models import Assessment

EDITED: Final = "assessment:edited"
#: By what an assessor writes: named on the team, or standing in for whoever is.
WRITING: Final = (Relation.ASSIGNED, Relation.STANDING_IN)
register(EDITED)


class ConclusionForm(StrictSerializer):
    """What the report concludes for one child (D226-2-7): danger confirmed or ruled out, never guilt."""

    child = Id()
    danger_level = Code(DangerLevel.choices)
    proposal = Code(Proposal.choices)
    text = Text(max_length=20_000, multiline=True)


#: What the team writes about all the children together.
TEXTS: Final = frozenset({"notes", "report", "child_opinions", "holder_opinions", "entourage_opinions"})


class ReportForm(StrictSerializer):
    """The team's writing, whole or in part."""

    notes = Text(max_length=50_000, multiline=True, required=False)
    report = Text(max_length=100_000, multiline=True, required=False)
    child_opinions = Text(max_length=10_000, multiline=True, required=False)
    holder_opinions = Text(max_length=10_000, multiline=True, required=False)
    entourage_opinions = Text(max_length=10_000, multiline=True, required=False)
    earlier_concerns_considered = Flag(required=False)
    framework_version = Text(max_length=60, required=False)
    conclusions = ConclusionForm(many=True, required=False)


def may_write(ties: CaseAccess) -> bool:
    """Tell whether somebody is of the team that writes."""
    return bool({(Role.ASSESSOR, relation) for relation in WRITING} & ties.pairs)


def edit(referral_id: UUID, body: object, *, version: object, actor: Actor, at: datetime) -> StepResult:
    """Change notes, opinions, conclusions or report while the team writes.

    Raises:
        NotVisible: no such case, or it has no assessment.
        MissingVersion, StaleVersion: see ``actions.require_version``.
        NotAllowed: not of the team.
        WrongState: the team isn't writing now.
        GuardRefused: a text about all the children, by who may not know of each: it would replace what they can't read.
        serializers.ValidationError: the body; every fault of it.
    """
    referral, ties = locked(referral_id, actor=actor, at=at)
    require_version(referral, NOT_EXPECTED if ties.coarse else version)
    if not may_write(ties):
        raise NotAllowed("assessment:edit")
    acting = actor.acting_as(Role.ASSESSOR, obo=ties.in_name_of(Role.ASSESSOR))
    case = Case(referral, actor=acting, at=at)
    row = case.open_assessment
    if row is None:
        raise NotVisible
    if row.state not in WRITABLE:
        raise WrongState("edit", state=str(row.state), version=referral.version)
    form = ReportForm.read(body)
    step, sight = steps.get(Machine.ASSESSMENT, "write"), child_sight.sight_of(referral, ties, actor)
    step_input: StepInput = hear(step, step_input_of(form), referral, sight)
    if sight.unread("H", partly=True) and TEXTS & step_input.keys():
        raise GuardRefused("edit", *WITHHELD)
    _write(StepContext(step, case, step_input, actor=case.actor, at=at), row)
    referral.version += 1
    refresh_shell(case)
    referral.save()
    journal.record(
        EDITED,
        actor=case.actor,
        at=at,
        objects=[case.pseudonym],
        tenant=referral.authority_id,
        purpose=Purpose.ASSESSMENT,
        version=referral.version,
    )
    return StepResult(referral=referral)


def _write(act: StepContext, row: "Assessment") -> None:
    values = {name: value for name, value in act.step_input.items() if name != "conclusions"}
    if values:
        act.change(row, **values)
    for item in act.step_input.get("conclusions") or []:
        child = act.case.child(item.child)
        if child is None:
            raise InvalidInput("conclusions")
        wording = {"danger_level": item.danger_level, "proposal": item.proposal, "text": item.text}
        known = row.conclusions.filter(child=child).first()
        if known is None:
            act.new("conclusions", assessment=row, child=child, **wording)
        else:
            act.change(known, **wording)
