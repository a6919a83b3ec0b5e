"""Case as guards and effects see it: its parts, and the questions that several guards ask of them.

Nothing here opens a sealed value: a guard asks whether one is there, never what it says.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.filing_answers import NOT_PROFESSIONAL
from referrals.vocabulary.states import (
    ALIVE,
    DECIDING,
    GRAVITY,
    OPEN_JUDICIAL,
    ChildMet,
    DecisionCode,
    Exploitation,
    JudicialState,
    Urgency,
)
from referrals.workflow.about_children import ids_in, rows_among
from referrals.workflow.case_parts import CaseParts

if TYPE_CHECKING:
    from referrals.models import (
        Child,
        JudicialReferral,
        Measure,
    )
    from referrals.workflow.decision_inputs import JusticeAnswer, Referring, WithChildren


class Case(CaseParts):
    """One referral, for one act of one person at one instant (UTC), and what guards and effects ask of it."""

    def filer_is_private(self) -> bool:
        """Tell whether feedback is owed on request only (L226-5 al. 2)."""
        # The law owes feedback to professionals; to others only if they ask, so no deadline may start by itself.
        return self.referral.concern.filer_profession in NOT_PROFESSIONAL

    def team(self) -> set[UUID]:
        """Return the assessors' user ids."""
        return {assignment.user_id for assignment in self.assignments if assignment.role == "assessor"}

    def measures_alive(self, child: "Child | None" = None) -> "list[Measure]":
        """Return measures alive, of one child or of all."""
        return [
            measure
            for measure in self.measures
            # Proposed counts as alive: an offer awaiting its answer still binds the child's decision.
            if measure.state in ALIVE and (child is None or measure.child_id == child.pk)
        ]

    def judicial_open(self, child: "Child | None" = None) -> "list[JudicialReferral]":
        """Return referrals to justice that are open, for one child or for any."""
        return [
            judicial
            for judicial in self.judicial_referrals
            if judicial.state in OPEN_JUDICIAL and (child is None or self.concerns(judicial, child))
        ]

    def concerns(self, judicial: "JudicialReferral", child: "Child") -> bool:
        """Tell whether a referral to justice is about a child."""
        return any(other.pk == child.pk for other in judicial.children.all())

    def judicial_children(self) -> "list[Child]":
        """Return the children whose decision is judicial, counting what the running step carries."""
        # Through `decision_of`, not the column: T15 asks before the decisions that it carries are saved.
        return [child for child in self.children if self.decision_of(child) == DecisionCode.JUDICIAL]

    def to_be_referred(self, step_input: "WithChildren") -> "list[Child]":
        """Return the children whom T26 refers: those named and those decided so, all of the case if none is."""
        return [*self.of_case(step_input.children), *self.judicial_children()] or self.children

    def prepared(self, step_input: "Referring | None") -> "JudicialReferral | None":
        """Return the prepared referral to justice that a sending names; None where it names none that is there."""
        # Not every step that sends offers a prepared one: the member may be missing altogether.
        wanted = getattr(step_input, "judicial_referral", None)
        rows = self.judicial_referrals if wanted is not None else []
        return next((row for row in rows if row.pk == wanted and row.state == JudicialState.PREPARED), None)

    def awaiting_answer(self, children: "Iterable[Child]") -> "list[JudicialReferral]":
        """Return the referrals to justice that were sent for some of these children and aren't answered."""
        # Receipt confirmed isn't an answer: the prosecutor is still reminded (C7).
        sent = (JudicialState.SENT, JudicialState.RECEIVED)
        about = list(children)
        return [
            judicial
            for judicial in self.judicial_referrals
            if judicial.state in sent and any(self.concerns(judicial, child) for child in about)
        ]

    def judicial_sent(self, child: "Child") -> bool:
        """Tell whether justice was ever seized for a child (domain.md §2.5: the duty is then met)."""
        # A document that never left informs nobody: the duty of L226-4 isn't met by writing it.
        unsent = (JudicialState.PREPARED, JudicialState.DISCARDED)
        return any(
            self.concerns(judicial, child) and judicial.state not in unsent
            for judicial in self.judicial_referrals
        )

    def judicial_answered(self, child: "Child") -> bool:
        """Tell whether justice was seized for a child and has answered (domain.md §2.5)."""
        return any(
            self.concerns(judicial, child) and self.answered(judicial, child)
            for judicial in self.judicial_referrals
        )

    def answered(self, judicial: "JudicialReferral", child: "Child") -> bool:
        """Tell whether justice has given a deciding answer for a child."""
        # An answer that decides nothing yet leaves the child waiting (domain.md §2.5).
        return any(row.child_id == child.pk and row.type in DECIDING for row in judicial.outcomes.all())

    def was_met(self, child: "Child") -> bool:
        """Tell whether a child was met, or justice answered since the last assessment began (domain.md §2.2 Met)."""
        if child.child_met != ChildMet.NEVER:
            return True
        # An answer to an earlier sending is about another situation: it stands for no meeting in this assessment.
        since = self.assessment.opened_at if self.assessment else self.referral.created_at
        return any(
            judicial.sent_at is not None and judicial.sent_at >= since and self.answered(judicial, child)
            for judicial in self.judicial_referrals
        )

    def someone_still_waits(self, step_input: "JusticeAnswer") -> bool:
        """Tell whether, after the answers given, justice still owes one for a child of the case (T28)."""
        # The answers of this very step aren't on record yet when it asks where the case goes.
        decided = {item.child for item in step_input.outcomes if item.type in DECIDING}
        judicial_id = getattr(step_input, "judicial_referral", None)
        for judicial in self.judicial_referrals:
            # A closed referral owes nothing more, answered or not.
            if judicial.state not in OPEN_JUDICIAL:
                continue
            for child in judicial.children.all():
                answered = self.answered(judicial, child) or (
                    judicial.pk == judicial_id and child.pk in decided
                )
                if not answered:
                    return True
        return False

    def of_age(self, child: "Child") -> bool:
        """Tell whether a child has come of age or is emancipated, and so holds the own rights (C23; domain.md §5.3)."""
        return bool(child.age_band == AgeBand.ADULT or child.emancipated)

    def beyond_childhood(self, child: "Child") -> bool:
        """Tell whether a child is of age or deceased (domain.md §2.2: §2.5 and *met* no longer bind)."""
        # Protection of minors ends with either; a rule that still bound would keep the case open for ever.
        return child.deceased or self.of_age(child)

    def decision_of(self, child: "Child") -> str:
        """Return what is decided for a child, counting what the running step carries."""
        # Guards are asked before the step's own decisions are saved.
        return str(self.carried.get(child.pk, child.decision))

    def recorded_ground(self, child: "Child") -> str:
        """Return the ground on which a child's present decision was taken."""
        # By position: two decisions of one act bear the same instant.
        last = self.referral.decisions.filter(child=child).order_by("-position").first()
        return str(last.ground) if last else ""

    def decision_is_signed(self, child: "Child") -> bool:
        """Tell whether two persons took a child's present decision, with the situation and age that it has now.

        A status set since (T44) or a correction (T42) may have brought about what is to be signed.
        """
        # A correction names no child in clear, so any correction since asks for a new signature.
        about = Q(child=child.pk, step__in=("decide_child", "set_exploitation_status")) | Q(step="rectify")
        # By the counted order, since records of one act have one instant.
        last = self.referral.steps.filter(about).order_by("-order").first()
        return last is not None and last.step == "decide_child" and last.signed_by is not None

    def history_calls_for_two(self) -> bool:
        """Tell whether closing needs two persons: status ever ≥ at risk, or urgency ever ≥ U2 (domain.md 2S?)."""
        # Ever, not now: nobody spares the second signature by lowering status or urgency first (SEC-AZ12).
        at_risk = GRAVITY.index(Exploitation.AT_RISK)
        ever = any(GRAVITY.index(Exploitation(child.status_ever)) >= at_risk for child in self.children)
        return (
            ever
            or self.referral.urgency_ever in (Urgency.U2, Urgency.U3)
            or self._own_status_ever() >= at_risk
        )

    def _own_status_ever(self) -> int:
        return GRAVITY.index(Exploitation(self.referral.status_ever))

    def of_case(self, ids: Iterable[UUID]) -> "list[Child]":
        """Return the children with these ids; those that aren't of the case are left out."""
        return [child for pk in ids if (child := self.child(pk)) is not None]

    def touched(self, step_input: Mapping[str, Any]) -> "list[Child]":
        """Return the children on record whom a step is about: by name, by its part, or by a row that it names."""
        named: set[UUID] = {*ids_in(step_input), *([self.part.pk] if self.part is not None else ())}
        # By rows too: a step on a measure is about its child, though no body names the child (SEC-AZ20).
        named |= set[UUID]().union(*(row.children for row in rows_among(self.referral, named).values()))
        return [child for child in self.recorded if child.pk in named]
