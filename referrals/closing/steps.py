"""Closings that one person decided, their review by another, and the reopening of a closed case.

It has T34 and the ``ClosureReview`` of domain.md §2.7. Nobody closes a case for good alone: a closing without a second
signature stays on the supervisors' list (a withdrawal on the coordinators' too) until someone else confirms it, or the
case is reopened.
"""

from typing import TYPE_CHECKING, Any, Final

from rest_framework import serializers

from accounts.roles import Role
from core.inputs import Code, Instant
from encryption.index import keyed
from referrals.feedback import steps as feedback_steps
from referrals.models import ClosureReview, Referral
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Coded, Machine, ReviewState, State
from referrals.workflow import deadlines, decision_records, inputs
from referrals.workflow.case import Case
from referrals.workflow.step import StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)
review_step = StepDecorator(Machine.REVIEW, ClosureReview)

WITHDRAW: Final = "withdraw"
#: Closed states from which a case is opened again; also from the archive, if it came from one of them (T34).
REOPENABLE: Final = (State.NOT_QUALIFIED, State.CLOSED_NO_ACTION, State.ENDED, State.WITHDRAWN)


class Ground(Coded):
    """Why a closed case is opened again (T34)."""

    NEW_FACT = "new_fact", "New fact", "Fait nouveau"
    ERROR = "error", "Error found", "Erreur constatée"
    WITHDRAWAL = "withdrawal", "Withdrawal not confirmed", "Retrait non confirmé"


