"""Purge step: the service destroys a case, once a batch that lists it was executed (T41; domain.md §7.3).

A tombstone is left: reference, dates, outcome, and a digest of all that was destroyed. The rows of the case, its keys
and its name in the journal go with it (``referrals/retention/elimination.py``).
"""

from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import pgettext_lazy

from referrals.models import Referral
from referrals.retention import guards
from referrals.retention.batch_leaving import STANDS_IN_A_BATCH
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.filing_answers import Channel, Variant
from referrals.vocabulary.states import Exploitation, Machine, State, Urgency
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import StepDecorator

step = StepDecorator(Machine.REFERRAL, Referral)


@step(
    "purge",
    number="T41",
    label=pgettext_lazy("step of a case", "Éliminer"),
    internal=True,
    source=[State.ARCHIVED],
    target=State.PURGED,
    roles=[],
    guards=[*STANDS_IN_A_BATCH, guards.joined_filings_went_first, guards.an_executed_batch_lists_it],
    takes=inputs.Nothing,
    stops=[ClockCode.C20],
    law="Code du patrimoine L212-2; CASF R221-9",
    data_class="A",
)
def purge(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
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
    "due_with_measures_at": None,
    "due_with_justice_at": None,
    "left_open": False,
    "urgency": Urgency.U0,
    "urgency_ever": Urgency.U0,
    "age_band": AgeBand.UNKNOWN,
    "under_2": False,
    "under_15": False,
    "majority_near": False,
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
    "index_bits": 0,
    "index_key": None,
    "searched_at": None,
    "searched_partly": "",
}
