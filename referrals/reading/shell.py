"""The shell of a case: its clear fields of class A, and the clear codes of classes D and I for their readers."""

from typing import Any, Final

from django.db.models import F, QuerySet

from referrals.access.relations import CaseAccess
from referrals.models import Referral
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import State, Urgency

#: Columns that no line of a list needs; whoever asks for one loads it by itself.
ON_NO_LINE: Final = (
    "reference_1",
    "reference_2",
    "reference_3",
    "source_referral",
    "draft_expires_at",
    "archived_at",
    "archived_from",
    "purged_at",
    "tombstone",
    "urgency_ever",
    "status_ever",
    "index_key",
    "index_norm",
    "searched_at",
)


def with_filers(rows: "QuerySet[Referral]") -> "QuerySet[Referral]":
    """Return the rows of a list with what kind of person filed each, which a line tells readers of class C."""
    return rows.annotate(filed_as_profession=F("concern__filer_profession"))


def shell(referral: Referral, ties: CaseAccess) -> dict[str, Any]:
    """Return the shell (class A), and the clear codes of D and I to their readers."""
    fields = {
        "id": str(referral.pk),
        "reference": referral.reference,
        "version": referral.version,
        "authority": str(referral.authority_id) if referral.authority_id else None,
        "unit": str(referral.unit_id) if referral.unit_id else None,
        "department": referral.department,
        "state": labelled(State(referral.state)),
        "urgency": labelled(Urgency(referral.urgency)),
        "channel": referral.channel,
        "variant": referral.variant,
        "age_band": referral.age_band,
        "under_15": referral.under_15,
        "under_2": referral.under_2,
        "majority_near": referral.majority_near,
        "runaway": referral.runaway,
        "restricted": referral.restricted,
        "legal_hold": referral.legal_hold,
        "left_open": referral.left_open,
        "info_requested": referral.info_requested,
        "transfer_open": referral.transfer_open,
    }
    for name in (
        "created_at",
        "received_at",
        "submitted_at",
        "acknowledged_at",
        "closed_at",
        "statutory_due_at",
        "target_due_at",
        "next_due_at",
        "counts_from",
    ):
        fields[name] = moment(getattr(referral, name))
    if "D" in ties.reads:
        fields["prostitution_status"] = referral.prostitution_status
        fields["immediate_danger"] = referral.immediate_danger
    if "I" in ties.reads:
        fields["judicial_status"] = referral.judicial_status or None
    return fields
