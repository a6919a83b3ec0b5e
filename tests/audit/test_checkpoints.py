"""Signed tree heads, as other programs read them, and what is never signed (SEC-AL9, SEC-AL10)."""

import base64
import stat
from pathlib import Path

import aics_tlog as tlog
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import sequencer, tree, verifier, witnessing
from audit.errors import LogContradicted, NoWitnessedCheckpoint
from audit.models import Checkpoint, LogOrigin
from encryption.errors import KeysUnavailable
from encryption.signing import FileSigner
from tests.audit.conftest import NOON
from tests.audit.flush import flush_all
from tests.audit.sequenced import Sequenced, sequenced, written

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.both_databases("rows of the tree"),
]

# The example of C2SP signed-note and tlog-cosignature, with the keys that their pages give.
C2SP_NOTE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\N{EM DASH} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
    "+zyWE+xeMcTOAYQ8=\n"
)


def verify(*words: object) -> int:
    return verifier.main(["verify", *map(str, words)])


@pytest.mark.sec("SEC-AL9")
def test_a_checkpoint_is_accepted_by_another_implementation(sequenced: Sequenced):
    written(3)
    sequenced.sequencer.once()
    note = tlog.parse_note(bytes(sequenced.checkpoint().note))

    found = tlog.verify_checkpoint(note, tlog.parse_vkey(sequenced.key()))

    assert found.ok
    head = tlog.parse_checkpoint(note.text)
    assert (head.origin, head.size, head.root) == ("repere.example/journal", 3, tree.Tree.of(1).root(3))


@pytest.mark.sec("SEC-AL9")
def test_an_export_is_accepted_by_another_implementation(sequenced: Sequenced):
    written(300)
    sequenced.sequencer.once()
    reader = tlog.FileSystemTileReader(sequenced.exported())

    tlog.audit_tiles(reader, 300, tree.Tree.of(1).root(300))

    assert tlog.read_entry(reader, 299, 300).startswith(b'{"act":"test:done"')


@pytest.mark.sec("SEC-AL9")
def test_the_published_example_of_a_checkpoint_is_read():
    found = verifier.Checkpoint.of(C2SP_NOTE.encode())

    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert base64.b64encode(found.root) == b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    assert [(name, key.hex(), len(sig)) for name, key, sig in found.lines] == [
        ("example.com/behind-the-sofa", "033de0ae", 64)
    ]