class Reopening(inputs.Reasoned):
    """T34; ``learnt_at`` says when a new fact came in: the delay of its assessment counts from there."""

    ground = Code(Ground.choices)
    learnt_at = Instant(required=False, default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask when the new fact came in, and for nothing of the kind otherwise."""
        told, needed = attrs["learnt_at"] is not None, attrs["ground"] == Ground.NEW_FACT
        if told != needed:
            fault = serializers.ErrorDetail("", code="required" if needed else "not-a-choice")
            raise serializers.ValidationError({"learnt_at": [fault]})
        return attrs


# --- Guards -------------------------------------------------------------------------------------------


def closed_as(case: Case) -> str:
    """Return the closed state in which the case is, or was when it went to the archive."""
    return str(case.referral.archived_from or case.referral.state)


def archive_holds_a_closing(case: Case, given: Any) -> str | None:
    """From the archive a case is opened again if it was closed there, neither joined to another nor transferred."""
    if closed_as(case) not in REOPENABLE:
        return "Ce dossier archivé a été joint ou transféré : il ne se rouvre pas."
    return None


def ground_fits_the_closing(case: Case, given: Any) -> str | None:
    """A withdrawal isn't confirmed only where there was one; a new fact came in after the closing (T34)."""
    if given is None:
        return None
    if given.ground == Ground.WITHDRAWAL and closed_as(case) != State.WITHDRAWN:
        return "Le dossier n'a pas été retiré par son auteur."
    closed_at = case.referral.closed_at
    if given.ground == Ground.NEW_FACT and not (closed_at and closed_at <= given.learnt_at <= case.at):
        return "Un fait nouveau est connu après la clôture, et au plus tard maintenant ; sinon, c'est une erreur."
    return None


def reviewer_is_another(case: Case, given: Any) -> str | None:
    """Whoever closed a case, or withdrew the concern, doesn't confirm it (§2.7 ClosureReview)."""
    user = case.actor.user_id
    if user is None:
        return None
    filed_it = case.part.step == WITHDRAW and bytes(case.referral.filed_by) == keyed("filer", user.bytes)
    if filed_it or case.part.closed_by == user:
        return "La clôture est relue par une autre personne que celle qui l'a décidée."
    return None


def coordinator_reviews_withdrawals(case: Case, given: Any) -> str | None:
    """A coordinator confirms withdrawals; other closings are reviewed by a supervisor (§2.2 Closings)."""
    if case.actor.role == Role.CRIP_COORDINATOR and case.part.step != WITHDRAW:
        return "Cette clôture est relue par un·e encadrant·e."
    return None


# --- Effects ------------------------------------------------------------------------------------------


def open_review(act: "StepContext") -> None:
    """Put a closing that one person decided on the list of reviews (T04, T11, T12, T22, T30)."""
    if act.signer is not None:
        return
    withdrawn = act.step.name == WITHDRAW
    row = act.new(
        "closure_reviews",
        step=act.step.name,
        closed_by=None if withdrawn else act.actor.user_id,
        opened_at=act.at,
        due_at=_first_analysis_due(act) if withdrawn else _review_due(act),
    )
    act.fire(Machine.REVIEW, "open", part=row)


def _first_analysis_due(act: "StepContext") -> Any:
    return deadlines.RULES[C.C2](act.case, act.at, None)


def _review_due(act: "StepContext") -> Any:
    return act.case.calendar.after_working_days(act.at, act.case.protocol.closure_review_working_days)


def overturn_reviews(act: "StepContext") -> None:
    """Settle the reviews of a closing that no longer stands (T34, T35)."""
    for row in act.case.referral.closure_reviews.filter(state=ReviewState.DUE):
        act.fire(Machine.REVIEW, "overturn", part=row)


def undecide_every_child(act: "StepContext") -> None:
    """Let every child wait for a decision again (T34, T35)."""
    for child in act.case.children:
        decision_records.undecide(act, child)


def resume_clocks(act: "StepContext") -> None:
    """Let the assessment's delay run again: on its old date, or anew from a new fact (T34; §2.8 no. 1)."""
    referral = act.case.referral
    if act.given.ground == Ground.NEW_FACT:
        referral.counts_from = act.given.learnt_at
    act.start(C.C4, since=deadlines.assessment_start(referral))
    if closed_as(act.case) == State.WITHDRAWN:
        feedback_steps.owe(act)
    resume_danger(act)


def resume_danger(act: "StepContext") -> None:
    """Let what protects a child run again from where it began: C3 until justice is seized, C19 until it is found."""
    for child in act.case.children:
        away = act.case.referral.clocks.filter(code=C.C19, child=child.pk).order_by("started_at").last()
        if child.runaway and away is not None:
            act.start(C.C19, since=away.started_at, child=child.pk)
        last = act.case.referral.clocks.filter(code=C.C3, child=child.pk).order_by("started_at").last()
        if child.immediate_danger and last is not None and not act.case.judicial_sent(child):
            act.start(C.C3, since=last.started_at, child=child.pk)


def keep_word(act: "StepContext") -> None:
    """Keep what the reviewer noted."""
    act.fill(act.case.part, {"reason": act.given.note})


# --- Steps --------------------------------------------------------------------------------------------


@step(
    "reopen",
    number="T34",
    label="Rouvrir",
    en="Reopen",
    source=(*REOPENABLE, State.ARCHIVED),
    target=State.TRIAGE,
    roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
    guards=[archive_holds_a_closing],
    checks=[ground_fits_the_closing],
    carries=[overturn_reviews, undecide_every_child, resume_clocks],
    takes=Reopening,
    starts=[C.C2],
    stops=[C.C20],
    tells=["supervisor"],
    law="CASF L226-3, D226-2-4",
)
def reopen(referral: Referral, given: Any, case: Case) -> None:
    """Take a closed case up again, each child undecided; only a new fact begins a delay of its own."""
    referral.closed_at, referral.archived_from = None, ""


@review_step(
    "open",
    number="R01",
    label="Mettre en relecture",
    en="Open",
    internal=True,
    creates=True,
    source=[],
    target=ReviewState.DUE,
    roles=[],
    takes=inputs.Nothing,
    tells=["supervisors"],
    law="CASF L226-3",
    data_class="A",
)
def open(review: ClosureReview, given: Any, case: Case) -> None:
    """Await the review of a closing (by T04, T11, T12, T22, T30)."""


@review_step(
    "confirm",
    number="R02",
    label="Confirmer la clôture",
    en="Confirm the closing",
    source=[ReviewState.DUE],
    target=ReviewState.CONFIRMED,
    roles=[Role.SUPERVISOR, Role.CRIP_COORDINATOR],
    guards=[reviewer_is_another, coordinator_reviews_withdrawals],
    effects=[keep_word],
    takes=inputs.Noted,
    law="CASF L226-3",
)
def confirm(review: ClosureReview, given: Any, case: Case) -> None:
    """Agree with a closing that another person decided."""
    review.decided_at, review.decided_by = case.at, case.actor.user_id


@review_step(
    "overturn",
    number="R03",
    label="Rouvrir",
    en="Overturn",
    internal=True,
    source=[ReviewState.DUE],
    target=ReviewState.REOPENED,
    roles=[],
    takes=inputs.Nothing,
    law="CASF L226-3",
    data_class="A",
)
def overturn(review: ClosureReview, given: Any, case: Case) -> None:
    """Note that the case was opened again (by T34, T35)."""
    review.decided_at, review.decided_by = case.at, case.actor.user_id
