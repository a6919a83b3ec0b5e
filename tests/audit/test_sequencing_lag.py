"""When entries wait too long for their place, nothing is read any more; filing goes on (SEC-AL8)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from audit import sequencing_lag
from referrals.models import Referral
from tests.audit import sequenced as made
from tests.audit.conftest import NOON
from tests.audit.owner import as_owner, written
from tests.conftest import see_all
from tests.factories.concerns import concern, urgent

pytestmark = [pytest.mark.sec("SEC-AL8")]
sequenced = made.sequenced


@pytest.fixture
def late(world, settings, sequenced, monkeypatch):
    """A concern that was filed a while ago; the answer of the gauge isn't remembered."""
    settings.LOG_LAG_MINUTES = 15
    clock = {"now": NOON}
    monkeypatch.setattr("config.pipeline.instant", lambda *_: clock["now"])
    monkeypatch.setattr(sequencing_lag, "WHEN_IN_TIME", 0.0)
    monkeypatch.setattr(sequencing_lag, "WHEN_BEHIND", 0.0)
    sequencing_lag.gauge.forget()
    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex)
    assert filed.status_code == 201
    yield world, clock, sequenced, filed.json()["id"]
    sequencing_lag.gauge.__init__()


def placed(sequenced) -> None:
    see_all()
    with as_owner():
        sequenced.sequencer.once()


def read(world, case) -> int:
    return world.as_("crip_coordinator").get(f"referrals/{case}").status_code


def test_fifteen_minutes_are_in_time_and_one_more_is_not(late):
    world, clock, _, case = late
    clock["now"] = NOON + timedelta(minutes=15)
    assert read(world, case) == 200

    clock["now"] = NOON + timedelta(minutes=16)
    answer = world.as_("crip_coordinator").get(f"referrals/{case}")

    assert (answer.status_code, answer.json()["code"]) == (503, "journal-behind")
    assert "Exemple" not in answer.content.decode()
    assert world.as_("crip_coordinator").get("referrals").status_code == 503


def test_reading_opens_again_when_the_sequencer_has_caught_up(late):
    world, clock, sequenced, case = late
    clock["now"] = NOON + timedelta(minutes=20)
    assert read(world, case) == 503

    placed(sequenced)

    assert read(world, case) == 200


def test_filing_goes_on(late):
    world, clock, _, _ = late
    clock["now"] = NOON + timedelta(hours=3)

    filed = world.as_("filer").post("referrals", concern() | {"submit": True}, key=uuid4().hex)

    assert filed.status_code == 201


def test_the_answer_is_remembered_so_that_requests_dont_ask_each_time(late, monkeypatch):
    world, _, _, case = late
    monkeypatch.setattr(sequencing_lag, "WHEN_IN_TIME", 3600.0)
    sequencing_lag.gauge.forget()
    assert read(world, case) == 200
    asked = []
    monkeypatch.setattr(sequencing_lag, "oldest_waiting", lambda: asked.append(1))

    assert read(world, case) == 200
    assert asked == []


def test_nothing_is_closed_where_the_setting_says_so(late, settings):
    world, clock, _, case = late
    settings.LOG_LAG_MINUTES = 0
    clock["now"] = NOON + timedelta(days=1)

    assert read(world, case) == 200


def test_a_log_without_entries_isnt_behind(sequenced, db_both):
    with as_owner():
        sequenced.sequencer.once()
    assert sequencing_lag.oldest_waiting() is None


@pytest.mark.sec("SEC-AL8")
def test_what_cant_wait_is_read_all_the_same_and_leaves_its_entry(late):
    """Whoever breaks the glass reads that one case; one of the urgent lane is read by whoever may. All else is closed."""
    world, clock, _, case = late
    said = urgent() | {"submit": True, "urgent": True}
    filed = world.as_("filer").post("referrals", said, key=uuid4().hex)
    assert filed.status_code == 201, filed.content
    pressing = filed.json()["id"]
    clock["now"] = NOON + timedelta(hours=2)
    coordinator = world.as_("crip_coordinator")

    assert coordinator.get(f"referrals/{case}").status_code == 503
    assert coordinator.get(f"referrals/{pressing}").status_code == 200
    assert coordinator.get(f"referrals/{pressing}").status_code == 200, "once the call is answered too"
    reference = coordinator.get("referrals").status_code, Referral.objects.get(pk=case).reference
    assert reference[0] == 503
    on_call = world.as_("on_call")
    assert on_call.get(f"referrals/{case}").status_code == 503
    broken = on_call.post("break-glass", {"reference": reference[1], "reason": "Urgence."}, key=uuid4().hex)
    assert broken.status_code == 201, broken.content
    assert on_call.get(f"referrals/{case}").status_code == 200
    see_all()
    opened = written(act="field:opened", outcome="allow")
    whys = {json.loads(bytes(one.body))["why"] for one in opened}
    assert (len(opened), whys) == (3, {"handling", "emergency"})
