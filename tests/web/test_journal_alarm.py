"""When the journal itself was touched, auditors are told within a minute, and see where (SEC-AL21)."""

import json
from hashlib import sha256
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from audit import alarms, pseudonyms
from audit.models import ActorPseudonym, Alarm
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from outbox.models import Notice
from referrals.retention import journal_retention
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

    assert journal_retention.tell_alarms(NOW) == 1
    assert journal_retention.tell_alarms(NOW) == 0
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


@pytest.mark.sec("SEC-AL23")
def test_auditors_are_told_of_a_row_of_pseudonyms_that_was_altered_although_the_request_was_refused(world):
    """What the refused request wrote is undone: the alarm isn't."""
    agent = world.user("crip_coordinator")
    with as_owner():
        made = pseudonyms.signed(
            ActorPseudonym(account=pseudonyms.keyed_id("journal.actor", agent.pk), pseudonym=uuid4())
        )
        made.mac = bytes(32)
        made.save(force_insert=True)

    assert world.as_("crip_coordinator").get("referrals").status_code == 503

    (alarm,) = Alarm.objects.all()
    assert alarm.key == f"pseudonym:audit_actorpseudonym:{made.pseudonym}"
    assert journal_retention.tell_alarms(NOW) == 1
    told = set(Notice.objects.filter(template=alarms.TOLD).values_list("user_id", flat=True))
    assert told == {world.user("auditor", code).pk for code in ("75", "93", "59")}


@pytest.mark.sec("SEC-AL21")
def test_an_alarm_is_shown_until_the_operator_says_what_it_was(world):
    with as_owner():
        alarms.raise_all(["witness:gone:0", "column:act:1"], at=NOW)
    auditor = world.as_("auditor")
    assert {one["key"] for one in auditor.get("audit/health").json()["alarms"]} == {
        "witness:gone:0",
        "column:act:1",
    }

    call_command("settle_alarm", "column:act:1", "mended")

    for unknown in ("column:act:1", "column:act:2"):
        with pytest.raises(CommandError):
            call_command("settle_alarm", unknown, "mended")
    assert [one["key"] for one in auditor.get("audit/health").json()["alarms"]] == ["witness:gone:0"]
    entries = written(act=journal_retention.SETTLED)
    assert {entry.tenant for entry in entries} == {one.pk for one in world.authorities.values()}
    said = json.loads(bytes(entries[0].body))
    assert (said["from"], said["rule"], said["to"]) == (
        "column",
        "mended",
        sha256(b"column:act:1").hexdigest(),
    )
