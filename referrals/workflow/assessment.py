"""The steps of the multidisciplinary assessment, in the order of domain.md §2.6 (CASF D226-2-3 to D226-2-7)."""

from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.roles import Role
from referrals.workflow import guards, inputs
from referrals.workflow.case import Case
from referrals.workflow.clockcodes import ClockCode as C
from referrals.workflow.declare import Declare, state_field
from referrals.workflow.states import AssessmentState as A
from referrals.workflow.states import Machine

step = Declare(Machine.ASSESSMENT)
UNDER_WAY = (A.TO_ASSIGN, A.PLANNED, A.ONGOING, A.DRAFT_REPORT, A.TO_VALIDATE, A.SUPPLEMENT)
#: States in which the team writes notes, conclusions and report.
WRITABLE = (A.ONGOING, A.DRAFT_REPORT, A.SUPPLEMENT)


def keep_dissent(act: Any) -> None:
    """Keep the dissent within the team beside the report (A05)."""
    if act.given.dissent:
        act.change(act.case.part, dissent=act.given.dissent)


class AssessmentSteps(models.Model):
    """The state of an assessment, and the steps that move it."""

    if TYPE_CHECKING:  # fields of the model that this is mixed into
        started_on: Any
        delivered_at: Any

    state = state_field(A, A.TO_ASSIGN, "H")

    class Meta:
        """Mixed into ``Assessment``; no table of its own."""

        abstract = True

    @step(
        "open", number="A01", label="Ouvrir", en="Open", internal=True, creates=True,
        source=[], target=A.TO_ASSIGN, roles=[], takes=inputs.Nothing, law="CASF L226-3", data_class="H",
    )  # fmt: skip
    def open(self, given: Any, case: Case) -> None:
        """Open the assessment of the children of the case."""

    @step(
        "assign", number="A02", label="Confier", en="Assign", internal=True,
        source=[A.TO_ASSIGN], target=A.PLANNED, roles=[], takes=inputs.Nothing,
        starts=[C.C4B_MEETING, C.C4B_VISIT], law="CASF D226-2-5", data_class="H",
    )  # fmt: skip
    def assign(self, given: Any, case: Case) -> None:
        """Entrust it to its team."""

    @step(
        "start", number="A03", label="Démarrer", en="Start",
        source=[A.PLANNED], target=A.ONGOING, roles=[Role.ASSESSOR, Role.ASSESSMENT_LEAD],
        takes=inputs.Beginning, law="CASF D226-2-3", data_class="H",
    )  # fmt: skip
    def start(self, given: Any, case: Case) -> None:
        """Begin it; the first contact begins it too (T17)."""
        self.started_on = given.get("on") or self.started_on

    @step(
        "write", number="A04", label="Rédiger", en="Write the report",
        source=[A.ONGOING, A.SUPPLEMENT], target=A.DRAFT_REPORT, roles=[Role.ASSESSOR],
        takes=inputs.Framework, law="CASF D226-2-3 V", data_class="H",
    )  # fmt: skip
    def write(self, given: Any, case: Case) -> None:
        """Begin the report, under a stated version of the national framework."""
        self.framework_version = given.framework_version

    @step(
        "hand_in", number="A05", label="Remettre au cadre", en="Hand in",
        source=[A.DRAFT_REPORT], target=A.TO_VALIDATE, roles=[Role.ASSESSOR],
        guards=[guards.every_child_has_a_conclusion, guards.report_is_complete], effects=[keep_dissent],
        takes=inputs.HandIn, tells=["assessment_lead"], law="CASF D226-2-7", data_class="H",
    )  # fmt: skip
    def hand_in(self, given: Any, case: Case) -> None:
        """Hand the single report to the lead."""

    @step(
        "send_back", number="A06", label="Renvoyer à l'équipe", en="Send back to the team",
        source=[A.TO_VALIDATE], target=A.DRAFT_REPORT, roles=[Role.ASSESSMENT_LEAD],
        takes=inputs.Reasoned, tells=["team"], law="CASF D226-2-7", data_class="H",
    )  # fmt: skip
    def send_back(self, given: Any, case: Case) -> None:
        """Ask the team for changes."""

    @step(
        "deliver", number="A07", label="Remettre", en="Deliver", internal=True,
        source=[A.TO_VALIDATE], target=A.DELIVERED, roles=[], takes=inputs.Nothing,
        law="CASF D226-2-7", data_class="H",
    )  # fmt: skip
    def deliver(self, given: Any, case: Case) -> None:
        """Deliver the report (by T20)."""
        self.delivered_at = case.at

    @step(
        "ask_supplement", number="A08", label="Demander un complément", en="Ask for a supplement", internal=True,
        source=[A.DELIVERED, A.ABORTED], target=A.SUPPLEMENT, roles=[], takes=inputs.Nothing,
        law="CASF D226-2-7", data_class="H",
    )  # fmt: skip
    def ask_supplement(self, given: Any, case: Case) -> None:
        """Take it up again (by T21)."""

    @step(
        "abort", number="A09", label="Interrompre", en="Abort", internal=True,
        source=UNDER_WAY, target=A.ABORTED, roles=[], takes=inputs.Nothing, law="CASF D226-2-6", data_class="H",
    )  # fmt: skip
    def abort(self, given: Any, case: Case) -> None:
        """Break it off: justice is seized since nobody could be met (by T18)."""
