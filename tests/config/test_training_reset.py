"""The nightly reset: nothing of the day is left but the signed journal, in which earlier proofs still hold."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from audit import checkpoints, tree, verifier
from audit.models import Alarm, Checkpoint, Entry, Leaf
from config import env, state_mark
from config.demo.cast import CODES
from config.training import isolation, reset
from encryption.models import SERVICE_KINDS, WrappedKey
from outbox import scheduler, worker
from outbox.models import Notice, Work
from referrals.composition.row_history import follow
from tests.factories.concerns import concern

pytestmark = pytest.mark.only_on("sqlite", "a training instance has no other")


@pytest.fixture
def apart(settings, tmp_path, monkeypatch):
    """A training instance with a folder of its own, which bears its mark."""
    monkeypatch.setenv("REPERE_MODE", "training")
    monkeypatch.setenv("REPERE_STATE_DIR", str(tmp_path))
    env.state_dir()
    settings.TRAINING = True
    settings.LOG_ORIGIN = "localhost/journal-formation"
    settings.LOG_KEY_FILE, settings.LOG_WITNESS_FILE = tmp_path / "log.key", ""
    settings.SHRED_FILE, settings.OBJECT_FOLDER = str(tmp_path / "shreds.log"), tmp_path / "objects"
    settings.MAILERS = {
        "default": {"BACKEND": "outbox.training.Mailbox", "OPTIONS": {"file_path": str(tmp_path / "mail")}}
    }
    return settings


#: What the reset deletes of the state folder.
EMPTIED = ("objects/75/sealed", "mail/1.log", "shreds.log")


def test_files_of_a_folder_without_the_mark_are_never_deleted(db_both, apart, tmp_path):
    """Whatever happened to the folder since the process began: the reset looks again."""
    for name in EMPTIED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("real")
    (tmp_path / state_mark.MARK).unlink()
    people = User.objects.count()

    for emptied in (reset._empty_files, lambda: reset.reset(at=timezone.now())):
        with pytest.raises(ImproperlyConfigured, match=str(tmp_path)):
            emptied()

    assert all((tmp_path / name).read_text() == "real" for name in EMPTIED)
    assert User.objects.count() == people


def test_files_elsewhere_are_never_deleted(apart, tmp_path_factory, tmp_path):
    """Not by a path that leads out of the folder, nor by a link."""
    real = tmp_path_factory.mktemp("real")
    (real / "objects").mkdir()
    (real / "objects" / "sealed").write_text("real")
    (real / "shreds.log").write_text("real")
    (tmp_path / "away").symlink_to(real)
    for way in (tmp_path / ".." / real.name, tmp_path / "away", real):
        apart.OBJECT_FOLDER, apart.SHRED_FILE = way / "objects", str(way / "shreds.log")
        reset._empty_files()

    assert (real / "objects" / "sealed").exists()
    assert (real / "shreds.log").exists()


@contextmanager
def reaching(monkeypatch):
    """Count each connection and name that this process asks for, and refuse it."""
    import socket

    asked = []

    def refuse(*arguments, **_):
        asked.append(arguments)
        raise isolation.Isolated("nobody")

    with monkeypatch.context() as patched:
        for name in ("connect", "connect_ex", "sendto"):
            patched.setattr(socket.socket, name, refuse)
        for name in ("create_connection", "getaddrinfo", "gethostbyname"):
            patched.setattr(socket, name, refuse)
        yield asked


def rows():
    """Return the ids of the rows of each table that has any, by its name; tables without one key by rowid."""
    found = {}
    with connections["default"].cursor() as cursor:
        for table in reset.tables(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name of our schema
            if kept := set(cursor.fetchall()):
                found[table] = kept
    return found


def triggers():
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        return cursor.fetchall()


@pytest.mark.slow("a whole instance is peopled anew")
def test_nothing_of_the_day_is_left_and_earlier_proofs_hold(world, apart, monkeypatch, tmp_path):
    """Field.md B.8 no. 6 and 9: a story's filing, the tick, the reset, and no connection in all of it."""
    now = timezone.now()
    apart.TRAINING = False
    with reaching(monkeypatch) as asked:
        filed = world.as_("filer").post("referrals", {"submit": True, **concern()}, key=uuid4().hex)
        apart.TRAINING = True
        assert filed.status_code == 201
        worker.once()
        assert (tmp_path / "mail").exists() or not Notice.objects.filter(channel="mail").exists()
        reset.place_entries()
        day, before_triggers = rows(), triggers()
        note = checkpoints.last(1)
        keys = set(WrappedKey.objects.exclude(kind__in=SERVICE_KINDS).values_list("pk", flat=True))
        for name in EMPTIED:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("of the day")

        began = datetime.now(UTC)
        gone = reset.reset(at=now)
        took = datetime.now(UTC) - began

    assert not asked
    assert not [name for name in EMPTIED if (tmp_path / name).exists()]
    assert (tmp_path / "log.key").exists()
    assert took < timedelta(seconds=60)
    after = rows()
    left = {table: len(day[table] & after.get(table, set())) for table in day if table not in reset.RETAINED}
    assert {table: count for table, count in left.items() if count} == {}
    assert gone == sum(len(found) for table, found in day.items() if table not in reset.RETAINED)
    assert not WrappedKey.objects.filter(pk__in=keys).exists()
    assert triggers() == before_triggers

    # Every table of the journal's tree is what it was, and grew: a proof of yesterday holds in today's tree.
    assert Checkpoint.objects.filter(pk=note.pk).exists()
    size = tree.size_of(1)
    assert size > note.size
    path = tree.Tree.of(1).consistency(note.size, size)
    root = tree.Tree.of(1).root(size)
    assert verifier.consistency_holds(note.size, size, bytes(note.root), root, path)
    leaf = Leaf.objects.get(origin=1, place=0)
    inclusion = tree.Tree.of(1).inclusion(0, note.size)
    assert verifier.inclusion_holds(bytes(leaf.leaf_hash), 0, note.size, inclusion, bytes(note.root))
    assert Entry.objects.filter(act="training:reset").count() == 1

    # What recurs misses nothing of the day: no alarm, and no row that is thought to have been deleted by hand.
    worker.once()
    reset.place_entries()
    assert follow(now + timedelta(days=1)) == 0
    assert [alarm.key for alarm in Alarm.objects.all()] == []

    for code in CODES:
        for role in Role:
            assert Membership.objects.filter(authority__code=code, role=role).exists(), (code, role)
    assert all(user.email.endswith("@demo.invalid") for user in User.objects.all())


