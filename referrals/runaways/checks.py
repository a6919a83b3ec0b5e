"""Checks of runaways and shelters: times, police, readers of the sheet, holders, the judge."""

from typing import Final

from accounts.models import Authority
from referrals.errors import InvalidInput
from referrals.runaways.inputs import Found, Runaway, Shelter, Shelter5d, Shelter72h
from referrals.vocabulary.answers import YesNo
from referrals.vocabulary.measure_answers import Representative
from referrals.vocabulary.states import InformationState
from referrals.workflow.case import Case

SHELTER_DAYS: Final = {"shelter_72h": 3, "shelter_5d": 5}  # CASF L223-2 al. 5, al. 2


def times_are_past(case: Case, step_input: Found | Runaway | Shelter | None) -> str | None:
    """What is recorded has taken place."""
    times = [getattr(step_input, name, None) for name in ("since", "found_at", "prosecutor_told_at")]
    if any(instant is not None and instant > case.at for instant in times):
        return "La date et l'heure indiquées sont à venir."
    return None


def police_know_or_why_not(case: Case, step_input: Runaway | None) -> str | None:
    """A runaway is reported to the police; without a report number, the reason is said (T36; CP 434-4-1)."""
    if step_input is not None and not step_input.police_report_ref and not step_input.no_report_reason:
        return "Le numéro de la déclaration de fugue est attendu, ou le motif de son absence."
    return None


def sheet_readers_exist(case: Case, step_input: Runaway) -> str | None:
    """The authorities that read the sheet are known ones.

    Raises:
        InvalidInput: one isn't.
    """
    named = set(step_input.sheet.authorities)
    if Authority.objects.filter(pk__in=named).count() != len(named):
        raise InvalidInput("sheet.authorities")
    return None


def not_sheltered_yet(case: Case, step_input: Shelter5d | Shelter72h | None) -> str | None:
    """A child is in one emergency shelter at a time (T37, T38)."""
    child = case.child(step_input.child) if step_input is not None else None
    if child is not None and any(m.type_id in SHELTER_DAYS for m in case.measures_alive(child)):
        return "Cet enfant est déjà accueilli en urgence."
    return None


def holders_wait_where_they_must(case: Case, step_input: Shelter72h | None) -> str | None:
    """No holder is told of a shelter while one is implicated or the information deferred (T16, T37; §2.8 no. 4)."""
    if step_input is None:
        return None
    if step_input.holders_told != YesNo.YES:
        return (
            None
            if step_input.holders_reason
            else "Dites pourquoi les titulaires ne sont pas encore informés."
        )
    implicated = case.referral.concern.holder_implicated == YesNo.YES or any(
        holder.implicated == YesNo.YES for holder in case.holders
    )
    if implicated or any(information.state == InformationState.DEFERRED for information in case.informations):
        return "L'information des titulaires est différée : ils ne peuvent pas être informés de l'accueil."
    return None


def refusal_goes_to_the_judge(case: Case, step_input: Shelter5d | None) -> str | None:
    """A representative who is able and refuses isn't passed over: the judge is seized (T38; CC 375-5)."""
    if step_input is not None and step_input.representative == Representative.REFUSES:
        return "Le représentant légal refuse : l'autorité judiciaire doit être saisie."
    return None
