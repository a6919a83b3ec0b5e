"""Every known way to tamper with the log is detected, and the first faulty entry named (SEC-AL13).

Each attack is made here, on a log that another implementation built; the verifier is asked as an auditor asks it. The
table of docs/audit.md says of each who names it with what in hand; its cells are asked here too.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from audit import verifier
from tests.audit import logs
from tests.audit.logs import Log, bundle, entries, entry, note
from tests.night import NIGHT, some

pytestmark = pytest.mark.both_databases("what the owner of the tables can do")

ROOT = Path(__file__).resolve().parents[2]
COUNT = 700  # two full tiles and a part of a third
LEAVES = entries(COUNT)


@dataclass
class Attack:
    """What the attacker leaves behind, and what the auditor brings along."""

    log: Log
    words: list[str] = field(default_factory=list)
    held: list[bytes] = field(default_factory=list)
    told: list[bytes] | None = None


def with_record(index: int, record: bytes, log: Log | None = None) -> Log:
    """A log in which one record of one bundle was written over, and nothing else."""
    log = log or Log(LEAVES)
    number, at = divmod(index, verifier.TILE)
    path = verifier.tile_path("entries", number, min(verifier.TILE, COUNT - number * verifier.TILE))
    records = verifier.records(log.files[path])
    records[at] = record
    log.files[path] = bundle(records)
    return log


def flipped(record: bytes, bit: int) -> bytes:
    return (int.from_bytes(record) ^ 1 << bit).to_bytes(len(record))


def without(index: int) -> list[bytes]:
    return LEAVES[:index] + LEAVES[index + 1 :]


def replaced(index: int, record: bytes) -> list[bytes]:
    return [*LEAVES[:index], record, *LEAVES[index + 1 :]]


def swapped(one: int, other: int) -> list[bytes]:
    leaves = list(LEAVES)
    leaves[one], leaves[other] = leaves[other], leaves[one]
    return leaves


LATER = entry(0, 2, ts="2026-11-24T18:00:00.000000Z")  # the entry at 3, some hours later
SPACED = json.dumps(json.loads(LEAVES[5]), sort_keys=True).encode()
TRUE = Log(LEAVES)
ARGUMENTS = verifier.arguments()


def truncated(path: str, keep: int) -> Log:
    log = Log(LEAVES)
    log.files[path] = log.files[path][:keep]
    return log


def stripped(path: str) -> Log:
    log = Log(LEAVES)
    del log.files[path]
    return log


def resigned(leaves: list[bytes], key=logs.OTHER_KEY, origin: str = logs.ORIGIN) -> Log:
    """Signed anew, behind the back of the witness, which cosigns only what continues what it saw."""
    return Log(leaves, origin, key, witnessed=False)


def with_key_file() -> Log:
    """The attacker's own key lies in the export, where a careless verifier would look for it."""
    log = resigned(without(3))
    log.files["log.vkey"] = logs.vkey(logs.OTHER_KEY).encode()
    return log


def uncosigned() -> Log:
    log = Log(LEAVES)
    log.files["checkpoint"] = note(LEAVES, witnessed=False)
    return log


def with_files(files: dict[str, bytes]) -> Log:
    log = Log(LEAVES)
    log.files |= files
    return log


def longer(path: str) -> Log:
    return with_files({path: TRUE.files[path] + b"\0"})


def with_flipped_tiles(*paths: str) -> Log:
    """The first bit of each of these tiles; where there are several, the tile above is made to agree with the lowest."""
    return with_files({path: flipped(TRUE.files[path], 8 * len(TRUE.files[path]) - 1) for path in paths})


def with_agreeing_tile_above() -> Log:
    log = with_flipped_tiles("tile/0/001")
    above = verifier.split(log.files["tile/1/000.p/2"])
    log.files["tile/1/000.p/2"] = above[0] + verifier.fold(verifier.split(log.files["tile/0/001"]))
    return log


def of_another_origin() -> Log:
    """Another log, signed with this log's key under this log's name."""
    log = Log(LEAVES)
    head = logs.tlog.Checkpoint("other.example/journal", COUNT, logs.tlog.MerkleTree(LEAVES).root())
    log.files["checkpoint"] = logs.tlog.sign_checkpoint(head, logs.KEY, logs.ORIGIN).to_bytes()
    return log


