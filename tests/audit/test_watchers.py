"""What the sequencer's pass and the nightly one name of each attack in the database (SEC-AL13).

The verifier's part of the table of docs/audit.md is in ``test_attacks.py``, with the same names. Here the keeper of the
tables makes each attack on a log that the service wrote, and the two passes are asked.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from audit import (
    canonical,
    comparing,
    journal,
    notes,
    origins,
    pruning,
    pseudonyms,
    verifier,
    witnessfile,
    witnessing,
    writer,
)
from audit.errors import LogContradicted, OriginRefused, WitnessFileFaulty
from audit.models import Alarm, Entry, LogOrigin, PrunedRun, Tile
from encryption.signing import FileSigner
from referrals.retention import journal_retention
from tests.audit.conftest import NOON, FakeActor
from tests.audit.keeper import adapted, body_of, change, delete, forged, insert, unguarded
from tests.audit.sequenced import Sequenced, grown, sequenced, written
from tests.audit.test_attacks import NOTHING, WATCHERS, table
from tests.audit.test_pseudonyms import replaced, swapped

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL13"),
    pytest.mark.both_databases("what the owner of the tables can do"),
]
EMPTY = "''" if connection.vendor == "postgresql" else "x''"
LATER = canonical.instant(NOON + timedelta(hours=5))


@dataclass
class Log:
    """Entries of two writers, four each, under checkpoints that the witness file holds; then some without a place yet."""

    made: Sequenced
    placed: list[Entry]
    waiting: list[Entry] = field(default_factory=list)

    @property
    def leaves(self) -> list[tuple[Entry, bytes]]:
        return [(one, bytes(one.leaf_hash)) for one in self.placed]

    def waits(self) -> list[Entry]:
        """Three more of a writer that has ended."""
        self.waiting = written(3)
        writer.retire(connections["default"])
        return self.waiting


@pytest.fixture
def log(sequenced: Sequenced) -> Log:
    made = []
    for _ in range(2):
        made += written(4)
        writer.retire(connections["default"])
        sequenced.sequencer.once()
    return Log(sequenced, made)


def rebuilt(leaves: Iterable[tuple[Entry | None, bytes]]) -> None:
    """Give other leaves to the tree, as its keeper can: these are too few for a tile."""
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_leaf")
        for place, (entry, leaf) in enumerate(leaves):
            cursor.execute(
                "INSERT INTO audit_leaf (origin, place, entry, leaf_hash) VALUES (1, %s, %s, %s)",
                [place, None if entry is None else adapted(entry.pk), leaf],
            )


def edited(log: Log, at: int, **changed: Any) -> list[tuple[Entry, bytes]]:
    """Rewrite an entry with its columns, as who wants no difference; return the leaves that would fit."""
    entry = log.placed[at]
    body = body_of(entry, **changed)
    columns = {"outcome": "deny"} if "out" in changed else {"at": NOON + timedelta(hours=5)}
    change(entry, body=body, leaf_hash=canonical.leaf_hash(body), **columns)
    return [(one, canonical.leaf_hash(body) if one is entry else leaf) for one, leaf in log.leaves]


def added(log: Log, body: bytes) -> tuple[Entry, bytes]:
    """Put a row into the table, columns and bytes as one; return its leaf."""
    pk = insert(
        body,
        **({"id": uuid4(), "writer": uuid4()} if Entry.objects.filter(pk=said_id(body)).exists() else {}),
    )
    entry = Entry.objects.get(pk=pk)
    return entry, bytes(entry.leaf_hash)


def said_id(body: bytes) -> UUID:
    return UUID(json.loads(body)["id"])


def signed(log: Log, leaves: list[tuple[Any, bytes]], signer: FileSigner | None = None) -> None:
    """Put in place of the checkpoint another one over these leaves, signed with the log's key or another one."""
    rebuilt(leaves)
    root = verifier.fold([leaf for _, leaf in leaves])
    note = notes.signed(
        "repere.example/journal", len(leaves), root, signer or log.made.sequencer.signer, at=NOON
    )
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE audit_checkpoint SET size = %s, root = %s, note = %s WHERE size = 8",
            [len(leaves), root, note],
        )


def other_key(log: Log) -> FileSigner:
    return FileSigner(log.made.folder / "other.key", make=True)


def emptied(*entries: Entry) -> None:
    with unguarded() as cursor:
        for one in entries:
            cursor.execute(
                f"UPDATE audit_entry SET body = {EMPTY}, actor = NULL, subject = NULL WHERE id = %s",  # noqa: S608
                [adapted(one.pk)],
            )


