"""Rows of the concern form, and the conditions under which its items are asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from referrals.vocabulary.filing_answers import Channel
from referrals.workflow.case import Case

#: The relations of a referral that the form fills.
FORM_PARTS: Final = (
    "children",
    "holders",
    "facts",
    "signs",
    "health_signs",
    "third_parties",
    "digital_traces",
)
#: Plain values of a filing in hand: row id → field → value. They never outlive the request.
Plain = Mapping[UUID, Mapping[str, Any]]


def late_receipt(case: Case) -> bool:
    """Tell whether the receipt stated at filing lay so far back that the reason is asked (§4.5)."""
    received, filed = case.referral.received_at, case.referral.submitted_at or case.at
    return received is not None and filed - received > timedelta(days=case.protocol.late_receipt_days)


def typed_by_cell(case: Case) -> bool:
    """Tell whether the cell types in what came by phone or letter."""
    return case.actor.role in ("intake_agent", "crip_coordinator") or case.referral.channel not in (
        Channel.ONLINE,
        Channel.HELPLINE_119,
    )
