"""When the journal itself was touched, auditors are told within a minute, and see where (SEC-AL21)."""

from uuid import uuid4

import pytest

from audit import alarms
from audit.models import Alarm
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from outbox.models import Notice
from referrals import journalkeeping
from tests.audit.keeper import forged, insert
from tests.audit.owner import as_owner, written
from tests.clock import NOW
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.web.visiting import Visitor, text


@pytest.mark.sec("SEC-AL21")
def test_auditors_are_told_of_a_false_entry_and_see_it_in_lists_pages_and_health(world, tmp_path, settings):
    settings.LOG_WITNESS_FILE, settings.LOG_WITNESSES = str(tmp_path / "witness.txt"), []
    filer = world.as_("filer")
    assert filer.post("referrals", concern() | {"submit": True}, key=uuid4().hex).status_code == 201
    see_all()
    real = written(tenant=world.authorities["93"].pk)[-1]
    with as_owner():
        false = insert(forged(real, w=str(uuid4()), wseq=1))
        Sequencer(FileSigner(tmp_path / "log.key", make=True)).once()

    assert journalkeeping.tell_alarms(NOW) == 1
    assert journalkeeping.tell_alarms(NOW) == 0
    told = set(Notice.objects.filter(template=alarms.TOLD).values_list("user_id", flat=True))
    assert told == {world.user("auditor", code).pk for code in ("75", "93", "59")}
    assert Alarm.objects.get().told_at is not None

    auditor = world.as_("auditor")
    health = auditor.get("audit/health").json()
    assert (health["refused_count"], [one["entry"] for one in health["refused"]]) == (1, [str(false)])
    shown = {one["id"]: one["set_apart"] for one in auditor.get("audit/entries").json()["results"]}
    assert (shown[str(false)], shown[str(real.pk)]) == (True, False)
    page = Visitor(world, "auditor")
    assert "Le journal a été touché" in text(page.get("/journal/preuves"))
    assert "Mise à part" in text(page.get("/journal/entrees"))
