"""Guards of runaways and shelters: the child is away, the shelter has its ground."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.runaways.inputs import Found, Shelter72h
from referrals.vocabulary.states import EXPLOITED
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, rule

NOT_AWAY: Final = _("Cet enfant n'est pas en fugue.")
NO_CHILD_AWAY: Final = _("Aucun enfant n'est en fugue.")


@answers(NOT_AWAY, NO_CHILD_AWAY, fact_class="A")
def child_is_away(case: Case, step_input: Found | None) -> Text | None:
    """Only a child recorded as a runaway is found (T36)."""
    if step_input is None:
        return None if any(each.runaway for each in case.children) else NO_CHILD_AWAY
    child = case.child(step_input.child)
    return None if child is None or child.runaway else NOT_AWAY


@rule(_("L'accueil de 72 heures suppose une fugue, un danger immédiat ou une suspicion."), fact_class="D")
def shelter_has_its_ground(case: Case, step_input: Shelter72h | None) -> bool:
    """A child is taken in for 72 hours when away, in immediate danger, or its exploitation is suspected (T37)."""
    named = case.children if step_input is None else case.of_case([step_input.child])
    return any(
        child.runaway or child.immediate_danger or child.prostitution_status in EXPLOITED for child in named
    )
