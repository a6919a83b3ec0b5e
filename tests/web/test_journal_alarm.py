"""When the journal itself was touched, auditors are told within a minute, and see where (SEC-AL21)."""

import json
from datetime import timedelta
from hashlib import sha256
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit import alarms, appendonly, journal, pseudonyms
from audit.models import ActorPseudonym, Alarm, SubjectPseudonym
from audit.sequencer import Sequencer
from encryption.errors import KeysUnavailable
from encryption.signing import FileSigner
from outbox import scheduler, worker
from outbox.models import Notice
from referrals.composition import row_signatures
from referrals.retention import journal_retention
from tests.audit.keeper import forged, insert
from tests.audit.owner import as_owner, written
from tests.clock import NOW
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.web.visiting import Visitor, text

pytestmark = pytest.mark.both_databases("what each role may write of an alarm")


def alarm_keys() -> set[str]:
    return set(Alarm.objects.values_list("key", flat=True))


def row_alarm(table: str, pk: UUID) -> str:
    return f"row:{table}:{journal.digest_of(pk.bytes)}"


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
    told = set(Notice.objects.filter(template=alarms.ALARM).values_list("user_id", flat=True))
    assert told == {world.user("auditor", code).pk for code in ("75", "93", "59")}
    assert Alarm.objects.get().told_at is not None

    auditor = world.as_("auditor")
    health = auditor.get("audit/health").json()
    assert (health["refused_count"], [one["entry"] for one in health["refused"]]) == (1, [str(false)])
    shown = {one["id"]: one["set_apart"] for one in auditor.get("audit/entries").json()["results"]}
    assert (shown[str(false)], shown[str(real.pk)]) == (True, False)
    page = Visitor(world, "auditor")
    assert "Le journal a été altéré" in text(page.get("/journal/preuves"))
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
    told = set(Notice.objects.filter(template=alarms.ALARM).values_list("user_id", flat=True))
    assert told == {world.user("auditor", code).pk for code in ("75", "93", "59")}


@pytest.mark.sec("SEC-AL23")
def test_two_cases_whose_pseudonyms_were_swapped_are_named_where_they_are_read(world):
    """Attack: what is read of one would be recorded under the other's name; a list shows the others."""
    filer, cell = world.as_("filer"), world.as_("crip_coordinator")
    sent = concern() | {"submit": True}
    cases = [filer.post("referrals", sent, key=f"for-the-cell-{one}").json()["id"] for one in range(3)]
    rows = list(SubjectPseudonym.objects.filter(pk__in=cases[:2]).order_by("pk"))
    with as_owner(), appendonly.lifted():
        SubjectPseudonym.objects.filter(pk__in=cases[:2]).delete()
        for row, other in (rows, rows[::-1]):
            SubjectPseudonym(
                referral_id=row.pk, pseudonym=other.pseudonym, created_at=row.created_at, mac=row.mac
            ).save(force_insert=True)

    listed = {one["id"] for one in cell.get("referrals").json()["results"]}

    assert listed & set(cases) == {cases[2]}
    assert alarm_keys() == {f"pseudonym:audit_subjectpseudonym:{row.pseudonym}" for row in rows}
    assert [cell.get(f"referrals/{pk}").status_code for pk in cases] == [404, 404, 200]


@pytest.mark.sec("SEC-AZ22")
def test_auditors_are_told_of_a_forged_row_as_soon_as_somebody_comes_by_it(world):
    """Attack: an account that bears another name, by hand; whether the request is refused or leaves the row out."""
    forged_user, listed = world.user("assessor"), world.user("assessor_2")
    User._base_manager.filter(pk__in=[forged_user.pk, listed.pk]).update(full_name="Forgé")

    assert world.as_("assessor").get("me").status_code == 401
    assert alarm_keys() == {row_alarm("accounts_user", forged_user.pk)}
    assert world.as_("territory_admin").get("users").status_code == 200
    assert alarm_keys() == {row_alarm("accounts_user", user.pk) for user in (forged_user, listed)}
    assert journal_retention.tell_alarms(NOW) == 2

    told = set(Notice.objects.filter(template=alarms.ALARM).values_list("user_id", flat=True))
    assert told == {world.user("auditor", code).pk for code in ("75", "93", "59")}
    shown = world.as_("auditor").get("audit/health").content.decode()
    assert row_alarm("accounts_user", listed.pk) in shown
    assert str(listed.pk) not in shown
    assert str(listed.pk) not in str(alarm_keys())


