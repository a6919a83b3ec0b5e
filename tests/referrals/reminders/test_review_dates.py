"""What somebody put off on a day of their choice is looked at again on that day (T16, T46), and a runaway each day (C19).

The day runs as a clock of its own: shown, reminded of, gone when what was put off is settled.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outbox.models import Notice
from referrals.models import Clock, HolderInformation, Referral
from referrals.reminders import tasks as reminders_tasks
from tests.conftest import see_all
from tests.journeys import bodies
from tests.referrals.workflow.kit import AT, TODAY

PARIS = ZoneInfo("Europe/Paris")
DAY = TODAY + timedelta(days=6)
HOLDERS, RESTRICTION = "R-holders", "R-restriction"


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=PARIS)


def running(kit, code):
    see_all()
    return list(kit.case.clocks.filter(code=code, stopped_at=None).order_by("started_at"))


def deferred(kit, day=DAY, **more):
    body = bodies.deferred(kit.holder.pk, "transmission", review_on=day.isoformat(), reason="prosecutor")
    kit.ask("referral", "inform_holders", body, **more)


def told(kit, **more):
    kit.ask(
        "referral", "inform_holders", bodies.told(kit.holder.pk, "transmission", on=TODAY.isoformat()), **more
    )


def reminded(at):
    count = reminders_tasks.remind(at)
    see_all()
    return count


def users(template):
    return set(Notice.objects.filter(template=template, channel="app").values_list("user_id", flat=True))


# --- Informing the holders ----------------------------------------------------------------------------


def test_a_deferral_runs_to_its_review_day_and_ends_when_the_holder_is_told(kit):
    deferred(kit)

    (clock,) = running(kit, HOLDERS)
    assert clock.due_at == end_of(DAY)
    assert clock.part == HolderInformation.objects.get().pk
    assert Referral.objects.get(pk=kit.case.pk).next_due_at == end_of(DAY)

    told(kit, at=AT + timedelta(days=2))
    assert running(kit, HOLDERS) == []


def test_a_deferral_that_is_prolonged_runs_to_the_new_day_alone(kit):
    deferred(kit)
    later = DAY + timedelta(days=5)
    deferred(kit, later, at=AT + timedelta(days=5))

    assert [clock.due_at for clock in running(kit, HOLDERS)] == [end_of(later)]


def test_a_review_day_that_passes_reaches_the_supervisor_too_and_no_earlier(world, kit):
    """domain.md §2.3, S3: coordinator and inspector when it comes near, the supervisor as well once it is over."""
    deferred(kit)
    (clock,) = running(kit, HOLDERS)
    supervisor = world.user("supervisor").pk

    reminded(clock.warn_at)
    assert users("clock.due_soon") >= {world.user("crip_coordinator").pk}
    assert supervisor not in users("clock.due_soon")
    reminded(clock.due_at + timedelta(seconds=1))
    assert {supervisor, world.user("crip_coordinator").pk} <= users("clock.overdue")


def test_two_occasions_have_each_their_day(kit):
    deferred(kit)
    other = HolderInformation.objects.get()
    kit.fill.row(HolderInformation, holder=kit.holder, occasion="assessment", state="pending")
    body = bodies.deferred(
        kit.holder.pk, "assessment", review_on=(DAY - timedelta(days=2)).isoformat(), reason="prosecutor"
    )
    kit.ask("referral", "inform_holders", body)

    assert {clock.due_at for clock in running(kit, HOLDERS)} == {end_of(DAY), end_of(DAY - timedelta(days=2))}
    told(kit)
    assert [clock.part for clock in running(kit, HOLDERS)] == [
        HolderInformation.objects.exclude(pk=other.pk).get().pk
    ]


def test_on_its_day_the_cell_and_who_decides_are_reminded(kit):
    deferred(kit)
    (clock,) = running(kit, HOLDERS)

    assert reminded(clock.warn_at) >= 1
    assert {kit.user("crip_coordinator"), kit.user("ase_inspector")} <= users("clock.due_soon")
    reminded(clock.due_at + timedelta(seconds=1))
    assert {kit.user("crip_coordinator"), kit.user("ase_inspector")} <= users("clock.overdue")


def test_a_closing_leaves_the_day(kit):
    """Parents may still be told after a closing (T16)."""
    deferred(kit)
    kit.ask("referral", "reorient", {"reason": "Autre service", "target": "pmi", "feedback": "Transmis"})

    assert [clock.due_at for clock in running(kit, HOLDERS)] == [end_of(DAY)]
    told(kit)
    assert running(kit, HOLDERS) == []


# --- Restriction --------------------------------------------------------------------------------------


def restricted(kit, **said):
    named = [kit.user("crip_coordinator"), kit.user("supervisor")]
    body = {"named": named, "reason": "Enfant d'une collègue.", "review_on": DAY.isoformat(), **said}
    kit.ask("referral", "restrict", body)


def test_a_restriction_runs_to_its_review_day_of_which_those_named_are_told(kit):
    restricted(kit)

    (clock,) = running(kit, RESTRICTION)
    assert (clock.due_at, clock.child) == (end_of(DAY), None)
    reminded(clock.due_at + timedelta(seconds=1))
    assert users("clock.overdue") == {kit.user("supervisor")}, "only supervisors on its list may know of it"


def test_the_restriction_of_one_child_has_its_own_day(kit):
    restricted(kit, child=kit.child.pk)

    assert [clock.child for clock in running(kit, RESTRICTION)] == [kit.child.pk]


# --- Runaways -----------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-FT10")
def test_a_child_that_is_away_is_reminded_of_each_day_until_it_is_found(kit):
    clock = Clock.objects.create(
        referral=kit.case, code="C19", access_class="A", child=kit.child.pk, started_at=AT, warn_at=AT,
        due_at=AT + timedelta(hours=24), statutory=False, soon_told_at=AT,
    )  # fmt: skip
    late = clock.due_at + timedelta(seconds=1)

    assert [reminded(late), reminded(late + timedelta(hours=23))] == [1, 0]
    assert [reminded(late + timedelta(hours=24 * day, minutes=1)) for day in (1, 2, 3)] == [1, 1, 1]
    assert (
        Notice.objects.filter(
            template="clock.review", user_id=kit.user("crip_coordinator"), channel="app"
        ).count()
        == 3
    )

    Clock.objects.filter(pk=clock.pk).update(stopped_at=late + timedelta(hours=80))
    assert reminded(late + timedelta(hours=24 * 9)) == 0
