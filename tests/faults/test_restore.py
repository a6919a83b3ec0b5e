"""A backup brings nothing back that was shredded, and nobody comes in before that is sure (SEC-CR11, CR12, FT12, AL10).

Both databases are copied and read back by the service's own commands: PostgreSQL's tools there, files on SQLite.
"""

import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from audit import erasure_ledger, erasures, journal, pseudonyms, tree
from audit.errors import LedgerUnavailable
from audit.models import Alarm, Entry, Replayed, Shred, SubjectPseudonym
from audit.sequencer import Sequencer, begin_new_origin
from config.closed import DOCUMENT
from encryption import keys
from encryption.errors import KeysUnavailable
from encryption.models import Shredded, WrappedKey
from outbox import maintenance_gate, worker
from outbox.errors import ServiceClosed
from referrals.attachments import store
from referrals.composition import row_history, row_signatures, sealed_cells
from referrals.models import Attachment, IndexValue, Referral
from referrals.retention import batch_tasks, journal_retention
from referrals.retention import tasks as retention_tasks
from referrals.vocabulary.states import State
from tests.audit.owner import as_owner
from tests.audit.sequenced import sequenced  # noqa: F401 - a fixture
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.faults.restoring import Databases
from tests.night import NIGHT
from tests.referrals.attachments import files
from tests.referrals.attachments.conftest import Sender, stored
from tests.referrals.attachments.test_quarantine import bars, destroys, is_barred
from tests.referrals.retention.archived_cases import LONG_AFTER, archived, batch
from tests.security.procedure import seeing_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-CR12"),
    pytest.mark.sec("SEC-FT12"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]
RESTORED = [("cases",), ("keys",), ("cases", "keys")]
PATHS = ["/api/v1/me", "/api/v1/referrals", "/api/v1/audit/entries", "/api/schema/", "/api/v1/session"]


@pytest.fixture
def databases(tmp_path, settings, sequenced, gate_as_it_is):  # noqa: F811 - the fixture
    if connection.vendor == "postgresql":
        for tool in ("pg_dump", "pg_restore"):
            assert shutil.which(tool), f"{tool} is missing: install postgresql-client (Debian)."
    settings.SHRED_FILE = str(tmp_path / "shreds.log")
    settings.LOG_KEY_FILE = tmp_path / "log.key"
    made = Databases(tmp_path)
    maintenance_gate.forget()
    yield made
    made.back()


@pytest.fixture
def cases(world, databases):
    """One that is shredded after the first backup, one that stays, and a draft that expires."""
    with transaction.atomic():
        see_all()
        gone = archived(world)
        IndexValue.objects.create(referral=gone.case, row=gone.child.pk, bucket=7)
        batch(world, gone, state="executed")
    filer = world.as_("filer")
    draft = filer.post("referrals", concern(), key="draft-to-expire").json()["id"]
    WrappedKey.objects.update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    said = concern(children=[child(first_names="Nour", last_name="Exemple")]) | {"submit": True}
    kept = filer.post("referrals", said, key="concern-to-keep").json()["id"]
    with seeing_all():
        return gone.case, Referral.objects.get(pk=kept), draft


def shred(cases):
    """Destroy what the batch lists, and let the draft expire."""
    assert batch_tasks.purge_executed(LONG_AFTER) == 1
    with seeing_all():
        Referral.objects.filter(pk=cases[2]).update(draft_expires_at=LONG_AFTER - timedelta(days=1))
    assert retention_tasks.expire_drafts(LONG_AFTER) == 1


def is_closed():
    """Ask as everybody would: a browser, a program, the supervisor, a worker."""
    for path in PATHS:
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), path
        assert answer.content == DOCUMENT
    assert Client().post("/api/v1/referrals", {}, content_type="application/json").status_code == 503
    assert Client().get("/readyz").status_code == 503
    assert Client().get("/healthz").status_code == 200
    with pytest.raises(ServiceClosed):
        worker.once()
    return True


def is_gone(case, draft):
    with seeing_all():
        row = Referral.objects.get(pk=case.pk)
        assert (row.state, row.children.count(), row.clocks.count(), row.department) == (
            State.PURGED,
            0,
            0,
            "",
        )
        assert not IndexValue.objects.filter(referral=case.pk).exists()
        assert not Referral.objects.filter(pk=draft).exists()
    assert not WrappedKey.objects.filter(owner__in=[case.pk, draft]).exists()
    assert not SubjectPseudonym.objects.filter(pk__in=[case.pk, draft]).exists()
    return True


