"""Rules of the steps of a data breach (RGPD art. 33, 34; domain.md §2.7)."""

from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.roles import Role
from core.languages import Text
from referrals.data_breaches import accounts_in_question, gate, inputs
from referrals.data_breaches.sheet import HOURS, Sheet, groups_of, unanswered
from referrals.vocabulary.data_breaches import BreachRisk, Concerned, Informing, NotificationPart
from referrals.vocabulary.states import BreachState
from referrals.workflow.inputs import Nothing
from referrals.workflow.rules import OF_ITS_ROW, answers, rule, two_sign

AWARE_AHEAD: Final = _("La violation ne peut pas être découverte dans l'avenir.")
SINCE_AFTER: Final = _("Le début de la violation précède sa découverte, et sa fin suit son début.")


@answers(AWARE_AHEAD, SINCE_AFTER, fact_class=OF_ITS_ROW)
def instants_are_in_order(sheet: Sheet, step_input: inputs.DeclaringBreach | None) -> Text | None:
    """It began before it was known, it is known by now, and it ended after it began."""
    if step_input is None:
        return None
    if step_input.aware_at > sheet.at:
        return AWARE_AHEAD
    since, until = step_input.since, step_input.until
    late = since is not None and since > step_input.aware_at
    return SINCE_AFTER if late or (since is not None and until is not None and until < since) else None


ACCOUNT_UNKNOWN: Final = _("Aucun compte ouvert de votre autorité n'a cette adresse.")
ACCOUNT_FROM_AFAR: Final = _("Un compte se désigne depuis sa propre autorité.")
OWN_ACCOUNT: Final = _("Vous ne pouvez pas désigner votre propre compte.")


@answers(ACCOUNT_UNKNOWN, ACCOUNT_FROM_AFAR, OWN_ACCOUNT, fact_class=OF_ITS_ROW)
def account_is_known(sheet: Sheet, step_input: inputs.DeclaringBreach | None) -> Text | None:
    """The account in question is of the own authority and open, and isn't that of who declares."""
    if step_input is None or not step_input.account:
        return None
    if sheet.actor.role == Role.PLATFORM_ADMIN or len(step_input.authorities) > 1:
        return ACCOUNT_FROM_AFAR
    user = accounts_in_question.named(step_input.account, sheet.row.authority_id, at=sheet.at)
    if user is None:
        return ACCOUNT_UNKNOWN
    return OWN_ACCOUNT if user == sheet.actor.user_id else None


@rule(
    _("Un risque suppose des personnes concernées : indiquez-en le nombre, même approché."),
    fact_class=OF_ITS_ROW,
)
def somebody_is_concerned(sheet: Sheet, step_input: inputs.AssessingBreach | None) -> bool:
    """A risk is one for persons: about how many, of which category (RGPD art. 33(3)(a))."""
    if step_input is None or step_input.risk == BreachRisk.NONE:
        return True
    return any(getattr(step_input, one.value) for one in Concerned)


def _minute(instant: datetime) -> datetime:
    """Return the minute of an instant: pages ask for no more."""
    return instant.replace(second=0, microsecond=0)


NOTIFIED_AHEAD: Final = _("La notification ne peut être ni à venir, ni antérieure à la découverte.")
FIRST_COMES_FIRST: Final = _(
    "Un complément suit une première notification ; celle-ci n'est envoyée qu'une fois."
)
WHOLE_IS_ASSESSED: Final = _("Évaluez la violation avant une notification complète ou un complément.")


@answers(NOTIFIED_AHEAD, FIRST_COMES_FIRST, WHOLE_IS_ASSESSED, fact_class=OF_ITS_ROW)
def notification_is_in_order(sheet: Sheet, step_input: inputs.NotifyingCnil | None) -> Text | None:
    """The first part may be sent before all is known, whatever follows completes it (RGPD art. 33(4))."""
    if step_input is None:
        return None
    if not _minute(sheet.row.aware_at) <= step_input.notified_at <= sheet.at:
        return NOTIFIED_AHEAD
    follows = sheet.row.state == BreachState.NOTIFIED
    if follows != (step_input.part == NotificationPart.COMPLEMENT):
        return FIRST_COMES_FIRST
    if step_input.part != NotificationPart.FIRST and sheet.row.assessed_at is None:
        return WHOLE_IS_ASSESSED
    return None


@rule(_("Les 72 heures sont dépassées : indiquez les motifs du retard."), fact_class=OF_ITS_ROW)
def delay_is_explained(sheet: Sheet, step_input: inputs.NotifyingCnil | None) -> bool:
    """A notification after 72 hours says the reasons of the delay (RGPD art. 33(1))."""
    if step_input is None or sheet.row.state == BreachState.NOTIFIED:
        return True
    in_time: bool = step_input.notified_at <= sheet.row.aware_at + HOURS
    return bool(step_input.delay) or in_time


@rule(_("Un risque n'est pas écarté : notifiez la CNIL."), fact_class=OF_ITS_ROW)
def no_risk_is_left(sheet: Sheet, step_input: inputs.RulingOutRisk | None) -> bool:
    """What is ruled out was assessed as no risk (RGPD art. 33(1))."""
    return bool(sheet.row.risk == BreachRisk.NONE)


