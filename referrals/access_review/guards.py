"""Guards of the review of accesses: who may look into an anomaly, ask the agent, lift the veil."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from accounts.veil import account_of
from core.languages import Text
from referrals.access_review.inputs import Judged
from referrals.access_review.sheet import Sheet
from referrals.models import AccessAnomaly
from referrals.workflow.hooks import Hook
from referrals.workflow.inputs import Nothing
from referrals.workflow.rules import OF_ITS_ROW, answers, rule

if TYPE_CHECKING:
    from referrals.access_review.sheet import Sheet
    from referrals.models import AccessAnomaly


#: An access was found unjustified: a data breach opens by itself, in the same transaction (N06 ⇒ DB1).
found_unjustified: "Hook[[AccessAnomaly, Sheet], None]" = Hook("found_unjustified")
#: Whether the breach of an anomaly was notified, or its risk ruled out (N09).
breach_is_settled: "Hook[[AccessAnomaly], bool]" = Hook("breach_is_settled")


#: The two offices that learn together who stands behind a pseudonym.
RESOLVERS: Final = (Role.AUDITOR, Role.DPO)


AGENT_NOT_ASKED: Final = _("L'agent n'a pas encore été interrogé.")
AGENT_MAY_ANSWER: Final = _("L'agent peut encore répondre.")


@rule(_("Cette anomalie porte sur votre propre compte."), fact_class=OF_ITS_ROW)
def not_about_oneself(sheet: Sheet, step_input: object) -> bool:
    """Nobody judges, or lifts the veil of, an anomaly of their own (§2.7 AccessAnomaly)."""
    return not sheet.own


@rule(_("Personne ne peut être interrogé, ou la question a déjà été posée."), fact_class=OF_ITS_ROW)
def somebody_can_be_asked(sheet: Sheet, step_input: Nothing | None) -> bool:
    """A question goes to the agent whom the anomaly is about, once."""
    return sheet.row.who is not None and sheet.row.asked_at is None


@answers(AGENT_NOT_ASKED, AGENT_MAY_ANSWER, fact_class=OF_ITS_ROW)
def agent_had_the_time(sheet: Sheet, step_input: Judged | None) -> Text | None:
    """Nothing is found unjustified before the agent was asked, and has answered or let the time pass (S9)."""
    anomaly = sheet.row
    if anomaly.asked_at is None and _can_sign_in(anomaly):
        return AGENT_NOT_ASKED
    if (
        anomaly.asked_at is not None
        and anomaly.answered_at is None
        and (anomaly.answer_due_at or sheet.at) > sheet.at
    ):
        return AGENT_MAY_ANSWER
    return None


@rule(
    _("La violation de données correspondante n'est ni notifiée à la CNIL, ni écartée par deux personnes."),
    fact_class=OF_ITS_ROW,
)
def breach_is_dealt_with(sheet: Sheet, step_input: Nothing | None) -> bool:
    """An anomaly closes after its breach was notified to the CNIL or its risk ruled out (§2.7)."""
    return breach_is_settled(sheet.row)


def _can_sign_in(anomaly: AccessAnomaly) -> bool:
    """Tell whether there is an account to be asked: not closed meanwhile."""
    return account_of(anomaly.who, anomaly.subjects, active=True) is not None


@rule(_("L'anonymat n'est pas à lever, ou sa levée est déjà demandée."), fact_class=OF_ITS_ROW)
def there_is_something_to_resolve(sheet: Sheet, step_input: Nothing | None) -> bool:
    """A veil is lifted where there is one, and nobody waits for it already."""
    anomaly = sheet.row
    waiting = anomaly.resolution_asked_at is not None and anomaly.resolved_until is None
    return (anomaly.who is not None or bool(anomaly.subjects)) and (not waiting or _lapsed(sheet))


VEIL_NOT_ASKED_FOR: Final = _("La levée de l'anonymat n'est pas demandée, ou la demande est caduque.")
VEIL_TAKES_TWO: Final = _(
    "La levée de l'anonymat est décidée par deux personnes : l'une chargée de l'audit, l'autre "
    "de la protection des données."
)


@answers(VEIL_NOT_ASKED_FOR, VEIL_TAKES_TWO, fact_class=OF_ITS_ROW)
def the_other_office_asked(sheet: Sheet, step_input: Nothing | None) -> Text | None:
    """The veil is lifted by two persons in two offices: auditor and data protection officer (SEC-AZ12)."""
    anomaly = sheet.row
    if anomaly.resolution_asked_at is None or anomaly.resolved_until is not None or _lapsed(sheet):
        return VEIL_NOT_ASKED_FOR
    if (
        anomaly.resolution_asked_by_id == sheet.actor.user_id
        or anomaly.resolution_asked_as == sheet.actor.role
    ):
        return VEIL_TAKES_TWO
    return None


@rule(_("La personne qui a demandé la levée n'a plus ce rôle."), fact_class=OF_ITS_ROW)
def asker_is_in_office(sheet: Sheet, step_input: Nothing | None) -> bool:
    """A request dies when who made it loses the office (SEC-AZ12)."""
    anomaly = sheet.row
    return _holds(anomaly, anomaly.resolution_asked_by_id, anomaly.resolution_asked_as, at=sheet.at)


def _holds(anomaly: "AccessAnomaly", user: UUID | None, role: str, *, at: datetime) -> bool:
    memberships = Membership.objects.in_force(at).filter(authority=anomaly.authority_id, role=role, user=user)
    return memberships.exists()


def _lapsed(sheet: Sheet) -> bool:
    requested_at = sheet.row.resolution_asked_at
    return (
        requested_at is not None and requested_at + timedelta(days=sheet.protocol.approval_days) <= sheet.at
    )


def may_look_behind(anomaly: "AccessAnomaly", user: UUID | None, *, at: datetime) -> bool:
    """Tell whether an account reads who it was: one of the two that lifted the veil, in time, both still in office."""
    until, requested_by, lifted_by = (
        anomaly.resolved_until,
        anomaly.resolution_asked_by_id,
        anomaly.resolved_by_id,
    )
    if user is None or user not in (requested_by, lifted_by) or until is None or until <= at:
        return False
    return all(
        _holds(anomaly, requested_by if role == anomaly.resolution_asked_as else lifted_by, role, at=at)
        for role in RESOLVERS
    )
