"""Situations of requests for information, what answers them, and the answers owed to whoever filed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from referrals.models import FeedbackTask, InformationRequest
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations.saying import Body, asked_by, said, situation, without


def asked(kit: Kit, *, by: str = "crip_coordinator", **values: Any) -> Any:
    """Put an open request on the case."""
    row = {"recipient": "filer", "asked_by": kit.user(by), "asked_at": AT} | values
    kit.put(info_requested=True)
    return kit.fill.row(InformationRequest, **row)


def _closed(kit: Kit, body: Body) -> None:
    InformationRequest.objects.filter(referral=kit.case).update(state="expired", closed_at=AT)


@situation(
    "referral", "request_info",
    precise_question=without("questions"), due_date=said(due_on=(TODAY - timedelta(days=1)).isoformat()),
    recipient_of_the_case=lambda kit, body: body.update(partner=kit.user("assessor")),
)  # fmt: skip
def _request_info(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    partner = kit.user("case_referent")
    return kit, {"questions": "Depuis quand ?", "recipient": "partner", "partner": partner}


@situation(
    "referral", "provide_info",
    recipient_or_filer=asked_by("ase_inspector"), request_open=_closed,
)  # fmt: skip
def _provide_info(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage", who="case_referent")
    row = asked(kit, recipient="partner", partner=world.user("case_referent"))
    return kit, {"request": row.pk, "text": "Depuis septembre."}


@situation(
    "referral", "info_expired",
    asker_or_coordinator=asked_by("case_referent"), request_open=said(request=uuid4()),
    reason_by_hand=without("reason"),
)  # fmt: skip
def _info_expired(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage", who="ase_inspector")
    return kit, {"request": asked(kit, by="ase_inspector").pk, "reason": "Réponse reçue par ailleurs."}


@situation("feedback", "withhold", reason_of_the_law=said(reason="secrecy"))
def _withhold(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.part = kit.fill.row(FeedbackTask, owed_to="private", opened_at=AT)
    return kit, {"reason": "requester_at_risk", "reason_text": "Vit au domicile."}
