"""Guards of runaways and shelters: the child is away, the shelter has its ground."""

from referrals.runaways.inputs import Found, Shelter72h
from referrals.vocabulary.states import EXPLOITED
from referrals.workflow.case import Case


def child_is_away(case: Case, step_input: Found | None) -> str | None:
    """Only a child recorded as a runaway is found (T36)."""
    child = case.child(step_input.child) if step_input is not None else None
    if step_input is None:
        return None if any(each.runaway for each in case.children) else "Aucun enfant n'est en fugue."
    return None if child is None or child.runaway else "Cet enfant n'est pas en fugue."


def shelter_has_its_ground(case: Case, step_input: Shelter72h | None) -> str | None:
    """A child is taken in for 72 hours when away, in immediate danger, or its exploitation is suspected (T37)."""
    named = case.children if step_input is None else case.of_case([step_input.child])
    urgent = any(
        child.runaway or child.immediate_danger or child.prostitution_status in EXPLOITED for child in named
    )
    return (
        None if urgent else "L'accueil de 72 heures suppose une fugue, un danger immédiat ou une suspicion."
    )
