"""A new origin is the operator's act, and holds the old places in their order (SEC-AL25)."""

import json
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection

from audit import canonical, checkpoints, origins, sequencer, sequencing_lag, tree, verifier
from audit.errors import NoWitnessedCheckpoint, OriginRefused
from audit.models import Alarm, Checkpoint, Entry, Leaf, LogOrigin, Refused
from encryption.signing import FileSigner
from tests.audit.conftest import NOON
from tests.audit.keeper import adapted, body_of, change, unguarded
from tests.audit.sequenced import Sequenced, sequenced, written

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL25"),
    pytest.mark.both_databases("rows of the tree"),
]


@pytest.fixture
def signed(sequenced: Sequenced) -> Sequenced:
    """Checkpoints of 3 and 5 entries."""
    for count in (3, 2):
        written(count)
        sequenced.sequencer.once()
    return sequenced


def begun(signed: Sequenced, **more) -> LogOrigin:
    return sequencer.begin_new_origin(by=signed.sequencer.signer, at=NOON, **more)


def held(origin: int = 1) -> list[verifier.Checkpoint]:
    notes = Checkpoint.objects.filter(origin=origin).order_by("size").values_list("note", flat=True)
    return [verifier.Checkpoint.of(bytes(one)) for one in notes]


def root_of_old_places(origin: int, size: int) -> bytes:
    """The root over places 1 to ``size`` of a new origin, as anyone computes it from an export."""
    rows = Leaf.objects.filter(origin=origin, place__gt=0, place__lte=size).order_by("place")
    return verifier.fold([bytes(leaf) for leaf in rows.values_list("leaf_hash", flat=True)])


def counted(origin: LogOrigin) -> int:
    return json.loads(bytes(origin.carried))["n"]


def test_the_old_places_follow_the_last_checkpoint_and_any_earlier_one_is_recomputed(
    signed: Sequenced, tmp_path
):
    old = list(Leaf.objects.filter(origin=1).order_by("place").values_list("entry", "leaf_hash"))
    earlier = held()

    new = begun(signed)
    more = written(2)
    assert signed.again().once() == 2

    rows = list(Leaf.objects.filter(origin=2).order_by("place").values_list("entry", "leaf_hash"))
    assert rows[0] == (None, canonical.leaf_hash(bytes(new.after)))
    assert rows[1:6] == old
    assert rows[6] == (None, canonical.leaf_hash(bytes(new.carried)))
    assert [entry for entry, _ in rows[7:]] == [one.pk for one in more]
    assert counted(new) == 5
    assert [root_of_old_places(2, one.size) for one in earlier] == [one.root for one in earlier]
    assert not Refused.objects.exists()
    (tmp_path / "held").write_bytes(bytes(Checkpoint.objects.get(origin=1, size=5).note))
    words = ["verify", str(signed.exported()), "--key", signed.key(), "--strict", "--complete"]
    assert verifier.main([*words, "--earlier", str(tmp_path / "held")]) == 0
    bundle = verifier.records((tmp_path / "export/tile/entries/000.p/9").read_bytes())
    assert (bundle[0], bundle[6]) == (bytes(new.after), bytes(new.carried))


def test_tiles_are_made_of_many_old_places(sequenced: Sequenced):
    written(600)
    sequenced.sequencer.once()
    begun(sequenced)
    written(1)

    sequenced.again().once()

    assert sequenced.checkpoint().size == 603
    assert root_of_old_places(2, 600) == held()[0].root
    assert verifier.main(["verify", str(sequenced.exported()), "--key", sequenced.key(), "--strict"]) == 0


def test_an_origin_after_an_origin_carries_that_ones_records_too(signed: Sequenced):
    begun(signed)
    signed.sequencer.once()
    second = held(2)
    new = begun(signed)
    written(1)
    signed.again().once()

    assert (new.number, counted(new)) == (3, 7)
    assert root_of_old_places(3, second[-1].size) == second[-1].root
    bundle = verifier.records((signed.exported() / "tile/entries/000.p/10").read_bytes())
    assert bundle[1] == bytes(LogOrigin.objects.get(pk=2).after)
    assert all(bundle)