def is_read(world, case):
    answer = world.as_("crip_coordinator").get(f"referrals/{case.pk}")
    assert answer.status_code == 200
    assert answer.json()["children"][0]["last_name"] == "Exemple"
    with seeing_all():
        assert IndexValue.objects.filter(referral=case.pk).exists()
    return True


@pytest.mark.slow("copies of both databases, read back")
@pytest.mark.sec("SEC-CR11")
@pytest.mark.parametrize("restored", RESTORED if NIGHT else RESTORED[1:], ids="+".join)
def test_what_was_shredded_since_the_backup_is_shredded_again_before_anybody_comes_in(
    databases, world, cases, restored
):
    gone, kept, draft = cases
    pseudonym = journal.subject(gone.pk)
    old = databases.backup("old")
    shred(cases)
    assert is_gone(gone, draft)
    assert is_read(world, kept)

    for part in restored:
        databases.read_back(part, old[part])

    if "keys" in restored:
        assert WrappedKey.objects.filter(owner=gone.pk).count() == 2, "the backup had them"
    assert is_closed()
    databases.run("replay", *(["--sweep"] if restored == ("keys",) else []))
    databases.forget()
    assert Client().get("/readyz").status_code == 200
    assert is_gone(gone, draft)
    assert is_read(world, kept)
    if NIGHT or restored == RESTORED[-1]:  # a worker works again, whichever it was
        assert set(worker.once()) > {"shreds:completed"}
    with as_owner():
        assert Entry.objects.filter(act="key:shredded", subject=pseudonym).exists()
        assert Entry.objects.filter(act="restore:opened").count() == 1
    assert Shredded.objects.count() == Shred.objects.filter(done_at__isnull=False).count() == 2


@pytest.mark.slow("copies of both databases, read back")
@pytest.mark.sec("SEC-CR11")
@pytest.mark.parametrize("restored", RESTORED if NIGHT else RESTORED[-1:], ids="+".join)
def test_a_file_that_was_destroyed_stays_so_even_if_the_store_came_back_too(
    databases, world, cases, settings, restored
):
    """domain.md §4.6: the backup has the row with its key, the key of the case lives, and the object is there again."""
    settings.OBJECT_FOLDER = databases.folder / "objects"
    store._made.cache_clear()
    cell = Sender(world, "crip_coordinator", str(cases[1].pk))
    world.as_("crip_coordinator").get(f"referrals/{cell.pk}")
    part, other = cell.keeps(files.image(), "a.jpg"), cell.keeps()
    old = databases.backup("old")
    shutil.copytree(settings.OBJECT_FOLDER, databases.folder / "store")
    assert bars(cell, part).status_code == 200
    destroys(cell, part)

    for part_of_it in restored:
        databases.read_back(part_of_it, old[part_of_it])
    shutil.copytree(databases.folder / "store", settings.OBJECT_FOLDER, dirs_exist_ok=True)

    assert is_closed()
    said = databases.run("replay")
    databases.forget()
    assert ("1 fichiers détruits à nouveau" in said) == ("cases" in restored)
    with seeing_all():
        row = Attachment.objects.get(pk=part)
        assert (row.key, row.name, row.object, row.destroyed_at is None) == (None, None, None, False)
    assert is_barred(cell.opens(part))
    assert cell.reads(other).startswith(b"%PDF"), "the case's other files, and its key, are as they were"
    if "cases" in restored:
        assert len(stored(settings.OBJECT_FOLDER)) == 1, "the object that came back went again"


@pytest.mark.slow("copies of both databases, read back")
def test_a_backup_from_between_two_shreds_knows_of_the_one_and_not_of_the_other(databases, world, cases):
    gone, kept, draft = cases
    with seeing_all():
        Referral.objects.filter(pk=draft).update(draft_expires_at=LONG_AFTER - timedelta(days=1))
    assert retention_tasks.expire_drafts(LONG_AFTER) == 1
    between = databases.backup("between")
    assert batch_tasks.purge_executed(LONG_AFTER) == 1
    for part in ("cases", "keys"):
        databases.read_back(part, between[part])

    assert is_closed()
    assert "2 destructions connues, 1 dossiers" in databases.run("replay")
    databases.forget()
    assert is_gone(gone, draft)
    assert is_read(world, kept)


def test_a_ledger_that_is_not_ours_to_read_closes_nothing(databases, world, cases, monkeypatch):
    """A web server's account needn't read what workers write."""
    shred(cases)
    erasures.forget()

    def refused(_):
        raise LedgerUnavailable

    monkeypatch.setattr(erasure_ledger, "read", refused)

    assert erasures.why_closed() == ""


