"""Steps of the multidisciplinary assessment, in the order of domain.md §2.6 (CASF D226-2-3 to D226-2-7)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.assessment import effects, guards
from referrals.assessment import inputs as assessment_inputs
from referrals.models import Assessment
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import AssessmentState as A
from referrals.vocabulary.states import Machine
from referrals.workflow import decision_inputs, inputs
from referrals.workflow.case import Case
from referrals.workflow.step import StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.ASSESSMENT, Assessment)
UNDER_WAY = (A.TO_ASSIGN, A.PLANNED, A.ONGOING, A.DRAFT_REPORT, A.TO_VALIDATE, A.SUPPLEMENT)
#: States in which the team writes notes, conclusions and report.
WRITABLE = (A.ONGOING, A.DRAFT_REPORT, A.SUPPLEMENT)


@step(
    "open",
    number="A01",
    label=_("Ouvrir"),
    internal=True,
    creates=True,
    source=[],
    target=A.TO_ASSIGN,
    roles=[],
    takes=inputs.Nothing,
    law="CASF L226-3",
    data_class="H",
)
def open(assessment: Assessment, step_input: inputs.Nothing, case: Case) -> None:
    """Open the assessment of the children of the case."""


@step(
    "assign",
    number="A02",
    label=_("Confier"),
    internal=True,
    source=[A.TO_ASSIGN],
    target=A.PLANNED,
    roles=[],
    takes=inputs.Nothing,
    starts=[C.C4B_MEETING, C.C4B_VISIT],
    law="CASF D226-2-5",
    data_class="H",
)
def assign(assessment: Assessment, step_input: inputs.Nothing, case: Case) -> None:
    """Entrust it to its team."""


@step(
    "start",
    number="A03",
    label=_("Démarrer"),
    source=[A.PLANNED],
    target=A.ONGOING,
    roles=[Role.ASSESSOR, Role.ASSESSMENT_LEAD],
    takes=decision_inputs.Beginning,
    law="CASF D226-2-3",
    data_class="H",
    usual=[Usual(_("L'équipe est désignée : l'évaluation peut commencer."))],
)
def start(assessment: Assessment, step_input: decision_inputs.Beginning, case: Case) -> None:
    """Begin it; the first contact begins it too (T17)."""
    assessment.started_on = getattr(step_input, "on", None) or assessment.started_on


@step(
    "write",
    number="A04",
    label=_("Rédiger"),
    source=[A.ONGOING, A.SUPPLEMENT],
    target=A.DRAFT_REPORT,
    roles=[Role.ASSESSOR],
    takes=assessment_inputs.Framework,
    law="CASF D226-2-3 V",
    data_class="H",
    usual=[Usual(_("L'évaluation est commencée : passez à la rédaction du rapport."))],
)
def write(assessment: Assessment, step_input: assessment_inputs.Framework, case: Case) -> None:
    """Begin the report, under a stated version of the national framework."""
    assessment.framework_version = step_input.framework_version


@step(
    "hand_in",
    number="A05",
    label=_("Remettre au cadre"),
    source=[A.DRAFT_REPORT],
    target=A.TO_VALIDATE,
    roles=[Role.ASSESSOR],
    guards=[
        guards.every_child_has_a_conclusion,
        guards.every_danger_is_told,
        guards.every_dimension_is_assessed,
        guards.every_child_was_heard,
        guards.every_holder_was_heard,
        guards.every_inquiry_was_considered,
        guards.report_is_complete,
    ],
    effects=[effects.keep_dissent],
    takes=assessment_inputs.HandIn,
    tells=["assessment_lead"],
    law="CASF D226-2-7",
    data_class="H",
    usual=[Usual(_("Le rapport est rédigé : remettez-le au cadre, qui le valide."))],
)
def hand_in(assessment: Assessment, step_input: assessment_inputs.HandIn, case: Case) -> None:
    """Hand the single report to the lead."""


@step(
    "send_back",
    number="A06",
    label=_("Renvoyer à l'équipe"),
    source=[A.TO_VALIDATE],
    target=A.DRAFT_REPORT,
    roles=[Role.ASSESSMENT_LEAD],
    takes=inputs.Reasoned,
    tells=["team"],
    law="CASF D226-2-7",
    data_class="H",
    usual=[Usual(_("S'il manque quelque chose au rapport, renvoyez-le à l'équipe."), rank=2)],
)
def send_back(assessment: Assessment, step_input: inputs.Reasoned, case: Case) -> None:
    """Ask the team for changes."""


@step(
    "deliver",
    number="A07",
    label=_("Remettre"),
    internal=True,
    source=[A.TO_VALIDATE],
    target=A.DELIVERED,
    roles=[],
    takes=inputs.Nothing,
    law="CASF D226-2-7",
    data_class="H",
)
def deliver(assessment: Assessment, step_input: inputs.Nothing, case: Case) -> None:
    """Deliver the report (by T20)."""
    assessment.delivered_at = case.at


@step(
    "ask_supplement",
    number="A08",
    label=pgettext_lazy("step of an assessment", "Demander un complément"),
    internal=True,
    source=[A.DELIVERED, A.ABORTED],
    target=A.SUPPLEMENT,
    roles=[],
    takes=inputs.Nothing,
    law="CASF D226-2-7",
    data_class="H",
)
def ask_supplement(assessment: Assessment, step_input: inputs.Nothing, case: Case) -> None:
    """Take it up again (by T21)."""


@step(
    "abort",
    number="A09",
    label=_("Interrompre"),
    internal=True,
    source=UNDER_WAY,
    target=A.ABORTED,
    roles=[],
    takes=inputs.Nothing,
    law="CASF D226-2-6",
    data_class="H",
)
def abort(assessment: Assessment, step_input: inputs.Nothing, case: Case) -> None:
    """Break it off: justice is seized since nobody could be met (by T18)."""
