"""Content goes when its time is over, proofs stay; pruned isn't missing; what is held stays (SEC-AL15, SEC-AL24)."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import (
    appendonly,
    canonical,
    events,
    exporting,
    journal,
    pruning,
    sequencer,
    sequencing,
    tree,
    verifier,
)
from audit.errors import HoldStands
from audit.management.commands import export_journal
from audit.models import Alarm, Checkpoint, Entry, EntrySubject, LegalHold, PrunedRun
from audit.tree import Tree
from referrals.retention import journal_retention
from tests.audit import logs
from tests.audit import sequenced as made
from tests.audit.conftest import FakeActor
from tests.audit.keeper import unguarded
from tests.conftest import see_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL15"),
    pytest.mark.real_clock("what is young is told by the triggers of SQLite, which have the machine's"),
    pytest.mark.both_databases("triggers that let an old entry be emptied"),
]
sequenced = made.sequenced

events.register("test:done")
#: The machine's, though tests are collected under the frozen clock.
NOW = time_machine.escape_hatch.datetime.datetime.now(UTC)
OLD, OLDER, RECENT = (NOW - timedelta(days=days) for days in (500, 1200, 30))
#: Three years for what is about files, one for what isn't.
TERMS = {"access_before": NOW - timedelta(days=1095), "technical_before": NOW - timedelta(days=365)}
TENANT, OTHER, FILE = uuid4(), uuid4(), uuid4()


def write(at, *files, tenant=TENANT, act="test:done"):
    with transaction.atomic():
        return journal.record(act, actor=FakeActor(), at=at, tenant=tenant, objects=files)


def prune(tenant=TENANT):
    with transaction.atomic():
        see_all()
        return pruning.prune(tenant, **TERMS, at=NOW)


def content(*entries):
    kept = dict(Entry.objects.values_list("pk", "body"))
    return [bool(bytes(kept[entry.pk])) for entry in entries]


@pytest.fixture
def log(sequenced):
    """About a file and about none, old and recent, of two authorities; all in the tree."""
    entries = {
        "old access": write(OLDER, FILE), "old list": write(OLDER, FILE, uuid4()),
        "elsewhere": write(OLDER, FILE, tenant=OTHER), "recent access": write(OLD, FILE), "old technical": write(OLD),
        "recent technical": write(RECENT),
    }  # fmt: skip
    sequenced.sequencer.once()
    return sequenced, entries


def verified(sequenced, *more) -> tuple[int, str]:
    to = sequenced.exported()
    asked = verifier.arguments().parse_args(["verify", str(to), "--key", sequenced.key(), *more])
    report = asked.does(asked)
    return report.status, str(report)


def test_what_is_over_goes_and_the_rest_stays(log):
    _, entries = log

    assert prune() == 3

    gone = {name for name, entry in entries.items() if content(entry) == [False]}
    assert gone == {"old access", "old list", "old technical"}
    assert (prune(), prune(OTHER)) == (0, 1)


def test_what_goes_is_the_content_with_its_salt_and_the_pseudonyms_beside_it(log):
    _, entries = log
    before = Entry.objects.get(pk=entries["old list"].pk)

    prune()

    left = Entry.objects.get(pk=entries["old list"].pk)
    assert (left.actor, left.subject, bytes(left.body)) == (None, None, b"")
    assert not EntrySubject.objects.filter(entry=left.pk).exists()
    kept = ("at", "act", "outcome", "tenant", "writer", "writer_seq", "leaf_hash")
    assert [getattr(left, name) for name in kept] == [getattr(before, name) for name in kept]


def test_an_entry_says_how_much_was_pruned_and_vouches_for_the_list(log):
    prune()

    (said,) = Entry.objects.filter(act="journal:pruned")
    body = json.loads(bytes(said.body))
    assert (said.tenant, body["n"], body["obj"]) == (TENANT, 3, [])
    assert [(run.first, run.last) for run in PrunedRun.objects.all()] == [(0, 1), (4, 4)]
    assert prune() == 0, "and it is never pruned itself"


@pytest.mark.sec("SEC-AL12")
def test_a_pruned_log_verifies_and_pruned_is_not_missing(log):
    sequenced, _ = log
    before = sequenced.checkpoint()
    prune()
    sequenced.sequencer.once()

    status, said = verified(sequenced, "--complete", "--strict")

    assert status == 0, said
    assert "3 entrées élaguées" in said
    held = sequenced.folder / "held"
    held.write_bytes(bytes(before.note))
    assert verified(sequenced, "--earlier", str(held))[0] == 0


@pytest.mark.sec("SEC-AL13")
def test_content_that_went_without_the_log_saying_so_is_named(log):
    """Over-pruning: by the list, or by none."""
    sequenced, _ = log
    prune()
    sequenced.sequencer.once()
    to = sequenced.exported()
    (listed,) = (to / "pruned").iterdir()
    whole = listed.read_bytes()
    asked = ["verify", str(to), "--key", sequenced.key(), "--complete"]

    listed.write_bytes(whole.replace(b"0-1 ", b"0-5 "))
    assert verifier.main(asked) == verifier.FAULTS["altered"][0]
    listed.unlink()
    assert verifier.main(asked) == verifier.FAULTS["missing"][0]
    listed.write_bytes(whole)
    bundle = next((to / "tile/entries").rglob("*.p/*"))
    records = verifier.records(bundle.read_bytes())
    records[3] = b""
    bundle.write_bytes(b"".join(len(one).to_bytes(2) + one for one in records))
    assert verifier.main(asked) == verifier.FAULTS["withheld"][0]


def test_a_proof_of_a_pruned_entry_still_holds_by_its_hash(log):
    sequenced, entries = log
    prune()
    last = sequenced.checkpoint()
    path = Tree(last.origin, last.size).inclusion(0, last.size)

    assert verifier.inclusion_holds(
        bytes(entries["old access"].leaf_hash), 0, last.size, path, bytes(last.root)
    )


def test_nothing_goes_that_has_no_place_in_a_signed_tree(sequenced):
    entry = write(OLDER, FILE)

    assert prune() == 0
    assert content(entry) == [True]


def commanded(sequenced, monkeypatch, meanwhile) -> tuple[str, int, list[bool]]:
    """Export by the operator's command; ``meanwhile`` is done where it waits. What it warns of, status, and how often it waited."""
    waited: list[bool] = []
    monkeypatch.setattr(export_journal.time, "sleep", lambda _: (waited.append(True), meanwhile()))
    said, to = io.StringIO(), sequenced.folder / "export"
    call_command("export_journal", to, stdout=io.StringIO(), stderr=said)
    asked = verifier.arguments().parse_args(
        ["verify", str(to), "--key", sequenced.key(), "--complete", "--strict"]
    )
    return said.getvalue(), asked.does(asked).status, waited


