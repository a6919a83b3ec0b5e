"""The verifier alone: one file, a bare Python, and what its answers mean (SEC-AL12)."""

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from audit import verifier
from tests.audit import logs
from tests.audit.logs import Log, entries, entry, note

FILE = Path(verifier.__file__)
LEAVES = entries(600)


def asked(*words: object) -> int:
    return verifier.main([*map(str, words)])


@pytest.fixture
def export(tmp_path) -> Path:
    return Log(LEAVES).write(tmp_path / "export")


def bare(folder: Path, *words: object) -> subprocess.CompletedProcess:
    """Run a copy of the file far from the service, on a Python without any package, and without our environment."""
    shutil.copy(FILE, folder / "alone.py")
    return subprocess.run(  # noqa: S603 - a copy of our file
        [sys.executable, "-I", "-S", folder / "alone.py", *map(str, words)],
        cwd=folder, env={}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.sec("SEC-AL12")
def test_it_runs_alone_on_a_bare_python_and_says_that_signatures_are_not_checked(export, tmp_path):
    done = bare(tmp_path, "verify", export, "--key", logs.vkey(), "--strict", "--complete")

    assert done.returncode == verifier.UNCHECKED, done.stderr
    assert "600 entrées" in done.stdout
    assert "Signatures NON vérifiées" in done.stdout


@pytest.mark.sec("SEC-AL12")
def test_on_a_bare_python_a_fault_is_a_fault(export, tmp_path):
    """Also a line of signature that is by another key: its id says so without any cryptography."""
    (export / "tile/entries/000").write_bytes(b"\0" * 10)

    assert bare(tmp_path, "verify", export, "--key", logs.vkey()).returncode == verifier.FAULTS["missing"][0]
    wrong = bare(tmp_path, "verify", export, "--key", logs.vkey(logs.OTHER_KEY))
    assert wrong.returncode == verifier.FAULTS["signature"][0]


@pytest.mark.sec("SEC-AL12")
def test_it_imports_the_standard_library_and_for_signatures_one_package():
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])

    assert found - sys.stdlib_module_names == {"cryptography"}
    assert not found & {"socket", "urllib", "http", "ssl", "django", "sqlite3"}


@pytest.mark.sec("SEC-AL12")
def test_the_key_comes_from_the_auditor_or_nothing_is_verified(export):
    with pytest.raises(SystemExit) as misused:
        asked("verify", export)

    assert misused.value.code == 2


def test_a_key_may_stand_in_a_file(export, tmp_path):
    (tmp_path / "log.vkey").write_text(f"{logs.vkey()}\n")

    assert asked("verify", export, "--key", tmp_path / "log.vkey") == 0


@pytest.mark.parametrize(
    "key",
    ["", "x", "a+b+c", logs.vkey()[:-4] + "AAA=", logs.vkey().replace("repere", "other"), "a+00000000+AQ=="],
)
def test_what_is_no_key_is_refused(export, key):
    assert asked("verify", export, "--key", key) == verifier.FAULTS["malformed"][0]


def zipped(folder: Path, to: Path, keep=lambda name: True) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and keep(name):
                archive.write(path, name)
    return to


def test_parts_in_several_files_are_one_log(export, tmp_path):
    one = zipped(export, tmp_path / "1.zip", lambda name: "000" in name or name == "checkpoint")
    other = zipped(export, tmp_path / "2.zip", lambda name: "000" not in name)

    assert asked("verify", one, other, "--key", logs.vkey(), "--complete") == 0
    assert asked("verify", one, "--key", logs.vkey()) == verifier.FAULTS["missing"][0]


def test_a_damaged_file_is_told_and_does_not_stop_it(export, tmp_path):
    place = zipped(export, tmp_path / "1.zip")
    content = bytearray(place.read_bytes())
    content[200:400] = b"\0" * 200
    place.write_bytes(content)

    assert asked("verify", place, "--key", logs.vkey()) == verifier.FAULTS["malformed"][0]
    assert asked("verify", tmp_path / "absent", "--key", logs.vkey()) == verifier.FAULTS["malformed"][0]


def test_a_file_larger_than_any_of_a_log_is_not_read(export):
    with (export / "tile/0/000").open("r+b") as file:
        file.truncate(verifier.MAX_FILE + 1)

    assert asked("verify", export, "--key", logs.vkey()) == verifier.FAULTS["malformed"][0]


def test_some_of_the_witnesses_may_be_enough(export):
    words = ["verify", export, "--key", logs.vkey(), "--witness", logs.witness_vkey()]
    absent = ["--witness", logs.witness_vkey().replace(logs.WITNESS, "w")]
    other = logs.tlog.format_vkey(logs.tlog.cosignature_vkey("other.example", logs.OTHER_KEY.public_key()))

    assert asked(*words) == 0
    assert asked(*words, *absent) == verifier.FAULTS["malformed"][0]  # a key whose id isn't that of its bytes
    assert asked(*words, "--witness", other) == verifier.FAULTS["witness"][0]
    assert asked(*words, "--witness", other, "--need", 1) == 0