@pytest.mark.slow("copies of both databases, read back")
@pytest.mark.parametrize("named", ["closed", "to-read"])
def test_the_owner_replays_though_the_ledger_is_the_services(
    databases, world, cases, settings, monkeypatch, named
):
    """The owner may read it and not write it; or not even that, and names a copy. The worker adds what is missing."""
    gone, kept, draft = cases
    old = databases.backup("old")
    shred(cases)
    ledger = Path(settings.SHRED_FILE)
    whole = ledger.read_bytes()
    copy = databases.folder / "copy.log"
    # The line of the draft is on a copy alone: to note it the owner would have to write.
    ledger.write_bytes(whole.splitlines(keepends=True)[0])
    copy.write_bytes(whole)
    databases.read_back("cases", old["cases"])

    def barred(_):
        raise PermissionError

    with monkeypatch.context() as owner:
        owner.setattr(erasure_ledger, "_opened", lambda: (_ for _ in ()).throw(LedgerUnavailable))
        if named == "closed":
            access, opened = os.access, Path.open
            owner.setattr(os, "access", lambda path, *a, **k: Path(path) != ledger and access(path, *a, **k))
            owner.setattr(
                Path, "open", lambda path, *a, **k: barred(path) if path == ledger else opened(path, *a, **k)
            )
            assert "Nommez sa copie (--ledger)" in databases.run("replay", expect=1)
        said = databases.run("replay", "--ledger", str(copy))

    assert ("ne peut pas être lu" in said) == (named == "closed")
    assert is_gone(gone, draft)
    assert is_read(world, kept)
    databases.forget()
    assert Client().get("/readyz").status_code == 200
    assert set(worker.once()) > {"shreds:completed"}
    assert len(erasure_ledger.read(ledger).pseudonyms) == 2


@pytest.mark.slow("copies of both databases, read back")
def test_a_restored_database_is_closed_even_where_nothing_was_shredded(databases, world, cases):
    """Nobody knows yet that nothing was: the list is still to be looked at."""
    if connection.vendor == "postgresql":  # by the server's own tool, past our command
        copy = databases.backup("old")["cases"]
        databases.move("cases")
        where = connections["default"].get_connection_params()
        os.system(  # noqa: S605 - our own words
            f"PGPASSWORD={where.get('password', '')} pg_restore -h {where['host']} -p {where.get('port', 5432)}"
            f" -U {where['user']} --no-owner -d {where['dbname']} {copy}"
        )
    else:
        databases.read_back("cases", databases.backup("old")["cases"])

    assert is_closed()
    said = databases.run("replay", expect=1)
    assert "--ledger" in said, "no list is there: the operator must name one"
    assert is_closed()
    Path(databases.folder / "shreds.log").touch()
    databases.run("replay")
    databases.forget()

    assert Client().get("/readyz").status_code == 200


@pytest.mark.slow("copies of both databases, read back")
def test_a_file_that_somebody_copied_by_hand_is_found_by_what_was_shredded_since(databases, world, cases):
    """Without our command: the whole server was set back to an earlier moment, marks and all."""
    old = databases.backup("old")
    shred(cases)
    databases.read_back("cases", old["cases"])
    databases.read_back("keys", old["keys"])
    databases.run("shell", "-v0", "-c", (
        "from encryption import marks; from encryption.models import StoreMark; from audit.models import JournalMark;"
        "marks.put(StoreMark, 'keys'); marks.put(JournalMark, 'default')"
    ))  # fmt: skip

    assert erasures.why_closed() == "cases-set-back"
    assert is_closed()


@pytest.mark.slow("copies of both databases, read back")
def test_the_list_may_come_from_an_export_of_the_journal(databases, world, cases, sequenced):  # noqa: F811
    """The ledger is lost with the machine: what an auditor took away since is as good, once it is verified."""
    gone, kept, draft = cases
    sequenced.sequencer.once()
    old = databases.backup("old")
    shred(cases)
    sequenced.sequencer.once()
    with as_owner():
        export = sequenced.exported()
    key = sequenced.key()
    Path(databases.folder / "shreds.log").unlink()
    for part in ("cases", "keys"):
        databases.read_back(part, old[part])

    assert is_closed()
    said = databases.run("replay", "--journal", str(export), "--key", key, expect=1)
    assert "--new-origin" in said, "replayed, but the journal was set back as well (SEC-AL10)"
    assert is_gone(gone, draft)
    assert is_closed()
    databases.run("sequence", "--new-origin")
    databases.run("sequence")
    databases.run("replay", "--journal", str(export), "--key", key)
    databases.forget()

    assert Client().get("/readyz").status_code == 200
    assert is_read(world, kept)
    assert tree.newest().name.endswith("/2")
    bundle = next((export / "tile" / "entries").rglob("*.p/*"))
    bundle.write_bytes(bundle.read_bytes().replace(b"key:shredded", b"key:shreddex"))
    assert "intact" in databases.run("replay", "--journal", str(export), "--key", key, expect=1)