@pytest.mark.sec("SEC-AL13", "SEC-AL24")
def test_the_operators_export_waits_for_the_entry_that_tells_of_a_pruning(log, monkeypatch):
    sequenced, _ = log
    prune()

    assert commanded(sequenced, monkeypatch, sequenced.sequencer.once) == ("", 0, [True])

    prune(OTHER)
    said, status, waited = commanded(sequenced, monkeypatch, lambda: None)
    assert ("--complete" in said, status) == (True, verifier.FAULTS["withheld"][0])
    assert len(waited) == export_journal.WAIT_SECONDS


@pytest.mark.sec("SEC-AL15")
def test_an_export_into_the_same_folder_keeps_no_content_that_was_pruned_since(log):
    """Nor does it keep the partial tiles of earlier sizes, of which nobody asks any more."""
    sequenced, entries = log
    salt = json.loads(bytes(Entry.objects.get(pk=entries["old access"].pk).body))["salt"].encode()
    to = sequenced.exported()
    before = {path for path in to.rglob("*") if path.is_file() and salt in path.read_bytes()}
    assert len(before) == 1
    prune()
    sequenced.sequencer.once()

    sequenced.exported()

    left = {path for path in to.rglob("*") if path.is_file()}
    assert not [path for path in left if salt in path.read_bytes()]
    assert not before & left
    assert len({path.name for path in left if path.parent.suffix == ".p"}) == 1
    assert verified(sequenced, "--complete", "--strict")[0] == 0


