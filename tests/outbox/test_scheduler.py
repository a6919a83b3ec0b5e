"""Recurring work: once when it is due, by one worker, caught up after a stop; one that fails stops no other."""

from datetime import timedelta
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from outbox import scheduler, worker
from outbox.models import Notice, Work
from outbox.scheduler import Recurring
from outbox.sweeping import sweep
from tests.outbox.conftest import NOON, a_notice

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases("one worker at a time")]
HOUR = timedelta(hours=1)


@pytest.fixture
def works(monkeypatch):
    """A register of our own; returns what ran, in order."""
    ran, register = [], {}
    monkeypatch.setattr(scheduler, "_registered", register)

    def add(name, do=lambda at: 1):
        def noted(at):
            ran.append((name, at))
            return do(at)

        register[name] = Recurring(name, HOUR, timedelta(minutes=10), noted)

    ran_add = ran
    return add, ran_add


def test_work_runs_once_and_again_when_it_is_due(works, clock):
    add, ran = works
    add("a:done")

    assert scheduler.run_due(clock=clock) == {"a:done": 1}
    assert scheduler.run_due(clock=clock) == {}
    clock.forward(hours=1)
    assert scheduler.run_due(clock=clock) == {"a:done": 1}
    assert [at for _, at in ran] == [NOON, NOON + HOUR]


def test_a_pass_in_which_nothing_is_due_asks_once_for_all(works, clock, django_assert_num_queries):
    """A worker looks every few seconds, at dozens of pieces of work."""
    add, _ = works
    for name in ("a:done", "b:done", "c:done"):
        add(name)
    scheduler.run_due(clock=clock)

    with django_assert_num_queries(1):
        assert scheduler.run_due(clock=clock) == {}


@pytest.mark.sec("SEC-FT10")
def test_after_a_stop_of_days_it_runs_once_at_once_and_then_in_its_rhythm(works, clock):
    add, ran = works
    add("a:done")
    scheduler.run_due(clock=clock)
    clock.forward(days=4)

    for _ in range(3):
        scheduler.run_due(clock=clock)
    clock.forward(hours=1)
    scheduler.run_due(clock=clock)

    assert [at - NOON for _, at in ran[1:]] == [timedelta(days=4), timedelta(days=4, hours=1)]


@pytest.mark.sec("SEC-AZ22")
@pytest.mark.parametrize("column", ["next_at", "leased_until"])
def test_nobody_puts_work_off_by_hand(works, clock, column):
    """Attack: the passes that name forged rows are planned, or leased, for the end of time."""
    add, _ = works
    add("a:done")
    scheduler.run_due(clock=clock)
    clock.forward(hours=1)
    Work.objects.update(**{column: NOON + timedelta(days=36_500)})

    assert scheduler.run_due(clock=clock) == {"a:done": 1}
    assert scheduler.run_due(clock=clock) == {}
    assert Work.objects.get().next_at <= NOON + 2 * HOUR


@pytest.mark.sec("SEC-FT10")
def test_while_one_worker_runs_it_no_other_does(works, clock):
    add, ran = works

    def and_a_second_worker_comes(at):
        assert scheduler.run_due(clock=clock) == {}
        return 1

    add("a:done", and_a_second_worker_comes)

    scheduler.run_due(clock=clock)

    assert len(ran) == 1


@pytest.mark.sec("SEC-FT10")
def test_a_worker_killed_in_the_middle_leaves_it_to_the_next(works, clock):
    add, _ = works
    kill = [True]

    def once_killed(at):
        if kill.pop():
            raise KeyboardInterrupt
        return 1

    kill.insert(0, False)
    add("a:done", once_killed)
    with pytest.raises(KeyboardInterrupt):
        scheduler.run_due(clock=clock)

    assert scheduler.run_due(clock=clock) == {}
    clock.forward(minutes=11)
    assert scheduler.run_due(clock=clock) == {"a:done": 1}


@pytest.mark.sec("SEC-FT10")
def test_a_worker_that_slept_past_its_lease_moves_nothing(works, clock):
    add, _ = works

    def sleeps(at):
        clock.forward(minutes=11)
        if Work.objects.get(pk="a:done").fence == 1:
            scheduler.run_due(clock=clock)
        return 1

    add("a:done", sleeps)

    scheduler.run_due(clock=clock)

    row = Work.objects.get(pk="a:done")
    assert row.fence == 2
    assert row.next_at > clock.now, "as the second worker, which holds the claim, left it"


def test_one_that_fails_is_said_comes_again_and_stops_no_other(works, clock):
    add, _ = works

    def fails(at):
        raise ZeroDivisionError

    add("a:failing", fails)
    add("b:done")

    assert scheduler.run_due(clock=clock) == {"a:failing": -1, "b:done": 1}
    clock.forward(minutes=2)
    assert scheduler.run_due(clock=clock) == {"a:failing": -1}
    assert Work.objects.get(pk="a:failing").failures == 2


def test_a_name_is_registered_once(works):
    scheduler.recurring("a:done", every=HOUR)(lambda at: 0)
    with pytest.raises(ValueError, match="twice"):
        scheduler.recurring("a:done", every=HOUR)(lambda at: 0)


def test_the_command_says_what_it_did_and_fails_where_work_failed(works, capsys):
    add, _ = works
    add("a:done", lambda at: 3)
    call_command("tick")
    assert capsys.readouterr().out == "Fait : a:done 3, notices 0.\n"

    def fails(at):
        raise ZeroDivisionError

    add("b:failing", fails)
    with pytest.raises(CommandError, match="b:failing"):
        call_command("tick")


def test_the_loop_waits_for_a_database_that_is_away_and_ends_when_told():
    stop, passes = Event(), []

    def once():
        passes.append(1)
        if len(passes) == 1:
            raise OperationalError
        stop.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "connections", Connections())
        patch.setattr(worker, "close_old_connections", lambda: None)
        worker.forever(stop, pause_seconds=0, once=once)

    assert len(passes) == 2


class Connections:
    def close_all(self):
        pass


def test_old_notices_go_and_those_on_their_way_stay(people, settings):
    user, days = people.one(), settings.NOTICE_DAYS
    old = NOON - timedelta(days=days + 1)
    for state in ("done", "dead", "dropped", "waiting", "sent", "held"):
        a_notice(user, state=state, created_at=old)
    a_notice(user, state="done")

    assert sweep(NOON) == 3
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["done", "held", "sent", "waiting"]
