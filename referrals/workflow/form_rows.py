"""Rows of the concern form, what they answer, and the conditions under which its items are asked."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Model

from referrals.vocabulary.filing_answers import Channel
from referrals.vocabulary.required_items import Answers, FormAnswers
from referrals.workflow.case import Case
from referrals.workflow.case_parts import Plain

if TYPE_CHECKING:
    from referrals.models import Child, Referral

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


def answers_of(
    referral: "Referral", plain: Plain | None = None, *, children: "Iterable[Child] | None" = None
) -> FormAnswers:
    """Return what the form says; ``plain``: what isn't sealed yet, ``children``: those to ask about, if not all."""

    def answers(row: Model) -> Answers:
        stored = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        return {**stored, **(plain or {}).get(row.pk, {})}

    return FormAnswers(
        received_at=referral.received_at,
        channel=referral.channel,
        variant=referral.variant,
        concern=answers(referral.concern),
        children=[answers(child) for child in (referral.children.all() if children is None else children)],
        holders=[answers(holder) for holder in referral.holders.all()],
        facts=[answers(fact) for fact in referral.facts.all()],
    )


def late_receipt(case: Case) -> bool:
    """Tell whether the receipt stated at filing lay so far back that the reason is asked (§4.5)."""
    # Before submission there is no other instant to compare with than now.
    received, filed = case.referral.received_at, case.referral.submitted_at or case.at
    return received is not None and filed - received > timedelta(days=case.protocol.late_receipt_days)


def typed_by_cell(case: Case) -> bool:
    """Tell whether the cell types in what came by phone or letter."""
    # The role decides for a draft, the channel for a filing on which somebody else works later.
    return case.actor.role in ("intake_agent", "crip_coordinator") or case.referral.channel not in (
        Channel.ONLINE,
        Channel.HELPLINE_119,
    )
