"""Each process tells the leaf hash of what it commits where the database's keeper can't reach (SEC-AL14).

And the verifier names what was told and isn't in the tree, and what is in the tree and nobody told (SEC-AL28).
"""

import socket
from pathlib import Path

import pytest
from django.db import connection, transaction

from audit import events, journal, leaf_stream, sequencer, verifier
from tests.audit import logs
from tests.audit import sequenced as made
from tests.audit.conftest import NOON
from tests.audit.logs import Log, entries, entry, note

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL14"),
]

events.register("test:done")
sequenced = made.sequenced
LEAVES = entries(600)
FORGED = entry(9, 1)


def record():
    return journal.record("test:done", actor=None, at=NOON)


def line(entry) -> str:
    return f"leaf {entry.writer} {entry.writer_seq} {bytes(entry.leaf_hash).hex()}\n"


def test_what_is_committed_is_told_and_nothing_else(settings, capsys):
    settings.LEAF_FEED = "stdout"
    with transaction.atomic():
        first = record()
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    with transaction.atomic():
        second, third = record(), record()

    told = capsys.readouterr().out.splitlines(keepends=True)
    assert told[0] == line(first)
    assert sorted(told[1:]) == sorted(map(line, (second, third)))


def test_a_command_whose_output_is_data_tells_beside_it(settings, capsys):
    """The owner's ``rehearse --json`` and ``recall --json`` are JSON, and their entries are told all the same."""
    settings.LEAF_FEED = "stderr"
    with transaction.atomic():
        first = record()

    told = capsys.readouterr()
    assert (told.out, told.err) == ("", line(first))


