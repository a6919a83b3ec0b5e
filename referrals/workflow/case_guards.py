"""Guards that several features share: children, measures and referrals to justice of the case."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.inputs import StrictSerializer
from referrals.vocabulary.states import DecisionCode, State
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithChild
from referrals.workflow.rules import rule, two_sign

NOT_OF_CASE: Final = _("Un des enfants désignés ne figure pas au dossier.")


@rule(NOT_OF_CASE, fact_class="A")
def children_belong(case: Case, step_input: StrictSerializer | None) -> bool:
    """Children named in a step are children of this case."""
    if step_input is None:
        return True
    named = [getattr(item, "child", item) for item in getattr(step_input, "children", [])]
    lists = (getattr(step_input, name, []) for name in ("decisions", "voices"))
    named += [item.child for items in lists for item in items]
    single = getattr(step_input, "child", None)
    named += [single] if single else []
    return all(case.child(pk) is not None for pk in named)


@rule(_("L'enfant désigné ne figure pas au dossier."), fact_class="A")
def child_is_on_record(case: Case, step_input: WithChild | None) -> bool:
    """The child is on record: also by mistake, for what was thought of it must be taken back (T44; S4)."""
    return step_input is None or case.on_record(step_input.child) is not None


@rule(_("Une saisine de l'autorité judiciaire est en attente de suite."), fact_class="I")
def no_judicial_referral_open(case: Case, step_input: object) -> bool:
    """No referral to justice is waiting for its answer."""
    return not case.judicial_open()


@rule(_("Une mesure n'est pas encore terminée pour un enfant du dossier."), fact_class="J")
def no_measure_alive(case: Case, step_input: object) -> bool:
    """No measure of any child is alive."""
    return not case.measures_alive()


def told_by_service(case: Case) -> bool:
    """Tell whether the note of the service in charge says when a child was met: before any report (T27, config)."""
    return case.referral.state == State.TRIAGE and case.protocol.service_in_charge_assesses


@rule(_("Un enfant attend encore une décision."), fact_class="J")
def nothing_is_left_open(case: Case, step_input: object) -> bool:
    """A follow-up ends with no child undecided (T30)."""
    return all(child.decision != DecisionCode.UNDECIDED for child in case.children)


@two_sign(_("Situation ou urgence antérieure : une seconde signature est requise."), of_case=True)
def history_calls_for_two(case: Case, step_input: object) -> bool:
    """A status was once at least *at risk*, or urgency once U2: closing needs two (2S?)."""
    return case.history_calls_for_two()
