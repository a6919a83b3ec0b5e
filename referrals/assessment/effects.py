"""Effects of the assessment's steps: team, visits, attempts, report, dates."""

from typing import TYPE_CHECKING

from referrals.feedback import effects as feedback_effects
from referrals.vocabulary.assessment_answers import Seen, VisitKind
from referrals.vocabulary.case_answers import ContactKind
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import AssessmentState, ChildMet, Machine
from referrals.workflow.people import put_on_case

if TYPE_CHECKING:
    from referrals.assessment.inputs import ChildSeen
    from referrals.workflow.context import StepContext


def open_assessment(act: "StepContext") -> None:
    """Open the assessment of the household; nobody has been met yet (⇒ A01)."""
    row = act.new("assessments", opened_at=act.at)
    act.case.forget("assessments", "conclusions")
    act.fire(Machine.ASSESSMENT, "open", part=row)
    for child in act.case.children:
        act.change(child, child_met=ChildMet.NEVER)


def name_team(act: "StepContext") -> None:
    """Put the team, and the lead where one is named, on the case (T13)."""
    for member in act.step_input.team:
        put_on_case(act, member.user, "assessor", field=member.field, waiver=member.waiver)
    if act.step_input.get("lead"):
        put_on_case(act, act.step_input.lead, "assessment_lead")


def assign_assessment(act: "StepContext") -> None:
    """Plan the assessment (⇒ A02)."""
    assessment = act.case.open_assessment
    if assessment is not None:
        assessment.plan_on = act.step_input.plan_on
        act.fire(Machine.ASSESSMENT, "assign", part=assessment)


def record_visit(act: "StepContext") -> None:
    """Keep the contact, note who was seen, stop what it meets of C4b, begin the assessment (T17 ⇒ A03)."""
    step_input, assessment = act.step_input, act.case.open_assessment
    visit = act.new(
        "visits",
        assessment=assessment,
        kind=step_input.kind,
        at=step_input.at,
        who=step_input.who,
        where=step_input.where,
        text=step_input.text,
        by_id=act.actor.user_id,
    )
    for item in step_input.children:
        act.new("sightings", visit=visit, child_id=item.child, seen=item.seen)
        _see(act, item)
    if any(item.seen != Seen.NO for item in step_input.children):
        act.stop(C.C4B_MEETING)
    if step_input.kind == VisitKind.HOME_VISIT:
        act.stop(C.C4B_VISIT)
    if assessment is not None and assessment.state == AssessmentState.PLANNED:
        assessment.started_on = step_input.at.astimezone(act.case.zone).date()
        act.fire(Machine.ASSESSMENT, "start", part=assessment)


def _see(act: "StepContext", item: "ChildSeen") -> None:
    child = act.case.child(item.child)
    if item.seen == Seen.ALONE:
        if act.step_input.holders_consent != "yes" and not act.step_input.alone_reason:
            act.warnings.append("child-seen-alone-without-consent")
        act.change(child, child_met=ChildMet.ALONE)
    elif item.seen == Seen.WITH_HOLDER and child is not None and child.child_met == ChildMet.NEVER:
        act.change(child, child_met=ChildMet.WITH_HOLDER)


def abort_assessment(act: "StepContext") -> None:
    """Break off the assessment under way (⇒ A09)."""
    assessment = act.case.open_assessment
    if assessment is not None:
        act.fire(Machine.ASSESSMENT, "abort", part=assessment)


def note_new_date(act: "StepContext") -> None:
    """Keep until when the team now counts; the legal date stays where it is (T19)."""
    assessment = act.case.open_assessment
    if assessment is not None:
        act.change(assessment, expected_on=act.step_input.expected_on)


def deliver_assessment(act: "StepContext") -> None:
    """Deliver the report (⇒ A07)."""
    assessment = act.case.open_assessment
    if assessment is not None:
        act.fire(Machine.ASSESSMENT, "deliver", part=assessment)


def resume_assessment(act: "StepContext") -> None:
    """Send the report back to its team, or open an assessment where there was none (T21 ⇒ A08, or A01 and A02)."""
    name_team(act)
    act.start(C.C4B_MEETING)
    last = act.case.assessment
    if last is None:
        open_assessment(act)
        opened = act.case.open_assessment
        if opened is not None:
            opened.plan_on = act.step_input.due_on
            act.fire(Machine.ASSESSMENT, "assign", part=opened)
    else:
        act.fire(Machine.ASSESSMENT, "ask_supplement", part=last)


def change_team(act: "StepContext") -> None:
    """Let members leave and join; what the leaver wrote stays (T47)."""
    for assignment in act.case.assignments:
        if assignment.role == "assessor" and assignment.user_id in act.step_input.leave:
            act.change(assignment, until_at=act.at)
    act.case.forget("assignments")
    for member in act.step_input.join:
        put_on_case(act, member.user, "assessor", field=member.field, waiver=member.waiver)


def log_contact(act: "StepContext") -> None:
    """Start and stop the clocks of what was asked (feedback, an address); keep an assessor's attempt (T49)."""
    kind = act.step_input.kind
    if kind == ContactKind.ATTEMPT:
        _keep_attempt(act)
    if kind == ContactKind.FEEDBACK_REQUEST:
        feedback_effects.request(act)
    elif kind == ContactKind.ADDRESS_REQUEST:
        act.start(C.C18, since=act.step_input.at)
    elif kind == ContactKind.ADDRESS_ANSWER:
        act.stop(C.C18)


def _keep_attempt(act: "StepContext") -> None:
    """Let a call or letter of the team that reached nobody count as an attempt of its assessment (T18)."""
    assessment = act.case.open_assessment
    if assessment is not None and {act.actor.user_id, act.actor.obo} & act.case.team():
        act.new(
            "visits",
            assessment=assessment,
            kind=VisitKind.ATTEMPT,
            at=act.step_input.at,
            who=act.step_input.with_whom,
            text=act.step_input.text,
            by_id=act.actor.user_id,
        )


def keep_dissent(act: "StepContext") -> None:
    """Keep the dissent within the team beside the report (A05)."""
    if act.step_input.dissent:
        act.change(act.case.part, dissent=act.step_input.dissent)
