"""Steps of a measure that prepare the 18th birthday: M20, M21 (domain.md §5.3)."""

from django.utils.translation import gettext_lazy as _

from referrals.measures import effects, guards, majority
from referrals.measures.inputs import ChoiceAtMajority, MajorityInterview
from referrals.measures.steps import WITH_REFERENT, step
from referrals.models import Measure
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow.case import Case
from referrals.workflow.step import SAME
from referrals.workflow.usual import Usual


@step(
    "choose_at_majority",
    number="M20",
    label=_("Recueillir le choix à la majorité"),
    source=[M.AGREED, M.ORDERED, M.AWAITING_START, M.ACTIVE, M.SUSPENDED],
    target=SAME,
    roles=WITH_REFERENT,
    guards=[majority.majority_ends_it],
    checks=[
        majority.day_has_come,
        majority.person_signed_it,
        majority.own_agreement_is_lawful,
        majority.young_adult_is_open,
    ],
    effects=[effects.take_choice, effects.follow],
    takes=ChoiceAtMajority,
    starts=[C.C9, C.C10],
    stops=[C.C26],
    law="CASF L222-2, L222-5, R221-2",
    data_class="J",
)
def choose_at_majority(measure: Measure, step_input: ChoiceAtMajority, case: Case) -> None:
    """Record what the person wants after the 18th birthday, in the own words, and under the own signature."""


@step(
    "majority_interview",
    number="M21",
    label=_("Tenir l'entretien de préparation à la majorité"),
    source=effects.UNDER_WAY,
    target=SAME,
    roles=WITH_REFERENT,
    guards=[guards.minor_is_in_care],
    checks=[majority.day_has_come, majority.residence_is_said],
    effects=[effects.interview_was_held, effects.follow],
    takes=MajorityInterview,
    starts=[C.C25],
    stops=[C.C25],
    law="CASF L222-5-1, L223-1-3, R222-6",
    data_class="J",
    usual=[
        Usual(
            _(
                "À partir de seize ans et neuf mois : convoquez l'entretien, et demandez au mineur s'il désigne une "
                "personne de confiance."
            ),
            rank=3,
        )
    ],
)
def majority_interview(measure: Measure, step_input: MajorityInterview, case: Case) -> None:
    """Record the interview before majority, or its refusal by the minor."""
