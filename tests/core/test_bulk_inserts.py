"""Rows inserted together: what the tables hold is what the rows say, as if Django had inserted each."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import RecoveryCode, Replay
from core.bulk_inserts import insert
from outbox.models import Notice
from referrals.workflow import case_parts
from tests.conftest import see_all
from tests.factories.concerns import concern

pytestmark = pytest.mark.both_databases("rows that PostgreSQL takes as JSON, all tables in one statement")

AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)


def replay(**values) -> Replay:
    said = {
        "caller": b"\x00\xff'\\",
        "key": uuid4().hex,
        "route": "POST /",
        "body": b"",
        "status": 201,
        "at": AT,
    }
    return Replay(**said | {"thing": uuid4()} | values)


def held(row: models.Model) -> dict[str, object]:
    """Return what a row holds, bytes as such."""
    values = {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if not field.generated
    }
    return {name: bytes(one) if isinstance(one, memoryview) else one for name, one in values.items()}


def test_what_a_filing_inserts_is_read_back_as_it_was(world, monkeypatch):
    """Rows with every kind of column: texts, instants, ids, bytes, JSON, sealed and signed cells."""
    rows = []
    monkeypatch.setattr(case_parts, "insert", lambda several: (rows.extend(several), insert(several)))

    assert (
        world.as_("filer").post("referrals", concern() | {"submit": True}, key="inserted-1").status_code
        == 201
    )

    see_all()
    assert {type(row).__name__ for row in rows} >= {
        "Referral",
        "Concern",
        "Child",
        "StepRecord",
        "Clock",
        "IndexValue",
    }
    for row in rows:
        if row.pk is not None:  # numbered by the database
            assert held(type(row)._base_manager.get(pk=row.pk)) == held(row)
            assert not row._state.adding


@pytest.mark.parametrize("text", ["\"'\\%s {é} 🙂", "\x01\t\n\u2028", "[1]", "null", "\\x00", ""])
def test_a_text_is_kept_sign_by_sign(db, text):
    row = replay(route=text)

    insert([row])

    assert Replay.objects.get(pk=row.pk).route == text


def test_rows_of_several_tables_go_in_one_statement_on_postgresql(db):
    notices = [
        Notice(
            channel="app",
            user_id=uuid4(),
            template="t",
            kind="case",
            reference=str(n),
            created_at=AT,
            due_at=AT,
        )
        for n in (1, 2)
    ]
    with CaptureQueriesContext(connection) as queries:
        insert([notices[0], replay(), notices[1]])

    assert {notice.reference for notice in Notice.objects.all()} == {"1", "2"}
    assert Replay.objects.count() == 1
    assert len([q for q in queries if "INSERT" in q["sql"]]) == (
        1 if connection.vendor == "postgresql" else 2
    )
    insert([])


def test_a_refused_row_takes_the_others_and_the_transaction_along(db):
    """Whoever catches the error goes on with no transaction that lacks rows."""
    twice = uuid4()
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert([replay(id=twice), replay(id=twice)])
        assert connection.needs_rollback
        transaction.set_rollback(True)

    assert not Replay.objects.exists()


def test_rows_of_which_the_journal_is_told_are_told(world, monkeypatch):
    """SEC-AZ22: what Django's own way notes of a new row that gives a right is noted here too."""
    noted = []
    monkeypatch.setattr("encryption.row_writes.note", lambda table, *_, **__: noted.append(table))
    code = RecoveryCode(user=world.user("filer"), kept=b"k" * 32)

    insert([code, replay()])

    assert noted == ["accounts_recoverycode"]
    assert RecoveryCode.objects.get() == code
    assert Replay.objects.count() == 1