def test_a_command_by_hand_tells_the_log_of_the_machine(settings, capsys, monkeypatch, tmp_path):
    """What it prints is read by a person, and its terminal is collected by nobody."""
    settings.LEAF_FEED = "syslog"
    monkeypatch.setattr(leaf_stream, "SYSTEM_LOG", str(tmp_path / "log"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as machine:
        machine.bind(str(tmp_path / "log"))
        machine.settimeout(10)
        with transaction.atomic():
            first = record()
        assert machine.recv(1_000).decode() == f"<134>repere-feed: {line(first)}".rstrip()
    assert capsys.readouterr() == ("", "")

    (tmp_path / "log").unlink()
    with transaction.atomic():
        second = record()

    assert capsys.readouterr() == ("", line(second)), "without such a log it isn't lost"


def test_it_may_be_a_file(settings, tmp_path):
    settings.LEAF_FEED = str(tmp_path / "leaves.log")
    with transaction.atomic():
        first = record()

    assert (tmp_path / "leaves.log").read_text() == line(first)
    assert (tmp_path / "leaves.log").stat().st_mode & 0o077 == 0


def test_a_feed_that_fails_takes_nothing_back(settings, tmp_path):
    settings.LEAF_FEED = str(tmp_path / "absent" / "leaves.log")
    with transaction.atomic():
        entry = record()
    settings.LEAF_FEED = ""
    with transaction.atomic():
        after = record()

    assert after.writer_seq == entry.writer_seq + 1


def test_nobody_is_told_where_none_is_set(settings, capsys):
    settings.LEAF_FEED = ""
    with transaction.atomic():
        record()

    assert capsys.readouterr().out == ""
    assert leaf_stream.STDOUT == "stdout"


# --- Both sides are named -------------------------------------------------------------------------------


def asked(folder: Path, log: Log, told: list[bytes], *more: str) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / "feed").write_text(f"noise\nfiling {'A' * 200}=\n" + logs.feed(told), encoding="utf-8")
    key = logs.vkey(origin=log.origin)
    return ["verify", str(log.write(folder / "export")), "--key", key, "--feed", str(folder / "feed"), *more]


def named(capsys) -> list[str]:
    """The findings, without what each class says of itself."""
    lines = capsys.readouterr().out.splitlines()
    return [line.removeprefix("FAUTE ").rpartition(" : ")[0] for line in lines if line.startswith("FAUTE")]


W = [logs.writer_of(number) for number in range(3)]
BOTH_SIDES = {
    # what is in the tree, what was told, what is named
    "forged, of an invented writer": (
        Log([*LEAVES, FORGED]), LEAVES, ["unfed : entrée 600 (1 en tout)"],
    ),
    "forged, of a known writer": (
        Log([*LEAVES, entry(0, 202)]), LEAVES, ["unfed : entrée 600 (1 en tout)", "writer : entrée 600"],
    ),
    "forged, two of a known writer: not the last one alone": (
        Log([*LEAVES, entry(0, 201), entry(0, 202)]), LEAVES, ["unfed : entrée 600 (2 en tout)"],
    ),
    "forged, with a number that is taken": (
        Log([*LEAVES, entry(0, 200, out="deny")]), LEAVES, ["unfed : entrée 600 (1 en tout)", "writer : entrée 600"],
    ),
    "forged, and its content withheld": (
        Log([*LEAVES[:300], FORGED, *LEAVES[300:]]).emptied(range(250, 400)), LEAVES,
        ["unfed : entrée 300 (1 en tout)"],
    ),
    "deleted before its place": (
        Log(LEAVES[:597] + LEAVES[598:]), LEAVES, [f"feed : rédacteur {W[0]}, numéro 200 : absent du journal (1 en tout)"],
    ),
    "altered before its place": (
        Log([*LEAVES[:9], entry(0, 4, out="deny"), *LEAVES[10:]]), LEAVES,
        [f"feed : entrée 9 (rédacteur {W[0]}, numéro 4) : autre empreinte (1 en tout)", "unfed : entrée 9 (1 en tout)"],
    ),
    "deleted where content is withheld: its hole is seen by the feed": (
        Log(LEAVES[:300] + LEAVES[303:]).emptied(range(200, 500)), LEAVES[:300] + LEAVES[303:],
        ["writer : entrée 300"],
    ),
    "withheld": (Log(LEAVES).emptied(range(5, 590)), LEAVES, []),
    "told later than signed": (Log(LEAVES[:590]), LEAVES, []),
    "killed between the commit and the line": (Log([*LEAVES, entry(0, 201), entry(1, 201)]), LEAVES, []),
}  # fmt: skip


@pytest.mark.sec("SEC-AL28")
@pytest.mark.parametrize("name", BOTH_SIDES)
def test_what_one_side_has_and_the_other_has_not_is_named(name, tmp_path, capsys):
    log, told, findings = BOTH_SIDES[name]

    verifier.main(asked(tmp_path, log, told))

    said = named(capsys)
    assert len(said) == len(findings), said
    assert all(found.startswith(one) for found, one in zip(sorted(said), findings, strict=True)), said


@pytest.mark.sec("SEC-AL28")
def test_entries_from_before_the_collection_are_no_fault(tmp_path, capsys):
    words = asked(tmp_path, Log(LEAVES), LEAVES[300:])

    assert verifier.main([*words, "--feed-since", "300"]) == 0
    assert verifier.main([*words, "--feed-since", "299"]) == verifier.FAULTS["unfed"][0]
    assert "entrée 299 (1 en tout)" in capsys.readouterr().out
    assert verifier.main(words) == verifier.FAULTS["unfed"][0]
    assert "entrée 0 (300 en tout)" in capsys.readouterr().out


@pytest.mark.sec("SEC-AL28")
def test_the_checkpoint_that_a_new_origin_begins_with_needs_no_line(tmp_path):
    log = Log([note(LEAVES), *LEAVES], origin=f"{logs.ORIGIN}/2")
    assert verifier.main(asked(tmp_path, log, LEAVES, "--settled", "--strict", "--complete")) == 0

    carried = entry(50, 1, act="journal:carried", n=600, fields={})
    log = Log([note(LEAVES), *LEAVES, carried], origin=f"{logs.ORIGIN}/2")
    assert verifier.main(asked(tmp_path, log, LEAVES, "--settled", "--strict", "--complete")) == 0
    again = Log([*log.leaves[:601], entry(50, 1, act="journal:carried", n=599, fields={})], origin=log.origin)
    assert verifier.main(asked(tmp_path / "again", again, LEAVES)) == verifier.FAULTS["unfed"][0]

    forged = Log([b"anything", *LEAVES], origin=f"{logs.ORIGIN}/2")
    assert verifier.main(asked(tmp_path / "forged", forged, LEAVES)) == verifier.FAULTS["form"][0]


@pytest.mark.sec("SEC-AL28")
def test_the_service_tells_what_it_places(sequenced, settings, tmp_path):
    """Also what it tells and hasn't placed yet, and what a new origin places anew."""
    settings.LEAF_FEED = str(tmp_path / "leaves.log")
    key = sequenced.key
    made.written(3)
    connection.close()  # another writer
    made.written(2)
    sequenced.sequencer.once()
    exported = sequenced.exported()
    words = ["--feed", settings.LEAF_FEED, "--strict", "--complete"]
    assert verifier.main(["verify", str(exported), "--key", key(), *words, "--settled"]) == 0

    made.written(2)
    assert verifier.main(["verify", str(exported), "--key", key(), *words]) == 0
    exported.rename(tmp_path / "old")
    sequencer.begin_new_origin(by=sequenced.sequencer.signer, at=NOON)
    sequenced.sequencer.once()
    again = ["verify", str(sequenced.exported()), "--key", key(), *words, "--settled"]
    assert verifier.main([*again, "--earlier", settings.LOG_WITNESS_FILE]) == 0
