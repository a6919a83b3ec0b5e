"""The witness file is expected to be there, whole and signed; else nothing is signed until an operator says why (SEC-AL26)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from structlog.testing import capture_logs

from audit import notes, verifier, witnessfile, witnessing
from audit.errors import LogContradicted, WitnessFileFaulty
from audit.models import Alarm, Checkpoint, Entry, Leaf
from encryption.signing import FileSigner
from tests.audit.conftest import NOON
from tests.audit.keeper import unguarded
from tests.audit.sequenced import Sequenced, sequenced, written

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL26"),
    pytest.mark.both_databases("checkpoints as each database stores them"),
]


@pytest.fixture
def signed(sequenced: Sequenced) -> Sequenced:
    """Four checkpoints, of 1, 2, 3 and 4 entries."""
    for _ in range(4):
        written(1)
        sequenced.sequencer.once()
    return sequenced


def notes_in(path: Path) -> list[bytes]:
    return [one.raw for one in verifier.checkpoints_in(path.read_bytes())]


def flipped(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] = ord("B") if content[at] == ord("A") else ord("A")  # base64 still
    path.write_bytes(content)


def resigned(path: Path) -> None:
    other = FileSigner(path.with_name("other.key"), make=True)
    head = verifier.checkpoints_in(path.read_bytes())[-1]
    path.write_bytes(b"\n" + notes.signed(head.origin, head.size, head.root, other, at=NOON))


def test_the_end_of_a_long_file_may_begin_anywhere_in_a_note(signed, monkeypatch):
    """A file that outgrew what is read of it: the rest of a name of an origin isn't another origin, unsigned."""
    file = witnessing.file_witness()
    first, second, *_, last = notes_in(file._path)
    origin = verifier.Checkpoint.of(last).origin
    for cut in (*range(1, len(first) + len(second), 97), *range(1, 40)):
        monkeypatch.setattr(witnessing, "_TAIL", file.size() - cut)

        assert [(one.origin, one.raw) for one in file.seen()] == [(origin, last)], cut
        assert witnessfile.at_the_end(file, signed.sequencer.signer) == "", cut


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "deleted": (lambda path: path.unlink(), witnessfile.MISSING),
    "emptied": (lambda path: path.write_bytes(b""), witnessfile.GONE),
    "garbage": (lambda path: path.write_bytes(bytes(range(256)) * 90), witnessfile.GONE),
    "two checkpoints cut off": (
        lambda path: path.write_bytes(b"".join(b"\n" + one for one in notes_in(path)[:2])), witnessfile.BEHIND,
    ),
    "one of the earlier ones cut out": (
        lambda path: path.write_bytes(b"".join(b"\n" + one for one in notes_in(path)[1:])), witnessfile.GONE,
    ),
    "one byte of the last one's root": (
        lambda path: flipped(path, path.read_bytes().rindex(b"\n\n") - 10), witnessfile.UNSIGNED,
    ),
    "one byte of an earlier one": (lambda path: flipped(path, 40), witnessfile.GONE),
    "one byte of the last signature": (lambda path: flipped(path, path.stat().st_size - 9), witnessfile.GONE),
    "another key signed": (resigned, witnessfile.UNSIGNED),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), witnessfile.UNREADABLE),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_isnt_what_it_was_stops_the_signing_until_it_is_accepted(signed: Sequenced, name):
    act, fault = FAULTS[name]
    act(signed.witness)
    written(1)
    passing = signed.again()  # a process that begins reads the whole file; another does so within the day

    with capture_logs() as said, pytest.raises(WitnessFileFaulty) as refused:
        passing.once()
    with pytest.raises(WitnessFileFaulty):
        passing.once()

    assert refused.value.extra["fault"] == fault
    assert Leaf.objects.count() == 5, "places are given"
    assert Checkpoint.objects.count() == 4, "nothing is signed"
    state = refused.value.extra["state"]
    assert list(Alarm.objects.values_list("key", flat=True)) == [f"witness:{fault}:{state}"]
    assert [one["code"] for one in said if one["event"] == "journal:alarm"] == ["witness"]

    with pytest.raises(CommandError):
        call_command("accept_witness", "lost", "0" * 64)
    call_command("accept_witness", "lost", state)
    assert passing.once() == 1, "its place first"

    assert Checkpoint.objects.order_by("-size").first().size == 6
    assert passing.once() == 0
    assert signed.again().once() == 0, "the file is whole again"
    entry = Entry.objects.get(act=witnessfile.ACCEPTED)
    assert b'"rule":"lost"' in bytes(entry.body)
    kept = [bytes(one) for one in Checkpoint.objects.order_by("size").values_list("note", flat=True)]
    assert notes_in(signed.witness) == kept


