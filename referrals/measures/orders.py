"""What becomes of an order: heard, appealed against, suspended, upheld, amended, quashed (M18; domain.md §2.6).

An appeal changes nothing until the court has ruled. While the order is suspended the measure is too, and the clocks of
its execution rest; those of the judge run on. Where it is quashed the measure ends by law on the day of the ruling, and
whoever acts is told what hung on it.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from referrals.coming_of_age import majority
from referrals.coming_of_age.effects import cut_term
from referrals.measures import effects
from referrals.measures.inputs import BEFORE_RULING
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.decision_answers import EndReason, RulingKind
from referrals.vocabulary.states import FeedbackState, InformationState
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow import clocks

if TYPE_CHECKING:
    from referrals.models import Measure
    from referrals.workflow.context import StepContext

#: The clocks of carrying a measure out: its start, the plan for the child, the report.
OF_EXECUTION: Final = (C.C24, C.C16, C.C17)
#: From where a measure is suspended that nobody has begun to carry out.
NEVER_BEGUN: Final = (M.ORDERED, M.AWAITING_START)
#: What a court has ruled when the order is in force again.
IN_FORCE_AGAIN: Final = (RulingKind.UPHELD, RulingKind.AMENDED)
#: What hung on an order that is quashed, as a warning says it.
SHELTER_HANGS: Final = "order-quashed-shelter"
INFORMATION_HANGS: Final = "order-quashed-information"
FEEDBACK_HANGS: Final = "order-quashed-feedback"


def state_after(measure: "Measure", step_input: Any) -> M:
    """Return the state of a measure after a ruling on its order; set what says that it is suspended, or over."""
    kind, state = step_input.ruling_kind, M(measure.state)
    if kind == RulingKind.SUSPENDED and measure.order_suspended_on is None:
        measure.suspended_from, measure.order_suspended_on = state, step_input.on
        return M.SUSPENDED
    if kind in IN_FORCE_AGAIN and measure.order_suspended_on is not None:
        state = M(measure.suspended_from)
        measure.suspended_from, measure.order_suspended_on = "", None
    if kind == RulingKind.QUASHED:
        measure.over_on, measure.over_reason = step_input.on, EndReason.OTHER
        state = M.LIFTED
    return state


def let_execution_rest_or_go_on(act: "StepContext") -> None:
    """Let the clocks of execution rest while the order is suspended; then they go on with what they had left."""
    row, kind = act.case.part, act.step_input.ruling_kind
    if kind == RulingKind.SUSPENDED:
        act.stop(*OF_EXECUTION, part=row)
    elif kind in IN_FORCE_AGAIN and row.order_suspended_on is not None:
        rested = max(act.step_input.on - row.order_suspended_on, timedelta())
        for code in _awaited(row):
            since = act.noon_of(act.step_input.on)
            clocks.start_again(act.case, code, row, since=since, rested=rested)


def _awaited(measure: "Measure") -> list[C]:
    """Return what will be awaited of carrying a measure out once its order is in force again."""
    if measure.suspended_from in NEVER_BEGUN:
        return [C.C24] if measure.type.execution else []
    return [C.C17, *([C.C16] if measure.plan_signed_on is None else [])]


def follow_ruling(act: "StepContext") -> None:
    """A court that ruled ends the hearing's delays; a new term starts the measure's again; a quashed order ends it."""
    row, kind = act.case.part, act.step_input.ruling_kind
    if kind in BEFORE_RULING:
        return
    act.stop(C.C14, C.C14B, part=row)
    if kind == RulingKind.QUASHED:
        effects.stop_its_clocks(act)
        effects.last_measure_over(act, since=act.noon_of(act.step_input.on))
        act.warnings.extend(_hung_on(act))
    elif act.step_input.term_on and row.state in effects.UNDER_WAY and row.suspended_from not in NEVER_BEGUN:
        majority.start_term(act, row)
    elif act.step_input.term_on:
        cut_term(act, row, act.case.today)


def _hung_on(act: "StepContext") -> list[str]:
    """Return what of the case may have hung on a quashed order: where the child is, who was or is to be informed."""
    case, row = act.case, act.case.part
    own = (one for one in case.measures_alive() if one.child_id == row.child_id)
    shelters = any(one.type_id.startswith("shelter_") for one in own)
    due = (InformationState.PENDING, InformationState.DEFERRED)
    informed = any(one.state in due for one in case.informations)
    due_tasks = case.referral.feedback_tasks.filter(state__in=(FeedbackState.DUE, FeedbackState.OVERDUE))
    return [
        code
        for code, hangs in (
            (SHELTER_HANGS, shelters or row.place is not None),
            (INFORMATION_HANGS, informed),
            (FEEDBACK_HANGS, due_tasks.exists()),
        )
        if hangs
    ]
