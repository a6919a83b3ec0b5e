"""Content goes when its time is over, proofs stay; pruned isn't missing; what is held stays (SEC-AL15)."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from audit import appendonly, events, journal, pruning, verifier
from audit.errors import HoldStands
from audit.models import Entry, EntrySubject, LegalHold, PrunedRun
from audit.tree import Tree
from tests.audit import sequenced as made
from tests.audit.conftest import FakeActor
from tests.conftest import see_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL15"),
]
sequenced = made.sequenced

events.register("test:done")
NOW = datetime.now(UTC)
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
        "old access": write(OLDER, FILE), "old list": write(OLDER, FILE, uuid4()), "recent access": write(OLD, FILE),
        "old technical": write(OLD), "recent technical": write(RECENT), "elsewhere": write(OLDER, FILE, tenant=OTHER),
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
    assert [(run.first, run.last) for run in PrunedRun.objects.all()] == [(0, 1), (3, 3)]
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

    listed.write_bytes(whole.replace(b"0-1", b"0-5"))
    assert verifier.main(asked) == verifier.FAULTS["altered"][0]
    listed.unlink()
    assert verifier.main(asked) == verifier.FAULTS["missing"][0]
    listed.write_bytes(whole)
    bundle = next((to / "tile/entries").rglob("*.p/*"))
    records = verifier.records(bundle.read_bytes())
    records[4] = b""
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


@pytest.mark.sec("SEC-AL6")
def test_the_database_keeps_what_is_held_and_what_is_young(log):
    _, entries = log
    LegalHold.objects.create(tenant=TENANT, subject=FILE, placed_at=NOW)
    for name in ("old access", "old list", "recent technical"):
        key = entries[name].pk.hex if connection.vendor == "sqlite" else str(entries[name].pk)
        refused(f"{GO} WHERE id = '{key}'")
