"""Two sequencers, each with a witness file of its own: the one that takes over has a whole file (SEC-AL8, SEC-AL26)."""

from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from audit import notes, sequencing, verifier, witnessfile
from audit.errors import LogContradicted, WitnessFileFaulty
from audit.models import Alarm, Checkpoint
from audit.sequencer import Sequencer
from encryption.signing import FileSigner
from tests.audit.conftest import NOON
from tests.audit.keeper import unguarded
from tests.audit.sequenced import Sequenced, grown, sequenced, written

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL26"),
    pytest.mark.both_databases("checkpoints as each database stores them, one snapshot of a transaction"),
]


class Pair:
    """Two machines with the same key and a file each; a process of the one leads, that of the other follows."""

    def __init__(self, made: Sequenced, settings, monkeypatch) -> None:
        self._settings, self._patch, self._signer = settings, monkeypatch, made.sequencer.signer
        self.files = {name: made.folder / f"{name}.txt" for name in ("first", "second")}
        self.process = {name: self.begun() for name in self.files}

    def begun(self) -> Sequencer:
        return Sequencer(self._signer, clock=lambda: NOON)

    def passes(self, name: str, *, leads: bool = True) -> int:
        self._settings.LOG_WITNESS_FILE = str(self.files[name])
        with self._patch.context() as patch:
            if not leads:
                patch.setattr(sequencing, "leading", _led_by_the_other)
            return self.process[name].once()

    def sizes(self, name: str) -> list[int]:
        return [one.size for one in verifier.checkpoints_in(self.files[name].read_bytes())]

    def notes(self, name: str) -> list[bytes]:
        return [one.raw for one in verifier.checkpoints_in(self.files[name].read_bytes())]


@contextmanager
def _led_by_the_other():
    """What ``sequencing.leading`` gives while the other one holds the lock."""
    with sequencing.reading():
        yield False


@pytest.fixture
def pair(sequenced, settings, monkeypatch) -> Pair:
    """The first has led for three checkpoints; the second was installed after the first of them, with a copy."""
    settings.LOG_STANDBY = True
    both = Pair(sequenced, settings, monkeypatch)
    written(1)
    both.passes("first")
    both.files["second"].write_bytes(both.files["first"].read_bytes())
    both.passes("second", leads=False)
    for _ in range(2):
        written(1)
        both.passes("first")
        both.passes("second", leads=False)
    return both


def stored() -> list[bytes]:
    return [
        bytes(one) for one in Checkpoint.objects.order_by("origin", "size").values_list("note", flat=True)
    ]


def test_the_one_that_follows_writes_down_what_the_other_signs(pair: Pair):
    assert pair.sizes("first") == pair.sizes("second") == [1, 2, 3]


@pytest.mark.sec("SEC-FT13")
@pytest.mark.parametrize("standby", [True, False])
def test_a_second_one_takes_over_and_both_files_are_whole(pair: Pair, settings, standby):
    """The leader dies, the other signs; the first one comes back, and leads again."""
    settings.LOG_STANDBY = standby  # what runs and has followed needs no setting
    for _ in range(3):
        written(1)
        pair.passes("first")
    for _ in range(3):
        written(1)
        assert pair.passes("second") == 1
    settings.LOG_STANDBY = True
    pair.process["first"] = pair.begun()
    written(1)
    assert pair.passes("first") == 1
    pair.passes("second", leads=False)

    assert pair.notes("first") == pair.notes("second") == stored()
    assert pair.sizes("first") == list(range(1, 11))
    assert not Alarm.objects.exists()


def test_two_that_lead_by_turns_keep_both_files_whole(pair: Pair):
    """The lock is that of a transaction: whoever comes first at this second leads."""
    for name in ("first", "second", "second", "first", "first", "first", "second", "first"):
        written(1)
        assert pair.passes(name) == 1
    pair.passes("second", leads=False)

    assert pair.notes("first") == pair.notes("second") == stored()


@pytest.mark.parametrize("bytes_written", [9, 300, 2_000])
def test_one_that_was_killed_in_the_middle_of_the_last_note_goes_on(pair: Pair, bytes_written):
    written(1)
    pair.passes("first")
    with pair.files["second"].open("ab") as file:
        file.write((b"\n" + pair.notes("first")[-1])[:bytes_written])
    pair.process["second"] = pair.begun()

    written(1)
    assert pair.passes("second") == 1

    assert pair.notes("second") == stored()


