"""Columns for searching repeat the entry or are named; what is shown, and to whom, the entry says (SEC-AL22)."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from audit import columns, events, inspection, journal, proofs, questions
from audit.models import Alarm, Entry, EntrySubject, Leaf, Refused
from audit.questions import BY_NAME
from referrals.retention import journal_retention
from tests.audit.conftest import NOON, FakeActor
from tests.audit.keeper import adapted, change, unguarded
from tests.audit.sequenced import Sequenced, sequenced

__all__ = ["sequenced"]

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL22"),
    pytest.mark.both_databases("what the owner of the tables can change, and who is shown it"),
]
ACT = "test:rights"
events.register(ACT, "test:done")
events.file_under(events.Topic.RIGHTS, ACT)

NAMES = [
    field.column
    for field in Entry._meta.concrete_fields
    if field.column != "body"  # that is the entry
]
NEVER_NULL = {field.column for field in Entry._meta.concrete_fields if not field.null}
#: Another entry's can be had of those that aren't unique, and that aren't the same in all of these.
ANOTHERS = {"at", "actor", "subject", "leaf_hash"}
OTHER: dict[str, Any] = {
    "at": NOON + timedelta(minutes=3), "act": "test:done", "outcome": "deny", "topic": "export", "writer_seq": 900,
    "leaf_hash": bytes(32),
}  # fmt: skip


@dataclass
class Logged:
    """A log of one authority's entries, each about one file, and one about two."""

    tenant: UUID
    entries: list[Entry]
    several: Entry


@pytest.fixture
def logged(authority_93) -> Logged:
    with transaction.atomic():
        made = [
            journal.record(
                ACT, actor=FakeActor(), at=NOON + timedelta(seconds=n), objects=[uuid4()], tenant=authority_93
            )
            for n in range(3 * len(NAMES) + 2)
        ]
        several = journal.record(
            ACT,
            actor=FakeActor(),
            at=NOON + timedelta(minutes=2),
            objects=[uuid4(), uuid4()],
            tenant=authority_93,
        )
    return Logged(authority_93, made, several)


def tampered(logged: Logged) -> dict[UUID, str]:
    """Change each column in rows of its own: to something else, to another entry's, to nothing; return them."""
    done, rows, model = {}, iter(logged.entries[2:]), logged.entries[0]
    for name in NAMES:
        values = [None, OTHER.get(name, uuid4()), *([getattr(model, name)] if name in ANOTHERS else [])]
        for value in values:
            row = next(rows)
            if value is None and name in NEVER_NULL:
                with pytest.raises(DatabaseError):
                    change(row, **{name: None})
                continue
            change(row, **{name: value})
            done[value if name == "id" else row.pk] = name
    return done


def named() -> dict[UUID, set[str]]:
    """What the alarms name: entries, and columns of each."""
    found: dict[UUID, set[str]] = {}
    for key in Alarm.objects.values_list("key", flat=True):
        code, column, entry = key.split(":")
        assert code == "column"
        found.setdefault(UUID(entry), set()).add(column)
    return found


def forgotten() -> None:
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_alarm")


def expected(done: dict[UUID, str]) -> dict[UUID, set[str]]:
    return {pk: {name} for pk, name in done.items()}


def test_before_the_place_a_difference_is_named_and_costs_no_place(sequenced: Sequenced, logged: Logged):
    done = tampered(logged)

    sequenced.sequencer.once()

    assert named() == expected(done)
    assert not Refused.objects.exists()
    assert Leaf.objects.count() == len(logged.entries) + 1
    leaves = [bytes(one.leaf_hash) for one in Leaf.objects.order_by("place")]
    assert set(leaves) == {bytes(one.leaf_hash) for one in [*logged.entries, logged.several]}


def test_a_value_that_spans_two_columns_is_named_and_nothing_isnt_an_empty_text(
    sequenced: Sequenced, authority_93
):
    """The sequencer compares a row as one text: what stands between its columns makes two of one."""
    with transaction.atomic():
        one = journal.record("test:done", actor=FakeActor(), at=NOON, tenant=authority_93)
        other = journal.record("test:done", actor=None, at=NOON)
        true = journal.record("test:done", actor=None, at=NOON)
    change(one, act="test:done\x1fallow", outcome="")
    change(other, topic="")

    sequenced.sequencer.once()

    assert named() == {one.pk: {"act", "outcome"}, other.pk: {"topic"}}
    assert Leaf.objects.filter(entry=true.pk).exists()


def auditor(*authorities: UUID) -> FakeActor:
    return FakeActor(role="auditor", audits=frozenset(authorities))