@pytest.mark.sec("SEC-AL24")
def test_the_nightly_pass_tells_what_was_pruned_from_what_was_emptied(log):
    """Also under a new origin, before its places are said again; and nobody says them of what was only emptied."""
    sequenced, entries = log
    prune()
    sequenced.sequencer.once()
    assert journal_retention.compare_all(NOW) == 0
    with unguarded() as cursor:
        cursor.execute(f"{GO} WHERE writer_seq = 6")  # the recent one
    sequencer.begin_new_origin(by=sequenced.sequencer.signer, at=NOW)
    sequenced.sequencer.once()

    assert journal_retention.compare_all(NOW) == 1
    with transaction.atomic():
        see_all()
        assert pruning.restate(TENANT, at=NOW) == 3
    assert journal_retention.compare_all(NOW) == 1
    assert Alarm.objects.get().key == f"column:body:{entries['recent technical'].pk}"


# --- Told, and old enough -------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AL24")
def test_the_list_names_writer_and_counter_of_each_place_and_the_youngest_of_each_run(log):
    sequenced, entries = log
    prune()
    prune(OTHER)
    sequenced.sequencer.once()
    to = sequenced.exported()
    writer = entries["old access"].writer

    said = sorted(path.read_text() for path in (to / "pruned").iterdir())

    older, old = canonical.instant(OLDER), canonical.instant(OLD)
    origin = tree.newest().name
    assert said == [
        f"{origin}\n0-1 {older} {writer}:1-2\n4-4 {old} {writer}:5-5\n",
        f"{origin}\n2-2 {older} {writer}:3-3\n",
    ]
    assert verified(sequenced, "--complete", "--strict")[0] == 0


@pytest.mark.sec("SEC-AL24", "SEC-AL28")
def test_a_pruned_log_agrees_with_the_feed(log, tmp_path):
    """Lines and leaves are matched by hash: the content isn't needed."""
    sequenced, _ = log
    prune()
    sequenced.sequencer.once()
    lines = [
        f"leaf {writer} {seq} {bytes(leaf).hex()}\n"
        for writer, seq, leaf in Entry.objects.order_by("writer_seq").values_list(
            "writer", "writer_seq", "leaf_hash"
        )
    ]
    (tmp_path / "feed").write_text("".join(lines))
    (tmp_path / "holed").write_text("".join(lines[1:]))
    words = ["--complete", "--strict", "--settled", "--feed"]

    assert verified(sequenced, *words, str(tmp_path / "feed"))[0] == 0
    status, said = verified(sequenced, *words, str(tmp_path / "holed"))
    assert (status, "unfed : entrée 0 (1 en tout)" in said) == (verifier.FAULTS["unfed"][0], True)


@pytest.mark.sec("SEC-AL24")
def test_each_authority_gets_the_lists_of_its_own(log):
    """The other's entry is withheld in such an export, and with it the list that nobody could check."""
    sequenced, _ = log
    prune()
    prune(OTHER)
    sequenced.sequencer.once()
    to = sequenced.folder / "part"

    def of_93(entries):
        rows = Entry.objects.filter(pk__in=entries, tenant=TENANT).values_list("pk", "body")
        return {pk: bytes(body) for pk, body in rows}

    exporting.to_folder(exporting.latest(of_93, origin=tree.newest()), to)
    asked = verifier.arguments().parse_args(["verify", str(to), "--key", sequenced.key(), "--strict"])
    report = asked.does(asked)

    assert report.status == 0, report
    assert len(list((to / "pruned").iterdir())) == 1
    assert "3 entrées élaguées" in str(report)
    assert "2 entrées dont ni le rédacteur ni le numéro ne sont connus" in str(report)


