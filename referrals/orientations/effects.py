"""Effects of orientations: the rows, how long an answer is awaited, and what ends when the case does."""

from datetime import timedelta
from typing import TYPE_CHECKING

from directory import candidates
from directory.matching import RULES_VERSION
from referrals.execution import hooks
from referrals.orientations import offers
from referrals.vocabulary.decision_answers import EXPIRES_AFTER_DAYS, REMINDED_AFTER_DAYS
from referrals.vocabulary.states import OPEN_ORIENTATION, OPENED, Machine
from referrals.workflow.context import StepInput

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from referrals.models import Orientation
    from referrals.workflow.context import StepContext


def propose(act: "StepContext") -> None:
    """Keep which service was chosen, with what the rules said of it (OR1)."""
    row = act.new(
        "orientations",
        child_id=act.step_input.child,
        resource=offers.current_service(act.step_input.resource),
        need=act.step_input.need,
        rules_version=RULES_VERSION,
        findings=offers.as_kept(act.case.offer),
        chosen_by=act.actor.user_id,
        proposed_at=act.at,
        text=act.step_input.text,
        despite=act.step_input.despite,
    )
    act.case.forget("orientations")
    act.case.part = act.made = row


def about_its_child(act: "StepContext") -> None:
    """Let the record of a step be about the child of its orientation, as what may be read of it is (SEC-AZ20)."""
    act.child = act.case.part.child_id


def ask(act: "StepContext") -> None:
    """Keep how the service was asked, and await its answer (OR2)."""
    proposal = act.step_input
    act.change(
        act.case.part,
        channel=proposal.channel,
        asked_at=proposal.at,
        asked_by=act.actor.user_id,
        asked_whom=proposal.whom,
        **awaited_from(proposal.at),
    )


def study(act: "StepContext") -> None:
    """The service looks at it: its answer is awaited anew (OR3)."""
    act.change(act.case.part, answer=act.step_input.answer, **awaited_from(act.at))


def awaited_from(since: "datetime") -> "dict[str, Any]":
    """Return until when an answer is awaited, and when whoever asked is reminded."""
    return {
        "remind_at": since + timedelta(days=REMINDED_AFTER_DAYS),
        "expires_at": since + timedelta(days=EXPIRES_AFTER_DAYS),
    }


def answered(act: "StepContext") -> None:
    """Keep what the service said; what it said before is kept where it says nothing now (OR4, OR5)."""
    row, answer = act.case.part, act.step_input.answer
    act.change(row, answered_at=act.at, **({"answer": answer} if answer else {}))


def exclude(act: "StepContext") -> None:
    """Keep what the case must not meet; what is open there is withdrawn (OX1).

    There: at all that is in no list any more, parts of a structure and entries that were merged included.
    """
    excluded = act.step_input
    act.case.forget("excluded_resources")
    act.new(
        "excluded_resources",
        structure_id=excluded.structure,
        resource_id=excluded.resource,
        since_at=act.at,
        added_by=act.actor.user_id,
        reason=excluded.reason,
    )
    still_open = [row for row in act.case.orientations if row.state in OPEN_ORIENTATION]
    named = [pk for pk in (excluded.structure, excluded.resource) if pk is not None]
    along = candidates.all_along(named) if still_open else frozenset()
    for row in still_open:
        if row.resource_id in along or row.resource.structure_id in along:
            _withdraw(act, row)


def lift(act: "StepContext") -> None:
    """End an exclusion (OX2)."""
    row = act.case.referral.excluded_resources.get(pk=act.step_input.exclusion)
    act.change(row, lifted_at=act.at)
    act.case.forget("excluded_resources")


@hooks.after_leaving_state.register(6)
def end_with_the_case(act: "StepContext", before: str) -> None:
    """Withdraw what is open when the case is closed, joined to another or taken over: nobody here awaits an answer."""
    if before not in OPENED or act.case.referral.state in OPENED:
        return
    act.case.forget("orientations")
    for row in act.case.orientations:
        if row.state in OPEN_ORIENTATION:
            _withdraw(act, row)


def _withdraw(act: "StepContext", row: "Orientation") -> None:
    act.fire(Machine.ORIENTATION, "withdraw", part=row, step_input=StepInput(reason=""), child=row.child_id)
