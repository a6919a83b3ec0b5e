"""Situations of a transfer to another authority: asking, sending again, taking over, refusing, settling."""

from datetime import timedelta
from typing import Any

from accounts.actor import SYSTEM
from referrals.models import HolderInformation, TransferReceiver, TransferRequest
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.journeys import bodies
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.referrals.workflow.situations.saying import ON, Body, measure, said, situation, without

TARGET = "75"


def a_request(kit: Kit, **values: Any) -> Any:
    told = {"state": "sent", "sent_at": AT} | values
    row = kit.fill.row(
        TransferRequest, reference=kit.case.reference, authority=kit.case.authority, ground="moved",
        target=kit.world.authorities[TARGET], channel="electronic", asked_by=kit.user("crip_coordinator"),
        asked_at=AT, formalities=None, **told,
    )  # fmt: skip
    kit.put(transfer_open=True)
    return row


def _restrict(kit: Kit, body: Body) -> None:
    kit.set_restricted()


def _only_by_mail(kit: Kit, body: Body) -> None:
    asked = Change(effective_on=TODAY, values={"transfer_mode": "sealed_mail"})
    policy_changes_actions.change(
        kit.world.authorities[TARGET].pk, asked, actor=SYSTEM, at=AT - timedelta(hours=1)
    )


def _deferred(kit: Kit, body: Body) -> None:
    kit.fill.row(
        HolderInformation, holder=kit.holder, occasion="transmission", state="deferred", review_on=TODAY
    )


def _dangerous(kit: Kit, body: Body) -> None:
    kit.measure("active")
    refused = {
        "kind": "written_agreement",
        "outcome": "refused",
        "how": "Refus écrit.",
        "break_effect": "danger",
    }
    body["formalities"] = [*body["formalities"], refused]


@situation(
    "referral", "transfer_request",
    ground_named=without("ground"), no_transfer_open=lambda kit, body: a_request(kit),
    another_authority=lambda kit, body: body.update(target=kit.case.authority_id), mode_of_both=_only_by_mail,
    formalities_fit=measure("active"), holders_wait=_deferred, danger_is_referred=_dangerous,
    deferral_has_reason=said(formalities=[{"kind": "holders_informed", "outcome": "deferred"}]),
    documents_there=said(documents=["concern", "assessment_report"]), receivers_named=_restrict,
)  # fmt: skip
def _ask(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    return kit, bodies.transfer(world.authorities[TARGET], bodies.formality(on=ON))


def _sought(kit: Kit, body: Body) -> None:
    kit.clock("C18")


@situation(
    "transfer", "send",
    address_answered=_sought, documents_there=said(documents=["plan"]), receivers_named=_restrict,
)  # fmt: skip
def _send(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.part = a_request(kit, state="prepared")
    return kit, {}


def _asked_by_the_same(kit: Kit, body: Body) -> None:
    TransferRequest.objects.update(asked_by=kit.world.user("crip_coordinator", TARGET).pk)


def _restricted_there(kit: Kit, body: Body) -> None:
    """The case is restricted, and received by the coordinator alone."""
    kit.set_restricted()
    receiver = kit.world.user("crip_coordinator", TARGET)
    TransferReceiver.objects.create(referral=kit.case, request=TransferRequest.objects.get(), user=receiver)


@situation(
    "referral", "transfer_accept", another_than_who_asked=_asked_by_the_same, readers_named=_restricted_there
)
def _accept(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.code = TARGET
    a_request(kit)
    return kit, {"receipt": "Reçu."}


@situation("referral", "transfer_refuse", another_than_who_asked=_asked_by_the_same)
def _refuse(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage")
    kit.code = TARGET
    a_request(kit)
    return kit, {"motive": "Adresse non établie."}


def _said(kit: Kit, body: Body) -> None:
    TransferRequest.objects.update(origin_says="transfer", origin_said_by=kit.user("supervisor_2"))


@situation("transfer", "arbitrate", not_said_yet=_said)
def _arbitrate(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "triage", who="supervisor")
    kit.part = a_request(kit, state="arbitration", refusals=2)
    return kit, {"says": "transfer", "reason": "Avis."}