def refused(body: bytes) -> dict[str, bytes]:
    return {f"refused/{verifier.leaf_hash(body).hex()}": body}


LISTED = "00000000-0000-4000-8000-000000000001"
OTHERS = Log(replaced(600, LATER))  # another history
ATTACKS: dict[str, tuple[Callable[[], Attack], str, str]] = {
    # name: what is done, the class of fault, and what the answer names
    "a bit is flipped": (lambda: Attack(with_record(300, flipped(LEAVES[300], 77))), "altered", "entrée 300"),
    "the time is edited": (lambda: Attack(with_record(3, LATER)), "altered", "entrée 3"),
    "the head is deleted": (lambda: Attack(TRUE.rebuilt(without(0))), "missing", "entrée 699"),
    "the head is deleted: its writer": (lambda: Attack(TRUE.rebuilt(without(0))), "writer", "entrée 2 ("),
    "one in the middle is deleted": (lambda: Attack(TRUE.rebuilt(without(350))), "writer", "entrée 352 ("),
    "the tail is deleted": (lambda: Attack(TRUE.rebuilt(LEAVES[:-1])), "missing", "entrée 699"),
    "the tail is cut off the bundle": (
        lambda: Attack(truncated("tile/entries/002.p/188", 200)), "missing", "entrée 512",
    ),
    "one is deleted before it has a place": (lambda: Attack(Log(without(350))), "writer", "entrée 352 ("),
    "the last of a writer is deleted before it has a place": (
        lambda: Attack(Log(without(697)), told=LEAVES), "feed", f"rédacteur {logs.writer_of(1)}, numéro 233",
    ),
    "the very last one is deleted before it has a place": (
        lambda: Attack(Log(LEAVES[:-1]), ["--settled"], told=LEAVES),
        "feed", f"rédacteur {logs.writer_of(0)}, numéro 234",
    ),
    "two are swapped": (lambda: Attack(TRUE.rebuilt(swapped(3, 6))), "writer", "entrée 3 ("),
    "two are swapped, of two writers": (lambda: Attack(TRUE.rebuilt(swapped(3, 4))), "tree", "taille 700"),
    "the bundle alone is reordered": (lambda: Attack(with_record(4, LEAVES[3])), "altered", "entrée 4"),
    "one stands twice": (
        lambda: Attack(TRUE.rebuilt([*LEAVES[:10], LEAVES[9], *LEAVES[10:-1]])), "writer", "entrée 10 (",
    ),
    "one is inserted": (
        lambda: Attack(TRUE.rebuilt([*LEAVES[:10], entry(9, 1), *LEAVES[10:-1]])), "tree", "taille 700",
    ),
    "one is edited and the tree made again": (
        lambda: Attack(TRUE.rebuilt(replaced(3, LATER))), "tree", "taille 700",
    ),
    "one is edited and signed with another key": (lambda: Attack(resigned(replaced(3, LATER))), "signature", "taille 700"),
    "one is edited and signed with the log's own key": (
        lambda: Attack(resigned(replaced(3, LATER), logs.KEY), held=[note(LEAVES[:2]), note(LEAVES[:9])]),
        "fork", "entre les entrées 2 et 8",
    ),
    "one is inserted and signed with the log's own key": (
        lambda: Attack(resigned([*LEAVES[:10], entry(9, 1), *LEAVES[10:]], logs.KEY), told=LEAVES), "unfed", "entrée 10",
    ),
    "the tail is deleted and signed with the log's own key": (
        lambda: Attack(resigned(LEAVES[:690], logs.KEY), held=[note(LEAVES)]), "rollback", "taille 690 après 700",
    ),
    "one is forged before the place": (
        lambda: Attack(Log([*LEAVES, entry(9, 1)]), told=LEAVES), "unfed", "entrée 700",
    ),
    "one is altered before the place": (
        lambda: Attack(Log(replaced(9, entry(0, 4, out="deny"))), told=LEAVES), "feed", "entrée 9 (",
    ),
    "an old key signs": (lambda: Attack(resigned(LEAVES)), "signature", "taille 700"),
    "the keys are replaced": (lambda: Attack(with_key_file()), "signature", "taille 699"),
    "the log is set back": (
        lambda: Attack(Log(LEAVES[:600]), held=[note(LEAVES)]), "rollback", "taille 600 après 700",
    ),
    "the log is forked": (
        lambda: Attack(resigned(replaced(699, entry(0, 234, out="deny")), logs.KEY), held=[note(LEAVES)]),
        "fork", "entre les entrées 0 et 699",
    ),
    "a new origin forgets the old one": (
        lambda: Attack(resigned(LEAVES, logs.KEY, f"{logs.ORIGIN}/2"), held=[note(LEAVES)]), "rollback", "ne reprend pas",
    ),
    "a tile is cut short": (lambda: Attack(truncated("tile/0/001", 320)), "missing", "tile/0/001 : entrée 266"),
    "a tile above is cut short": (lambda: Attack(truncated("tile/1/000.p/2", 32)), "missing", "tile/1/000.p/2"),
    "a tile is gone": (lambda: Attack(stripped("tile/0/001")), "missing", "tile/0/001"),
    "a bundle is gone": (lambda: Attack(stripped("tile/entries/001")), "missing", "entrée 256"),
    "a tile above is another": (
        lambda: Attack(with_files({"tile/1/000.p/2": bytes(64)})), "tree", "entre les entrées 0 et 255",
    ),
    "a cosignature is missing": (
        lambda: Attack(uncosigned(), ["--witness", logs.witness_vkey()]), "witness", "0 sur 1",
    ),
    "one is emptied, and nobody says so": (
        lambda: Attack(with_record(7, b""), ["--complete"]), "withheld", "entrée 7 (1 en tout)",
    ),
    "one is emptied, and a forged list says so": (
        lambda: Attack(with_files({f"pruned/{LISTED}": logs.listed(LEAVES, [7])}).emptied([7])),
        "surplus", f"pruned/{LISTED}",
    ),
    "one of today is pruned, with a forged entry and list": (
        lambda: Attack(logs.pruned(LEAVES, [7])), "overpruned", "entrée 7",
    ),
    "bytes aren't canonical": (
        lambda: Attack(Log(replaced(5, SPACED)), ["--strict"]), "form", "entrée 5",
    ),
    "a key stands twice in an entry": (
        lambda: Attack(Log(replaced(5, LEAVES[5].replace(b'"v":1', b'"v":1,"v":1'))), ["--strict"]), "form", "entrée 5",
    ),
    "a byte follows the last record": (
        lambda: Attack(longer("tile/entries/002.p/188")), "surplus", "tile/entries/002.p/188",
    ),
    "a byte follows the hashes of a tile": (lambda: Attack(longer("tile/0/001")), "surplus", "tile/0/001"),
    "a byte follows in a tile above": (lambda: Attack(longer("tile/1/000.p/2")), "surplus", "tile/1/000.p/2"),
    "a record follows the last": (
        lambda: Attack(with_files({"tile/entries/002.p/188": bundle([*LEAVES[512:], entry(9, 1)])})),
        "surplus", "tile/entries/002.p/188",
    ),
    "a stray file": (lambda: Attack(with_files({"tile/readme": b""})), "surplus", "tile/readme"),
    "a tile beyond the signed size": (lambda: Attack(with_files({"tile/0/003": bytes(8192)})), "surplus", "tile/0/003"),
    "a tile under another spelling": (
        lambda: Attack(with_files({"tile/0/x000/001": TRUE.files["tile/0/001"]})), "surplus", "tile/0/x000/001",
    ),
    "a list that no entry speaks of": (
        lambda: Attack(with_files({"pruned/00000000-0000-4000-8000-000000000000": b""})), "surplus", "pruned/00000000",
    ),
    "a stale tile of another history": (
        lambda: Attack(with_files({"tile/0/002.p/100": OTHERS.files["tile/0/002.p/188"][: 100 * 32]})),
        "tree", "tile/0/002.p/100",
    ),
    "a stale tile above of another history": (
        lambda: Attack(with_files({"tile/1/000.p/1": bytes(32)})), "tree", "tile/1/000.p/1",
    ),
    "a stale bundle of another history": (
        lambda: Attack(with_files({"tile/entries/002.p/100": bundle(OTHERS.leaves[512:612])})),
        "altered", "tile/entries/002.p/100",
    ),
    "a bit of a tile": (lambda: Attack(with_flipped_tiles("tile/0/001")), "tree", "tile/0/001 : entrée 256"),
    "a bit of the last tile": (
        lambda: Attack(with_flipped_tiles("tile/0/002.p/188")), "tree", "tile/0/002.p/188 : entrée 512",
    ),
    "a bit of a tile, and the tile above agrees": (
        lambda: Attack(with_agreeing_tile_above()), "tree", "tile/0/001 : entrée 256",
    ),
    "a bit of a tile, and one of an entry: the tile": (
        lambda: Attack(with_record(3, LATER, with_flipped_tiles("tile/0/001"))), "tree", "tile/0/001 : entrée 256",
    ),
    "a bit of a tile, and one of an entry: the entry": (
        lambda: Attack(with_record(3, LATER, with_flipped_tiles("tile/0/001"))), "altered", "entrée 3",
    ),
    "another origin under this key": (
        lambda: Attack(of_another_origin()), "signature", "origine other.example/journal",
    ),
    "a signed empty tree": (lambda: Attack(resigned([], logs.KEY), held=[note(LEAVES)]), "rollback", "taille 0 après 700"),
    "a refused entry has a place": (lambda: Attack(with_files(refused(LEAVES[9]))), "refused", "entrée 9"),
    "a refused entry is another": (
        lambda: Attack(with_files(dict.fromkeys(refused(entry(9, 1)), b"x"))), "altered", "refused/",
    ),
}  # fmt: skip