def told(log: Log, entry: UUID) -> None:
    """A list that says of the third entry that it was pruned."""
    one = log.placed[2]
    run = PrunedRun(entry=entry, origin=1, first=2, last=2, youngest=one.at)
    run.writers = f"{one.writer}:{one.writer_seq}-{one.writer_seq}"
    run.save(force_insert=True)


# --- The attacks ------------------------------------------------------------------------------------------


def deleted_before(log: Log) -> None:
    delete(log.waits()[1])


def last_deleted(log: Log) -> None:
    delete(log.waits()[2])
    written(1)


def very_last_deleted(log: Log) -> None:
    delete(log.waits()[2])


def altered_before(log: Log) -> None:
    one = log.waits()[1]
    body = body_of(one, out="deny")
    change(one, body=body, outcome="deny", leaf_hash=canonical.leaf_hash(body))


def forged_before(log: Log) -> None:
    insert(forged(log.placed[0], w=str(uuid4()), wseq=1))


def forged_next(log: Log) -> None:
    ended = log.waits()[-1]
    insert(forged(ended, wseq=ended.writer_seq + 1))


def respelled(body: bytes) -> bytes:
    return json.dumps(json.loads(body), sort_keys=True).encode()


def not_canonical(log: Log) -> None:
    one = log.waits()[1]
    body = respelled(bytes(one.body))
    change(one, body=body, leaf_hash=canonical.leaf_hash(body))


def twice_a_key(log: Log) -> None:
    one = log.waits()[1]
    body = bytes(one.body).replace(b'"v":1', b'"v":1,"v":1')
    change(one, body=body, leaf_hash=canonical.leaf_hash(body))


def time_edited(log: Log) -> None:
    edited(log, 3, ts=LATER)


def one_deleted(at: int) -> Callable[[Log], None]:
    def act(log: Log) -> None:
        leaves = log.leaves
        rebuilt([*leaves[:at], *leaves[at:][1:]])
        delete(log.placed[at])

    return act


def swapped_places(one: int, other: int) -> Callable[[Log], None]:
    def act(log: Log) -> None:
        leaves = log.leaves
        leaves[one], leaves[other] = leaves[other], leaves[one]
        rebuilt(leaves)

    return act


def one_twice(log: Log) -> None:
    copy = added(log, bytes(log.placed[3].body))
    rebuilt([*log.leaves[:4], copy, *log.leaves[4:-1]])


def one_inserted(log: Log) -> None:
    false = added(log, forged(log.placed[3], w=str(uuid4()), wseq=1))
    rebuilt([*log.leaves[:4], false, *log.leaves[4:-1]])


def edited_and_rebuilt(log: Log) -> None:
    rebuilt(edited(log, 3, out="deny"))


def edited_under_another_key(log: Log) -> None:
    signed(log, edited(log, 3, out="deny"), other_key(log))


def old_key(log: Log) -> None:
    signed(log, log.leaves, other_key(log))


def keys_replaced(log: Log) -> None:
    """The sequencer has another key than the one with which it signed."""
    written(1)
    log.made.sequencer.signer = other_key(log)


def emptied_silently(log: Log) -> None:
    emptied(log.placed[2])


def emptied_with_a_list(log: Log) -> None:
    emptied(log.placed[2])
    told(log, uuid4())


def edited_and_signed(log: Log) -> None:
    signed(log, edited(log, 3, out="deny"))


def inserted_and_signed(log: Log) -> None:
    false = added(log, forged(log.placed[3], w=str(uuid4()), wseq=1))
    signed(log, [*log.leaves[:4], false, *log.leaves[4:]])


def tail_deleted_and_signed(log: Log) -> None:
    signed(log, log.leaves[:-1])
    delete(log.placed[-1])


def set_back(log: Log) -> None:
    """The whole database as it was at the checkpoint before; the witness file knows more."""
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_checkpoint WHERE size = 8")
        cursor.execute("DELETE FROM audit_leaf WHERE place > 3")
        for one in log.placed[4:]:
            cursor.execute("DELETE FROM audit_entry WHERE id = %s", [adapted(one.pk)])


def forked(log: Log) -> None:
    signed(log, edited(log, 7, out="deny"))


def begun_from_nothing(log: Log) -> None:
    """The log's key begins an origin that doesn't say what came before."""
    row = LogOrigin(number=2, name="repere.example/journal/2", begun_at=NOON)
    with unguarded() as cursor:
        cursor.execute(
            f"INSERT INTO audit_logorigin (number, name, begun_at, after, carried, signature)"  # noqa: S608
            f" VALUES (%s, %s, %s, {EMPTY}, {EMPTY}, %s)",
            [row.number, row.name, adapted(NOON), log.made.sequencer.signer.ed25519(origins.statement(row))],
        )