@pytest.mark.sec("SEC-AL24")
def test_a_list_is_said_again_with_all_that_it_said_after_a_new_origin(log):
    sequenced, entries = log
    prune()
    sequenced.sequencer.once()
    sequencer.begin_new_origin(by=sequenced.sequencer.signer, at=NOW)
    sequenced.sequencer.once()
    with transaction.atomic():
        see_all()
        assert pruning.restate(TENANT, at=NOW) == 3
    sequenced.sequencer.once()

    status, said = verified(sequenced, "--complete", "--strict", "--earlier", str(sequenced.witness))

    assert status == 0, said
    runs = PrunedRun.objects.filter(origin=2).values_list("first", "last", "writers", "youngest")
    writer = entries["old access"].writer
    assert list(runs) == [(1, 2, f"{writer}:1-2", OLDER), (5, 5, f"{writer}:5-5", OLD)]


@pytest.mark.sec("SEC-AL24")
def test_a_column_that_somebody_changed_makes_no_entry_old(sequenced):
    """The instant and the authority are those of the bytes; the columns are for searching."""
    young = forged(at=OLDER, body_at=RECENT)
    elsewhere = forged(at=OLDER, tenant=TENANT, body_tenant=OTHER)
    garbage = forged(at=OLDER, body=b"not an entry")
    said = forged(at=OLDER, body_act="journal:pruned")
    place(young, elsewhere, garbage, said)

    assert prune() == 0
    assert all(content(young, elsewhere, garbage, said))


def place(*entries):
    """Give rows their places under a checkpoint, whether the service wrote them or not."""
    origin = sequencing.current(at=NOW).number
    first = tree.size_of(origin)
    sequencing.add_leaves(origin, first, [(entry.pk, entry.leaf_hash) for entry in entries])
    Checkpoint.objects.create(
        origin=origin, size=first + len(entries), root=bytes(32), at=NOW, note=b"-", settled=0, cluster=0
    )


def forged(*, at, body_at=None, tenant=TENANT, body_tenant=None, body_act="test:done", body=None):
    """A row whose columns say something else than its bytes; the database takes it as any other."""
    number = Entry.objects.count() + 1
    body = body or logs.entry(
        7, number, ts=canonical.instant(body_at or at), tenant=str(body_tenant or tenant), act=body_act
    )
    return Entry.objects.create(
        at=at, act="test:done", outcome="allow", tenant=tenant, writer=logs.writer_of(7), writer_seq=number,
        body=body, leaf_hash=verifier.leaf_hash(body),
    )  # fmt: skip


