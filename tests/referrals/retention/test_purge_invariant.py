"""domain.md §2.8 no. 10, whatever happens in whatever order: a purge is for good, needs its visa and two persons, leaves
every count as it was, and a hold bars archive and purge.

A few closed cases of one authority, and people who hold, release, reopen, compare, propose, ask, grant, refuse, execute,
while months go by and the worker works. A model beside keeps who was ever on hold, and which batches were let through.
"""

from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from rest_framework.exceptions import ValidationError

from encryption.models import WrappedKey
from referrals.errors import ReferralError
from referrals.models import Referral, RetentionBatch, RetentionLine
from referrals.retention import batch_tasks, batches
from referrals.retention import tasks as retention_tasks
from referrals.statistics import aggregates
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.factories.world import World
from tests.night import walks
from tests.referrals.workflow.kit import AT, Kit

pytestmark = pytest.mark.both_databases("triggers of purges")

CASES = 3
BODIES = {
    "request_visa": {"letter": "L", "on": "2026-11-24"},
    "grant_visa": {"number": "V", "on": "2026-11-24"},
    "refuse_visa": {"reason": "other", "on": "2026-11-24"},
    "execute": {},
    "waive_visa": {},
}
#: What happens in a walk, as often as it stands here.
HAPPENS = [
    *["time_goes_by"] * 5, *["a_batch_takes_its_usual_course"] * 4, *["the_worker_destroys"] * 4,
    *["somebody_acts"] * 4, "the_worker_archives", "the_worker_proposes", "the_worker_looks_again",
    "a_new_filing_is_compared", "somebody_takes_a_batch_on", "somebody_takes_a_batch_on",
]  # fmt: skip
PEOPLE = ("dpo", "supervisor", "supervisor_2", "crip_coordinator")


