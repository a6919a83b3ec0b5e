"""Purge step: the service destroys a case, once a batch that lists it was executed (T41; domain.md §7.3).

A tombstone is left: reference, dates, outcome, and a digest of all that was destroyed. The rows of the case, its keys
and its name in the journal go with it (``referrals/retention/elimination.py``).
"""

from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from accounts.actor import SYSTEM
from audit import journal
from audit.events import Purpose, register
from referrals.execution import hooks
from referrals.models import Referral
from referrals.retention.steps import no_other_file_is_open, not_on_hold
from referrals.vocabulary.answers import AgeBand, Channel, Variant
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.retention import DropReason
from referrals.vocabulary.states import OPEN_BATCH, BatchState, Exploitation, Machine, State, Urgency
from referrals.workflow import deadlines, inputs
from referrals.workflow.case import Case
from referrals.workflow.retention_periods import STEPS_OF_KEEPING
from referrals.workflow.step import StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)
DROPPED: Final = "retention:dropped"
register(DROPPED)


def whole_time_is_over(case: Case, given: Any) -> str | None:
    """The case was kept as long as its outcome asks, since the last action on it (§7.3)."""
    until = deadlines.kept_until(case)
    if until is None or case.at <= until:
        return "La durée de conservation n'est pas écoulée."
    return None


def joined_filings_went_first(case: Case, given: Any) -> str | None:
    """A file goes after the filings that were joined to it: none of them may be left without its file (T12)."""
    if case.referral.joined_filings.filter(undone_at=None).exists():
        return "Une transmission jointe à ce dossier est encore conservée."
    return None


def an_executed_batch_lists_it(case: Case, given: Any) -> str | None:
    """Only a file that stands in an executed batch is destroyed: visa and two persons (§2.8 no. 10)."""
    lines = case.referral.retention_lines.filter(dropped_at=None, batch__state=BatchState.EXECUTED)
    return None if lines.exists() else "Aucun bordereau exécuté ne mentionne ce dossier."


#: What must hold for a file to stand in a batch, from the proposal on, and what it is dropped for.
STANDS_IN_A_BATCH: Final = {
    not_on_hold: DropReason.HOLD,
    whole_time_is_over: DropReason.ACTION,
    no_other_file_is_open: DropReason.OTHER_FILE,
}


# --- How a file leaves its batch ----------------------------------------------------------------------


def reason_to_drop(case: Case) -> DropReason | None:
    """Return why a file may not stand in a batch as things are, or None."""
    if case.referral.state != State.ARCHIVED:
        return DropReason.REOPENED
    return next((reason for rule, reason in STANDS_IN_A_BATCH.items() if rule(case, None)), None)


def drop(case: Case, reason: DropReason | None) -> bool:
    """Take a file out of the batch in which it stands; tell whether it stood in one."""
    lines = case.referral.retention_lines.filter(
        dropped_at=None, purged_at=None, batch__state__in=(*OPEN_BATCH, BatchState.EXECUTED)
    )
    if reason is None or not lines.update(dropped_at=case.at, dropped_for=reason):
        return False
    journal.record(
        DROPPED,
        actor=SYSTEM,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
        purpose=Purpose.MAINTENANCE,
        rule=str(reason),
    )
    return True


@hooks.after_step.register(3)
def leave_batches(act: "StepContext", before: str) -> None:
    """Take a file out of its batch with the step that makes it stay: whatever is done on it, or on a pair with it."""
    if before == State.ARCHIVED and act.step.name != "purge":
        moved = act.case.referral.state == before and act.step.name not in STEPS_OF_KEEPING
        drop(act.case, DropReason.ACTION if moved else reason_to_drop(act.case))
    if act.step.machine is Machine.DUPLICATE:
        other = Case(act.case.part.other, actor=act.actor, at=act.at)
        if other.referral.state == State.ARCHIVED:
            drop(other, reason_to_drop(other))


# --- The step -----------------------------------------------------------------------------------------


@step(
    "purge",
    number="T41",
    label="Éliminer",
    en="Destroy",
    internal=True,
    source=[State.ARCHIVED],
    target=State.PURGED,
    roles=[],
    guards=[*STANDS_IN_A_BATCH, joined_filings_went_first, an_executed_batch_lists_it],
    takes=inputs.Nothing,
    stops=[ClockCode.C20],
    law="Code du patrimoine L212-2; CASF R221-9",
    data_class="A",
)
def purge(referral: Referral, given: Any, case: Case) -> None:
    """Empty the shell: what tells nothing of anybody stays, and nothing moves out of this state."""
    referral.purged_at = case.at
    for name, value in EMPTY.items():
        setattr(referral, name, value)
    for name in DATES:
        setattr(referral, name, day_alone(getattr(referral, name), case.zone))


def day_alone(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return noon of the local day of an instant: a tombstone has dates.

    To the microsecond an instant is that of an entry of the journal, and would lead from the reference to the
    pseudonym that was cut loose (SEC-AL16).
    """
    if instant is None:
        return None
    return datetime.combine(instant.astimezone(zone).date(), time(12), tzinfo=zone)


#: The dates that a tombstone keeps.
DATES: Final = (
    "created_at",
    "received_at",
    "submitted_at",
    "closed_at",
    "archived_at",
    "purged_at",
    "statutory_due_at",
)


#: The shell of a purged case. Who filed goes too: an empty value is no account's. The ids of the destroyed keys stay,
#: for after a restore of a backup it must be known which to destroy again (SEC-CR12).
EMPTY: Final[dict[str, Any]] = {
    "unit_id": None,
    "department": "",
    "variant": Variant.STANDARD,
    "channel": Channel.ONLINE,
    "source_referral_id": None,
    "acknowledged_at": None,
    "withdrawn_at": None,
    "counts_from": None,
    "target_due_at": None,
    "next_due_at": None,
    "left_open": False,
    "urgency": Urgency.U0,
    "urgency_ever": Urgency.U0,
    "age_band": AgeBand.UNKNOWN,
    "under_2": False,
    "under_15": False,
    "runaway": False,
    "restricted": False,
    "info_requested": False,
    "filer_asked": False,
    "filer_answered": False,
    "immediate_danger": False,
    "prostitution_status": Exploitation.NONE,
    "status_ever": Exploitation.NONE,
    "judicial_status": "",
    "filed_by": b"",
    "shared_with": None,
    "draft_expires_at": None,
    "alert_open": False,
    "glass_open": False,
    "transfer_open": False,
    "filed_as_id": None,
    "filed_reference": "",
    "goes_on_as": None,
    "index_norm": 0,
    "index_key": None,
    "searched_at": None,
}
