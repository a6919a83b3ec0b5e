"""Retention of a closed case: archive and hold (T39, T40; domain.md §7.3), and their deadline (C20).

The service itself moves a case from the active base to the intermediate archive, once the authority's period since the
last action is over, another person has reviewed the closing, and nothing holds the case or another file of the child
open.
"""

from typing import TYPE_CHECKING, Any

from accounts.roles import Role
from referrals.coming_of_age.steps import forget_birthdays
from referrals.execution import hooks
from referrals.models import Referral
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import ACTIVE, ANY, CLOSED, DuplicateState, Machine, ReviewState, State
from referrals.workflow import deadlines, inputs, retention_periods
from referrals.workflow.case import Case
from referrals.workflow.step import SAME, StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)
#: Where a case is kept: closed, in the active base or in the archive.
KEPT = (*CLOSED, State.ARCHIVED)


def active_base_is_over(case: Case, given: Any) -> str | None:
    """The delay of the active base has run since the last action on the case (§7.3; CASF R221-9)."""
    since = retention_periods.last_action(case)
    if since is None or case.at <= deadlines.active_until(case, since):
        return "La durée de conservation en base active n'est pas écoulée."
    return None


def closing_was_reviewed(case: Case, given: Any) -> str | None:
    """No closing is archived before somebody else has looked at it (§2.2 Closings)."""
    if any(review.state == ReviewState.DUE for review in case.closure_reviews):
        return "La clôture n'a pas encore été relue."
    return None


def not_on_hold(case: Case, given: Any) -> str | None:
    """A case on hold is neither archived nor destroyed (§2.8 no. 10)."""
    return "Le dossier fait l'objet d'une suspension d'élimination." if case.referral.legal_hold else None


def on_hold(case: Case, given: Any) -> str | None:
    """Only a case on hold is released (T40)."""
    return (
        None if case.referral.legal_hold else "Le dossier ne fait l'objet d'aucune suspension d'élimination."
    )


def no_other_file_is_open(case: Case, given: Any) -> str | None:
    """No other file of the child or its family is open, and what was joined follows the file that took it in (S11)."""
    pairs: Any = case.referral.duplicates.model.objects.exclude(state=DuplicateState.REJECTED)
    joined = case.referral.joinings.filter(undone_at=None)
    if (
        pairs.filter(referral=case.referral, other__state__in=ACTIVE).exists()
        or pairs.filter(other=case.referral, referral__state__in=ACTIVE).exists()
        or joined.exclude(target__state__in=(State.ARCHIVED, State.PURGED)).exists()
    ):
        return "Un autre dossier de l'enfant est ouvert."
    return None


# --- C20 ----------------------------------------------------------------------------------------------


@hooks.after_step.register(1)
def count_keeping(act: "StepContext", before: str) -> None:
    """Let C20 count from the last action on a closed case; a hold suspends it, opening the case again stops it.

    Asked after each step, for whatever is done on a closed case is its last action from then on (R221-9).
    """
    referral = act.case.referral
    if referral.state not in KEPT:
        if before in KEPT:
            act.stop(ClockCode.C20)
        return
    if referral.legal_hold:
        act.stop(ClockCode.C20)
        return
    # A joined filing is kept as long as the file that took it in (``no_other_file_is_open``): what its filer adds
    # counts there, and costs no more than on a filing of its own (SEC-AZ19).
    if referral.state == State.MERGED and act.step.name == "provide_info":
        return
    act.start(ClockCode.C20, since=_since(act, before))


def _since(act: "StepContext", before: str) -> Any:
    if before in KEPT and act.step.name in retention_periods.STEPS_OF_KEEPING:
        return retention_periods.last_action(act.case)
    return act.at


@step(
    "archive",
    number="T39",
    label="Archiver",
    en="Archive",
    internal=True,
    source=CLOSED,
    target=State.ARCHIVED,
    roles=[],
    guards=[not_on_hold, closing_was_reviewed, active_base_is_over, no_other_file_is_open],
    effects=[forget_birthdays],
    takes=inputs.Nothing,
    starts=[ClockCode.C20],
    law="CASF R221-9; Code du patrimoine L211-4",
    data_class="A",
)
def archive(referral: Referral, given: Any, case: Case) -> None:
    """Put a closed case into the intermediate archive; from where it came is kept."""
    referral.archived_from, referral.archived_at = referral.state, case.at


@step(
    "hold",
    number="T40",
    label="Suspendre l'élimination",
    en="Hold",
    source=ANY,
    target=SAME,
    roles=[Role.DPO, Role.SUPERVISOR],
    guards=[not_on_hold],
    takes=inputs.Reasoned,
    stops=[ClockCode.C20],
    law="Code du patrimoine L211-4",
)
def hold(referral: Referral, given: Any, case: Case) -> None:
    """Keep a case from the archive and from destruction."""
    referral.legal_hold = True


@step(
    "release_hold",
    number="T40",
    label="Lever la suspension",
    en="Release the hold",
    source=ANY,
    target=SAME,
    roles=[Role.DPO, Role.SUPERVISOR],
    guards=[on_hold],
    takes=inputs.Reasoned,
    starts=[ClockCode.C20],
    law="Code du patrimoine L211-4",
)
def release_hold(referral: Referral, given: Any, case: Case) -> None:
    """Let the ordinary delays of keeping count again."""
    referral.legal_hold = False