def test_pruned_entries_and_those_of_a_restored_database_keep_their_places_without_an_alarm(
    signed: Sequenced,
):
    """The content of one is gone, and the witness saw two more places than the database has."""
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_checkpoint WHERE size = 5")
        cursor.execute("DELETE FROM audit_leaf WHERE place > 2")
        cursor.execute("DELETE FROM audit_entry WHERE writer_seq > 3")
        empty = "''" if connection.vendor == "postgresql" else "x''"
        cursor.execute(f"UPDATE audit_entry SET body = {empty} WHERE writer_seq = 2")  # noqa: S608 - a constant
    connection.close()  # a restore ends all writers
    signed.sequencer = signed.again()

    new = begun(signed)
    written(2)
    signed.sequencer.once()

    assert counted(new) == 3 < verifier.Checkpoint.of(bytes(new.after)).size == 5
    assert Leaf.objects.filter(origin=2).count() == 1 + 3 + 1 + 2
    assert root_of_old_places(2, 3) == verifier.checkpoints_in(signed.witness.read_bytes())[0].root
    assert not Refused.objects.exists()
    assert not Alarm.objects.exists()


def test_the_command_says_how_many_places_are_lost(signed: Sequenced, settings, capsys):
    settings.LOG_KEY_FILE = signed.folder / "log.key"
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_leaf WHERE place > 2")

    call_command("sequence", "--new-origin")

    assert "Des 5 places attestées, la base n'en a plus que 3" in capsys.readouterr().out


def test_an_origin_from_before_rows_were_signed_is_followed_by_one_that_is(signed: Sequenced):
    """That the log's key signed under its name is in the witness file."""
    begun(signed)
    signed.sequencer.once()
    with unguarded() as cursor:
        empty = "''" if connection.vendor == "postgresql" else "x''"
        cursor.execute(f"UPDATE audit_logorigin SET signature = {empty}, carried = {empty}")  # noqa: S608 - a constant
    with pytest.raises(OriginRefused):
        signed.again().once()

    assert begun(signed).number == 3
    written(1)
    assert signed.again().once() == 1


# --- Attacks ------------------------------------------------------------------------------------------


def unsigned(signed: Sequenced) -> LogOrigin:
    return LogOrigin(number=2, name="repere.example/journal/2", begun_at=NOON, after=held()[-1].raw)


def by_another_key(signed: Sequenced) -> LogOrigin:
    made = unsigned(signed)
    made.signature = FileSigner(signed.folder / "other.key", make=True).ed25519(origins.statement(made))
    return made


def with_what_another_was_signed_for(signed: Sequenced) -> LogOrigin:
    """A true signature, of another number, name, beginning or carried entry."""
    made = unsigned(signed)
    made.carried = b"{}"
    made.signature = signed.sequencer.signer.ed25519(origins.statement(unsigned(signed)))
    return made


def named_as_the_first(signed: Sequenced) -> LogOrigin:
    return LogOrigin(number=2, name="another", begun_at=NOON)


FORGED: list[Callable[[Sequenced], LogOrigin]] = [
    unsigned, by_another_key, with_what_another_was_signed_for, named_as_the_first,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_an_origin_that_somebody_put_into_the_table_gets_no_place_and_no_signature(signed: Sequenced, forge):
    written(1)
    row = forge(signed)
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO audit_logorigin (number, name, begun_at, after, carried, signature)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [row.number, row.name, adapted(NOON), bytes(row.after), bytes(row.carried), bytes(row.signature)],
        )

    for _ in range(2):
        with pytest.raises(OriginRefused):
            signed.sequencer.once()
    with pytest.raises(NoWitnessedCheckpoint):
        begun(signed)

    assert not Leaf.objects.filter(origin=2).exists()
    assert Checkpoint.objects.count() == 2
    assert list(Alarm.objects.values_list("key", flat=True)) == ["origin:2"]
    assert sequencing_lag.oldest_waiting() == NOON
    with unguarded() as cursor:  # as the runbook says, once it is clear who did it
        cursor.execute("DELETE FROM audit_logorigin WHERE number = 2")
    assert signed.again().once() == 1


def test_an_entry_that_was_rewritten_before_a_new_origin_is_named_by_any_earlier_checkpoint(
    signed: Sequenced,
):
    """The keeper rewrites the entry, its hash and its place, and has the operator believe in a restore."""
    earlier = held()
    entry = Entry.objects.get(writer_seq=2)
    body = body_of(entry, out="deny")
    change(entry, body=body, leaf_hash=canonical.leaf_hash(body))
    with unguarded() as cursor:
        cursor.execute("UPDATE audit_leaf SET leaf_hash = %s WHERE place = 1", [canonical.leaf_hash(body)])

    begun(signed)
    signed.again().once()

    assert [root_of_old_places(2, one.size) == one.root for one in earlier] == [False, False]
    assert checkpoints.last(2) is not None, "it is signed: whoever holds an earlier checkpoint finds out"
    assert tree.newest().number == 2
