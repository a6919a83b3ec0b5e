"""Checks of runaways and shelters: times, police, readers of the sheet, holders, the judge."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import Authority
from core.languages import Text
from referrals.errors import InvalidInput
from referrals.runaways.inputs import Found, Runaway, Shelter, Shelter5d, Shelter72h
from referrals.vocabulary.decision_answers import Representative
from referrals.vocabulary.states import InformationState, YesNo
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, names_fields, rule

SHELTER_DAYS: Final = {"shelter_72h": 3, "shelter_5d": 5}  # CASF L223-2 al. 5, al. 2


@rule(_("La date et l'heure indiquées ne peuvent pas être à venir."), fact_class="A")
def times_are_past(case: Case, step_input: Found | Runaway | Shelter | None) -> bool:
    """What is recorded has taken place."""
    times = [getattr(step_input, name, None) for name in ("since", "found_at", "prosecutor_told_at")]
    return not any(instant is not None and instant > case.at for instant in times)


@rule(_("Le numéro de la déclaration de fugue est attendu, ou le motif de son absence."), fact_class="A")
def police_know_or_why_not(case: Case, step_input: Runaway | None) -> bool:
    """A runaway is reported to the police; without a report number, the reason is said (T36; CP 434-4-1)."""
    return step_input is None or bool(step_input.police_report_ref or step_input.no_report_reason)


@names_fields(fact_class="A")
def sheet_readers_exist(case: Case, step_input: Runaway) -> None:
    """The authorities that read the sheet are known ones."""
    named = set(step_input.sheet.authorities)
    if Authority.objects.filter(pk__in=named).count() != len(named):
        raise InvalidInput("sheet.authorities")


@rule(_("Cet enfant est déjà accueilli en urgence."), fact_class="J")
def not_sheltered_yet(case: Case, step_input: Shelter5d | Shelter72h | None) -> bool:
    """A child is in one emergency shelter at a time (T37, T38)."""
    child = case.child(step_input.child) if step_input is not None else None
    return child is None or all(m.type_id not in SHELTER_DAYS for m in case.measures_alive(child))


SAY_WHY_NOT_TOLD: Final = _("Dites pourquoi les titulaires ne sont pas encore informés.")
HOLDERS_WAIT: Final = _(
    "L'information des titulaires est différée : ils ne peuvent pas être informés de l'accueil."
)


@answers(SAY_WHY_NOT_TOLD, HOLDERS_WAIT, fact_class="B")
def holders_wait_where_they_must(case: Case, step_input: Shelter72h | None) -> Text | None:
    """No holder is told of a shelter while one is implicated or the information deferred (T16, T37; §2.8 no. 4)."""
    if step_input is None:
        return None
    if step_input.holders_told != YesNo.YES:
        return None if step_input.holders_reason else SAY_WHY_NOT_TOLD
    implicated = case.referral.concern.holder_implicated == YesNo.YES or any(
        holder.implicated == YesNo.YES for holder in case.holders
    )
    if implicated or any(information.state == InformationState.DEFERRED for information in case.informations):
        return HOLDERS_WAIT
    return None


@rule(_("Le représentant légal refuse : l'autorité judiciaire doit être saisie."), fact_class="A")
def refusal_goes_to_the_judge(case: Case, step_input: Shelter5d | None) -> bool:
    """A representative who is able and refuses isn't passed over: the judge is seized (T38; CC 375-5)."""
    return step_input is None or step_input.representative != Representative.REFUSES