def test_withheld_entries_keep_the_tree_whole_and_are_counted(tmp_path, capsys):
    """An auditor's export: others' entries are hashes alone, and the counters of writers can't be followed."""
    log = Log(LEAVES)
    hidden = [b"" if number % 3 else one for number, one in enumerate(LEAVES[:256])]
    log.files["tile/entries/000"] = logs.bundle(hidden)
    folder = log.write(tmp_path / "export")

    assert asked("verify", folder, "--key", logs.vkey(), "--strict") == 0
    assert f"{sum(not one for one in hidden)} entrées retenues" in capsys.readouterr().out
    assert asked("verify", folder, "--key", logs.vkey(), "--complete") == verifier.FAULTS["withheld"][0]


def test_the_tail_of_the_feed_may_be_later_than_the_checkpoint(export, tmp_path, capsys):
    (tmp_path / "feed").write_text("other\n" + logs.feed([*LEAVES, entry(0, 201)]), encoding="utf-8")
    words = ["verify", export, "--key", logs.vkey(), "--feed", tmp_path / "feed"]

    assert asked(*words) == 0
    assert "1 lignes à la fin du flux" in capsys.readouterr().out
    assert asked(*words, "--settled") == verifier.FAULTS["feed"][0]


@pytest.mark.sec("SEC-AL12")
@pytest.mark.parametrize(
    ("other", "said"),
    [
        (LEAVES, None),
        ([*LEAVES, entry(7, 1)], "entrée 600 (1 de plus dans le second)"),
        (LEAVES[:598], "entrée 598 (2 de moins dans le second)"),
        ([*LEAVES[:300], *LEAVES[301:]], "entrée 300 (1 de moins dans le second)"),
        ([*LEAVES[:300], LEAVES[301], LEAVES[300], *LEAVES[302:]], "entrée 300 (ordre changé)"),
        (
            [*LEAVES[:5], entry(7, 1), *LEAVES[6:]],
            "entrée 5 (1 du premier ne sont pas dans le second, 1 du second",
        ),
    ],
)
def test_two_exports_are_compared_and_the_first_difference_named(export, tmp_path, capsys, other, said):
    second = Log(other).write(tmp_path / "other")

    status = asked("diff", export, second)

    assert status == (0 if said is None else verifier.FAULTS["different"][0])
    assert (said or "Tout concorde.") in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2}, {"ts": "2026-11-24T12:00:00Z"}, {"mono": -1}, {"ver": 2**53}, {"n": True}, {"act": "with blank"},
        {"obj": ["b", "a"]}, {"obj": ["a", "a"]}, {"fields": []}, {"fields": {"a b": 1}}, {"ts": None}, {"rule": "é"},
    ],
)  # fmt: skip
def test_strict_refuses_what_no_entry_may_be(changed):
    assert verifier.is_canonical(entry(1, 1))
    assert not verifier.is_canonical(entry(1, 1, **changed))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[1]",
        b"{",
        b"[" * 5000,
        b"\xff",
        entry(1, 1) + b" ",
        entry(1, 1).replace(b'"n":null,', b""),
    ],
)
def test_strict_refuses_what_is_no_entry(body):
    assert not verifier.is_canonical(body)


@pytest.mark.parametrize("command", ["inclusion", "receipt"])
@pytest.mark.parametrize(
    "answer",
    ["{", "[]", "{}", '{"proof": 1}', '{"proof": "x"}', '{"proof": "c2sp.org/tlog-proof@v1\\nindex 1\\n"}'],
)
def test_what_is_no_proof_is_refused(tmp_path, command, answer):
    (tmp_path / "answer").write_text(answer)

    assert asked(command, tmp_path / "answer", "--key", logs.vkey()) in {
        verifier.FAULTS[kind][0] for kind in ("malformed", "missing")
    }


def test_a_proof_may_carry_words_of_its_own(tmp_path):
    """C2SP tlog-proof allows a line of extra data, which proves nothing and is passed over."""
    made = logs.tlog.MerkleTree(LEAVES[:3])
    path = "".join(f"{logs.tlog.note.base64.b64encode(one).decode()}\n" for one in made.inclusion_proof(1))
    proof = f"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 1\n{path}\n{note(LEAVES[:3]).decode()}"
    (tmp_path / "proof").write_text(
        json.dumps({"entry": LEAVES[1].decode(), "proof": proof}), encoding="utf-8"
    )

    assert asked("inclusion", tmp_path / "proof", "--key", logs.vkey()) == 0