#: These were made before the entry had its place: no checkpoint was ever signed over anything else.
BEFORE_THE_PLACE = (
    "one is deleted before it has a place", "the last of a writer is deleted before it has a place",
    "the very last one is deleted before it has a place", "one is altered before the place",
    "one is forged before the place", "one is forged with the next number of a writer that has ended",
    "bytes aren't canonical", "a key stands twice in an entry",
)  # fmt: skip
#: What the verifier can't name, whatever is in hand: the writer's MAC is what refuses it a place.
UNNAMED = {
    "one is forged with the next number of a writer that has ended": lambda: Attack(Log([*LEAVES, entry(0, 235)])),
}  # fmt: skip


def asked(folder: Path, attack: Attack) -> list[str]:
    """The words of the auditor, who brings key, held checkpoints and the feed."""
    words = ["verify", str(attack.log.write(folder / "export")), "--key", logs.vkey(origin=attack.log.origin)]
    for number, one in enumerate(attack.held):
        (folder / f"held{number}").write_bytes(one)
        words += ["--earlier", str(folder / f"held{number}")]
    if attack.told is not None:
        (folder / "feed").write_text(logs.feed(attack.told), encoding="utf-8")
        words += ["--feed", str(folder / "feed")]
    return [*words, *attack.words]


@pytest.mark.sec("SEC-AL13")
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_detected_and_named(name, tmp_path, capsys, monkeypatch):
    made, kind, where = ATTACKS[name]

    words = asked(tmp_path, made())
    status = verifier.main(words)

    said = capsys.readouterr().out
    with monkeypatch.context() as patched:
        patched.setattr(verifier.Reader, "read", lambda *_: None)
        assert (verifier.main(words), capsys.readouterr().out) == (status, said), (
            "read ahead, it says another thing"
        )
    assert status in {number for number, _ in verifier.FAULTS.values()}, said
    assert [line for line in said.splitlines() if line.startswith(f"FAUTE {kind} :") and where in line], said
    assert "Non conforme." in said


