"""The verifier alone: one file, a bare Python, and what its answers mean (SEC-AL12)."""

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from concurrent import futures
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_file_may_hold_several_keys_and_each_counts_as_if_it_were_named(export, tmp_path):
    """As ``sequence --keys`` prints them: a line for each kind of signature."""
    file = tmp_path / "log.vkey"
    unsigned = logs.vkey(logs.OTHER_KEY)
    faults = {"": "malformed", "\n": "malformed", f"{logs.vkey()}\nx\n": "malformed", f"{logs.vkey()}\n{unsigned}\n": "signature"}  # fmt: skip

    for text, fault in faults.items():
        file.write_text(text)
        assert asked("verify", export, "--key", file) == verifier.FAULTS[fault][0], text
    file.write_text(f"{logs.vkey()}\r\n\n{logs.vkey(origin='other.example/journal')}\n")
    assert asked("verify", export, "--key", file) == 0
    file.write_text(f"{logs.witness_vkey()}\n")
    assert asked("verify", export, "--key", logs.vkey(), "--witness", file) == 0


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


# --- Each byte of an export is accounted for ------------------------------------------------------------


@pytest.mark.sec("SEC-AL27")
def test_two_copies_of_a_file_are_equal(export, tmp_path, capsys):
    """In two folders or twice in one ZIP file: a second copy that nobody looks at could hold anything."""
    copy = shutil.copytree(export, tmp_path / "copy")
    assert asked("verify", export, copy, "--key", logs.vkey(), "--complete", "--strict") == 0

    for name in ("tile/0/000", "tile/1/000.p/2", "tile/entries/001"):
        content = bytearray((copy / name).read_bytes())
        content[-1] ^= 1
        before, _ = (copy / name).read_bytes(), (copy / name).write_bytes(content)
        assert asked("verify", export, copy, "--key", logs.vkey()) == verifier.FAULTS["different"][0], name
        assert f"different : {name}" in capsys.readouterr().out
        (copy / name).write_bytes(before)

    place = zipped(export, tmp_path / "twice.zip")
    with zipfile.ZipFile(place, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("tile/0/000", bytes(8192))
    assert asked("verify", place, "--key", logs.vkey()) == verifier.FAULTS["different"][0]


@pytest.mark.sec("SEC-AL27")
def test_an_older_copy_of_the_log_is_held_against_the_newer(export, tmp_path, capsys):
    older = Log(LEAVES[:300]).write(tmp_path / "older")
    forked = Log([*LEAVES[:299], entry(9, 1)]).write(tmp_path / "forked")
    elsewhere = Log(LEAVES[:300], origin="other.example/journal").write(tmp_path / "elsewhere")

    assert asked("verify", older, export, "--key", logs.vkey(), "--complete") == 0
    assert asked("verify", forked, export, "--key", logs.vkey()) != 0
    assert "FAUTE fork" in capsys.readouterr().out
    assert asked("verify", elsewhere, export, "--key", logs.vkey()) == verifier.FAULTS["different"][0]


@pytest.mark.sec("SEC-AL27")
def test_what_one_copy_withholds_another_may_hold(export, tmp_path):
    """As the exports of two authorities: together they are the whole log."""
    for one in (0, 1):
        for path in (export / "tile/entries").rglob("*"):
            if path.is_file():
                bodies = verifier.records(path.read_bytes())
                to = tmp_path / str(one) / path.relative_to(export)
                to.parent.mkdir(parents=True, exist_ok=True)
                kept = [body if number % 2 == one else b"" for number, body in enumerate(bodies)]
                to.write_bytes(logs.bundle(kept))
    both = [tmp_path / "0", tmp_path / "1"]
    bare = shutil.copytree(export, tmp_path / "bare", ignore=shutil.ignore_patterns("entries"))

    assert asked("verify", bare, *both, "--key", logs.vkey(), "--complete", "--strict") == 0
    assert (
        asked("verify", bare, both[0], "--key", logs.vkey(), "--complete") == verifier.FAULTS["withheld"][0]
    )


@pytest.mark.sec("SEC-AL27")
def test_tiles_of_earlier_sizes_may_lie_in_the_same_folder(export):
    """The operator exports into one folder again and again; what was pruned since still stands in an old bundle."""
    Log(LEAVES[:580]).write(export)
    Log(LEAVES[:200]).write(export)
    Log(LEAVES).write(export)
    part = export / "tile/entries/002.p/88"
    bodies = verifier.records(part.read_bytes())
    part.write_bytes(logs.bundle([bodies[0], b"", *bodies[2:]]))

    assert asked("verify", export, "--key", logs.vkey(), "--strict") == 0
    (export / "tile/entries/002.p/68").write_bytes(logs.bundle(bodies[:67]))
    assert asked("verify", export, "--key", logs.vkey()) == verifier.FAULTS["missing"][0]
    (export / "tile/entries/002.p/68").write_bytes(logs.bundle(bodies[:69]))
    assert asked("verify", export, "--key", logs.vkey()) == verifier.FAULTS["surplus"][0]


@pytest.mark.sec("SEC-AL27")
def test_a_link_to_a_folder_is_a_file_too_many(export, tmp_path, capsys):
    (export / "more").symlink_to(tmp_path, target_is_directory=True)

    assert asked("verify", export, "--key", logs.vkey()) == verifier.FAULTS["surplus"][0]
    assert "surplus : more" in capsys.readouterr().out


@pytest.mark.sec("SEC-AL27")
def test_an_empty_tree_says_that_it_is_empty(tmp_path, capsys):
    folder = Log([]).write(tmp_path / "export")

    assert asked("verify", folder, "--key", logs.vkey()) == 0
    assert "L'arbre signé est vide" in capsys.readouterr().out
    raw = (folder / "checkpoint").read_bytes()
    (folder / "checkpoint").write_bytes(raw.replace(raw.split(b"\n")[2], b"A" * 43 + b"="))
    assert asked("verify", folder, "--key", logs.vkey()) == verifier.FAULTS["malformed"][0]


@pytest.mark.sec("SEC-AL27")
def test_refused_entries_are_counted(export, capsys):
    """What the sequencer gave no place stands beside the log, under its leaf hash."""
    for body, shown in ((entry(9, 1), True), (b"no entry", True), (entry(9, 2), False)):
        path = export / "refused" / verifier.leaf_hash(body).hex()
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body if shown else b"")

    assert asked("verify", export, "--key", logs.vkey(), "--strict", "--complete") == 0
    assert "3 entrées refusées, dont 1 sans contenu" in capsys.readouterr().out


