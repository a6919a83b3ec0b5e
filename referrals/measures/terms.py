"""Term of a measure: its maximum length, what precedes its renewal, who follows it (domain.md §2.6 M07, M11, M17; §5).

The bounds are those of the catalogue, which is data. They bind what the authority decides; what a judge ordered is
recorded as it was ordered (CC 375 lets a judge go beyond two years).
"""

from datetime import date
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.languages import Text
from referrals.measures.inputs import Renewal, Situation, Start
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Machine
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, rule

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


@rule(_("Un rapport de situation doit précéder le renouvellement."), fact_class="J")
def report_precedes_renewal(case: Case, step_input: Renewal | None) -> bool:
    """A measure is renewed on a situation report given since it began or was last renewed (M11; L223-5)."""
    own = case.referral.steps.filter(machine=Machine.MEASURE, part=case.part.pk)
    renewed = own.filter(step="renew").order_by("order").last()
    reports = own.filter(step="situation_report")
    if renewed is not None:
        reports = reports.filter(order__gt=renewed.order)
    return reports.exists()


TERM_BEFORE_START: Final = _("L'échéance doit être postérieure au début de la période.")
TERM_TOO_FAR: Final = _("Cette mesure administrative dure {months} mois au plus par période.")


@answers(TERM_BEFORE_START, TERM_TOO_FAR, fact_class="J")
def term_is_within_the_law(case: Case, step_input: Renewal | Start | None) -> Text | None:
    """An administrative measure is begun, and renewed, for what its type allows at most (§5.1; L223-5)."""
    if step_input is None or case.part.judicial or step_input.term_on is None:
        return None
    since = getattr(step_input, "started_on", None) or _present_term(case)
    if step_input.term_on <= since:
        return TERM_BEFORE_START
    months = case.part.type.max_months
    if months is not None and step_input.term_on > since + relativedelta(months=months):
        return format_lazy(TERM_TOO_FAR, months=months)
    return None


def _present_term(case: Case) -> date:
    """Return from when a renewal counts: the term that runs out, or today where it has none or is over."""
    runs = [clock for clock in case.open_clocks if clock.code == C.C10 and clock.part == case.part.pk]
    runs = [clock for clock in runs if not clock.on_birthday]  # such a one bears no day of its own
    term: date | None = case.part.term_on
    if term is None and runs:
        term = runs[0].due_at.astimezone(case.zone).date()
    return term if term is not None and term > case.today else case.today


@rule(_("Le rapport est présenté aux parents et à l'enfant avant d'être remis."), fact_class="A")
def report_was_shown(case: Case, step_input: Situation | None) -> bool:
    """A situation report was shown to the parents and the child before it is given (M17; L223-5)."""
    if step_input is None:
        return True
    return all(on <= case.today for on in (step_input.shown_on, step_input.child_shown_on) if on is not None)


REFERENT_OF_TEAM: Final = _("Un membre de l'équipe d'évaluation ne peut pas suivre la famille.")


@answers(REFERENT_OF_TEAM, workflow_people.NOT_IN_ROLE, fact_class="A")
def referent_may_follow(case: Case, step_input: Start | None) -> Text | None:
    """The referent named with the beginning of a measure holds the role, and doesn't assess the family (M07, T48)."""
    if step_input is None or step_input.referent is None:
        return None
    if step_input.referent in case.team():
        return REFERENT_OF_TEAM
    if not workflow_people.holders_of(case, Role.CASE_REFERENT, {step_input.referent}):
        return workflow_people.NOT_IN_ROLE
    return None


def name_referent(act: "StepContext") -> None:
    """Put the referent on the case, for the child of the measure (M07)."""
    if act.step_input.referent is not None:
        workflow_people.put_on_case(
            act, act.step_input.referent, Role.CASE_REFERENT, child=act.case.part.child_id
        )
