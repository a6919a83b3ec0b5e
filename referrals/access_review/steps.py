"""Steps of an access anomaly, from its detection in the journal to its closing (domain.md §2.7, S9).

The service detects; an auditor examines and judges; the data protection officer reports what was unjustified and closes
it. Auditor and officer read pseudonyms; they learn the person and the files together, and in no other way (SEC-AZ12).
Statements here are codes: words about a person or a child would be outside the journal's reach.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from accounts.models import Membership
from accounts.roles import Role
from accounts.veil import account_of
from audit.events import Purpose
from core.inputs import Code, Day, StrictSerializer
from referrals.execution.row_machine import RowContext
from referrals.models import AccessAnomaly
from referrals.vocabulary.access_review import Informed, Risk
from referrals.vocabulary.states import AnomalyState, Coded, Machine
from referrals.workflow.inputs import Nothing
from referrals.workflow.step import SAME, StepDecorator

if TYPE_CHECKING:
    from referrals.models import AccessAnomaly

step = StepDecorator(Machine.ANOMALY, AccessAnomaly)
LAW: Final = "RGPD art. 32, 33, 34"
AUDITOR: Final = (Role.AUDITOR,)
DPO: Final = (Role.DPO,)
#: The two offices that learn together who stands behind a pseudonym.
RESOLVERS: Final = (Role.AUDITOR, Role.DPO)
#: RGPD art. 33: the supervisory authority is told within 72 hours of awareness (C22).
BREACH: Final = timedelta(hours=72)


@dataclass
class Sheet(RowContext[AccessAnomaly]):
    """An anomaly in the hands of one person at one instant; ``own``: it is about this very person."""

    own: bool = False


class Ground(Coded):
    """Why an auditor finds an access justified."""

    ASSIGNED = "assigned", "The file was in the agent's charge", "Dossier confié à l'agent"
    INSTRUCTION = "instruction", "On instruction", "Sur instruction"
    EMERGENCY = "emergency", "An emergency", "Urgence"
    MISTAKE = "mistake", "A mistake without consequence", "Erreur sans conséquence"
    SYSTEM = "system", "A fault or works on the service", "Panne ou intervention sur le service"


class Wrong(Coded):
    """Why an auditor finds an access unjustified."""

    NO_ANSWER = "no_answer", "No answer", "Aucune réponse"
    CURIOSITY = "curiosity", "No reason of service", "Aucun motif de service"
    RELATIVE = "relative", "A person close to the agent", "Personne proche de l'agent"
    STOLEN = "stolen", "The account was used by another", "Compte utilisé par un tiers"
    PASSED_ON = "passed_on", "Information was passed on", "Informations transmises"
    OTHER = "other", "Another reason", "Autre motif"


class Grounded(StrictSerializer):
    """N05: why it was justified."""

    ground = Code(Ground.choices)


class Judged(StrictSerializer):
    """N06: why it was not."""

    reason = Code(Wrong.choices)


class Assessed(StrictSerializer):
    """N07: the risk to the persons concerned."""

    risk = Code(Risk.choices)


class Settled(StrictSerializer):
    """N09: when the CNIL was notified, and whether the persons concerned were told."""

    notified_on = Day(required=False)
    informed = Code(Informed.choices, required=False)


# --- Guards -------------------------------------------------------------------------------------------


def not_about_oneself(sheet: Sheet, given: Any) -> str | None:
    """Nobody judges, or lifts the veil of, an anomaly of their own (§2.7 AccessAnomaly)."""
    return "Cette anomalie porte sur votre propre compte." if sheet.own else None


def somebody_can_be_asked(sheet: Sheet, given: Any) -> str | None:
    """A question goes to the agent whom the anomaly is about, once."""
    if sheet.row.who is None or sheet.row.asked_at is not None:
        return "Personne ne peut être interrogé, ou la question a déjà été posée."
    return None


def agent_had_the_time(sheet: Sheet, given: Any) -> str | None:
    """Nothing is found unjustified before the agent was asked, and has answered or let the time pass (S9)."""
    found = sheet.row
    if found.asked_at is None and _can_sign_in(found):
        return "L'agent n'a pas encore été interrogé."
    if (
        found.asked_at is not None
        and found.answered_at is None
        and (found.answer_due_at or sheet.at) > sheet.at
    ):
        return "L'agent peut encore répondre."
    return None


def _can_sign_in(anomaly: Any) -> bool:
    """Tell whether there is an account to be asked: not closed meanwhile."""
    return account_of(anomaly.who, anomaly.subjects, active=True) is not None


def breach_is_dealt_with(sheet: Sheet, given: Any) -> str | None:
    """A risk is notified to the CNIL; of a high one the persons are told, or it is said why not (RGPD art. 33, 34)."""
    if given is None or sheet.row.risk == Risk.RULED_OUT:
        return None
    if given.get("notified_on") is None:
        return "La date de notification à la CNIL manque."
    if given.notified_on > sheet.today:
        return "La date ne peut pas être à venir."
    if sheet.row.risk == Risk.HIGH and given.get("informed") is None:
        return "Dites si les personnes concernées ont été informées."
    return None


def there_is_something_to_resolve(sheet: Sheet, given: Any) -> str | None:
    """A veil is lifted where there is one, and nobody waits for it already."""
    found = sheet.row
    waiting = found.resolution_asked_at is not None and found.resolved_until is None
    if (found.who is None and not found.subjects) or (waiting and not _lapsed(sheet)):
        return "Il n'y a rien à lever, ou la levée est déjà demandée."
    return None


def the_other_office_asked(sheet: Sheet, given: Any) -> str | None:
    """The veil is lifted by two persons in two offices: auditor and data protection officer (SEC-AZ12)."""
    found = sheet.row
    if found.resolution_asked_at is None or found.resolved_until is not None or _lapsed(sheet):
        return "La levée de l'anonymat n'est pas demandée, ou la demande est caduque."
    if found.resolution_asked_by_id == sheet.actor.user_id or found.resolution_asked_as == sheet.actor.role:
        return "La levée de l'anonymat est décidée par deux personnes, auditeur et délégué."
    return None


def asker_is_in_office(sheet: Sheet, given: Any) -> str | None:
    """A request dies when who made it loses the office (SEC-AZ12)."""
    found = sheet.row
    if _holds(found, found.resolution_asked_by_id, found.resolution_asked_as, at=sheet.at):
        return None
    return "La personne qui a demandé la levée n'exerce plus cette fonction."


def _holds(anomaly: "AccessAnomaly", user: UUID | None, role: str, *, at: datetime) -> bool:
    held = Membership.objects.in_force(at).filter(authority=anomaly.authority_id, role=role, user=user)
    return held.exists()


def _lapsed(sheet: Sheet) -> bool:
    asked = sheet.row.resolution_asked_at
    return asked is not None and asked + timedelta(days=sheet.protocol.approval_days) <= sheet.at


# --- Steps --------------------------------------------------------------------------------------------


@step(
    "detect",
    number="N01",
    label="Détecter",
    en="Detect",
    internal=True,
    creates=True,
    source=[],
    target=AnomalyState.DETECTED,
    roles=[],
    takes=Nothing,
    tells=["auditors"],
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def detect(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Note what a rule found in the journal, or that an emergency opening was contested."""


