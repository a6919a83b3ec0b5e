"""Guards of emergency openings: who gives one back, who reviews it."""

from referrals.workflow.case import Case
from referrals.workflow.inputs import Noted, Nothing, Reasoned


def opener_gives_back(case: Case, step_input: Nothing | None) -> str | None:
    """Who opened a case in an emergency gives it back, and nobody else (§2.7 BreakGlass)."""
    if case.part.user_id != case.actor.user_id:
        return "Seule la personne qui a ouvert le dossier en urgence peut y mettre fin."
    return None


def reviewer_did_not_open(case: Case, step_input: Noted | Reasoned | None) -> str | None:
    """Whoever broke the glass doesn't review it (§2.7 BreakGlass)."""
    if case.part.user_id == case.actor.user_id:
        return "L'ouverture d'urgence est examinée par une autre personne que celle qui l'a faite."
    return None


def reviewer_is_named(case: Case, step_input: Noted | Reasoned | None) -> str | None:
    """On a restricted case those on its list review, not who broke the glass in turn (§1.3 rules 3 and 7)."""
    apart = case.referral.restricted or (case.part is not None and case.is_about_hidden(case.part))
    if apart and case.actor.user_id not in case.on_list():
        return "L'ouverture d'urgence d'un dossier restreint est examinée par une personne de sa liste."
    return None
