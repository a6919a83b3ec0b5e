"""Takes several cases in charge, names people on them, or hands them over: each by its own step and refusal.

Only steps that ask for no judgement on the single case. Each is done on the version that was shown; a refused case
keeps its people, and the others go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.actor import Actor
from referrals.access import visibility
from referrals.errors import (
    GuardRefused,
    InvalidInput,
    NotAllowed,
    NotVisible,
    ReferralError,
    StaleVersion,
    WrongState,
)
from referrals.execution import perform
from referrals.execution.preconditions import StepRequest
from referrals.models import Referral
from referrals.staffing.actions import write_refusal
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step, steps

#: The steps that may be done to many cases at once: every role by which somebody is put on a case, and a leaver's.
STEPS: Final = ("take_charge", "assign", "name_decider", "name_referent", "pass_on")
#: As many cases as one page shows: each is locked until all are done.
CASES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one case: done, or refused, with the sentence of the refusal."""

    case: Referral
    reason: str = ""


def offered(actor: Actor) -> list[Step]:
    """Return the steps that a role of the actor may do to several cases at once."""
    return [step for step in map(_step, STEPS) if actor.holding(step.roles)]


def do(
    name: str, body: Mapping[str, Any], cases: Mapping[UUID, int], *, actor: Actor, at: datetime
) -> list[Done]:
    """Do a step to each of some cases, on the version that was shown of it; return what became of each."""
    step = next((one for one in offered(actor) if one.name == name), None)
    if step is None:
        raise NotAllowed(name)
    if not 0 < len(cases) <= CASES_MAX:
        raise InvalidInput("cases", "too-many" if cases else "required")
    seen = visibility.visible_to(actor, at=at, drafts=False).in_bulk(list(cases))
    # All or nothing: of which one there is none is told to nobody (SEC-AZ5).
    if len(seen) < len(cases):
        raise NotVisible
    # In a fixed order: of two acts at once neither holds a case for which the other waits.
    done = [_one(step, seen[pk], body, cases[pk], actor=actor, at=at) for pk in sorted(cases)]
    return sorted(done, key=lambda one: one.case.reference)


def _one(
    step: Step, case: Referral, body: Mapping[str, Any], version: int, *, actor: Actor, at: datetime
) -> Done:
    """Do it to one case; every condition is asked before anything of it is written."""
    request = StepRequest(step=step, referral_id=case.pk, body=dict(body), version=version)
    try:
        perform.perform(request, actor=actor, at=at)
    except (GuardRefused, NotAllowed, WrongState, StaleVersion, InvalidInput) as refused:
        write_refusal(case.pk, step.event, _rule(refused), actor=actor, at=at)
        return Done(case, str(refused))
    return Done(case)


def _rule(refused: ReferralError) -> str:
    return str(refused.extra["rule"]) if isinstance(refused, GuardRefused) else refused.code


def _step(name: str) -> Step:
    return steps.get(Machine.REFERRAL, name)