def test_a_shared_file_is_written_once_by_both(pair: Pair):
    pair.files["second"] = pair.files["first"]
    for name, other in (("first", "second"), ("second", "first")) * 2:
        written(1)
        assert pair.passes(name) == 1
        pair.passes(other, leads=False)

    assert pair.notes("first") == stored()


# --- What is no lag -------------------------------------------------------------------------------------------


def test_without_the_setting_a_file_that_was_short_at_the_start_is_refused(pair: Pair, settings):
    """Of a sequencer alone it was cut: nobody else has signed."""
    settings.LOG_STANDBY = False
    for _ in range(2):
        written(1)
        pair.passes("first")
    pair.process["second"] = pair.begun()
    written(1)

    with pytest.raises(WitnessFileFaulty) as refused:
        pair.passes("second")

    assert refused.value.extra["fault"] == witnessfile.BEHIND
    assert pair.sizes("second") == [1, 2, 3]


def test_a_file_that_is_cut_while_its_process_runs_is_refused_with_the_setting_too(pair: Pair):
    written(1)
    pair.passes("first")
    pair.passes("second", leads=False)
    pair.files["second"].write_bytes(b"\n" + pair.notes("second")[0])
    written(1)

    with capture_logs() as said:
        pair.passes("second", leads=False)
        pair.passes("second", leads=False)
    with pytest.raises(WitnessFileFaulty):
        pair.passes("second")

    assert pair.sizes("second") == [1]
    assert [one["code"] for one in said if one["event"] == "journal:alarm"] == ["witness"], (
        "told once, before it leads"
    )


@pytest.mark.parametrize("fault", ["deleted", "emptied", "cut inside"])
def test_a_file_that_isnt_the_beginning_of_the_log_is_refused_with_the_setting_too(pair: Pair, fault):
    path, lines = pair.files["second"], pair.notes("second")
    if fault == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"" if fault == "emptied" else b"".join(b"\n" + one for one in lines[1:]))
    pair.process["second"] = pair.begun()
    written(1)

    with pytest.raises(WitnessFileFaulty):
        pair.passes("second")
    assert Checkpoint.objects.count() == 3, "nothing is signed"


# --- A rewritten tree -----------------------------------------------------------------------------------------


def rewritten(size: int) -> None:
    """Another tree of so many places, as the keeper of the tables can make it, without the checkpoints behind the first."""
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_checkpoint WHERE size > 1")
        cursor.execute("DELETE FROM audit_leaf")
    grown([bytes([number]) * 32 for number in range(size)])


@pytest.mark.parametrize("size", [2, 3, 9])
@pytest.mark.parametrize("process", ["goes on", "begins"])
def test_a_rewritten_tree_is_refused_by_the_one_that_takes_over(pair: Pair, size, process):
    rewritten(size)
    if process == "begins":
        pair.process["second"] = pair.begun()

    with pytest.raises(LogContradicted):
        pair.passes("second")

    assert Checkpoint.objects.count() == 1, "nothing is signed"
    assert pair.sizes("second") == [1, 2, 3], "nothing is added"
    assert Alarm.objects.filter(key="contradicted:1").exists()


def test_a_rewritten_tree_under_checkpoints_that_remain_isnt_written_into_a_file_that_lags(pair: Pair):
    """The file knows the first three; the checkpoints behind them are genuine, and the tree is another one."""
    for _ in range(3):
        written(1)
        pair.passes("first")
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_leaf")
    grown([bytes([number]) * 32 for number in range(8)])
    pair.process["second"] = pair.begun()

    with pytest.raises(LogContradicted):
        pair.passes("second")

    assert pair.sizes("second") == [1, 2, 3]


def test_a_note_of_another_key_isnt_written_into_a_file(pair: Pair):
    """Whoever writes the table puts a checkpoint of their own behind the last."""
    other = FileSigner(pair.files["first"].with_name("other.key"), make=True)
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO audit_checkpoint (origin, size, root, at, note, settled, cluster)"
            " SELECT origin, 9, root, at, %s, settled, cluster FROM audit_checkpoint WHERE size = 3",
            [notes.signed("repere.example/journal", 9, bytes(32), other, at=NOON)],
        )

    pair.passes("second", leads=False)

    assert pair.sizes("second") == [1, 2, 3]


def test_the_one_that_follows_tells_of_a_tree_that_its_own_file_contradicts(pair: Pair):
    """The other one's machine is the attacker's, or its file was set back with the database."""
    rewritten(1)

    with pytest.raises(LogContradicted):
        pair.passes("second", leads=False)

    assert Alarm.objects.filter(key="contradicted:1").exists()