@step(
    "take_up",
    number="N02",
    label="Examiner",
    en="Take up",
    guards=[not_about_oneself],
    source=[AnomalyState.DETECTED],
    target=AnomalyState.UNDER_REVIEW,
    roles=AUDITOR,
    takes=Nothing,
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def take_up(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Begin to examine it."""
    anomaly.taken_at, anomaly.taken_by_id = sheet.at, sheet.actor.user_id


@step(
    "ask",
    number="N03",
    label="Interroger l'agent",
    en="Ask the agent",
    tells=["agent"],
    source=[AnomalyState.UNDER_REVIEW],
    target=SAME,
    roles=AUDITOR,
    takes=Nothing,
    law=LAW,
    guards=[not_about_oneself, somebody_can_be_asked],
    data_class="L",
    purpose=Purpose.AUDIT,
)
def ask(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Ask the agent why, without learning who it is; the service passes the question on."""
    anomaly.asked_at = sheet.at
    anomaly.answer_due_at = sheet.at + timedelta(days=sheet.protocol.anomaly_answer_days)


@step(
    "justify",
    number="N05",
    label="Juger justifié",
    en="Find it justified",
    guards=[not_about_oneself],
    source=[AnomalyState.UNDER_REVIEW],
    target=AnomalyState.JUSTIFIED,
    roles=AUDITOR,
    takes=Grounded,
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def justify(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Find that there was a reason of service."""
    anomaly.judged_at, anomaly.judged_by_id, anomaly.reason = sheet.at, sheet.actor.user_id, given.ground


@step(
    "find_unjustified",
    number="N06",
    label="Juger injustifié",
    en="Find it unjustified",
    tells=["dpo"],
    source=[AnomalyState.UNDER_REVIEW],
    target=AnomalyState.UNJUSTIFIED,
    roles=AUDITOR,
    takes=Judged,
    law=LAW,
    guards=[not_about_oneself, agent_had_the_time],
    data_class="L",
    purpose=Purpose.AUDIT,
)
def find_unjustified(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Find that there was none: from now on 72 hours run (C22)."""
    anomaly.judged_at, anomaly.judged_by_id, anomaly.reason = sheet.at, sheet.actor.user_id, given.reason
    anomaly.breach_due_at = sheet.at + BREACH


@step(
    "report",
    number="N07",
    label="Signaler à la hiérarchie",
    en="Report",
    guards=[not_about_oneself],
    source=[AnomalyState.UNJUSTIFIED],
    target=AnomalyState.REPORTED,
    roles=DPO,
    takes=Assessed,
    tells=["supervisors", "auditors"],
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def report(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Tell the hierarchy, and judge the risk to the persons concerned."""
    anomaly.reported_at, anomaly.risk = sheet.at, given.risk


@step(
    "close",
    number="N08",
    label="Clore",
    en="Close",
    guards=[not_about_oneself],
    source=[AnomalyState.JUSTIFIED],
    target=AnomalyState.CLOSED,
    roles=AUDITOR,
    takes=Nothing,
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def close(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Close what was justified."""
    anomaly.closed_at = sheet.at


@step(
    "conclude",
    number="N09",
    label="Clore la violation",
    en="Close the breach",
    guards=[not_about_oneself],
    checks=[breach_is_dealt_with],
    source=[AnomalyState.REPORTED],
    target=AnomalyState.CLOSED,
    roles=DPO,
    takes=Settled,
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def conclude(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Close what was reported, once the CNIL and the persons concerned know, or needn't."""
    anomaly.closed_at = sheet.at
    anomaly.notified_on, anomaly.informed = given.get("notified_on"), given.get("informed") or ""


@step(
    "ask_identities",
    number="N10",
    label="Demander la levée de l'anonymat",
    en="Ask to lift the veil",
    grave=True,
    source=[AnomalyState.UNDER_REVIEW, AnomalyState.UNJUSTIFIED, AnomalyState.REPORTED],
    target=SAME,
    roles=RESOLVERS,
    guards=[not_about_oneself, there_is_something_to_resolve],
    takes=Nothing,
    tells=["auditors", "dpo"],
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def ask_identities(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Ask the other office to lift the veil together."""
    anomaly.resolution_asked_at, anomaly.resolution_asked_by_id = sheet.at, sheet.actor.user_id
    anomaly.resolution_asked_as, anomaly.resolved_by_id, anomaly.resolved_until = sheet.actor.role, None, None


@step(
    "grant_identities",
    number="N11",
    label="Lever l'anonymat",
    en="Lift the veil",
    grave=True,
    source=[AnomalyState.UNDER_REVIEW, AnomalyState.UNJUSTIFIED, AnomalyState.REPORTED],
    target=SAME,
    roles=RESOLVERS,
    guards=[not_about_oneself, the_other_office_asked, asker_is_in_office],
    takes=Nothing,
    tells=["auditors", "dpo"],
    law=LAW,
    data_class="L",
    purpose=Purpose.AUDIT,
)
def grant_identities(anomaly: AccessAnomaly, given: Any, sheet: Sheet) -> None:
    """Lift the veil for these two persons, for some hours."""
    anomaly.resolved_by_id = sheet.actor.user_id
    anomaly.resolved_until = sheet.at + timedelta(hours=sheet.protocol.anomaly_identities_hours)


def may_look_behind(anomaly: "AccessAnomaly", user: UUID | None, *, at: datetime) -> bool:
    """Tell whether an account reads who it was: one of the two that lifted the veil, in time, both still in office."""
    until, asked_by, lifted_by = (
        anomaly.resolved_until,
        anomaly.resolution_asked_by_id,
        anomaly.resolved_by_id,
    )
    if user is None or user not in (asked_by, lifted_by) or until is None or until <= at:
        return False
    return all(
        _holds(anomaly, asked_by if role == anomaly.resolution_asked_as else lifted_by, role, at=at)
        for role in RESOLVERS
    )
