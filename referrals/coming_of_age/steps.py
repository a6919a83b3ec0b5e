"""Birthdays: what changes in a case with the age of its children, up to majority (C23; domain.md §2.3, §4.1, §5.1).

On the eighteenth birthday a child holds its own rights: pending information of the parents is no longer due, they are
informed of nothing more, agreements are the person's own, what a judge ordered or parents agreed on is over, and the
guards of *met* and §2.5 no longer apply (``Case.beyond_childhood``). A person who was looked after before that may be
offered support as a young adult, until twenty-one. Before it come an interview, and the choice of what is to follow.
"""

from django.utils.translation import gettext_lazy as _

from referrals.coming_of_age import effects, majority
from referrals.models import Referral
from referrals.vocabulary.states import ACTIVE, CLOSED, Machine
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import SAME, StepDecorator

step = StepDecorator(Machine.REFERRAL, Referral)


@step(
    "grow_older",
    number="C23",
    label=_("Anniversaire"),
    internal=True,
    unrecorded=True,
    source=(*ACTIVE, *CLOSED),
    target=SAME,
    roles=[],
    effects=[effects.take_new_ages, effects.end_parents_information, effects.end_terms, majority.prepare],
    takes=inputs.Nothing,
    law="CASF L222-5, D226-2-4, R221-2; CC 375, 414",
    data_class="B",
    keeping=True,
)
def grow_older(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Let age bands, flags and the rights that hang on them follow the children's ages."""
