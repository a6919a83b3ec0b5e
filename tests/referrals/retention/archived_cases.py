"""Archived cases, and batches in which they stand, put straight into the database."""

from datetime import UTC, datetime
from typing import Any

from accounts.actor import SYSTEM
from referrals.models import Referral, RetentionBatch, RetentionLine
from referrals.vocabulary.deadlines import ClockCode
from referrals.workflow import clocks
from referrals.workflow.case import Case
from tests.factories.world import World
from tests.referrals.workflow.kit import AT, Kit

#: Five years after ``AT``, and a day: nothing that was only closed is kept longer by default.
LONG_AFTER = datetime(2031, 11, 25, 9, tzinfo=UTC)


def archived(world: World, *, outcome: str = "closed_no_action", who: str = "supervisor") -> Kit:
    """Return a case closed at ``AT`` and archived two years later, with C20 running."""
    kit = Kit(world, "archived", who=who)
    kit.put(archived_from=outcome, closed_at=AT, archived_at=AT.replace(year=2028))
    kit.case = Referral.objects.select_related("authority").get(pk=kit.case.pk)
    clocks.start(Case(kit.case, actor=SYSTEM, at=AT), ClockCode.C20, since=AT)
    return kit


def batch(world: World, *kits: Kit, state: str = "proposed", code: str = "93", **said: Any) -> RetentionBatch:
    """Return a batch in a state, with these cases in it; granted and executed ones have their visa."""
    values: dict[str, Any] = {"month": LONG_AFTER.date().replace(day=1), "proposed_at": LONG_AFTER}
    if state in ("visa_granted", "executed"):
        values |= {"visa_number": "2031/17", "visa_on": LONG_AFTER.date(), "visa_by": world.user("dpo", code)}
    if state == "executed":
        values |= {"executed_at": LONG_AFTER, "executed_by": world.user("supervisor", code)}
    made = RetentionBatch.objects.create(authority=world.authorities[code], state=state, **(values | said))
    RetentionLine.objects.bulk_create([RetentionLine(batch=made, referral=kit.case) for kit in kits])
    return made


def standing(made: RetentionBatch) -> set[Any]:
    """Return the cases that still stand in a batch."""
    return set(made.lines.filter(dropped_at=None, purged_at=None).values_list("referral_id", flat=True))
