"""Retention periods of a case, in months, by its outcome, and the action they count from (domain.md §7.3; C20).

Two periods follow each other and both count from the last action on the case: the active base, then the intermediate
archive. The deadline C20, the archive (T39) and the batches of destruction use the functions of this module and no
others.
"""

from datetime import datetime
from typing import Any, Final

from referrals.vocabulary.states import MeasureState, State
from referrals.workflow.case import Case
from referrals.workflow.step import steps

#: Measures in which a child was never looked after.
NEVER_BEGUN: Final = (MeasureState.PROPOSED, MeasureState.CANCELLED, MeasureState.NOT_EXECUTED)


def outcome_of(case: Case) -> str:
    """Return the closed state in which the case is, or was when it went to the archive."""
    return str(case.referral.archived_from or case.referral.state)


def active_months(case: Case) -> int:
    """Return how long a closed case stays in the active base after its last action, by its outcome (§7.3)."""
    if outcome_of(case) in (State.NOT_QUALIFIED, State.WITHDRAWN):
        return case.protocol.retention_set_aside_months
    # Ended without any measure is kept like a closing: the longer period is there for measures alone.
    if outcome_of(case) == State.CLOSED_NO_ACTION or not case.measures:
        return case.protocol.retention_closed_months
    return case.protocol.retention_measure_months


def retention_months(case: Case) -> int:
    """Return how long a case is kept in all, active base included, until its destruction may be proposed (§7.3).

    What was set aside has no intermediate period. Where a child was taken in, the file of its childhood stays longest.
    """
    if outcome_of(case) in (State.NOT_QUALIFIED, State.WITHDRAWN):
        return active_months(case)
    begun = [measure for measure in case.measures if measure.state not in NEVER_BEGUN]
    # Who grew up in care asks for this file as an adult; it is often the only trace of the childhood.
    if any(measure.type.takes_in for measure in begun):
        return case.protocol.retention_archive_placed_months
    if begun:
        return case.protocol.retention_archive_months
    return case.protocol.retention_archive_closed_months


def last_action(case: Case) -> datetime | None:
    """Return when something was last done on the case, keeping itself apart (R221-9: *dernière opération*)."""
    # Archiving mustn't prolong what it is about to end.
    done = case.referral.steps.exclude(step__in=steps.named("keeping")).order_by("order").last()
    return done.at if done is not None else case.referral.closed_at


def file_of(case: Case) -> Case:
    """Return the case whose delay counts: the file to which this one was joined and still is, else itself."""
    # An undone joining counts no more: the filing is a case of its own again.
    joining: Any = case.referral.joinings.filter(undone_at=None).select_related("target__authority").first()
    if joining is None:
        return case
    return file_of(Case(joining.target, actor=case.actor, at=case.at))