def empty_and_signed(log: Log) -> None:
    signed(log, [])
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_entry")


def cosignature_gone(log: Log) -> None:
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO audit_cosignature (origin, size, witness, line, at) VALUES (1, 8, 'w', 'l', %s)",
            [adapted(NOON)],
        )
        cursor.execute("DELETE FROM audit_cosignature")


def pruned_today(log: Log) -> None:
    """By whoever runs code in the service: entry and list are as a pruning's."""
    one = log.placed[2]
    at = timezone.now()
    young = pruning.Old(at, str(one.writer), one.writer_seq)
    with transaction.atomic():
        pruning._say({2: young}, LogOrigin.objects.get(), None, at=at)
    emptied(one)


def refused_has_a_place(log: Log) -> None:
    pk = insert(forged(log.placed[0], w=str(uuid4()), wseq=1))
    log.made.sequencer.once()
    entry = Entry.objects.get(pk=pk)
    signed(log, [*log.leaves, (entry, bytes(entry.leaf_hash))])
    witnessfile.written_anew(witnessing.file_witness(), log.made.sequencer.signer)
    forgotten()


def dated_below(log: Log) -> None:
    column = "txid" if connection.vendor == "postgresql" else "rowid"
    insert(forged(log.placed[0], w=str(uuid4()), wseq=1), **{column: -5})


def column_changed(log: Log) -> None:
    change(log.placed[3], tenant=uuid4())


def column_changed_before(log: Log) -> None:
    change(log.waits()[1], tenant=uuid4())


def mappings_swapped(log: Log) -> None:
    for _ in range(2):
        pseudonyms.actor(uuid4())
    model = pseudonyms.ActorPseudonym
    replaced(model, swapped(*model.objects.order_by("pk").values()))


def with_a_tile(log: Log) -> None:
    """Go on until the first 256 places fill a tile, and a second one has begun."""
    written(256)
    log.made.sequencer.once()


def tile_changed(column: str) -> Callable[[Log], None]:
    def act(log: Log) -> None:
        with_a_tile(log)
        tile = Tile.objects.get(level=0, number=0)
        value = bytes(getattr(tile, column))
        with unguarded() as cursor:
            cursor.execute(
                f"UPDATE audit_tile SET {column} = %s",  # noqa: S608
                [bytes([value[0] ^ 1]) + value[1:]],
            )

    return act


def tile_gone(log: Log) -> None:
    with_a_tile(log)
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_tile")


def tile_beyond(_: Log) -> None:
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO audit_tile (origin, level, number, hashes, root) VALUES (1, 2, 9, %s, %s)",
            [bytes(8192), bytes(32)],
        )


def origin_forged(log: Log) -> None:
    with unguarded() as cursor:
        cursor.execute(
            f"INSERT INTO audit_logorigin (number, name, begun_at, after, carried, signature)"  # noqa: S608
            f" VALUES (2, 'x', %s, {EMPTY}, {EMPTY}, {EMPTY})",
            [adapted(NOON)],
        )


def witness_gone(log: Log) -> None:
    log.made.witness.unlink()


def witness_garbage(log: Log) -> None:
    log.made.witness.write_bytes(bytes(range(256)) * 90)


ATTACKS: dict[str, Callable[[Log], None]] = {
    "one is deleted before it has a place": deleted_before,
    "the last of a writer is deleted before it has a place": last_deleted,
    "the very last one is deleted before it has a place": very_last_deleted,
    "one is altered before the place": altered_before,
    "one is forged before the place": forged_before,
    "one is forged with the next number of a writer that has ended": forged_next,
    "bytes aren't canonical": not_canonical,
    "a key stands twice in an entry": twice_a_key,
    "the time is edited": time_edited,
    "the head is deleted": one_deleted(0),
    "one in the middle is deleted": one_deleted(3),
    "the tail is deleted": one_deleted(7),
    "two are swapped": swapped_places(1, 2),
    "two are swapped, of two writers": swapped_places(3, 4),
    "one stands twice": one_twice,
    "one is inserted": one_inserted,
    "one is edited and the tree made again": edited_and_rebuilt,
    "one is edited and signed with another key": edited_under_another_key,
    "an old key signs": old_key,
    "the keys are replaced": keys_replaced,
    "one is emptied, and nobody says so": emptied_silently,
    "one is emptied, and a forged list says so": emptied_with_a_list,
    "one is edited and signed with the log's own key": edited_and_signed,
    "one is inserted and signed with the log's own key": inserted_and_signed,
    "the tail is deleted and signed with the log's own key": tail_deleted_and_signed,
    "the log is set back": set_back,
    "the log is forked": forked,
    "a new origin forgets the old one": begun_from_nothing,
    "a signed empty tree": empty_and_signed,
    "a cosignature is missing": cosignature_gone,
    "one of today is pruned, with a forged entry and list": pruned_today,
    "a refused entry has a place": refused_has_a_place,
    "an entry's transaction is dated below the mark": dated_below,
    "a search column is changed before the place": column_changed_before,
    "a search column is changed after it": column_changed,
    "two mappings are swapped": mappings_swapped,
    "a bit of a stored tile is flipped": tile_changed("hashes"),
    "the hash over a stored tile is changed": tile_changed("root"),
    "a stored tile is deleted": tile_gone,
    "a tile is stored beyond the last place": tile_beyond,
    "an origin's row is forged": origin_forged,
    "the witness file is gone": witness_gone,
    "the witness file is garbage": witness_garbage,
}