class Keeping(RuleBasedStateMachine):
    """What is kept, what goes, and what must hold."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self._undo = transaction.atomic()
        self._undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @initialize(data=st.data())
    def closes(self, data: Any) -> None:
        see_all()
        self.kits = []
        for _ in range(CASES):
            outcome = data.draw(st.sampled_from(["not_qualified", "closed_no_action", "ended"]))
            kit = Kit(self.world, outcome, who="supervisor")
            kit.put(closed_at=AT, status_ever="suspected", urgency_ever="U2")
            self.kits.append(kit)
        self.authority = kit.case.authority_id
        self.ever_purged: dict[Any, Any] = {}
        self.new_cases = 0

    # --- What happens ---------------------------------------------------------------------------------

    @rule(data=st.data())
    def something_happens(self, data: Any) -> None:
        """One rule with weights of its own: hypothesis would leave whole rules out of a walk."""
        getattr(self, data.draw(st.sampled_from(HAPPENS)))(data)

    def somebody_acts(self, data: Any) -> None:
        step = data.draw(
            st.sampled_from(["hold", "hold", "release_hold", "release_hold", "reopen", "recuse"])
        )
        kit = data.draw(st.sampled_from(self.kits))
        body = {"reason": "Motif."} | ({"ground": "error"} if step == "reopen" else {})
        try:
            with transaction.atomic():
                kit.ask(
                    "referral",
                    step,
                    body,
                    who=data.draw(st.sampled_from(["supervisor_2", "dpo"])),
                    at=self.now,
                )
        except ReferralError:
            return

    def a_new_filing_is_compared(self, data: Any) -> None:
        if self.new_cases >= 2:
            return
        kit, new = data.draw(st.sampled_from(self.kits)), Kit(self.world, "triage")
        self.new_cases += 1
        try:
            with transaction.atomic():
                new.ask("duplicate", "suggest", {"other": kit.case.pk, "reasons": ["name"]}, at=self.now)
        except ReferralError:
            return

    def time_goes_by(self, data: Any) -> None:
        months = data.draw(st.sampled_from([1, 2, 25, 40, 62, 62]))
        if self.now < AT + timedelta(days=365 * 30):
            self.now += timedelta(days=31 * months)

    def the_worker_archives(self, data: Any) -> None:
        held = {pk: self._row(pk).archived_at for pk in self._held()}
        retention_tasks.archive_due(self.now)
        see_all()
        assert held == {pk: self._row(pk).archived_at for pk in held}

    def the_worker_proposes(self, data: Any) -> None:
        batch_tasks.propose(self.now)
        see_all()

    def the_worker_looks_again(self, data: Any) -> None:
        batch_tasks.recheck(self.now)
        see_all()

    def somebody_takes_a_batch_on(self, data: Any) -> None:
        step = data.draw(st.sampled_from([*BODIES, "request_visa", "grant_visa", "grant_visa", "execute"]))
        rows = list(RetentionBatch.objects.order_by("month"))
        if not rows:
            return
        made, who = data.draw(st.sampled_from(rows)), data.draw(st.sampled_from(PEOPLE))
        try:
            with transaction.atomic():
                actor = self.world.actor(who, at=self.now)
                batches.runner.perform(
                    steps.get(Machine.BATCH, step), made.pk, BODIES[step], actor=actor, at=self.now
                )
        except (ReferralError, ValidationError):
            return

    def a_batch_takes_its_usual_course(self, data: Any) -> None:
        """What would come about by chance too seldom: asked, granted, executed, each by who does it."""
        left_out = data.draw(st.sampled_from(["", "", "", "grant_visa", "execute"]))
        self.the_worker_archives(data)
        self.the_worker_proposes(data)
        made = RetentionBatch.objects.filter(state="proposed").order_by("month").last()
        usual = {"request_visa": "dpo", "grant_visa": "dpo", "execute": "supervisor"}
        for step, who in usual.items() if made is not None else ():
            if step == left_out:
                return
            actor = self.world.actor(who, at=self.now)
            batches.runner.perform(
                steps.get(Machine.BATCH, step), made.pk, BODIES[step], actor=actor, at=self.now
            )

    def the_worker_destroys(self, data: Any) -> None:
        before, held, counts = self._purged(), self._held(), self._counts()
        listed = set(
            RetentionLine.objects.filter(batch__state="executed", dropped_at=None).values_list(
                "referral", flat=True
            )
        )
        batch_tasks.purge_executed(self.now)
        see_all()
        new = self._purged() - before
        assert not new & held, "a hold bars a purge"
        assert new <= listed, "a purge needs its batch"
        assert self._counts() == counts, "a purge leaves every count as it was"

    # --- What must hold -------------------------------------------------------------------------------

    @invariant()
    def a_purge_is_for_good_and_was_let_through_by_two(self) -> None:
        for pk in self._purged():
            row = self._row(pk)
            assert self.ever_purged.setdefault(pk, (row.version, bytes(row.tombstone))) == (
                row.version,
                bytes(row.tombstone),
            )
            assert not WrappedKey.objects.filter(pk__in=[row.case_key, row.filer_key]).exists()
            line = RetentionLine.objects.select_related("batch").get(referral=pk, purged_at__isnull=False)
            assert line.batch.visa_number
            assert line.batch.executed_by_id not in (None, line.batch.visa_by_id)
        assert set(self.ever_purged) == self._purged()

    @invariant()
    def what_must_stay_stands_in_no_batch_that_goes_on(self) -> None:
        """A hold or a reopening takes it out at once."""
        lines = RetentionLine.objects.filter(dropped_at=None, purged_at=None).exclude(batch__state="refused")
        assert not lines.filter(referral__legal_hold=True).exists()
        assert not lines.exclude(referral__state="archived").exists()

    # --- What there is --------------------------------------------------------------------------------

    def _row(self, pk: Any) -> Referral:
        return Referral.objects.get(pk=pk)

    def _purged(self) -> set[Any]:
        return set(Referral.objects.filter(state="purged").values_list("pk", flat=True))

    def _held(self) -> set[Any]:
        return set(Referral.objects.filter(legal_hold=True).values_list("pk", flat=True))

    def _counts(self) -> Any:
        return aggregates.of_authority(self.authority)


FEW = settings(
    max_examples=walks(4), stateful_step_count=25, derandomize=True, deadline=None,
    suppress_health_check=list(HealthCheck), print_blob=False,
)  # fmt: skip


@pytest.mark.slow("walks that Hypothesis chooses")
def test_whatever_is_held_proposed_filed_or_reopened_no_10_holds(world):
    see_all()
    reached = []

    class Watched(Keeping):
        def teardown(self) -> None:
            reached.append(len(self.ever_purged))
            super().teardown()

    Watched.world = world
    run_state_machine_as_test(Watched, settings=FEW)

    assert sum(reached), "some walk comes to a purge"
