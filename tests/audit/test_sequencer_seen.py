"""An idle sequencer leaves a sign of life, one that can't finish leaves none, and a late one is told of (SEC-AL8)."""

from datetime import timedelta
from uuid import uuid4

import pytest
import structlog.testing

from accounts.roles import Role
from audit import sequencing, sequencing_lag
from audit.errors import LogContradicted
from audit.models import Checkpoint, SequencerPass
from audit.sequencer import SEEN_EVERY, Sequencer
from outbox.models import Notice
from referrals.retention.sequencer_watch import LATE, TOLD_AGAIN, watch
from tests.audit import sequenced as made
from tests.audit.conftest import NOON
from tests.audit.owner import as_owner
from tests.conftest import see_all
from tests.factories.concerns import concern

pytestmark = [
    pytest.mark.sec("SEC-AL8"),
    pytest.mark.both_databases("the one row that the sequencer's role may change"),
]
sequenced = made.sequenced
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(sequenced):
    said = {"now": NOON}
    sequenced.sequencer.clock = lambda: said["now"]
    return said


def passed(sequenced, clock, at):
    clock["now"] = at
    with as_owner():
        sequenced.sequencer.once()
    return sequencing_lag.last_pass()


def test_a_sequencer_without_work_is_seen_twice_a_minute_though_it_signs_nothing(db_both, sequenced, clock):
    assert sequencing_lag.last_pass() is None
    assert passed(sequenced, clock, NOON) == NOON
    signed = Checkpoint.objects.count()

    assert passed(sequenced, clock, NOON + SEEN_EVERY - MINUTE / 60) == NOON
    assert passed(sequenced, clock, NOON + SEEN_EVERY) == NOON + SEEN_EVERY

    assert Checkpoint.objects.count() == signed
    assert SequencerPass.objects.count() == 1


def test_one_that_may_not_sign_isnt_seen(db_both, sequenced, clock, monkeypatch):
    passed(sequenced, clock, NOON)

    def refuse(*_, **__):
        raise LogContradicted

    monkeypatch.setattr("audit.checkpoints.publish", refuse)
    with pytest.raises(LogContradicted):
        passed(sequenced, clock, NOON + 9 * MINUTE)

    assert sequencing_lag.last_pass() == NOON


def test_one_that_waits_for_another_isnt_seen(db_both, sequenced, monkeypatch, settings):
    settings.LOG_WITNESS_FILE = (
        ""  # it would read the tree in a transaction of its own (test_two_sequencers.py)
    )
    from contextlib import contextmanager

    @contextmanager
    def follows():
        yield False

    monkeypatch.setattr(sequencing, "leading", follows)
    Sequencer(sequenced.sequencer.signer, clock=lambda: NOON).once()

    assert sequencing_lag.last_pass() is None


@pytest.fixture
def filed(world, settings, monkeypatch):
    """An entry of NOON that has no place."""
    settings.LOG_LAG_MINUTES = 15
    monkeypatch.setattr("config.pipeline.instant", lambda *_: NOON)
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex)
    assert answer.status_code == 201
    see_all()
    return world


def told(template=LATE):
    return Notice.objects.filter(template=template)


def test_a_late_sequencer_is_told_of_at_a_third_of_the_limit_and_once_in_a_while(filed):
    people = {
        filed.user(name, code).pk for name in ("auditor", "territory_admin", "platform_admin") for code in ("75", "93", "59")
    }  # fmt: skip
    with structlog.testing.capture_logs() as lines:
        assert watch(NOON + 5 * MINUTE) == 0
        assert lines == []
        assert watch(NOON + 5.1 * MINUTE) == len(people)
        assert watch(NOON + 6.1 * MINUTE) == 0
        assert watch(NOON + TOLD_AGAIN + 5.2 * MINUTE) == len(people)

    assert [(line["event"], line["log_level"]) for line in lines] == [("sequencer:late", "error")] * 3
    assert set(told().values_list("user_id", flat=True)) == people
    assert {Role.AUDITOR, Role.TERRITORY_ADMIN, Role.PLATFORM_ADMIN} == {
        "auditor",
        "territory_admin",
        "platform_admin",
    }
    assert set(told().values_list("reference", "subject_id", "authority_id")) == {("", None, None)}


def test_a_sequencer_that_stopped_is_told_of_before_anything_waits(db_both, settings, sequenced, clock):
    settings.LOG_LAG_MINUTES = 15
    passed(sequenced, clock, NOON)

    with structlog.testing.capture_logs() as lines:
        watch(NOON + 4 * MINUTE)
        assert lines == []
        watch(NOON + 6 * MINUTE)
    assert [line["event"] for line in lines] == ["sequencer:late"]


def test_a_service_that_is_being_set_up_alarms_nobody(db_both, settings):
    settings.LOG_LAG_MINUTES = 15
    with structlog.testing.capture_logs() as lines:
        assert watch(NOON) == 0
    assert (lines, told().count()) == ([], 0)