# --- The table: who names which attack, with what in hand -----------------------------------------------

HANDS = ("key", "earlier", "feed", "witness", "zip")
WATCHERS = ("sequencer", "nightly")
NOTHING, NOT_THEIRS = "–", "·"
#: Of the other authority, so that its export withholds them; no attack is on one of them.
OF_THE_OTHER = [*range(20, 120), *range(400, 500)]


def table() -> dict[str, dict[str, str]]:
    """The table of docs/audit.md: of each attack the cells by column."""
    text = (ROOT / "docs/audit.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \|((?: [^|]+ \|){7})$", text, re.MULTILINE)
    columns = (*WATCHERS, *HANDS)
    cells = {
        name: [one.strip() for one in rest.split("|")[:-1]]
        for name, rest in rows
        if "---" not in rest and name != "Attack"
    }
    return {name: dict(zip(columns, found, strict=True)) for name, found in cells.items()}


def rows() -> dict[str, Callable[[], Attack]]:
    """Each attack once; what is told of it from two sides is behind a colon."""
    named = {name.partition(": ")[0]: made for name, (made, _, _) in reversed(ATTACKS.items())}
    return named | UNNAMED


def outcome(name: str, attack: Attack, hand: str, folder: Path) -> str:
    """The gravest class of fault that is named with this in hand, beside the key."""
    log, folder = attack.log, folder / hand
    folder.mkdir()
    words = ["--key", logs.vkey(origin=log.origin), "--strict"]
    if hand == "earlier":
        signed = log.leaves if name in BEFORE_THE_PLACE else LEAVES
        (folder / "held").write_bytes(note(signed[:600]) + b"\n" + note(signed))
        words += ["--earlier", str(folder / "held")]
    elif hand == "feed":
        (folder / "feed").write_text(logs.feed(LEAVES), encoding="utf-8")
        words += ["--feed", str(folder / "feed"), "--settled"]
    elif hand == "witness":
        words += ["--witness", logs.witness_vkey()]
    if hand == "zip":
        export = log.emptied(OF_THE_OTHER).zip(folder / "export.zip")
    else:
        export = log.write(folder / "export")
        words.append("--complete")
    report = verifier.verify(ARGUMENTS.parse_args(["verify", str(export), *words]))
    return next((kind for kind in verifier.FAULTS if kind in report.faults), NOTHING)


