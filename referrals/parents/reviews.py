"""Rules on the information owed to a holder of parental authority (T16; domain.md §2.7 HolderInformation)."""

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from referrals.execution import hooks
from referrals.parents.inputs import Informing
from referrals.policy.working_time import end_of
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import ACTIVE, CLOSED, InformationState, State
from referrals.workflow import clocks
from referrals.workflow.case import Case
from referrals.workflow.rules import rule

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

#: Where the information of a holder on one occasion ends.
ENDS: Final = (InformationState.DONE, InformationState.NOT_APPLICABLE)
#: Where holders may be informed (T16); what was deferred in a case that moved elsewhere is looked at there.
INFORMED_IN: Final = frozenset({*ACTIVE, *CLOSED} - {State.MERGED, State.TRANSFERRED})
#: Steps that change what is owed to whom without the case leaving its state.
CHANGING: Final = ("inform_holders", "grow_older", "take_in", "give_back")


@rule(
    _("Cette information a déjà été donnée, ou jugée sans objet : elle ne peut plus être différée."),
    fact_class="B",
)
def information_is_still_due(case: Case, step_input: Informing | None) -> bool:
    """What a holder was told isn't deferred afterwards, and what isn't due stays so (T16; §2.7)."""
    if step_input is None:
        return True
    information = next(
        (
            i
            for i in case.informations
            if i.holder_id == step_input.holder and i.occasion == step_input.occasion
        ),
        None,
    )
    return information is None or information.state not in ENDS


@rule(_("Le protocole de la collectivité n'admet pas ce motif pour différer l'information."), fact_class="A")
def reason_is_of_the_protocol(case: Case, step_input: Informing | None) -> bool:
    """The information waits for a reason that the authority admits (T16; HOLDER_DEFERRAL_REASONS)."""
    if step_input is None or step_input.outcome != InformationState.DEFERRED:
        return True
    return step_input.reason in case.protocol.holder_deferral_reasons


@hooks.after_step.register(2)
def count_reviews(act: "StepContext", before: str) -> None:
    """Let a clock run to the review day of each information that waits, and of no other (T16; §2.8 no. 4).

    Asked after each step: informations wait, are given and move along with holders by many of them.
    """
    case = act.case
    if str(case.referral.state) == before and act.step.name not in CHANGING:
        return
    waiting: dict[Any, Any] = {}
    if case.referral.state in INFORMED_IN and before != State.DRAFT:
        waiting = {row.pk: row for row in case.informations if row.state == InformationState.DEFERRED}
    for clock in [each for each in case.open_clocks if each.code == ClockCode.R_HOLDERS]:
        row = waiting.get(clock.part)
        if row is not None and clock.due_at == end_of(row.review_on, case.zone):
            del waiting[clock.part]
        else:
            clocks.halt(case, clock)
    for row in waiting.values():
        act.start(ClockCode.R_HOLDERS, part=row, until=row.review_on)