def test_what_was_accepted_once_is_accepted_for_that_once(signed: Sequenced):
    signed.witness.unlink()
    with pytest.raises(WitnessFileFaulty) as refused:
        signed.sequencer.once()
    call_command("accept_witness", "lost", refused.value.extra["state"])
    signed.sequencer.once()

    signed.witness.unlink()
    written(1)

    with pytest.raises(WitnessFileFaulty):
        signed.sequencer.once()


def test_an_acceptance_that_the_service_didnt_write_counts_for_nothing(signed: Sequenced):
    signed.witness.unlink()
    with pytest.raises(WitnessFileFaulty) as refused:
        signed.sequencer.once()
    call_command("accept_witness", "lost", refused.value.extra["state"])
    with unguarded() as cursor:
        cursor.execute("UPDATE audit_entry SET leaf_hash = leaf_hash, body = %s WHERE act = %s", [
            bytes(Entry.objects.get(act=witnessfile.ACCEPTED).body).replace(b'"lost"', b'"other"'), witnessfile.ACCEPTED,
        ])  # fmt: skip

    with pytest.raises(WitnessFileFaulty):
        signed.sequencer.once()


def test_a_running_process_reads_the_whole_file_daily(signed: Sequenced):
    flipped(signed.witness, 40)
    written(1)
    assert signed.sequencer.once() == 1, "the end of it is as it was"

    signed.sequencer.clock = lambda: NOON + timedelta(days=1)
    written(1)

    with pytest.raises(WitnessFileFaulty):
        signed.sequencer.once()


def test_a_file_that_was_set_back_with_the_tree_beside_it_contradicts_one_of_them(signed: Sequenced):
    """Without the database it is behind; with a database that was set back further, the tree is contradicted."""
    whole = signed.witness.read_bytes()
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_checkpoint WHERE size > 1")
        cursor.execute("DELETE FROM audit_leaf WHERE place > 0")
        cursor.execute("DELETE FROM audit_entry WHERE writer_seq > 1")
    signed.witness.write_bytes(whole[: whole.rindex(b"\nrepere.example")])

    with pytest.raises(LogContradicted):
        signed.again().once()


@pytest.mark.parametrize("killed", ["before the line", "in the middle of it"])
def test_whoever_was_killed_between_signature_and_file_leaves_no_fault(signed: Sequenced, killed):
    path = signed.witness
    lines = notes_in(path)
    rest = b"" if killed == "before the line" else b"\n" + lines[3][:200]
    path.write_bytes(b"".join(b"\n" + one for one in lines[:3]) + rest)
    written(1)

    assert signed.again().once() == 1

    assert [verifier.Checkpoint.of(one).size for one in notes_in(path)] == [1, 2, 3, 4, 5]
    assert signed.again().once() == 0
    assert not Alarm.objects.exists()


def test_the_very_first_signature_has_no_file_yet(sequenced: Sequenced):
    written(1)
    sequenced.sequencer.once()
    sequenced.witness.unlink()  # as if it was killed before the file was made
    written(1)

    assert sequenced.again().once() == 1
    assert [one.size for one in witnessing.file_witness().seen()] == [2]


@pytest.mark.sec("SEC-AL10")
def test_a_stored_note_counts_only_with_the_logs_signature(signed: Sequenced):
    """A row that somebody put in, larger than the tree's last, neither stops the log nor is continued."""
    written(2)
    signed.sequencer.signer, own = FileSigner(signed.folder / "other.key", make=True), signed.sequencer.signer
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO audit_checkpoint (origin, size, root, at, note, settled, cluster)"
            " SELECT origin, 5, root, at, %s, settled, cluster FROM audit_checkpoint WHERE size = 4",
            [b"no note"],
        )
    signed.sequencer.signer = own

    assert signed.again().once() == 2
    assert signed.checkpoint().size == 6
    assert Alarm.objects.get().key == "note:1:5"

    assert verifier.main(["verify", str(signed.exported()), "--key", signed.key()]) == 0
