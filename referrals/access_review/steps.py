"""Steps of an access anomaly, from its detection in the journal to its closing (domain.md §2.7, S9).

The service detects; an auditor examines and judges; the data protection officer reports what was unjustified and closes
it. Auditor and officer read pseudonyms; they learn the person and the files together, and in no other way (SEC-AZ12).
Statements here are codes: words about a person or a child would be outside the journal's reach. The data breach that an
unjustified access is has a row and steps of its own (``data_breaches/``), which a hook opens.
"""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from audit.events import Purpose
from referrals.access_review import guards, inputs
from referrals.access_review.sheet import Sheet
from referrals.models import AccessAnomaly
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import AnomalyState, Machine
from referrals.workflow.inputs import Nothing
from referrals.workflow.step import SAME, StepDecorator

step = StepDecorator(
    Machine.ANOMALY,
    AccessAnomaly,
    law="RGPD art. 32, 33, 34",
    roles=(Role.AUDITOR,),
    data_class="L",
    purpose=Purpose.AUDIT,
)
DPO: Final = (Role.DPO,)


def open_breach(sheet: Sheet) -> None:
    """Open the data breach that an unjustified access is, in the same transaction (N06 ⇒ DB1)."""
    guards.found_unjustified(sheet.row, sheet)


@step(
    "detect",
    number="N01",
    label=_("Détecter"),
    internal=True,
    creates=True,
    source=[],
    target=AnomalyState.DETECTED,
    roles=[],
    takes=Nothing,
    tells=["auditors"],
)
def detect(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Note what a rule found in the journal, or that an emergency opening was contested."""


@step(
    "take_up",
    number="N02",
    label=pgettext_lazy("step of an anomaly", "Examiner"),
    guards=[guards.not_about_oneself],
    source=[AnomalyState.DETECTED],
    target=AnomalyState.UNDER_REVIEW,
    takes=Nothing,
)
def take_up(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Begin to examine it."""
    anomaly.taken_at, anomaly.taken_by_id = sheet.at, sheet.actor.user_id


@step(
    "ask",
    number="N03",
    label=_("Interroger l'agent"),
    tells=["agent"],
    source=[AnomalyState.UNDER_REVIEW],
    target=SAME,
    takes=Nothing,
    starts=[C.R_ANOMALY],
    guards=[guards.not_about_oneself, guards.somebody_can_be_asked],
)
def ask(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Ask the agent why, without learning who it is; the service passes the question on."""
    anomaly.asked_at = sheet.at
    anomaly.answer_due_at = sheet.at + timedelta(days=sheet.protocol.anomaly_answer_days)


@step(
    "justify",
    number="N05",
    label=_("Juger justifié"),
    guards=[guards.not_about_oneself],
    source=[AnomalyState.UNDER_REVIEW],
    target=AnomalyState.JUSTIFIED,
    takes=inputs.Grounded,
    stops=[C.R_ANOMALY],
)
def justify(anomaly: AccessAnomaly, step_input: inputs.Grounded, sheet: Sheet) -> None:
    """Find that there was a reason of service."""
    anomaly.judged_at, anomaly.judged_by_id, anomaly.reason = sheet.at, sheet.actor.user_id, step_input.ground


@step(
    "find_unjustified",
    number="N06",
    label=_("Juger injustifié"),
    tells=["dpo"],
    source=[AnomalyState.UNDER_REVIEW],
    target=AnomalyState.UNJUSTIFIED,
    takes=inputs.Judged,
    stops=[C.R_ANOMALY],
    guards=[guards.not_about_oneself, guards.agent_had_the_time],
    effects=[open_breach],
)
def find_unjustified(anomaly: AccessAnomaly, step_input: inputs.Judged, sheet: Sheet) -> None:
    """Find that there was none: a data breach opens by itself, and its 72 hours run from now on (C22)."""
    anomaly.judged_at, anomaly.judged_by_id, anomaly.reason = sheet.at, sheet.actor.user_id, step_input.reason


@step(
    "report",
    number="N07",
    label=_("Signaler à la hiérarchie"),
    guards=[guards.not_about_oneself],
    source=[AnomalyState.UNJUSTIFIED],
    target=AnomalyState.REPORTED,
    roles=DPO,
    takes=Nothing,
    tells=["supervisors", "auditors"],
)
def report(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Tell the hierarchy; the risk to the persons concerned is assessed on the breach (DB2)."""
    anomaly.reported_at = sheet.at


@step(
    "close",
    number="N08",
    label=_("Clore"),
    guards=[guards.not_about_oneself],
    source=[AnomalyState.JUSTIFIED],
    target=AnomalyState.CLOSED,
    takes=Nothing,
)
def close(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Close what was justified."""
    anomaly.closed_at = sheet.at


@step(
    "conclude",
    number="N09",
    label=_("Clore l'anomalie"),
    guards=[guards.not_about_oneself, guards.breach_is_dealt_with],
    source=[AnomalyState.REPORTED],
    target=AnomalyState.CLOSED,
    roles=DPO,
    takes=Nothing,
)
def conclude(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Close what was reported, once the CNIL was notified of its breach or the risk ruled out by two."""
    anomaly.closed_at = sheet.at


@step(
    "ask_identities",
    number="N10",
    label=_("Demander la levée de l'anonymat"),
    grave=True,
    source=[AnomalyState.UNDER_REVIEW, AnomalyState.UNJUSTIFIED, AnomalyState.REPORTED],
    target=SAME,
    roles=guards.RESOLVERS,
    guards=[guards.not_about_oneself, guards.there_is_something_to_resolve],
    takes=Nothing,
    tells=["auditors", "dpo"],
)
def ask_identities(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Ask the other office to lift the veil together."""
    anomaly.resolution_asked_at, anomaly.resolution_asked_by_id = sheet.at, sheet.actor.user_id
    anomaly.resolution_asked_as, anomaly.resolved_by_id, anomaly.resolved_until = sheet.actor.role, None, None


@step(
    "grant_identities",
    number="N11",
    label=_("Lever l'anonymat"),
    grave=True,
    source=[AnomalyState.UNDER_REVIEW, AnomalyState.UNJUSTIFIED, AnomalyState.REPORTED],
    target=SAME,
    roles=guards.RESOLVERS,
    guards=[guards.not_about_oneself, guards.the_other_office_asked, guards.asker_is_in_office],
    takes=Nothing,
    tells=["auditors", "dpo"],
)
def grant_identities(anomaly: AccessAnomaly, step_input: Nothing, sheet: Sheet) -> None:
    """Lift the veil for these two persons, for some hours."""
    anomaly.resolved_by_id = sheet.actor.user_id
    anomaly.resolved_until = sheet.at + timedelta(hours=sheet.protocol.anomaly_identities_hours)
