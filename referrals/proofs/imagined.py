"""Imagined case: one child in a given situation, and otherwise nothing that blocks a closing.

The proofs apply the guards to it as they stand, so that they speak of the rules themselves and not of a list of their
names. It has no row.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, override
from uuid import UUID

from django.db import DatabaseError

from accounts.actor import Actor
from audit.events import Origin
from core.languages import Text
from referrals.models import Assessment, Child, Concern, Conclusion, Referral
from referrals.policy.definitions import Protocol
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.states import AssessmentState, ChildMet, DecisionCode, Exploitation, Urgency
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import Guard

AT: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
SOMEBODY: Final = UUID(int=1)
_NOWHERE: Final = Origin(rid="", ip="", ua="", dev="", trace="", auth="proof")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is imagined of the case and its child, and how the closing of the case is decided.

    ``recorded``: the child's decision to close was taken before; else the step brings it along. ``ground`` is the
    reason given for it, ``level`` what the report says of danger.
    """

    state: str
    status: str = Exploitation.NONE
    ever: str = Exploitation.NONE
    urgency_ever: str = Urgency.U0
    age_band: str = AgeBand.FROM_11
    level: str = "no_danger"
    ground: str = ""
    recorded: bool = False
    role: str = ""


class ImaginedCase(Case):
    """A case without rows."""

    def __init__(self, situation: Situation, protocol: Protocol) -> None:
        """Imagine the situation under one authority's choices."""
        actor = Actor(user_id=SOMEBODY, positions=(), origin=_NOWHERE, role=situation.role)
        facts = situation
        referral = Referral(
            state=facts.state, urgency_ever=facts.urgency_ever, status_ever=facts.ever, created_at=AT
        )
        referral.concern = Concern(referral=referral)
        super().__init__(referral, actor=actor, at=AT)
        self.situation = facts
        child = Child(
            referral=referral,
            prostitution_status=facts.status,
            status_ever=facts.ever,
            age_band=facts.age_band,
            child_met=ChildMet.ALONE,
            decision=DecisionCode.CLOSE if facts.recorded else DecisionCode.UNDECIDED,
        )
        report = Assessment(referral=referral, state=AssessmentState.DELIVERED, opened_at=AT)
        conclusion = Conclusion(assessment=report, child=child, danger_level=facts.level)
        self.__dict__ |= {
            "protocol": protocol,
            "recorded": [child],
            "assessments": [report],
            "conclusions": {child.pk: conclusion},
            **{
                name: []
                for name in (
                    "holders",
                    "judicial_referrals",
                    "measures",
                    "assignments",
                    "informations",
                    "open_clocks",
                    "duplicates",
                    "closure_reviews",
                    "feedback_tasks",
                    "orientations",
                )
            },
        }
        if not facts.recorded:
            self.carried = {child.pk: DecisionCode.CLOSE}

    @property
    def only_child(self) -> Child:
        """Return the one child that there is."""
        return self.recorded[0]

    @override
    def recorded_ground(self, child: Child) -> str:
        """Return the ground of the decision that was taken before."""
        return self.situation.ground

    @override
    def decision_is_signed(self, child: Child) -> bool:
        """Say that one person took it: the worst case."""
        return False

    def answer(self, rule: Guard, step_input: StepInput | None) -> Text | None:
        """Ask a rule; one that wants what isn't imagined says nothing: a proof may find too much, never too little."""
        try:
            return rule(self, step_input)
        except (AttributeError, LookupError, DatabaseError):
            return None

    def closing(self) -> StepInput:
        """Return what a closing step is given: the decision to close, unless it was taken before."""
        carried = (
            []
            if self.situation.recorded
            else [
                StepInput(
                    child=self.only_child.pk, decision=str(DecisionCode.CLOSE), ground=self.situation.ground
                )
            ]
        )
        return StepInput(decisions=carried)