LEAVES = [
    logs.entry(number % 2, number // 2 + 1, ts=f"202{number // 12}-{number % 12 + 1:02}-01T00:00:00.000000Z")
    for number in range(84)
]  # a month each, from January 2020 to December 2026, which is later than any pruning here
OLD_ENOUGH, TOO_YOUNG = range(10, 76), range(10, 80)


def asked(folder: Path, log: logs.Log, *more: str) -> tuple[str, list[str]]:
    """What the verifier says, and the classes of its findings."""
    words = ["verify", str(log.write(folder / "export")), "--key", logs.vkey(), *more]
    report = verifier.verify(verifier.arguments().parse_args(words))
    return str(report), sorted(report.faults)


def without(*places: int) -> list[bytes]:
    return [leaf for place, leaf in enumerate(LEAVES) if place not in places]


LISTED = logs.listed(LEAVES, OLD_ENOUGH)
PRUNINGS = {
    "old enough": (logs.pruned(LEAVES, OLD_ENOUGH), []),
    "emptied, and nobody says so": (logs.Log(LEAVES).emptied(OLD_ENOUGH), ["withheld"]),
    "today's emptied, and nobody says so": (logs.Log(LEAVES).emptied(range(80, 84)), ["withheld"]),
    "today's emptied, with a forged entry and list": (logs.pruned(LEAVES, TOO_YOUNG), ["overpruned"]),
    "today's emptied, and the list says that they were old": (
        logs.pruned(LEAVES, [83], raw=logs.listed(LEAVES, [83], youngest="2020-01-01T00:00:00.000000Z")),
        ["overpruned"],
    ),
    "an entry of tomorrow, too": (logs.pruned(LEAVES, range(10, 84)), ["overpruned"]),
    "beyond its own place": (
        logs.pruned(LEAVES, [9], raw=logs.listed(LEAVES, [9]).replace(b"9-9", b"99-99")),
        ["overpruned", "withheld"],
    ),
    "a list that its entry doesn't vouch for": (
        logs.pruned(LEAVES, OLD_ENOUGH), ["altered", "withheld"],
    ),
    "fewer than the entry says": (
        logs.pruned(LEAVES, [9, 10], raw=logs.listed(LEAVES, [9])), ["malformed", "withheld"],
    ),
    "a hole beside pruned places": (logs.pruned(without(8), range(10, 70)), ["writer"]),
    "a hole among pruned places": (logs.pruned(without(30), range(10, 70)), ["writer"]),
    "a hole behind pruned places": (logs.pruned(without(72), range(10, 70)), ["writer"]),
    "a hole, and the list fills it": (
        logs.pruned(
            without(30), range(10, 70),
            raw=logs.listed(without(30), range(10, 70)).replace(b":17-17", b":16-16", 1),
        ),
        ["writer"],
    ),
}  # fmt: skip
PRUNINGS["a list that its entry doesn't vouch for"][0].files[
    "pruned/00000000-0000-4000-8000-000000000001"
] += b"\n"


@pytest.mark.sec("SEC-AL24")
@pytest.mark.parametrize("name", PRUNINGS)
def test_pruned_means_told_and_old_enough(name, tmp_path):
    log, expected = PRUNINGS[name]

    said, found = asked(tmp_path, log, "--complete", "--strict")

    assert found == expected, said


@pytest.mark.sec("SEC-AL24", "SEC-AL28")
def test_list_and_feed_tell_the_same_of_a_pruned_entry(tmp_path):
    """The list says that one without a line is its writer's last; what it says of one with a line must be the line's."""
    at = "2020-01-01T00:00:00.000000Z"
    leaves = [logs.entry(5, 1, ts=at), logs.entry(5, 2, ts=at), logs.entry(6, 1, ts=at)]
    true = logs.pruned(leaves, [0, 1, 2])
    (tmp_path / "feed").write_text(logs.feed([leaves[0], *true.leaves[2:]]))
    lying = logs.listed(leaves, [0, 1, 2]).replace(f"{logs.writer_of(6)}:1-1".encode(), b"%s:3-3")
    lying = lying.replace(b"%s", logs.writer_of(5).encode())

    said, found = asked(tmp_path, true, "--complete", "--feed", str(tmp_path / "feed"), "--settled")
    assert (found, "1 entrées n'ont pas de ligne" in said) == ([], True), said
    _, found = asked(tmp_path, logs.pruned(leaves, [0, 1, 2], raw=lying), "--feed", str(tmp_path / "feed"))
    assert "feed" in found


@pytest.mark.sec("SEC-AL24")
@pytest.mark.parametrize(
    ("at", "fault"),
    [
        ("2026-10-30T23:59:59.999999Z", True),  # six months before: 30 April, and the youngest is of 1 May
        ("2026-11-01T00:00:00.000000Z", False), ("2026-11-02T00:00:00.000000Z", False),
    ],
)  # fmt: skip
def test_six_months_are_counted_by_the_calendar(tmp_path, at, fault):
    _, found = asked(tmp_path, logs.pruned(LEAVES[:77], [75, 76], at=at))

    assert found == (["overpruned"] if fault else [])


@pytest.mark.sec("SEC-AL24")
@pytest.mark.parametrize(
    ("at", "before"),
    [("2026-08-31", "2026-02-28"), ("2024-08-30", "2024-02-29"), ("2026-03-15", "2025-09-15"), ("2026-06-30", "2025-12-30")],
)  # fmt: skip
def test_a_shorter_month_ends_earlier(at, before):
    assert verifier.months_before(datetime.fromisoformat(f"{at}T10:00Z"), 6).date().isoformat() == before


@pytest.mark.sec("SEC-AL24")
@pytest.mark.parametrize(
    "raw",
    [
        b"", b"x", LISTED[:-1], LISTED + b"\n", LISTED.replace(b"10-10", b"10-11"), LISTED.replace(b"-10 ", b"- "),
        LISTED.replace(b":6-6", b":6-5"), LISTED.replace(b"2020-11-01", b"2020-13-01"), LISTED.replace(b":6-6", b":6"),
        b"".join(LISTED.splitlines(keepends=True)[:1] + LISTED.splitlines(keepends=True)[:0:-1]),
        LISTED.replace(b" ", b"  "), LISTED.replace(b"\n", b"\r\n"),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_list_has_one_form(raw):
    verifier.runs_in(LISTED)
    with pytest.raises(verifier.Fault):
        verifier.runs_in(raw)


# --- Legal holds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "kept"),
    [(None, {"old access", "old list", "old technical"}), (FILE, {"old access", "old list"})],
)
def test_what_is_held_stays_until_the_hold_is_lifted(log, subject, kept):
    _, entries = log
    with transaction.atomic():
        found = pruning.hold(TENANT, subject, actor=FakeActor(), at=NOW)

    assert prune() == 3 - len(kept)
    assert all(content(*(entries[name] for name in kept)))
    with transaction.atomic(), pytest.raises(HoldStands):
        pruning.hold(TENANT, subject, actor=FakeActor(), at=NOW)

    with transaction.atomic():
        pruning.lift(found, actor=FakeActor(), at=NOW)
    assert prune() == len(kept)
    assert {"journal:held", "journal:lifted"} <= set(Entry.objects.values_list("act", flat=True))


# --- The database itself --------------------------------------------------------------------------------


def refused(sql: str) -> None:
    before = sorted(map(str, Entry.objects.values_list()))
    with appendonly.lifted(), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(sql)
    assert sorted(map(str, Entry.objects.values_list())) == before


NONE = "X''" if connection.vendor == "sqlite" else "''"
GO = f"UPDATE audit_entry SET body = {NONE}, actor = NULL, subject = NULL"  # noqa: S608 - ours


@pytest.mark.sec("SEC-AL6")
@pytest.mark.parametrize(
    "sql",
    [
        f"{GO} WHERE act = 'test:done'",
        f"UPDATE audit_entry SET body = {NONE}",  # noqa: S608 - pseudonyms left behind
        f"{GO}, act = 'x:y'",
        f"{GO}, writer_seq = writer_seq + 100",
        "UPDATE audit_entry SET body = body",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entrysubject",
    ],
)
def test_the_database_lets_nothing_else_pass(log, sql):
    refused(sql)


def emptied(entry) -> str:
    return f"{GO} WHERE id = '{entry.pk.hex if connection.vendor == 'sqlite' else entry.pk}'"


@pytest.mark.sec("SEC-AL6", "SEC-AL24")
def test_the_database_keeps_what_is_held_and_what_is_young(log):
    _, entries = log
    LegalHold.objects.create(tenant=TENANT, subject=FILE, placed_at=NOW)
    for name in ("old access", "old list", "recent technical"):
        refused(emptied(entries[name]))


@pytest.mark.sec("SEC-AL24")
def test_the_database_asks_the_bytes_too(sequenced):
    """Young, held, unplaced or saying what was pruned, though the columns beside say otherwise."""
    held = uuid4()
    LegalHold.objects.create(tenant=OTHER, subject=held, placed_at=NOW)
    free = write(OLDER)
    refused(emptied(free))  # it has no place yet
    sequenced.sequencer.once()
    rows = [
        forged(at=OLDER, body_at=RECENT),
        forged(at=OLDER, body_act="journal:pruned"),
        forged(at=OLDER, body=b"not an entry"),
        forged(
            at=OLDER, body=logs.entry(7, 9, ts=canonical.instant(OLDER), tenant=str(OTHER), obj=[str(held)])
        ),
    ]
    place(*rows)
    for row in rows:
        refused(emptied(row))
        if connection.vendor == "postgresql":
            refused(f"SELECT audit_prune(ARRAY['{row.pk}'::uuid])")
    with appendonly.lifted(), transaction.atomic():
        connection.cursor().execute(emptied(free))
        assert content(free) == [False]
        transaction.set_rollback(True)

    sequencer.begin_new_origin(by=sequenced.sequencer.signer, at=NOW)
    refused(emptied(free))  # its place in the present origin isn't signed: no list could name it
