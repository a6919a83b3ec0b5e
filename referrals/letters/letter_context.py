"""What of a case gives rise to letters: its rows and the records of its steps, read once; nothing sealed is opened."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.compiled_queries import rows_of
from referrals.letters.registry import letter_types
from referrals.vocabulary.states import InformationState, Machine, YesNo
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Child, Decision, Holder, Measure, StepRecord, TransferRequest


class LetterContext:
    def __init__(self, case: Case) -> None:
        """Look at ``case``, with all its children: who acts may see fewer."""
        self.case = case

    @cached_property
    def records(self) -> "list[StepRecord]":
        """Return the records of the steps that letters read, in their order."""
        wanted = {record for letter in letter_types().values() for record in letter.records}
        # Sorted, so that the query is compiled once.
        rows = rows_of(self.case.referral, "steps", step__in=tuple(sorted({name for _, name in wanted})))
        return [row for row in rows if (row.machine, row.step) in wanted]

    def recorded(self, machine: Machine, *names: str) -> "Iterator[StepRecord]":
        """Yield the records of some steps of a machine, in their order."""
        return (row for row in self.records if row.machine == machine and row.step in names)

    @cached_property
    def decisions(self) -> "dict[UUID, Decision]":
        """Return the decision of each child that stands now, by child."""
        # By position: two decisions of one act bear the same instant, and the last one counts.
        return {row.child_id: row for row in self.case.referral.decisions.order_by("position", "id")}

    def decision(self, pk: UUID | None) -> "Decision | None":
        return next((row for row in self.decisions.values() if row.pk == pk), None)

    def measure(self, pk: UUID | None) -> "Measure | None":
        return next((row for row in self.case.measures if row.pk == pk), None)

    def measure_of(self, record: UUID | None) -> "Measure | None":
        row = next((one for one in self.records if one.pk == record), None)
        return None if row is None else self.measure(row.part)

    def day(self, instant: datetime | None) -> date | None:
        """Return a day in the authority's zone."""
        return None if instant is None else instant.astimezone(self.case.zone).date()

    @cached_property
    def transfers(self) -> "list[TransferRequest]":
        """Return the requests that another authority takes the case over, oldest first."""
        return list(self.case.referral.transfer_requests.select_related("target").order_by("asked_at"))

    @property
    def minors(self) -> "list[Child]":
        """Return the children of the case whose holders are written to: minors, alive, not emancipated."""
        return [child for child in self.case.children if not self.case.beyond_childhood(child)]

    def holders(self) -> "Iterator[Holder]":
        """Yield the holders who may be written to now: one who is implicated, or whose information waits, gets nothing.

        Whatever the occasion of the deferral: a letter about anything else would tell that there is a case (§2.8
        no. 4).
        """
        waits = {row.holder_id for row in self.case.informations if row.state == InformationState.DEFERRED}
        for holder in self.case.holders:
            if holder.pk not in waits and not self._implicated(holder):
                yield holder

    def _implicated(self, holder: Any) -> bool:
        concern = self.case.referral.concern
        # Somebody among them is, and nobody said who: then none is written to.
        somebody = concern.holder_implicated == YesNo.YES and not any(
            one.implicated == YesNo.YES for one in self.case.holders
        )
        return bool(somebody or holder.implicated == YesNo.YES)