@pytest.mark.parametrize(
    "broken",
    [
        C2SP_NOTE.replace("20852163", "020852163"), C2SP_NOTE.replace("20852163", "-1"),
        C2SP_NOTE.replace("CsUY", "CsU"), C2SP_NOTE.replace("\n\n", "\n"), C2SP_NOTE.rstrip("\n"),
        C2SP_NOTE.replace("\N{EM DASH}", "-"), C2SP_NOTE.split("\N{EM DASH}")[0], C2SP_NOTE.replace("Az3g", "A~3g"),
        C2SP_NOTE.replace("\N{EM DASH} example.com", "\N{EM DASH}  example.com"),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(broken):
    with pytest.raises(verifier.Fault) as refused:
        verifier.Checkpoint.of(broken.encode())

    assert refused.value.kind == "malformed"


def test_both_lines_are_signed_and_each_is_checked(sequenced: Sequenced, capsys):
    written(1)
    sequenced.sequencer.once()
    folder = sequenced.exported()
    assert verify(folder, "--key", sequenced.key(0), "--key", sequenced.key(1)) == 0

    note = (folder / "checkpoint").read_bytes()
    for line in (1, 2):
        lines = note.split(b"\n\n")[1].splitlines(keepends=True)
        name, _, coded = lines[line - 1].rpartition(b" ")
        raw = bytearray(base64.b64decode(coded))
        raw[-1] ^= 1
        lines[line - 1] = name + b" " + base64.b64encode(raw) + b"\n"
        (folder / "checkpoint").write_bytes(note.split(b"\n\n")[0] + b"\n\n" + b"".join(lines))
        assert verify(folder, "--key", sequenced.key(line - 1)) == verifier.FAULTS["signature"][0]
        assert verify(folder, "--key", sequenced.key(2 - line)) == 0


@pytest.mark.sec("SEC-AL27")
def test_a_line_that_no_signature_covers_is_not_signed(sequenced: Sequenced):
    """ML-DSA-44 signs origin, size and root, and nothing that follows them."""
    written(1)
    sequenced.sequencer.once()
    folder = sequenced.exported()
    text, _, lines = (folder / "checkpoint").read_bytes().partition(b"\n\n")
    (folder / "checkpoint").write_bytes(text + b"\nmore\n\n" + lines)

    for number in (0, 1):
        assert verify(folder, "--key", sequenced.key(number)) == verifier.FAULTS["signature"][0]


def test_nothing_new_is_not_signed_again(sequenced: Sequenced):
    written(1)
    sequenced.sequencer.once()
    sequenced.sequencer.once()

    assert Checkpoint.objects.count() == 1


# --- A database that was set back ---------------------------------------------------------------------


def set_back(sequenced: Sequenced, entries: int) -> None:
    """The database as it was before: nothing of the log remains but what is written now; the witness remembers."""
    flush_all(["default"])
    connection.close()  # a restore ends every connection, and with it every writer
    sequenced.sequencer = sequenced.again()
    written(entries)


@pytest.mark.sec("SEC-AL10", "SEC-FT12")
@pytest.mark.parametrize("entries", [3, 5, 9], ids=["smaller", "of the same size", "larger"])
def test_a_tree_that_its_witness_contradicts_is_not_signed(sequenced: Sequenced, entries):
    written(5)
    sequenced.sequencer.once()
    set_back(sequenced, entries)

    with pytest.raises(LogContradicted):
        sequenced.sequencer.once()

    assert not Checkpoint.objects.exists()
    assert len(witnessing.file_witness().seen()) == 1


@pytest.mark.sec("SEC-AL10", "SEC-FT12")
def test_after_a_restore_a_new_origin_holds_the_last_witnessed_checkpoint(sequenced: Sequenced, tmp_path):
    written(5)
    sequenced.sequencer.once()
    held = sequenced.witness.read_bytes()
    set_back(sequenced, 3)
    with pytest.raises(LogContradicted):
        sequenced.sequencer.once()

    begun = sequencer.begin_new_origin(by=sequenced.sequencer.signer, at=NOON)
    written(2)
    sequenced.sequencer.once()

    assert begun.name == "repere.example/journal/2"
    found = sequenced.checkpoint()
    assert (found.origin, found.size) == (2, 1 + 3 + 1 + 2)
    (tmp_path / "held").write_bytes(held)
    words = [sequenced.exported(), "--key", sequenced.key(), "--strict", "--complete"]
    assert verify(*words, "--earlier", tmp_path / "held") == 0
    assert (
        (tmp_path / "export/tile/entries/000.p/7").read_bytes()[2:].startswith(b"repere.example/journal\n5\n")
    )
    assert tlog.read_entry(tlog.FileSystemTileReader(tmp_path / "export"), 0, 7) in held


@pytest.mark.sec("SEC-AL10")
def test_a_new_origin_needs_a_checkpoint_that_this_log_signed(sequenced: Sequenced, tmp_path):
    written(1)
    sequenced.sequencer.once()
    other = FileSigner(tmp_path / "other.key", make=True)
    (tmp_path / "none").write_text("nothing of the kind\n")

    for by, file in ((other, None), (sequenced.sequencer.signer, tmp_path / "none")):
        with pytest.raises(NoWitnessedCheckpoint):
            sequencer.begin_new_origin(by=by, at=NOON, witnessed=file)
    assert LogOrigin.objects.count() == 1


def test_a_checkpoint_that_somebody_else_kept_serves_too(sequenced: Sequenced, tmp_path):
    """The machine is gone with its witness file: an auditor sends the checkpoint of the day before."""
    written(2)
    sequenced.sequencer.once()
    sent = tmp_path / "sent.txt"
    sent.write_bytes(bytes(sequenced.checkpoint().note))
    sequenced.witness.unlink()

    begun = sequencer.begin_new_origin(by=sequenced.sequencer.signer, at=NOON, witnessed=sent)

    assert bytes(begun.after) == sent.read_bytes()


def test_a_witness_file_that_was_cut_short_by_a_crash_still_serves(sequenced: Sequenced):
    written(1)
    sequenced.sequencer.once()
    with sequenced.witness.open("ab") as file:
        file.write(b"\nrepere.example/journal\n2\nAAAA")
    written(1)

    sequenced.sequencer.once()

    assert [one.size for one in witnessing.file_witness().seen()] == [2]


# --- The key ------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL10")
def test_keys_are_made_once_and_readable_by_their_owner_alone(tmp_path):
    path = tmp_path / "log.key"

    made = FileSigner(path, make=True)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FileSigner(path, make=True).ed25519_public() == made.ed25519_public()
    assert repr(made).startswith("<encryption.signing.FileSigner")


@pytest.mark.sec("SEC-AL10")
@pytest.mark.parametrize("content", [None, "", "ed25519 00\nml-dsa-44 00\n", f"ed25519 {'0' * 64}\n", "x"])
def test_without_its_keys_nothing_is_signed(tmp_path, content):
    path = tmp_path / "log.key"
    if content is not None:
        path.write_text(content)
        path.chmod(0o600)

    with pytest.raises(KeysUnavailable):
        FileSigner(path, make=False)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    FileSigner(tmp_path / "log.key", make=True)
    (tmp_path / "log.key").chmod(0o640)

    with pytest.raises(KeysUnavailable):
        FileSigner(tmp_path / "log.key", make=False)


# --- The commands -------------------------------------------------------------------------------------


def test_the_commands_build_and_export_and_tell_the_keys(sequenced: Sequenced, settings, tmp_path, capsys):
    settings.LOG_KEY_FILE = tmp_path / "log.key"
    with pytest.raises(CommandError):
        call_command("export_journal", tmp_path / "out")
    written(2)

    call_command("sequence", "--keys")
    before = capsys.readouterr().out
    call_command("sequence")
    assert "Entrées placées : 2." in capsys.readouterr().out
    call_command("sequence", "--keys")
    printed = capsys.readouterr().out
    call_command("export_journal", tmp_path / "out")

    assert printed.splitlines() == [sequenced.key(0), sequenced.key(1)]
    assert before == printed, "known before the first pass"
    (tmp_path / "log.vkey").write_text(printed)
    assert verify(Path(tmp_path / "out"), "--key", tmp_path / "log.vkey", "--complete", "--strict") == 0


def test_the_loop_waits_for_what_is_away_and_goes_on(sequenced: Sequenced):
    """Keys that can't be read at first, then a database that is away; each is tried again."""
    tries = []

    class Stop:
        def is_set(self) -> bool:
            return len(tries) >= 4

        def wait(self, _: float) -> None:
            tries.append(Checkpoint.objects.count())

    def made():
        if len(tries) < 2:
            raise KeysUnavailable
        return sequenced.sequencer

    written(1)
    sequencer.forever(Stop(), make_sequencer=made)

    assert tries == [0, 0, 1, 1]
    connection.close()