@pytest.mark.sec("SEC-AL27")
@pytest.mark.parametrize("bits", ["AB==", "AAB=", "AA=", "AA", "A A=", "AA==\n"])
def test_base64_has_one_spelling(bits):
    with pytest.raises(verifier.Fault):
        verifier.base64_in(bits, "x")


@pytest.mark.sec("SEC-AL27")
def test_keys_of_an_earlier_life_verify_its_checkpoints_and_no_other(tmp_path):
    """A log keeps its key; under a new origin the key has a new name. A checkpoint of the old one is still checked."""
    held = note(LEAVES)
    second = f"{logs.ORIGIN}/2"
    folder = Log([held, *LEAVES], origin=second).write(tmp_path / "export")
    (tmp_path / "held").write_bytes(held)
    (tmp_path / "forged").write_bytes(note(LEAVES, logs.OTHER_KEY))
    new, old = logs.vkey(origin=second), logs.vkey()

    assert asked("verify", folder, "--key", new, "--earlier", tmp_path / "held") == 0
    assert asked("verify", folder, "--key", new, "--key", old, "--earlier", tmp_path / "held") == 0
    assert asked("verify", folder, "--key", old) == verifier.FAULTS["signature"][0]
    status = verifier.FAULTS["signature"][0]
    assert asked("verify", folder, "--key", new, "--earlier", tmp_path / "forged") == status


# --- A new origin ---------------------------------------------------------------------------------------


def carried(count: int) -> bytes:
    """The entry behind the places that a new origin has from the old one."""
    return entry(50 + count % 7, 1, act="journal:carried", n=count, fields={})


