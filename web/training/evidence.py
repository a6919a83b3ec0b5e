"""Evidence of what a learner did in a story: rows, records of steps and second signatures of one case.

Nothing sealed is opened: what a goal needs to know stands in clear for triage and statistics (domain.md §4.7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from referrals.models import (
    Approval,
    Assessment,
    Assignment,
    BreakGlass,
    Child,
    Complement,
    Concern,
    Decision,
    Fact,
    HealthSign,
    Holder,
    HolderInformation,
    JudicialReferral,
    Referral,
    Sighting,
    Sign,
    StepRecord,
)


@dataclass
class Evidence:
    """What is known of a learner's part, from the instant at which the story was begun; ``case`` None: nothing yet."""

    case: Referral | None
    learner: UUID
    since: datetime
    filed: int = 0

    def rows(self, model: Any) -> list[Any]:
        """Return the case's rows of a model."""
        return [] if self.case is None else list(model.objects.filter(referral=self.case))

    @cached_property
    def concern(self) -> Concern | None:
        """What the filer says of the whole."""
        return next(iter(self.rows(Concern)), None)

    @cached_property
    def children(self) -> list[Child]:
        """The children of the case."""
        return self.rows(Child)

    @cached_property
    def facts(self) -> list[Fact]:
        """The facts."""
        return self.rows(Fact)

    @cached_property
    def signs(self) -> list[Sign | HealthSign]:
        """The ticked signs."""
        return self.rows(Sign)

    @cached_property
    def records(self) -> list[StepRecord]:
        """The records of all steps, in their order."""
        return self.rows(StepRecord)

    @property
    def has_acted(self) -> bool:
        """Tell whether the learner filed something, took a step of the case, or asked for a signature."""
        took = any(one.at >= self.since and one.by in (self.learner, None) for one in self.records)
        return bool(self.filed or self.asked or took)

    def own(self, *names: str) -> list[StepRecord]:
        """Return the records of some steps that the learner did, or proposed, since the story began."""
        return [
            one
            for one in self.records
            if one.step in names and one.at >= self.since and one.by in (self.learner, None)
        ]

    @cached_property
    def asked(self) -> list[Approval]:
        """The second signatures for which the learner asked."""
        return [
            one
            for one in self.rows(Approval)
            if one.proposer_id == self.learner and one.requested_at >= self.since
        ]

    @cached_property
    def judicial(self) -> list[JudicialReferral]:
        """What was sent to the prosecutor."""
        return [one for one in self.rows(JudicialReferral) if one.sent_at is not None]

    @cached_property
    def informed(self) -> list[HolderInformation]:
        """What is recorded of the information of the holders since the story began, one row each."""
        return self.rows(HolderInformation)

    @cached_property
    def holders(self) -> list[Holder]:
        """The holders of parental authority."""
        return self.rows(Holder)

    @cached_property
    def glasses(self) -> list[BreakGlass]:
        """The emergency openings."""
        return self.rows(BreakGlass)

    @cached_property
    def sightings(self) -> list[Sighting]:
        """How the children were seen during the assessment."""
        return self.rows(Sighting)

    @cached_property
    def decisions(self) -> list[Decision]:
        """The decisions."""
        return self.rows(Decision)

    @cached_property
    def team(self) -> list[Assignment]:
        """Who is on the case now."""
        return [one for one in self.rows(Assignment) if one.until_at is None]

    @cached_property
    def assessments(self) -> list[Assessment]:
        """The assessments."""
        return self.rows(Assessment)

    @cached_property
    def complements(self) -> list[Complement]:
        """What was added to the filing since the story began."""
        return [one for one in self.rows(Complement) if one.at >= self.since]


def named(rows: Iterable[Any], name: str) -> set[Any]:
    """Return the values of a column."""
    return {getattr(row, name) for row in rows}
