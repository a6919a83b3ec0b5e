"""Closings that one person decided, their review by another, and the reopening of a closed case.

It has T34 and the ``ClosureReview`` of domain.md §2.7. Nobody closes a case for good alone: a closing without a second
signature stays on the supervisors' list (a withdrawal on the coordinators' too) until someone else confirms it, or the
case is reopened.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.closing import checks, effects, guards
from referrals.closing import inputs as closing_inputs
from referrals.models import ClosureReview, Referral
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Machine, ReviewState, State
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.REFERRAL, Referral)
review_step = StepDecorator(Machine.REVIEW, ClosureReview)


@step(
    "reopen",
    number="T34",
    label=pgettext_lazy("step of a case", "Rouvrir"),
    source=(*guards.REOPENABLE, State.ARCHIVED),
    target=State.TRIAGE,
    roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
    guards=[guards.archive_holds_a_closing],
    checks=[checks.ground_fits_the_closing],
    carries=[effects.overturn_reviews, effects.undecide_every_child, effects.resume_clocks],
    takes=closing_inputs.Reopening,
    starts=[C.C2],
    stops=[C.C20],
    tells=["supervisor"],
    law="CASF L226-3, D226-2-4",
)
def reopen(referral: Referral, step_input: closing_inputs.Reopening, case: Case) -> None:
    """Take a closed case up again, each child undecided; only a new fact begins a delay of its own."""
    referral.closed_at, referral.archived_from = None, ""


@review_step(
    "open",
    number="R01",
    label=_("Mettre en relecture"),
    internal=True,
    creates=True,
    source=[],
    target=ReviewState.DUE,
    roles=[],
    takes=inputs.Nothing,
    tells=["supervisors"],
    starts=[C.R_CLOSURE],
    law="CASF L226-3",
    data_class="A",
)
def open(review: ClosureReview, step_input: inputs.Nothing, case: Case) -> None:
    """Await the review of a closing (by T04, T11, T12, T22, T30)."""


@review_step(
    "confirm",
    number="R02",
    label=_("Confirmer la clôture"),
    source=[ReviewState.DUE],
    target=ReviewState.CONFIRMED,
    roles=[Role.SUPERVISOR, Role.CRIP_COORDINATOR],
    guards=[guards.reviewer_is_another, guards.coordinator_reviews_withdrawals],
    effects=[effects.keep_word],
    takes=inputs.Noted,
    stops=[C.R_CLOSURE],
    law="CASF L226-3",
    usual=[Usual(_("La clôture attend la relecture d'une autre personne."))],
)
def confirm(review: ClosureReview, step_input: inputs.Noted, case: Case) -> None:
    """Agree with a closing that another person decided."""
    review.decided_at, review.decided_by = case.at, case.actor.user_id


@review_step(
    "overturn",
    number="R03",
    label=pgettext_lazy("step of a closing review", "Rouvrir"),
    internal=True,
    source=[ReviewState.DUE],
    target=ReviewState.REOPENED,
    roles=[],
    takes=inputs.Nothing,
    stops=[C.R_CLOSURE],
    law="CASF L226-3",
    data_class="A",
)
def overturn(review: ClosureReview, step_input: inputs.Nothing, case: Case) -> None:
    """Note that the case was opened again (by T34, T35)."""
    review.decided_at, review.decided_by = case.at, case.actor.user_id
