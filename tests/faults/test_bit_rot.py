"""SEC-FT14: a bit that flips in a row, a file, a place or an export is noticed, and costs one value at most."""

import sqlite3
from contextlib import contextmanager, suppress
from uuid import uuid4

import pytest
from django.db import connection, transaction
from structlog.testing import capture_logs

from audit import appendonly, verifier
from audit.models import Checkpoint
from encryption.errors import Unreadable
from referrals.attachments import store
from referrals.models import Child
from tests.audit import sequenced as made
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.referrals.attachments.conftest import Sender

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-FT14"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]
sequenced = made.sequenced


@contextmanager
def beneath(table):
    """Write as a disk does that forgets: under triggers, roles and authoriser."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield cursor
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        return
    connection.ensure_connection()
    raw = connection.connection
    with appendonly.lifted():
        raw.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                yield cursor
        finally:
            raw.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, True)


def rot(table, column, where, value, *, at=-1):
    """Flip one bit of a value in its row; return the value as it is now."""
    flipped = bytearray(value)
    flipped[at] ^= 1
    with beneath(table) as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {where}", [bytes(flipped)])  # noqa: S608 - ours
        assert cursor.rowcount == 1
    return bytes(flipped)


def test_a_bit_of_a_sealed_value_costs_that_value_and_no_other(world):
    see_all()
    filed = world.as_("filer").post(
        "referrals",
        concern(children=[child(), child(last_name="Second")]) | {"submit": True},
        key=uuid4().hex,
    )
    case = filed.json()["id"]
    with transaction.atomic(), connection.cursor() as cursor:
        see_all()
        row = Child.objects.filter(referral=case).order_by("pk").first()
        key = row.pk.hex if connection.vendor == "sqlite" else str(row.pk)
        cursor.execute(f"SELECT last_name FROM referrals_child WHERE id = '{key}'")  # noqa: S608 - an id
        sealed = bytes(cursor.fetchone()[0])
    rot("referrals_child", "last_name", f"id = '{key}'", sealed)

    answer = world.as_("crip_coordinator").get(f"referrals/{case}/children")

    lines = {line["id"]: line for line in answer.json()["results"]}
    assert answer.status_code == 200
    assert lines[str(row.pk)]["last_name"] == {"unreadable": True} or "unreadable" in str(
        lines[str(row.pk)]["last_name"]
    )
    assert lines[str(row.pk)]["first_names"] == "Lou"
    (other,) = (line for pk, line in lines.items() if pk != str(row.pk))
    assert other["last_name"] in ("Exemple", "Second")


def until_it_breaks(answer):
    """Return what of a file left the house before it broke off."""
    got = bytearray()
    with suppress(Unreadable):
        for piece in answer.streaming_content:
            got += piece
    return bytes(got)


def test_a_bit_of_a_stored_file_costs_that_file_and_no_other(world, settings, tmp_path):
    """Wherever it flips: no byte that wasn't sealed leaves, and a file that breaks off is shorter than it said."""
    settings.OBJECT_FOLDER = tmp_path / "objects"
    store._made.cache_clear()
    made = world.as_("filer").post("referrals", concern(), key=uuid4().hex)
    sender = Sender(world, "filer", made.json()["id"])
    text = b"Une ligne du texte.\n" * 12_000  # of several pieces
    rotten = sender.keeps(text, "a.txt")
    (path,) = (found for found in settings.OBJECT_FOLDER.rglob("*") if found.is_file())
    sound = sender.keeps(b"Un autre texte.", "b.txt")
    whole = path.read_bytes()

    for at in (0, 1, 40, len(whole) // 3, len(whole) // 2, len(whole) - 70_000, len(whole) - 1):
        flipped = bytearray(whole)
        flipped[at] ^= 1
        path.write_bytes(flipped)
        answer = sender.opens(rotten)
        if answer.status_code == 200:
            got = until_it_breaks(answer)
            assert text.startswith(got), at
            assert len(got) < int(answer["Content-Length"]), at
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "unreadable"), at
        assert sender.reads(sound) == b"Un autre texte."
    path.write_bytes(whole)
    assert sender.reads(rotten) == text


def test_a_bit_of_an_entry_is_named_and_costs_that_entry(sequenced, as_the_owner):
    entries = made.written(4)
    sequenced.sequencer.once()
    key = entries[2].pk.hex if connection.vendor == "sqlite" else str(entries[2].pk)
    rot("audit_entry", "body", f"id = '{key}'", bytes(entries[2].body), at=20)

    asked = verifier.arguments().parse_args(["verify", str(sequenced.exported()), "--key", sequenced.key()])
    report = asked.does(asked)

    assert report.status == verifier.FAULTS["altered"][0]
    assert report.faults == {"altered": "entrée 2"}


def test_a_bit_of_a_place_stops_the_signing_before_anything_wrong_is_signed(sequenced, as_the_owner):
    entries = made.written(4)
    sequenced.sequencer.once()
    rot("audit_leaf", "leaf_hash", "place = 1", bytes(entries[1].leaf_hash))
    made.written(1)
    before = Checkpoint.objects.count()

    with pytest.raises(Exception) as refused:
        sequenced.again().once()

    assert refused.value.code == "log-contradicted"
    assert Checkpoint.objects.count() == before


def test_a_bit_of_an_entry_that_has_no_place_yet_is_told_by_the_sequencer(sequenced, as_the_owner):
    (entry,) = made.written(1)
    key = entry.pk.hex if connection.vendor == "sqlite" else str(entry.pk)
    rot("audit_entry", "body", f"id = '{key}'", bytes(entry.body), at=20)

    with capture_logs() as said:
        sequenced.sequencer.once()

    assert ("journal:alarm", "refused") in {(line["event"], line.get("code")) for line in said}


@pytest.mark.parametrize("file", ["tile/0/000.p/4", "tile/entries/000.p/4", "checkpoint"])
def test_a_bit_of_a_kept_export_is_noticed(sequenced, as_the_owner, file):
    made.written(4)
    sequenced.sequencer.once()
    to = sequenced.exported()
    place = to / file
    content = bytearray(place.read_bytes())
    content[40] ^= 1
    place.write_bytes(content)

    assert verifier.main(["verify", str(to), "--key", sequenced.key()]) not in (0, verifier.UNCHECKED)