@pytest.mark.sec("SEC-AZ22")
def test_what_recurring_work_reads_is_an_alarm_after_its_round(world, monkeypatch):
    """Attack: a forged row that nobody reads; and all rows of a table, of which a bounded number is named."""
    User._base_manager.filter(pk=world.user("assessor").pk).update(full_name="Forgé")
    monkeypatch.setattr(scheduler, "run_due", lambda: {"rows:checked": row_signatures.check(NOW)})
    worker.once()
    assert alarm_keys() == {row_alarm("accounts_user", world.user("assessor").pk)}

    monkeypatch.setattr(alarms, "_MOST", 3)
    User._base_manager.update(full_name="Forgé")
    worker.once()
    assert len(alarm_keys()) in {3, 4}


@pytest.mark.sec("SEC-AZ22")
def test_an_intact_row_costs_no_query_for_its_alarm(world):
    caller = world.as_("crip_coordinator")
    caller.get("me")
    with CaptureQueriesContext(connection) as said:
        assert caller.get("me").status_code == 200
    assert "audit_alarm" not in str(said.captured_queries)


@pytest.mark.sec("SEC-AZ22")
@pytest.mark.parametrize("out", [OperationalError, KeysUnavailable])
def test_an_alarm_that_the_database_does_not_take_comes_with_the_next_request(world, monkeypatch, out):
    User._base_manager.filter(pk=world.user("assessor").pk).update(full_name="Forgé")
    with monkeypatch.context() as patched:
        patched.setattr(alarms, "_store", Mock(side_effect=out))
        assert world.as_("assessor").get("me").status_code == 401
    assert not alarm_keys()
    assert world.as_("filer").get("me").status_code == 200
    assert alarm_keys() == {row_alarm("accounts_user", world.user("assessor").pk)}


@pytest.mark.sec("SEC-AL13")
def test_what_is_found_again_after_it_was_settled_is_an_alarm_again(world):
    """Attack: the same column is changed once more. What can't be mended stays settled."""
    key, later = "column:act:1", NOW + timedelta(hours=1)
    with as_owner():
        alarms.raise_all([key], at=NOW)
    journal_retention.tell_alarms(NOW)
    assert journal_retention.settle(key, reason="mended", at=later)
    for at, untold in ((NOW, 0), (later, 0), (later + timedelta(seconds=1), 1)):
        with as_owner():
            alarms.raise_all([key], at=at)
        assert journal_retention.tell_alarms(at) == untold, "a pass that began before doesn't count"
    alarm = Alarm.objects.get()
    assert (alarm.settled_at, alarm.at) == (None, later + timedelta(seconds=1))

    last = later + timedelta(days=1)
    assert journal_retention.settle(key, reason=journal_retention.PERMANENT, at=last)
    with as_owner():
        alarms.raise_all([key], at=last + timedelta(days=1))
    assert journal_retention.tell_alarms(last + timedelta(days=1)) == 0
    assert Alarm.objects.get().settled_at == last


@pytest.mark.sec("SEC-AZ22")
@pytest.mark.parametrize("when", ["before", "after", "before anybody was told"])
def test_nobody_settles_an_alarm_by_hand(world, when):
    """Attack: who forges a row notes its alarm as told and settled for good, before it is raised or after."""
    user, said = (
        world.user("assessor"),
        {"told_at": NOW, "settled_at": NOW, "permanent": True, "mac": bytes(32)},
    )
    key = row_alarm("accounts_user", user.pk)
    if when == "before":
        Alarm.objects.bulk_create([Alarm(key=key, at=NOW)])
        Alarm._base_manager.update(**said)
    User._base_manager.filter(pk=user.pk).update(full_name="Forgé")
    assert world.as_("assessor").get("me").status_code == 401
    if when == "after":
        assert journal_retention.tell_alarms(NOW) == 1
    if when != "before":
        Alarm._base_manager.update(**said)

    later = NOW + timedelta(minutes=1)
    counts = [journal_retention.tell_alarms(later) for _ in range(3)]
    assert counts == ([2, 0, 0] if when == "before" else [1, 1, 0])
    assert alarm_keys() == {key, f"row:audit_alarm:{journal.digest_of(key.encode())}"}, (
        "and of the forged alarm"
    )
    alarm = Alarm.objects.get(pk=key)
    assert (alarm.told_at, alarm.settled_at, alarm.permanent, alarm.is_authentic) == (
        later,
        None,
        False,
        True,
    )


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