SECOND = Log([note(LEAVES), *LEAVES, carried(600), entry(9, 1)], origin=f"{logs.ORIGIN}/2")
THIRD = Log(
    [note(SECOND.leaves, origin=SECOND.origin), *SECOND.leaves, carried(603)], origin=f"{logs.ORIGIN}/3"
)
EDITED = [*LEAVES[:300], entry(0, 101, out="deny"), *LEAVES[301:]]
ORIGINS = {
    "carried over": (SECOND, [note(LEAVES[:9]), note(LEAVES[:256]), note(LEAVES)], None, ""),
    "carried over twice": (
        THIRD, [note(LEAVES[:257]), note(LEAVES), note(SECOND.leaves[:500], origin=SECOND.origin)], None, "",
    ),
    "an old entry edited": (
        Log([note(LEAVES), *EDITED, carried(600)], origin=SECOND.origin), [note(LEAVES[:301])], "fork", "taille 301",
    ),
    "an old entry edited, behind what is held": (
        Log([note(LEAVES), *EDITED, carried(600)], origin=SECOND.origin), [note(LEAVES[:300])], None, "",
    ),
    "the last ones lost in a restore": (
        Log([note(LEAVES), *LEAVES[:590], carried(590)], origin=SECOND.origin), [note(LEAVES[:590]), note(LEAVES)],
        None, "reprend 590 entrées : repere.example/journal, taille 600 ne peut plus être recalculé, les 10 dernières",
    ),
    "an edited one, and fewer said to be carried": (
        Log([note(LEAVES), *EDITED, carried(600)], origin=SECOND.origin), [note(LEAVES[:599])], "fork", "taille 599",
    ),
    "two of one size, one of which contradicts": (SECOND, [note(EDITED[:599]), note(LEAVES[:599])], "fork", "taille 599"),
    "nothing said": (
        Log([note(LEAVES), *EDITED], origin=SECOND.origin), [note(LEAVES)], None, "ne dit pas ce qu'elle reprend",
    ),
    "an older one begun with": (
        Log([note(LEAVES[:500]), *LEAVES, carried(600)], origin=SECOND.origin), [note(LEAVES)], "rollback", "taille 600",
    ),
}  # fmt: skip


@pytest.mark.sec("SEC-AL10")
@pytest.mark.parametrize("name", ORIGINS)
def test_a_held_checkpoint_of_an_earlier_origin_is_recomputed(name, tmp_path, capsys):
    log, held, fault, said = ORIGINS[name]
    (tmp_path / "held").write_bytes(b"\n".join(held))
    folder = log.write(tmp_path / "export")
    key = logs.vkey(origin=log.origin)

    status = asked("verify", folder, "--key", key, "--strict", "--complete", "--earlier", tmp_path / "held")

    out = capsys.readouterr().out
    assert status == (verifier.FAULTS[fault][0] if fault else 0), out
    assert said in out


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


@pytest.mark.sec("SEC-AL24")
@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ((1, 4), False), ((1, 3), False), ((1, 2), False), ((3, 4), False),
        ((1, 5), True), ((4, 5), True), ((1, 1), True), ((2, 1), True),
    ],
)  # fmt: skip
def test_counters_are_followed_past_withheld_entries(tmp_path, numbers, fault):
    """Two that nothing is known of stand between, and none before: a jump is as wide as they are, and never back."""
    first, second = numbers
    before = [entry(5, seq) for seq in range(1, first)] if first != 4 else []
    leaves = [*before, entry(5, first), entry(6, 1), entry(6, 2), entry(5, second), entry(7, 1)]
    at = len(before) + 1
    folder = Log(leaves).emptied([at, at + 1]).write(tmp_path / "export")

    assert asked("verify", folder, "--key", logs.vkey()) == (verifier.FAULTS["writer"][0] if fault else 0)


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
        {"obj": ["b", "a"]}, {"obj": ["a", "a"]}, {"obj": [None, "a"]}, {"fields": []}, {"fields": {"a b": 1}}, {"ts": None}, {"rule": "é"},
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


SNIPPETS = (
    '"',
    "\\",
    ",",
    ":",
    "null",
    "1",
    "0",
    "true",
    "1e3",
    '"a":1',
    '"é"',
    "\x7f",
    "\n",
    " ",
    "{}",
    '["b","a"]',
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 2**54), st.floats(), st.text(max_size=70),
    st.lists(st.sampled_from(("a", "b", "a-b", "a:1", "é")), max_size=4),
    st.dictionaries(st.sampled_from(("a", "b", "a-b", "a:1", "a b")), st.integers(-1, 2**54) | st.none(), max_size=4),
)  # fmt: skip