@pytest.mark.slow("copies of both databases, read back")
@pytest.mark.sec("SEC-AL10")
def test_a_journal_that_was_set_back_keeps_the_service_closed_until_its_new_origin(
    databases,
    world,
    cases,
    sequenced,  # noqa: F811
):
    Path(databases.folder / "shreds.log").touch()
    sequenced.sequencer.once()
    old = databases.backup("old")
    world.as_("supervisor").get("referrals")
    sequenced.sequencer.once()
    before = sequenced.checkpoint()
    databases.read_back("cases", old["cases"])

    assert "--new-origin" in databases.run("replay", expect=1)
    assert is_closed()
    with as_owner():
        begun = begin_new_origin(by=sequenced.sequencer.signer, at=LONG_AFTER)
        assert bytes(begun.after) == bytes(before.note), "entry 0 holds the last witnessed checkpoint"
        Sequencer(sequenced.sequencer.signer, clock=lambda: LONG_AFTER).once()
    databases.run("replay")
    databases.forget()

    assert Client().get("/readyz").status_code == 200


@pytest.mark.slow("copies of both databases, read back")
@pytest.mark.sec("SEC-CR21")
@pytest.mark.sec("SEC-AL13")
def test_a_restored_copy_raises_no_false_alarm(databases, world, cases, sequenced):  # noqa: F811
    """Each row is as the service signed it, and what the passes saw comes back with it; what is written then is whole."""
    Path(databases.folder / "shreds.log").touch()
    _, kept, _ = cases
    week = [LONG_AFTER + timedelta(days=night) for night in range(row_signatures.NIGHTS)]
    assert sum(sealed_cells.look(night) for night in week) == 0
    old = databases.backup("old")
    world.as_("crip_coordinator").get(f"referrals/{kept.pk}")
    for part in ("cases", "keys"):
        databases.read_back(part, old[part])
    databases.run("replay")
    databases.forget()
    with seeing_all():
        row = kept.children.get()
        row.save()

    for night in week:
        assert row_signatures.compare_cases(night) == sealed_cells.look(night) == 0
    assert row_signatures.check(LONG_AFTER) == row_signatures.compare(LONG_AFTER) == 0
    assert row_history.follow(LONG_AFTER) == 0
    assert sealed_cells.look_at_moved(LONG_AFTER) == pseudonyms.check(LONG_AFTER) == 0
    assert journal_retention.compare_all(LONG_AFTER) == journal_retention.tell_alarms(LONG_AFTER) == 0
    assert not Alarm.objects.exists()


@pytest.mark.slow("copies of both databases, read back")
def test_a_case_that_was_reopened_in_the_backup_goes_all_the_same(databases, world, cases):
    """Its last state counts: it was archived, released and destroyed since."""
    gone, _, draft = cases
    with seeing_all():
        Referral.objects.filter(pk=gone.pk).update(legal_hold=True)
    old = databases.backup("old")
    with seeing_all():
        Referral.objects.filter(pk=gone.pk).update(legal_hold=False)
    shred(cases)
    databases.read_back("cases", old["cases"])

    databases.run("replay")

    databases.forget()
    assert is_gone(gone, draft)


@pytest.mark.only_on("postgresql", "SQLite knows no roles")
def test_nobody_but_the_owner_says_that_a_case_is_to_go_without_a_batch(databases, world, cases):
    _, kept, _ = cases
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Replayed.objects.create(pk=journal.subject(kept.pk))
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        connection.cursor().execute("UPDATE audit_journalmark SET made_in = ''")


# --- The certificate, and the list ---------------------------------------------------------------------


@pytest.mark.sec("SEC-CR11")
def test_it_is_complete_only_when_the_last_backup_of_the_keys_is_gone(databases, world, cases, settings):
    pseudonym = journal.subject(cases[0].pk)
    shred(cases)

    assert erasures.complete(LONG_AFTER + timedelta(days=settings.KEY_BACKUP_DAYS, seconds=-1)) == 0
    assert erasures.complete(LONG_AFTER + timedelta(days=settings.KEY_BACKUP_DAYS)) == 2
    assert erasures.complete(LONG_AFTER + timedelta(days=30)) == 0

    with as_owner():
        about = Entry.objects.filter(act__startswith="key:").order_by("at")
        assert [one.act for one in about if str(pseudonym) in bytes(one.body).decode()] == [
            "key:shredded",
            "key:erased",
        ]
    assert Shred.objects.get(pk=pseudonym).erased_at == LONG_AFTER + timedelta(days=settings.KEY_BACKUP_DAYS)


