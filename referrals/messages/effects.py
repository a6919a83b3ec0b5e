"""Effects of questions, complements and messages: requests, files, and what the shell shows of them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.roles import Role
from referrals.attachments.linking import lay_to, waiting_of
from referrals.execution import hooks
from referrals.messages.checks import request_of
from referrals.urgent_calls import effects as urgent_calls_effects
from referrals.vocabulary import case_answers
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import ACTIVE, CLOSED, ChildKind, Machine, RequestState, State, Urgency
from referrals.workflow.about_children import only_child
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput

if TYPE_CHECKING:
    from referrals.models import InformationRequest
    from referrals.workflow.context import StepContext


def ask(act: "StepContext") -> None:
    """Put the questions; C6 runs for them (T07)."""
    row = act.new(
        "information_requests",
        recipient=act.step_input.recipient,
        partner_id=act.step_input.partner,
        asked_by=act.actor.user_id,
        asked_at=act.at,
        due_on=act.step_input.due_on,
        children=as_text(act.step_input.children),
        questions=act.step_input.questions,
    )
    act.start(C.C6, part=row, child=only_child(row))
    show_requests(act.case)
    act.made = row


def complement(act: "StepContext") -> None:
    """Keep what was added; it answers its request, and a danger that it tells of is flagged (T08 ⇒ T14)."""
    step_input = act.step_input
    request = request_of(act.case, step_input.request) if step_input.request else None
    act.child = only_child(request)
    added = act.new(
        "complements",
        request=request,
        at=act.at,
        by=None if act.actor.role == Role.FILER else act.actor.user_id,
        role=act.actor.role,
        came_by=step_input.came_by,
        danger_now=step_input.danger_now,
        # An answer is about whom the question was about.
        children=request.children if request is not None else [],
        text=step_input.text,
    )
    sent = waiting_of(
        act.case.referral, step_input.attachments, role=act.actor.role, user_id=act.actor.user_id
    )
    lay_to(added, sent)
    if request is not None:
        close(act, request, RequestState.ANSWERED)
    if step_input.danger_now:
        if act.case.referral.state in ACTIVE:
            endanger(act)
        else:
            act.alarm(step_input.danger_what)


def endanger(act: "StepContext") -> None:
    """Flag every child of the concern: who adds from outside can't say which one (⇒ T14 each)."""
    danger = StepInput(what=act.step_input.danger_what)
    for child in act.case.children:
        if child.kind != ChildKind.SUBJECT:
            continue
        if not child.immediate_danger:
            act.change(child, immediate_danger=True, danger_ever=True)
            act.start(C.C3, child=child.pk)
        act.fire(Machine.REFERRAL, "flag_immediate_danger", step_input=danger, child=child.pk)
    act.case.referral.urgency = Urgency.U3
    urgent_calls_effects.call_for_danger(act)


def give_up(act: "StepContext") -> None:
    """Go on without the answer: by hand the request is cancelled, by the passing of time it expires (T09)."""
    request = request_of(act.case, act.step_input.request)
    act.child = only_child(request)
    if request is not None:
        close(act, request, RequestState.CANCELLED if act.step_input.reason else RequestState.EXPIRED)


def close(act: "StepContext", found: "InformationRequest", state: RequestState) -> None:
    """Close a request; C6 stops for it."""
    act.change(found, state=state, closed_at=act.at)
    act.stop(C.C6, part=found)
    show_requests(act.case)


def write_to_filer(act: "StepContext") -> None:
    """Keep the message for whoever filed, under the filer's own key (E01)."""
    act.made = _text(act, "filer_messages")


def write_to_professionals(act: "StepContext") -> None:
    """Keep the message for the professionals of the case (E02)."""
    act.made = _text(act, "team_messages")


def _text(act: "StepContext", channel: str) -> Any:
    step_input = act.step_input
    return act.new(
        channel, at=act.at, by=act.actor.user_id, children=as_text(step_input.children), text=step_input.text
    )


def as_text(children: Iterable[UUID]) -> list[str]:
    """Return the ids of children as a row that names them keeps them."""
    return sorted({str(pk) for pk in children})


def show_requests(case: Case) -> None:
    """Show on the referral whether questions are open, and whether some are to its filer (``info_requested``)."""
    recipients = set(
        case.referral.information_requests.filter(state=RequestState.OPEN).values_list("recipient", flat=True)
    )
    case.referral.info_requested = bool(recipients)
    case.referral.filer_asked = case_answers.Recipient.FILER in recipients


@hooks.after_leaving_state.register(1)
def follow(act: "StepContext", before: str) -> None:
    """A case that closes cancels its open requests; one that is joined to another takes them along (§2.2 Closings)."""
    after = act.case.referral.state
    if (
        after not in CLOSED
        or before in CLOSED
        or after == State.MERGED
        or not act.case.referral.info_requested
    ):
        return
    for request in act.case.referral.information_requests.filter(state=RequestState.OPEN):
        close(act, request, RequestState.CANCELLED)