@contextmanager
def served(actor: FakeActor) -> Iterator[None]:
    """A request's transaction: it sees the entries of the reader's authorities."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            seen = ",".join(map(str, actor.audits))
            connection.cursor().execute("SELECT set_config('repere.authorities', %s, true)", [seen])
        yield


def listed(actor: FakeActor, **filters: Any) -> list[Any]:
    with served(actor):
        return inspection.entries({"limit": 100} | filters, actor=actor, at=NOON).items


def asked(actor: FakeActor, **filters: Any) -> list[Any]:
    with served(actor):
        return questions.ask(BY_NAME["rights"], {"limit": 100} | filters, actor=actor, at=NOON).items


def in_table(actor: FakeActor, **filters: Any) -> list[str]:
    with served(actor):
        file, _ = questions.table(filters, actor=actor, at=NOON)
    with file:
        rows = list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))))
    return [row["id"] for row in rows if row["act"] == ACT]


def in_zip(actor: FakeActor) -> bytes:
    with served(actor):
        file = proofs.export(start=0, actor=actor, at=NOON)
    with file, zipfile.ZipFile(file) as archive:
        return b"".join(archive.read(one) for one in archive.namelist() if "entries" in one)


def test_after_the_place_each_way_of_showing_names_it_and_shows_what_the_entry_says(
    sequenced: Sequenced, logged: Logged, authority_93
):
    sequenced.sequencer.once()
    done = tampered(logged)
    reader = auditor(authority_93)
    hidden = {pk for pk, name in done.items() if name == "tenant"}
    seen = {pk: columns_ for pk, columns_ in expected(done).items() if pk not in hidden}
    true = {str(one.pk) for one in [*logged.entries, logged.several]} - set(map(str, hidden))

    rows = listed(reader, act=ACT) + [row for row in listed(reader) if row.act != ACT]
    assert named() == seen
    shown = {json.loads(bytes(row.body))["id"] for row in rows if b'"act":"test:' in bytes(row.body)}
    assert shown == true
    forgotten()

    assert {json.loads(bytes(row.body))["id"] for row in asked(reader)} <= true
    assert named() == {pk: one for pk, one in seen.items() if one not in ({"topic"}, set())}
    forgotten()

    assert set(in_table(reader)) == true
    assert named() == seen
    forgotten()

    lost = {str(entry.pk) for entry in logged.entries if not Entry.objects.filter(pk=entry.pk).exists()}
    content = in_zip(reader)
    assert {one for one in true if one.encode() in content} == true - lost
    # The leaf leads to the id that was.
    assert named() == {pk: one for pk, one in seen.items() if one != {"id"}}
    forgotten()

    sequenced.exported()
    found = {pk: one for pk, one in expected(done).items() if one != {"id"}}
    assert named() == found
    forgotten()

    assert journal_retention.compare_last_day(NOON) > 0
    assert named() == found | {UUID(pk): {"row"} for pk in lost}


def test_a_row_that_was_put_under_another_authority_is_not_shown_there(
    sequenced: Sequenced, logged: Logged, authority_75
):
    sequenced.sequencer.once()
    moved = logged.entries[0]
    change(moved, tenant=authority_75)
    other = auditor(authority_75)
    text = str(moved.pk)

    assert moved.pk not in {row.pk for row in listed(other) + asked(other)}
    assert text not in in_table(other)
    assert text.encode() not in in_zip(other)
    with pytest.raises(Exception, match="connue"), served(other):
        proofs.inclusion({"entry": moved.pk}, actor=other, at=NOON)
    assert named() == {moved.pk: {"tenant"}}


def test_rows_of_subjects_are_compared_too(sequenced: Sequenced, logged: Logged, authority_93):
    sequenced.sequencer.once()
    assert named() == {}
    gone, kept = sorted(EntrySubject.objects.values_list("subject", flat=True))
    stranger = uuid4()
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_entrysubject WHERE subject = %s", [adapted(gone)])
        cursor.execute(
            "INSERT INTO audit_entrysubject (subject, entry_id) VALUES (%s, %s)",
            [adapted(stranger), adapted(logged.entries[0].pk)],
        )
    reader = auditor(authority_93)

    listed(reader, subject=kept)
    assert named() == {logged.several.pk: {"subjects"}}
    forgotten()
    listed(reader, subject=stranger)
    assert named() == {logged.entries[0].pk: {"subjects"}}
    forgotten()
    journal_retention.compare_last_day(NOON)
    assert named() == {logged.several.pk: {"subjects"}}
    forgotten()
    assert journal_retention.compare_all(NOON) == 2
    assert named() == {logged.several.pk: {"subjects"}, logged.entries[0].pk: {"subjects"}}


def test_bytes_that_were_changed_after_their_place_are_named_by_the_pass(
    sequenced: Sequenced, logged: Logged
):
    sequenced.sequencer.once()
    one, other, third = logged.entries[:3]
    body = bytes(one.body).replace(b'"out":"allow"', b'"out":"deny" ')
    change(one, body=body)
    change(other, body=b"no entry")
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [adapted(third.pk)])

    journal_retention.compare_all(NOON)

    assert {pk: found & {"leaf_hash", "body", "row"} for pk, found in named().items()} == {
        one.pk: {"leaf_hash"}, other.pk: {"body"}, third.pk: {"row"},
    }  # fmt: skip


def test_the_last_day_begins_at_a_checkpoint_and_an_untouched_log_differs_nowhere(
    sequenced: Sequenced, logged: Logged
):
    sequenced.sequencer.once()

    assert journal_retention.compare_last_day(NOON) == journal_retention.compare_all(NOON) == 0
    change(logged.entries[0], act="test:done")
    assert journal_retention.compare_last_day(NOON + timedelta(days=2)) == 0
    assert journal_retention.compare_all(NOON + timedelta(days=2)) == 1
    assert journal_retention.compare_all(NOON + timedelta(days=2)) == 1
    assert Alarm.objects.count() == 1, "one alarm, however often it is found"


def test_every_column_of_an_entry_is_compared():
    assert set(NAMES) == {
        "id", "at", "actor", "subject", "act", "outcome", "tenant", "topic", "writer", "writer_seq", "leaf_hash",
    }  # fmt: skip
    assert columns.SUBJECTS == "subjects"