# --- The two passes ---------------------------------------------------------------------------------------


def forgotten() -> None:
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_alarm")


def alarmed() -> set[str]:
    """What the alarms name: of a refused entry and of the witness file also why."""
    keys = [key.split(":") for key in Alarm.objects.values_list("key", flat=True)]
    return {" ".join(key[:2]) if key[0] in ("refused", "witness") else key[0] for key in keys}


def sequencers(log: Log) -> str:
    """A process that begins; one that goes on looks as far within the hour, and at the whole witness file within a day."""
    stopped = []
    try:
        log.made.again().once()
    except OriginRefused:
        stopped = ["places nothing"]
    except (LogContradicted, WitnessFileFaulty):
        stopped = ["signs nothing"]
    return ", ".join([*sorted(alarmed()), *stopped]) or NOTHING


def nightly(_: Log) -> str:
    forgotten()
    journal_retention.compare_all(NOON)
    pseudonyms.check(NOON)
    return ", ".join(sorted(alarmed())) or NOTHING


@pytest.mark.parametrize("name", ATTACKS)
def test_each_cell_of_the_passes_says_what_they_name(log: Log, name):
    cells = table()[name]

    ATTACKS[name](log)

    assert [sequencers(log), nightly(log)] == [cells[watcher] for watcher in WATCHERS]


@pytest.mark.slow("65,536 places fill a tile of the second level")
def test_the_nightly_pass_names_the_tile(sequenced: Sequenced):
    """A bit of one tile of each level, among those that hold."""
    leaves = [number.to_bytes(32) for number in range(256 * 256 + 300)]
    LogOrigin.objects.create(number=1, name="repere.example/journal", begun_at=NOON)
    with unguarded():
        grown(leaves)
    assert walked() == []

    for places, odd in (
        (  # the tile above holds the hash over the last one
            [(0, 5, "hashes"), (0, 200, "hashes"), (0, 255, "root")],
            ["tile:1:0:5", "tile:1:0:200", "tile:1:0:255", "tile:1:1:0"],
        ),
        ([(1, 0, "root")], ["tile:1:1:0"]),
    ):
        for place in places:
            flip(*place)
        assert walked() == odd
        for place in places:
            flip(*place)


def flip(level: int, number: int, column: str) -> None:
    """Turn a bit of a tile; a second time, back."""
    where = "WHERE level = %s AND number = %s"
    with unguarded() as cursor:
        cursor.execute(f"SELECT {column} FROM audit_tile {where}", [level, number])  # noqa: S608 - a column's name
        value = bytes(cursor.fetchone()[0])
        turned = value[:-1] + bytes([value[-1] ^ 64])
        cursor.execute(f"UPDATE audit_tile SET {column} = %s {where}", [turned, level, number])  # noqa: S608 - as above


def walked() -> list[str]:
    odd, mark = [], (0, 0)
    while mark is not None:
        some, mark = comparing.tiles(mark)
        odd += some
    return odd


def test_nothing_is_named_where_nothing_was_done(log: Log):
    with_a_tile(log)
    log.waits()
    with transaction.atomic():
        journal.record("test:done", actor=FakeActor(), at=NOON)

    assert [sequencers(log), nightly(log)] == [NOTHING, NOTHING]


def test_each_attack_in_the_database_has_a_row_and_each_row_an_attack():
    in_database = {name for name, cells in table().items() if {cells[one] for one in WATCHERS} != {"·"}}

    assert in_database == set(ATTACKS)
