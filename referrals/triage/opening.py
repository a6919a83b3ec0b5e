"""Effects of opening a file: acknowledges a concern (T05), answers an urgent call (S7)."""

from datetime import datetime

from accounts.actor import Actor
from referrals.access import matrix
from referrals.access.relations import CaseAccess
from referrals.execution.runner import run_step, service_for
from referrals.models import Referral
from referrals.vocabulary.case_answers import CALLED
from referrals.vocabulary.states import Machine, State
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps


def opens_as_cell(ties: CaseAccess) -> bool:
    """Tell whether reading the file acknowledges it: for someone of the cell, who may do just that (T05)."""
    return ties.role_for(steps.get(Machine.REFERRAL, "acknowledge")) is not None


def opens_as_called(ties: CaseAccess) -> bool:
    """Tell whether reading the file answers an urgent call: for someone who is called, and reads the facts (S7)."""
    return any(role in CALLED and "D" in matrix.reads_by(role, relation) for role, relation in ties.pairs)


def acknowledge_on_opening(referral: Referral, *, opener: Actor, at: datetime) -> Referral:
    """Acknowledge a submitted concern that someone opens who may acknowledge it (T05, by the system for the opener).

    Returns the referral as it is then, locked; the opener's ties are unchanged by it.
    """
    fresh = Referral.objects.select_for_update().get(pk=referral.pk)
    acknowledged(Case(fresh, actor=opener, at=at))
    return fresh


def acknowledged(opening: Case) -> None:
    """Do T05 by the system for whoever opens the case, if it still waits for it; what ``opening`` read is outdated."""
    if opening.referral.state != State.SUBMITTED:
        return
    case = Case(opening.referral, actor=service_for(opening.actor), at=opening.at)
    case.step_name = "acknowledge"
    run_step(steps.get(Machine.REFERRAL, "acknowledge"), case, StepInput(note=""))
    opening.forget("open_clocks", "records")


def answer_on_opening(referral: Referral, *, opener: Actor, at: datetime) -> None:
    """Take an urgent call as answered by somebody who is called and opens the file (S7)."""
    fresh = Referral.objects.select_for_update().get(pk=referral.pk)
    case = Case(fresh, actor=service_for(opener), at=at)
    case.step_name = "acknowledge"
    for alert in case.alerts:
        case.part = alert
        run_step(steps.get(Machine.ALERT, "acknowledge"), case, StepInput())