@given(
    changed=st.dictionaries(st.sampled_from(sorted(verifier.KEYS)), VALUES, max_size=3),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(("", *SNIPPETS))), max_size=2
    ),
)
def test_the_pattern_of_an_entry_says_what_parsing_it_says(changed, cuts):
    """It is only faster: it takes nothing that the whole check refuses, nor the other way round."""
    text = json.dumps(
        json.loads(entry(1, 1)) | changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    for share, length, instead in cuts:
        at = int(share * len(text))
        text = text[:at] + instead + text[at + length :]
    body = text.encode(errors="replace")

    assert verifier.is_canonical(body) == verifier.is_canonical_when_parsed(body)


def test_the_entries_of_the_service_need_no_parser(monkeypatch):
    monkeypatch.setattr(verifier, "is_canonical_when_parsed", lambda _: pytest.fail("it is parsed"))

    assert verifier.is_canonical(
        entry(1, 1, obj=["a", "b"], fields={"child.last_name": 1, "child.sex": None})
    )


@pytest.mark.sec("SEC-AL12")
def test_several_processes_say_what_one_says(tmp_path):
    leaves = entries(2_300)
    log, key = Log([*leaves[:2_000], *leaves[2_001:]]), logs.vkey()
    path = "tile/entries/005"
    log.files[path] = log.files[path].replace(b'"out":"allow"', b'"out":"error"', 1)
    words = ["verify", log.write(tmp_path / "export"), "--key", key, "--strict", "--complete", "--processes"]

    alone, shared = (bare(tmp_path, *words, count) for count in (1, 2))

    assert shared.stdout == alone.stdout, shared.stderr
    assert "FAUTE altered : entrée 1280 :" in alone.stdout
    assert "FAUTE writer : entrée 2002 (" in alone.stdout


@pytest.mark.parametrize("when", ["asked", "answering"])
def test_a_process_that_is_killed_leaves_its_part_to_the_walk(tmp_path, monkeypatch, capsys, when):
    class Killed(futures.Executor):
        def __init__(self, *_: object) -> None: ...

        def submit(self, *_: object) -> futures.Future:
            if when == "asked":
                raise futures.BrokenExecutor
            answer = futures.Future()
            answer.set_exception(futures.BrokenExecutor())
            return answer

    monkeypatch.setattr(verifier, "ProcessPoolExecutor", Killed)
    export = Log([*LEAVES[:400], *LEAVES[401:]]).write(tmp_path / "export")

    status = asked("verify", export, "--key", logs.vkey(), "--strict", "--processes", 2)

    assert status == verifier.FAULTS["writer"][0]
    assert "599 entrées" in capsys.readouterr().out


PROOF = "c2sp.org/tlog-proof@v1\nindex 0\n"
HEAD = note(LEAVES[:1]).decode()


@pytest.mark.sec("SEC-AL27")
@pytest.mark.parametrize(
    "broken",
    [
        PROOF.replace("v1", "v2"), PROOF.replace("c2sp.org/tlog-proof@v1\n", ""), PROOF.replace("index 0\n", ""),
        PROOF.replace("index 0", "index a"), PROOF.replace("index 0", "index -1"), PROOF.replace("index 0", "index 00"),
        PROOF.replace("index", "extra !!!\nindex"), PROOF.replace("index", "extra AB==\nindex"), f"{PROOF}!!!\n",
        f"{PROOF}{'A' * 22}==\n", PROOF.replace("index", "extra\nindex"), f"{PROOF}\n{PROOF}",
        PROOF + 65 * f"{'A' * 43}=\n",
    ],
    ids=range(13),
)  # fmt: skip
def test_a_proof_has_the_published_form(tmp_path, broken):
    """Each sentence of C2SP tlog-proof, and what its reference implementation refuses."""
    for text, status in ((PROOF, 0), (broken, verifier.FAULTS["malformed"][0])):
        said = {"entry": LEAVES[0].decode(), "proof": f"{text}\n{HEAD}"}
        (tmp_path / "proof").write_text(json.dumps(said), encoding="utf-8")
        assert asked("inclusion", tmp_path / "proof", "--key", logs.vkey()) == status


@pytest.mark.sec("SEC-AL27")
def test_a_surplus_hash_proves_nothing(tmp_path):
    surplus = f"{PROOF}{'A' * 43}=\n"
    said = {"entry": LEAVES[0].decode(), "proof": f"{surplus}\n{HEAD}"}
    (tmp_path / "proof").write_text(json.dumps(said), encoding="utf-8")

    assert asked("inclusion", tmp_path / "proof", "--key", logs.vkey()) == verifier.FAULTS["proof"][0]


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