def test_a_line_is_bound_to_its_entry_and_nobody_can_add_one(databases, world, cases, settings):
    shred(cases)
    path = Path(settings.SHRED_FILE)
    found = erasure_ledger.read(path)
    with as_owner():
        leaves = {
            bytes(one) for one in Entry.objects.filter(act="key:shredded").values_list("leaf_hash", flat=True)
        }

    assert {line.leaf for line in found.lines} == leaves
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    living = journal.subject(cases[1].pk)
    line = path.read_text().splitlines()[0].split(" ")
    for forged in (
        " ".join([*line[:2], living.hex, *line[3:]]),
        " ".join([*line[:4], "0" * 64]),
        "shred 1 nonsense",
    ):
        whole = path.read_text()
        path.write_text(f"{whole}{forged}\n")
        assert "abîmée" in databases.run("replay", expect=1), forged
        erasures.forget()
        assert not erasures.why_closed(), "a forged line closes nothing either"
        databases.run("replay", "--despite-damage")
        path.write_text(whole)
    with seeing_all():
        assert Referral.objects.get(pk=cases[1].pk).state == State.SUBMITTED


def test_a_line_that_a_crash_cut_short_takes_no_other_with_it(databases, world, cases, settings):
    path = Path(settings.SHRED_FILE)
    path.write_text("shred 1 0011")
    shred(cases)

    found = erasure_ledger.read(path)

    assert (len(found.lines), found.damaged) == (2, 1)


def test_without_a_place_for_the_list_nothing_is_destroyed(databases, world, cases, settings):
    settings.SHRED_FILE = "/proc/nowhere/shreds.log"

    with pytest.raises(LedgerUnavailable):
        batch_tasks.purge_executed(LONG_AFTER)

    with seeing_all():
        assert Referral.objects.get(pk=cases[0].pk).state == State.ARCHIVED
    assert WrappedKey.objects.filter(owner=cases[0].pk).count() == 2


@pytest.mark.parametrize("point", ["keys", "ledger", "commit"])
def test_broken_off_anywhere_it_is_done_again_and_closes_nothing(databases, world, cases, monkeypatch, point):
    """SEC-CR6: the keys go first. What is unreadable by then is destroyed at the next run."""

    def broken(*_, **__):
        raise LedgerUnavailable if point == "ledger" else KeysUnavailable

    with monkeypatch.context() as patched:
        where = {"keys": (keys, "shred"), "ledger": (erasure_ledger, "add"), "commit": (erasures, "witness")}[
            point
        ]
        patched.setattr(*where, broken)
        with pytest.raises((LedgerUnavailable, KeysUnavailable)):
            batch_tasks.purge_executed(LONG_AFTER)
    erasures.forget()

    assert not erasures.why_closed()
    assert WrappedKey.objects.filter(owner=cases[0].pk).count() == (2 if point == "keys" else 0)
    assert batch_tasks.purge_executed(LONG_AFTER) == 1
    erasures.forget()
    assert not erasures.why_closed()
    assert len(erasure_ledger.read(Path(erasure_ledger._path())).lines) == 1


def test_a_copy_that_isnt_whole_and_a_place_that_isnt_empty_are_refused(databases, world):
    copies = databases.backup("old")
    assert (
        "vide" in databases.run("restore", "keys", copies["keys"], expect=1) or connection.vendor == "sqlite"
    )
    with open(copies["keys"], "r+b") as file:
        file.seek(200)
        file.write(b"\0\1\2")
    databases.move("keys")

    assert "intact" in databases.run("restore", "keys", copies["keys"], expect=1)


def test_copies_of_keys_expire_in_days_those_of_cases_in_weeks(databases, world, tmp_path):
    from config import backups

    now = datetime(2026, 11, 25, tzinfo=UTC)
    made = [backups.make("keys", tmp_path / "k", at=now - timedelta(days=days)) for days in (8, 6)]

    assert backups.expire("keys", tmp_path / "k", days=7, at=now) == [made[0].path]
    assert sorted(one.name for one in (tmp_path / "k").iterdir()) == sorted(
        [made[1].path.name, f"{made[1].path.name}.json"]
    )
