"""Second signature for a step on a past status: when it is required."""

from django.utils.translation import gettext_lazy as _

from referrals.workflow.case import Case
from referrals.workflow.rules import two_sign


@two_sign(_("Situation ou urgence antérieure : une seconde signature est requise."), of_case=True)
def history_calls_for_two(case: Case, step_input: object) -> bool:
    """A status was once at least *at risk*, or urgency once U2: closing needs two (2S?)."""
    return case.history_calls_for_two()