@two_sign(_("Écarter un risque se décide à deux."), of_case=True)
def ruling_out_takes_two(sheet: Sheet, step_input: inputs.RulingOutRisk | None) -> bool:
    """A supervisor whom the breach isn't about signs with the data protection officer (DB4)."""
    return True


@rule(_("L'information des personnes est due quand le risque est élevé."), fact_class=OF_ITS_ROW)
def risk_is_high(sheet: Sheet, step_input: inputs.InformingPersons | None) -> bool:
    """Persons are told where the risk for them is high (RGPD art. 34(1))."""
    return bool(sheet.row.risk == BreachRisk.HIGH)


@rule(_("L'évaluation ne compte personne dans ce groupe."), fact_class=OF_ITS_ROW)
def group_is_concerned(sheet: Sheet, step_input: inputs.InformingPersons | None) -> bool:
    """What is said is said of a group that the assessment counts."""
    return step_input is None or step_input.group in groups_of(sheet.row)


DAY_AHEAD: Final = _("La date ne peut pas être à venir.")
TOLD_BEFORE: Final = _("La date ne peut pas précéder la découverte de la violation.")


@answers(DAY_AHEAD, TOLD_BEFORE, fact_class=OF_ITS_ROW)
def days_have_come(sheet: Sheet, step_input: inputs.InformingPersons | None) -> Text | None:
    """What was done lies between the discovery and today."""
    if step_input is None:
        return None
    given_days: list[Any] = [step_input.on, step_input.opinion_on, step_input.cnil_told_on]
    days: list[date] = [day for day in given_days if day is not None]
    if any(day > sheet.today for day in days):
        return DAY_AHEAD
    first = sheet.row.aware_at.date()
    return TOLD_BEFORE if any(day < first for day in days) else None


@rule(
    _("L'avis est celui d'une inspectrice ou d'un inspecteur ASE de votre autorité."), fact_class=OF_ITS_ROW
)
def opinion_is_an_inspectors(sheet: Sheet, step_input: inputs.InformingPersons | None) -> bool:
    """Whose opinion it is holds that office (domain.md §2.7 DB5)."""
    if step_input is None or step_input.opinion_by is None:
        return True
    inspectors = office_holders((Role.ASE_INSPECTOR,), sheet.row.authority_id, at=sheet.at)
    return step_input.opinion_by in inspectors


@rule(
    _(
        "Un titulaire impliqué, la justice, un report d'information ou un lieu protégé, connus ou possibles : "
        "demandez l'avis de l'inspection avant d'informer les titulaires."
    ),
    fact_class=OF_ITS_ROW,
)
def holders_wait_for_an_opinion(sheet: Sheet, step_input: inputs.InformingPersons | None) -> bool:
    """No holder who may be implicated is told before the gate of §7.5: an inspector was heard (domain.md §2.7 DB5)."""
    if step_input is None or step_input.answer != Informing.TOLD:
        return True
    if step_input.group not in (Concerned.HOLDERS, Concerned.IMPLICATED):
        return True
    if step_input.opinion_by and step_input.opinion_on and step_input.opinion:
        return True
    return step_input.group == Concerned.HOLDERS and not gate.is_shut(sheet)


@rule(_("Des données lisibles ont été atteintes : ce motif n'est pas recevable."), fact_class=OF_ITS_ROW)
def unreadable_is_true(sheet: Sheet, step_input: inputs.InformingPersons | None) -> bool:
    """That data can't be read is no reason where they could be (RGPD art. 34(3)(a))."""
    return step_input is None or step_input.answer != Informing.UNREADABLE or sheet.row.legible == "sealed"


@rule(
    _("La nouvelle information ne peut être ni à venir, ni antérieure à la déclaration."),
    fact_class=OF_ITS_ROW,
)
def news_are_new(sheet: Sheet, step_input: inputs.ReassessingBreach | None) -> bool:
    """What is new came to be known since, and by now; from then the 72 hours run again."""
    return step_input is None or _minute(sheet.row.aware_at) <= step_input.aware_at <= sheet.at


NOT_ASSESSED: Final = _("Évaluez d'abord le risque.")
GROUPS_LEFT: Final = _(
    "Le risque est élevé : dites pour chaque groupe s'il est informé, ou pourquoi il ne l'est pas."
)


@answers(NOT_ASSESSED, GROUPS_LEFT, fact_class=OF_ITS_ROW)
def every_group_is_answered(sheet: Sheet, step_input: inputs.ClosingBreach | None) -> Text | None:
    """Nothing is closed before the risk is known, and where it is high each group told or not, with the reason."""
    if not sheet.row.risk:
        return NOT_ASSESSED
    return GROUPS_LEFT if unanswered(sheet.row) else None


@rule(_("Aucun compte n'est suspendu par cette violation."), fact_class=OF_ITS_ROW)
def account_is_suspended(sheet: Sheet, step_input: inputs.GivingBack | Nothing | None) -> bool:
    """A suspension is lifted where there is one."""
    return sheet.row.suspended_at is not None and sheet.row.lifted_at is None
