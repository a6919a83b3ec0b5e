"""Records of decisions: write one, withdraw it, when justice must be asked (L226-4)."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import AFTER_DECISION, EXPLOITED, DecisionCode, Exploitation, Machine
from referrals.workflow import own_words, people
from referrals.workflow.case import Case
from referrals.workflow.people import put_on_case
from referrals.workflow.rules import rule

if TYPE_CHECKING:
    from datetime import datetime

    from referrals.models import Child
    from referrals.workflow.context import StepContext


def name_decider(act: "StepContext") -> None:
    """Put the decider on the case: the one named, else the inspectors of the unit (T20)."""
    for user in people.deciders(act.case, act.step_input):
        put_on_case(act, user, "ase_inspector")


def decide(
    act: "StepContext", child: "Child", code: str, *, ground: str, motivation: str, heard: Any = None
) -> None:
    """Record a decision on a child, with its own words where it was ``heard``; warn where it leaves justice out."""
    if heard is not None:
        own_words.require_past(heard, act.case.today)
    decision = act.new(
        "decisions",
        child=child,
        code=code,
        ground=ground,
        motivation=motivation,
        at=act.at,
        by_id=act.actor.user_id,
    )
    if heard is not None and heard.get("heard"):
        act.new("voices", decision=decision, child=child, **own_words.columns(heard))
    act.change(child, decision=code)
    if act.case.referral.state in AFTER_DECISION and DecisionCode.UNDECIDED not in _decisions(act.case):
        act.stop(ClockCode.C8)
    if spares_justice(act.case, child, code):
        act.warnings.append("exploitation-without-justice")
    # Each child's decision has a record of its own, whichever step brought it (domain.md §2.2 Fired steps).
    if act.step.name != "decide_child":
        act.fire(Machine.REFERRAL, "decide_child", child=child.pk)


def undecide(act: "StepContext", child: "Child", *, since: "datetime | None" = None) -> None:
    """Let a child wait for a decision again; where the case stands by its decisions, C8 runs, from now or ``since`` on.

    See domain.md §2.2 Decisions.
    """
    # Saved only where it changes: an update of nothing would still count as a write of the row.
    if child.decision != DecisionCode.UNDECIDED:
        act.change(child, decision=DecisionCode.UNDECIDED)
    if act.case.referral.state in AFTER_DECISION:
        act.start(ClockCode.C8, since=since)


def _decisions(case: Case) -> set[str]:
    return {child.decision for child in case.children}


@rule(
    _("Prostitution : l'autorité judiciaire doit d'abord être saisie, et avoir répondu, pour cet enfant."),
    fact_class="A",
)
def prostitution_rule(case: Case, child: "Child") -> bool:
    """Justice has answered for an exploited child, where the protocol asks it (PROSTITUTION_JUDICIAL_MODE)."""
    mode = case.protocol.prostitution_judicial_mode
    # Unless the authority has said otherwise, an established exploitation alone bars; `spares_justice` warns of the
    # rest.
    bound = {"advisory": (), "mandatory": EXPLOITED}.get(mode, (Exploitation.ESTABLISHED,))
    return child.prostitution_status not in bound or case.judicial_answered(child)


def spares_justice(case: Case, child: "Child", code: str) -> bool:
    """Tell whether a decision leaves justice out for an exploited child: where nothing bars it, people are warned."""
    exploited = child.prostitution_status in EXPLOITED and not case.beyond_childhood(child)
    less = code in (DecisionCode.ADMIN, DecisionCode.CONTINUE)
    return exploited and less and not case.judicial_answered(child)