@pytest.mark.sec("SEC-AL13")
@pytest.mark.parametrize("name", rows())
def test_each_cell_of_the_verifier_says_what_it_names(name, tmp_path):
    """By day with the key alone and with one thing more in hand."""
    cells, hands = table()[name], {HANDS[0], *some(HANDS[1:], name)}

    assert {hand: outcome(name, rows()[name](), hand, tmp_path) for hand in hands} == {
        hand: cells[hand] for hand in hands
    }


@pytest.mark.sec("SEC-AL13")
def test_the_table_holds_each_attack_once():
    """That each row of the two passes is asked too is proved in ``test_watchers.py``."""
    text = (ROOT / "docs/audit.md").read_text(encoding="utf-8")
    of_the_database = {
        name for name, cells in table().items() if {cells[hand] for hand in HANDS} == {NOT_THEIRS}
    }

    assert set(table()) - of_the_database == set(rows())
    assert all(text.count(f"\n| {name} |") == 1 for name in table())


# --- No false alarm ------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL13")
def test_the_log_as_it_was_written_has_no_fault(tmp_path, capsys):
    """With all that an auditor can bring along: or the corpus would prove nothing."""
    attack = Attack(
        Log(LEAVES), ["--strict", "--complete", "--witness", logs.witness_vkey()],
        held=[note(LEAVES[:2]), note(LEAVES[:256]), note(LEAVES[:600]), note(LEAVES)], told=LEAVES,
    )  # fmt: skip

    assert verifier.main(asked(tmp_path, attack)) == 0
    assert "700 entrées" in capsys.readouterr().out


@pytest.mark.slow("at night every bit of four hundred entries")
@pytest.mark.sec("SEC-AL13")
def test_every_single_bit_of_an_entry_counts():
    """Each of its five thousand gives another leaf than the one that the tile holds; by day in twenty of 400 entries."""
    for record in LEAVES[: 400 if NIGHT else 20]:
        leaf, number, length = verifier.leaf_hash(record), int.from_bytes(record), len(record)
        assert all(
            verifier.leaf_hash((number ^ 1 << bit).to_bytes(length)) != leaf for bit in range(8 * length)
        )


@pytest.mark.sec("SEC-AL10")
def test_a_new_origin_that_holds_the_last_checkpoint_continues_the_old_one(tmp_path, capsys):
    held = note(LEAVES)
    attack = Attack(
        Log([held, *LEAVES], origin=f"{logs.ORIGIN}/2"), ["--strict"], held=[note(LEAVES[:600]), held]
    )

    assert verifier.main(asked(tmp_path, attack)) == 0, capsys.readouterr().out


def test_each_class_of_fault_has_a_status_of_its_own():
    statuses = [status for status, _ in verifier.FAULTS.values()]

    assert len(set(statuses)) == len(statuses)
    assert not {0, 1, 2, verifier.UNCHECKED} & set(statuses)
    assert {kind for _, kind, _ in ATTACKS.values()} == set(verifier.FAULTS) - {
        "malformed",
        "proof",
        "different",
        # Nobody attacks the log: it says that a list which the service handed out isn't whole (test_readers_list.py).
        "readers",
    }
