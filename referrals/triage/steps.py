"""Steps of the first analysis: T05, T06, T10, T11 (domain.md §2.2)."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.languages import Text
from referrals.assessment import effects as assessment_effects
from referrals.closing.effects import open_review
from referrals.decisions.steps import AT_RISK
from referrals.filing import effects as filing_effects
from referrals.filing.effects import adopt_keys, receive, receive_urgently
from referrals.models import Referral
from referrals.triage import guards
from referrals.triage import inputs as triage_inputs
from referrals.triage.guards import index_was_asked
from referrals.triage.inputs import Qualification
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import GRAVITY, Exploitation, State
from referrals.workflow import case_guards, inputs
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.case_guards import history_calls_for_two
from referrals.workflow.referral_machine import step
from referrals.workflow.rules import answers
from referrals.workflow.usual import Usual

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


__all__ = ["adopt_keys", "receive", "receive_urgently"]


# --- First analysis -----------------------------------------------------------------------------------


READ_TWICE: Final = _("La qualification est relue par une seconde personne.")
EXPLOITATION_READ_TWICE: Final = _(
    "La qualification d'une situation prostitutionnelle est relue par une seconde personne."
)


def qualify_children(act: "StepContext") -> None:
    """Note the danger of each child (T10)."""
    for item in act.step_input.children:
        child = act.case.child(item.child)
        act.change(
            child,
            danger_categories=item.danger_categories,
            danger_level=item.danger_level,
            maltreatment=item.maltreatment,
        )


@answers(READ_TWICE, EXPLOITATION_READ_TWICE, of_case=True)
def two_readers(case: Case, step_input: Qualification) -> Text | None:
    """A second coordinator reads the qualification where the authority wants it (TWO_READER_QUALIFICATION)."""
    if case.protocol.two_reader_qualification == "always":
        return READ_TWICE
    at_risk = any(GRAVITY.index(Exploitation(c.prostitution_status)) >= AT_RISK for c in case.children)
    if case.protocol.two_reader_qualification == "when_exploited" and at_risk:
        return EXPLOITATION_READ_TWICE
    return None


# --- First analysis -------------------------------------------------------------------------------


@step(
    "acknowledge",
    number="T05",
    label=_("Accuser réception"),
    source=[State.SUBMITTED],
    target=State.ACKNOWLEDGED,
    roles=[Role.INTAKE_AGENT, Role.CRIP_COORDINATOR],
    effects=[filing_effects.adopt_keys],
    takes=inputs.Noted,
    stops=[C.C1],
    starts=[C.C2],
    tells=["filer"],
    filer_notice="filing.received",
    law="CASF L226-3",
    data_class="A",
    usual=[Usual(_("Le déclarant attend l'accusé de réception."))],
)
def acknowledge(referral: Referral, step_input: inputs.Noted, case: Case) -> None:
    """Enter the concern in the cell's register."""
    referral.acknowledged_at = case.at


@step(
    "start_triage",
    number="T06",
    label=_("Ouvrir la première analyse"),
    source=[State.ACKNOWLEDGED],
    target=State.TRIAGE,
    roles=[Role.CRIP_COORDINATOR, Role.INTAKE_AGENT],
    guards=[guards.matches_are_seen],
    checks=[index_was_asked],
    takes=triage_inputs.SearchProof,
    law="CASF L226-3",
    data_class="D",
    usual=[Usual(_("La situation est reçue : cherchez un dossier antérieur, puis commencez l'analyse."))],
)
def start_triage(referral: Referral, step_input: triage_inputs.SearchProof, case: Case) -> None:
    """Begin the first analysis once earlier files have been looked for."""


@step(
    "qualify",
    number="T10",
    label=_("Qualifier en information préoccupante"),
    source=[State.TRIAGE, State.ACKNOWLEDGED],
    target=State.QUALIFIED,
    roles=[Role.CRIP_COORDINATOR],
    guards=[guards.qualification_from_triage, guards.matches_are_seen],
    checks=[
        guards.items_left_are_settled,
        guards.search_is_proven,
        index_was_asked,
        guards.children_are_qualified,
        guards.qualified_urgency_is_not_lower,
        workflow_people.unit_is_of_authority,
    ],
    effects=[qualify_children, assessment_effects.open_assessment],
    signed_when=two_readers,
    second_signers=[Role.CRIP_COORDINATOR, Role.SUPERVISOR, Role.ASE_INSPECTOR],
    takes=triage_inputs.Qualification,
    stops=[C.C2],
    tells=["assessment_lead"],
    law="CASF R226-2-2, CC 375",
    usual=[
        Usual(
            _("Un danger ou un risque de danger ressort des éléments : la qualification ouvre l'évaluation."),
            states=[State.TRIAGE],
        )
    ],
)
def qualify(referral: Referral, step_input: triage_inputs.Qualification, case: Case) -> None:
    """Hold that this is an *information préoccupante*; a team is to be named."""
    referral.left_open = False
    referral.urgency = step_input.urgency
    if step_input.unit:
        referral.unit_id = step_input.unit


@step(
    "reorient",
    number="T11",
    label=_("Réorienter"),
    source=[State.TRIAGE],
    target=State.NOT_QUALIFIED,
    roles=[Role.CRIP_COORDINATOR],
    guards=[
        guards.no_sign_of_exploitation,
        guards.not_urgent,
        case_guards.no_judicial_referral_open,
        case_guards.no_measure_alive,
        guards.matches_are_seen,
    ],
    checks=[guards.items_left_are_settled],
    effects=[open_review],
    signed_when=history_calls_for_two,
    takes=triage_inputs.Reorienting,
    starts=[C.C20],
    stops=[C.C2, C.C3, C.C4, C.C6],
    tells=["target_service", "filer"],
    law="CASF R226-2-2",
    usual=[Usual(_("Aucun danger ne ressort des éléments : orientez vers qui peut aider."), rank=2)],
    signatories="signatories_first_analysis",
)
def reorient(referral: Referral, step_input: triage_inputs.Reorienting, case: Case) -> None:
    """Set aside a concern that isn't an *information préoccupante*, and say who takes it over."""
    referral.closed_at = case.at
