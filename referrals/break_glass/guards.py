"""Guards of emergency openings: who gives one back, who reviews it."""

from django.utils.translation import gettext_lazy as _

from referrals.workflow.case import Case
from referrals.workflow.inputs import Noted, Nothing, Reasoned
from referrals.workflow.rules import rule


@rule(_("Seule la personne qui a ouvert le dossier en urgence peut y mettre fin."), fact_class="A")
def opener_gives_back(case: Case, step_input: Nothing | None) -> bool:
    """Who opened a case in an emergency gives it back, and nobody else (§2.7 BreakGlass)."""
    return bool(case.part.user_id == case.actor.user_id)


@rule(_("L'ouverture d'urgence est examinée par une autre personne que celle qui l'a faite."), fact_class="A")
def reviewer_did_not_open(case: Case, step_input: Noted | Reasoned | None) -> bool:
    """Whoever broke the glass doesn't review it (§2.7 BreakGlass)."""
    return bool(case.part.user_id != case.actor.user_id)


@rule(
    _("L'ouverture d'urgence d'un dossier restreint est examinée par une personne de sa liste."),
    fact_class="A",
)
def reviewer_is_named(case: Case, step_input: Noted | Reasoned | None) -> bool:
    """On a restricted case those on its list review, not who broke the glass in turn (§1.3 rules 3 and 7)."""
    apart = case.referral.restricted or (case.part is not None and case.is_about_hidden(case.part))
    return not apart or case.actor.user_id in case.on_list()