def test_a_real_instance_is_never_emptied(world):
    people = User.objects.count()

    with pytest.raises(ImproperlyConfigured):
        reset.reset(at=timezone.now())
    for command in ("reset_training", "training"):
        with pytest.raises(CommandError, match="REPERE_MODE=training"):
            call_command(command)

    assert User.objects.count() == people
    assert reset.NAME not in {work.name for work in scheduler.registered()}


@pytest.mark.parametrize(
    ("at", "night"),
    [
        ("2026-11-29T12:00+00:00", "2026-11-30T02:00+00:00"),
        ("2026-11-30T01:59+00:00", "2026-11-30T02:00+00:00"),
        ("2026-11-30T02:00+00:00", "2026-12-01T02:00+00:00"),
        ("2026-03-28T12:00+00:00", "2026-03-29T01:00+00:00"),  # the clock goes on from two to three
        ("2026-10-24T12:00+00:00", "2026-10-25T02:00+00:00"),  # and back
    ],
)
def test_it_is_due_at_three_in_the_morning_of_france(at, night):
    assert reset.next_night(datetime.fromisoformat(at)) == datetime.fromisoformat(night)


def test_a_claim_that_ran_does_not_move_the_next_night(db_both):
    now = timezone.now()
    Work.objects.create(name=reset.NAME, next_at=now, fence=4, leased_until=now)

    reset.plan(after=now)

    row = Work.objects.get(pk=reset.NAME)
    assert (row.next_at, row.leased_until) == (reset.next_night(now), None)
    assert row.fence > 4


def test_the_demonstration_is_not_the_training(settings):
    settings.TRAINING = True
    with pytest.raises(CommandError, match="make training"):
        call_command("demo", no_serve=True)
