"""Registry of the state machines: states, the rows of a case that each moves, its routes and its readers.

One line a machine; the runner, the routes, the list of what one may do next, ``GET /workflow`` and the docs
read this table, so that a new machine is its states, its declarations and its line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from referrals.vocabulary.states import (
    ACTIVE,
    ANY,
    CLOSED,
    KEPT_HERE,
    OPENED,
    AccessRequestState,
    AlertState,
    AnomalyState,
    AssessmentState,
    BatchState,
    BreachState,
    Coded,
    DuplicateState,
    FeedbackState,
    GlassState,
    InquiryState,
    JudicialState,
    LetterState,
    Machine,
    MeasureState,
    OrientationState,
    ReviewState,
    State,
    TransferState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Configuration of one state machine.

    ``relation`` is the referral's relation to its rows (and the property of ``Case``), ``folder`` its place
    in an address. ``while_in``: the referral's states in which its routes exist (domain.md §2.6).
    ``access_class``: who reads a row may be told what can be done with it. ``single``: the case has at most
    one open row, and an address names none. ``of_case`` is False for what belongs to an authority: it has a runner
    and addresses of its own (``referrals/retention/batches.py``, ``referrals/access_review/``).
    """

    states: type[Coded]
    ends: tuple[Coded, ...]
    relation: str = ""
    folder: str = ""
    while_in: tuple[State, ...] = tuple(State)
    access_class: str = "A"
    single: bool = False
    of_case: bool = True


MACHINES: Final[Mapping[Machine, Runs]] = {
    Machine.REFERRAL: Runs(states=State, ends=(*CLOSED, State.ARCHIVED, State.PURGED)),
    Machine.JUDICIAL: Runs(
        states=JudicialState,
        ends=(JudicialState.CLOSED, JudicialState.DISCARDED),
        relation="judicial_referrals",
        folder="judicial-referrals",
        # Of closed cases too, but not of the stub of a transferred one: there the target goes on with them (0013).
        while_in=(*ACTIVE, *KEPT_HERE),
        access_class="I",
    ),
    Machine.ASSESSMENT: Runs(
        states=AssessmentState,
        ends=(AssessmentState.DELIVERED, AssessmentState.ABORTED),
        relation="assessments",
        folder="assessment",
        # The report can go back to the team, so the routes outlast its delivery.
        while_in=(State.QUALIFIED, State.IN_ASSESSMENT, State.REPORT_SUBMITTED),
        access_class="H",
        # One team assesses at a time; the next assessment begins once this one is delivered or given up.
        single=True,
    ),
    Machine.MEASURE: Runs(
        states=MeasureState,
        ends=(
            MeasureState.ENDED,
            MeasureState.LIFTED,
            MeasureState.TRANSFERRED,
            MeasureState.NOT_EXECUTED,
            MeasureState.CANCELLED,
        ),
        relation="measures",
        folder="measures",
        while_in=ACTIVE,
        access_class="J",
    ),
    Machine.REVIEW: Runs(
        states=ReviewState,
        # Reopening ends the review, not the case: a new closing begins a new one.
        ends=(ReviewState.CONFIRMED, ReviewState.REOPENED),
        relation="closure_reviews",
        folder="closure-reviews",
        while_in=CLOSED,
    ),
    Machine.DUPLICATE: Runs(
        states=DuplicateState,
        ends=(DuplicateState.CONFIRMED, DuplicateState.REJECTED),
        relation="duplicates",
        folder="duplicates",
        while_in=(*ACTIVE, *KEPT_HERE),
        access_class="B",
    ),
    Machine.FEEDBACK: Runs(
        states=FeedbackState,
        ends=(FeedbackState.SENT, FeedbackState.WITHHELD),
        relation="feedback_tasks",
        folder="feedbacks",
        while_in=(*ACTIVE, *KEPT_HERE),
        access_class="C",
    ),
    Machine.GLASS: Runs(
        states=GlassState,
        ends=(GlassState.REVIEWED_OK, GlassState.REVIEWED_KO),
        relation="broken_glasses",
        folder="break-glass",
        # Whoever broke the glass is reviewed even if the case was closed or archived since.
        while_in=ANY,
    ),
    Machine.ALERT: Runs(
        states=AlertState,
        # Over: its cause has gone, so nobody is called any more.
        ends=(AlertState.ACKNOWLEDGED, AlertState.OVER),
        relation="alerts",
        folder="alerts",
        while_in=ACTIVE,
    ),
    Machine.BATCH: Runs(
        states=BatchState,
        # Both are final: what was destroyed can't come back, and a refused list is proposed anew.
        ends=(BatchState.EXECUTED, BatchState.REFUSED),
        folder="retention-batches",
        while_in=(),
        of_case=False,
    ),
    Machine.TRANSFER: Runs(
        states=TransferState,
        ends=(TransferState.INTEGRATED, TransferState.KEPT),
        relation="transfer_requests",
        folder="transfers",
        while_in=ACTIVE,
    ),
    Machine.ANOMALY: Runs(
        states=AnomalyState,
        # Class L: only reviewers and auditors, never a reader of the case.
        ends=(AnomalyState.CLOSED,),
        folder="audit/anomalies",
        while_in=(),
        access_class="L",
        of_case=False,
    ),
    Machine.ACCESS_REQUEST: Runs(
        states=AccessRequestState,
        # Only the data protection officer, who signs and who is asked know of one: no line on a case.
        ends=(AccessRequestState.CLOSED,),
        folder="access-requests",
        while_in=(),
        access_class="L",
        of_case=False,
    ),
    Machine.INQUIRY: Runs(
        states=InquiryState,
        ends=(InquiryState.REFUSED, InquiryState.WITHDRAWN, InquiryState.CLOSED),
        folder="inquiries",
        while_in=(),
        of_case=False,
    ),
    Machine.BREACH: Runs(
        states=BreachState,
        ends=(BreachState.CLOSED,),
        folder="data-breaches",
        while_in=(),
        access_class="L",
        of_case=False,
    ),
    # Of a case, but with a runner of its own: what is due is looked up on its own page, not with each case.
    Machine.LETTER: Runs(
        states=LetterState,
        ends=(LetterState.SENT, LetterState.DISCARDED),
        folder="letters",
        while_in=(),
        access_class="J",
        of_case=False,
    ),
    Machine.ORIENTATION: Runs(
        states=OrientationState,
        # An answer that came to nothing is followed by another orientation, never reopened.
        ends=(
            OrientationState.ACCEPTED,
            OrientationState.REFUSED,
            OrientationState.EXPIRED,
            OrientationState.WITHDRAWN,
        ),
        relation="orientations",
        folder="orientations",
        while_in=OPENED,
        access_class="J",
    ),
}


def address(machine: Machine, step: str, *, part: object = None) -> str:
    """Return a step's place below its case: ``measures/{mid}/start``; ``part`` is its row's id, where there is one."""
    runs = MACHINES[machine]
    # With one open row an id would only offer something to guess.
    named = "" if part is None or runs.single else str(part)
    return "/".join(filter(None, (runs.folder, named, step)))
