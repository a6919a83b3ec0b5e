"""Effects of requesting, sending, refusing and settling a transfer; ``takeover`` takes the case over."""

from typing import TYPE_CHECKING

from referrals.execution import hooks
from referrals.matching import indexing
from referrals.transfers import documents
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import ACTIVE, Machine, State
from referrals.workflow.context import StepInput

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def ask(act: "StepContext") -> None:
    """Open the request with its documents; it is sent at once, unless the address is still sought (T31)."""
    step_input, referral = act.step_input, act.case.referral
    request = act.new(
        "transfer_requests",
        reference=referral.reference,
        authority_id=referral.authority_id,
        target_id=step_input.target,
        ground=step_input.ground,
        channel=step_input.channel,
        asked_by=act.actor.user_id,
        asked_at=act.at,
        note=step_input.note,
        formalities=step_input.formalities,
    )
    for user in step_input.receivers:
        act.new("transfer_receivers", request=request, user_id=user)
    documents.lay_in(act, request, step_input.documents)
    act.fire(Machine.TRANSFER, "prepare", part=request)
    if step_input.address_known:
        act.fire(Machine.TRANSFER, "send", part=request)
    else:
        act.start(C.C18)
    act.made = request
    show(act)


def send(act: "StepContext") -> None:
    """Make the documents anew, as the file stands now, and add those that were named."""
    if act.step_input.note:
        act.fill(act.case.part, {"note": act.step_input.note})
    documents.lay_in(act, act.case.part, act.step_input.documents)


def refuse(act: "StepContext") -> None:
    """Keep the motive; the second refusal goes to arbitration (T33)."""
    request = act.case.open_transfer
    if request is not None:
        act.fill(request, {"motive": act.step_input.motive})
        act.fire(Machine.TRANSFER, "refuse", part=request)
        show(act)


def show(act: "StepContext") -> None:
    """Show on the case whether a transfer is open (domain.md §4.8: its coarse codes are of the shell)."""
    act.case.forget("transfer_requests")
    was_open, act.case.referral.transfer_open = (
        act.case.referral.transfer_open,
        act.case.find_open_transfer() is not None,
    )
    if act.case.referral.transfer_open and not was_open:
        indexing.outdate(act.case.referral)  # people of another authority read of it now: their ties count


def shown_after(act: "StepContext") -> None:
    """Do the same once the request itself was moved by hand."""
    act.case.part.save()
    show(act)


@hooks.after_leaving_state.register(4)
def follow(act: "StepContext", before: str) -> None:
    """A case that is closed or joined here goes nowhere: its request is given up."""
    after = act.case.referral.state
    if before not in ACTIVE or after in ACTIVE or after == State.TRANSFERRED:
        return
    request = act.case.open_transfer
    if request is not None:
        act.fire(Machine.TRANSFER, "give_up", part=request, step_input=StepInput())
        show(act)
