"""The database itself refuses what would change the journal (SEC-AL6)."""

import sqlite3
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit import appendonly, events, journal, pseudonyms
from audit.migrations import _roles
from audit.models import ActorPseudonym, Entry, EntrySubject, SubjectPseudonym
from tests.audit.conftest import NOON
from tests.audit.owner import as_owner, written

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-AL6"),
    pytest.mark.both_databases("triggers, roles and the authoriser"),
]
sqlite_only = pytest.mark.only_on("sqlite", "what SQLite alone needs")
postgresql_only = pytest.mark.only_on("postgresql", "roles are PostgreSQL's")

events.register("test:done")


@pytest.fixture
def entry(nadia) -> Entry:
    with transaction.atomic():
        journal.new_subject(uuid4(), at=NOON)
        return journal.record("test:done", actor=nadia, at=NOON, objects=[uuid4(), uuid4()])


def rows() -> list:
    models = (Entry, EntrySubject, ActorPseudonym, SubjectPseudonym)
    return [sorted(map(str, model.objects.values_list())) for model in models]


def refused(sql: str, params: tuple = ()) -> None:
    """Run a statement past the authoriser, so that the triggers answer; nothing may have changed."""
    before = rows()
    with appendonly.lifted(), pytest.raises(DatabaseError) as error, transaction.atomic():
        connection.cursor().execute(sql, params)
    assert "append-only" in str(error.value)
    assert rows() == before


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET act = 'x:y'",
        "UPDATE audit_entry SET body = body",
        "DELETE FROM audit_entry",
        "UPDATE audit_entrysubject SET subject = subject",
        "DELETE FROM audit_entrysubject",
        "UPDATE audit_actorpseudonym SET pseudonym = account",
        "UPDATE audit_subjectpseudonym SET pseudonym = referral_id",
    ],
)
def test_rows_never_change_and_entries_never_go(entry, sql):
    refused(sql)


@pytest.mark.parametrize("table", appendonly.ENTRY_TABLES + appendonly.PSEUDONYM_TABLES)
@postgresql_only
def test_no_table_is_truncated(entry, table):
    refused(f"TRUNCATE {table} CASCADE")


@postgresql_only
def test_the_triggers_fire_in_a_replica_too(entry):
    """ENABLE ALWAYS: session_replication_role doesn't switch them off."""
    refused("SET LOCAL session_replication_role = replica; DELETE FROM audit_entry")


@postgresql_only
def test_an_upsert_is_refused(entry):
    columns = "id, at, actor, subject, act, outcome, tenant, writer, writer_seq, body, leaf_hash"
    refused(
        f"INSERT INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry"  # noqa: S608 - constants
        " ON CONFLICT (id) DO UPDATE SET act = 'x:y'"
    )


@pytest.fixture(params=["ON", "OFF"])
def recursive_triggers(request):
    """INSERT OR REPLACE fires delete triggers only when this is on; both ways it must fail."""
    with appendonly.lifted():
        connection.cursor().execute(f"PRAGMA recursive_triggers={request.param}")
    yield
    connection.close()


REPLACEMENTS = [
    # By the primary key, by the writer's counter, and by the hidden row number.
    "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
    "INSERT OR REPLACE INTO audit_entry (id, at, act, outcome, writer, writer_seq, body, leaf_hash)"
    " SELECT 'other', at, 'x:y', outcome, writer, writer_seq, body, leaf_hash FROM audit_entry",
    "INSERT OR REPLACE INTO audit_entry (rowid, id, at, act, outcome, writer, writer_seq, body, leaf_hash)"
    " SELECT rowid, 'other', at, 'x:y', outcome, 'other', 1, body, leaf_hash FROM audit_entry",
    "REPLACE INTO audit_entrysubject SELECT * FROM audit_entrysubject",
    "INSERT OR REPLACE INTO audit_actorpseudonym (account, pseudonym, mac) SELECT account, 'other', mac FROM audit_actorpseudonym",
    "INSERT OR REPLACE INTO audit_subjectpseudonym (referral_id, pseudonym, created_at) SELECT 'other', pseudonym, created_at"
    " FROM audit_subjectpseudonym",
]


@sqlite_only
@pytest.mark.parametrize("sql", REPLACEMENTS)
def test_insert_or_replace_replaces_nothing(entry, recursive_triggers, sql):
    refused(sql)


@sqlite_only
def test_another_program_is_bound_by_the_triggers(entry):
    """A connection that never heard of the authoriser."""
    other = sqlite3.connect(settings.DATABASES["default"]["NAME"])
    try:
        for sql in (REPLACEMENTS[0], "DELETE FROM audit_entry", "UPDATE audit_entry SET act = 'x:y'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(sql)
    finally:
        other.close()


@sqlite_only
@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE audit_entry",
        "DROP TABLE Audit_Entry",
        "DROP TRIGGER audit_entry_delete",
        "DROP INDEX audit_entry_tenant_at",
        "DROP VIEW audit_entry_read",
        "ALTER TABLE audit_entry RENAME TO old_entry",
        "ALTER TABLE audit_entry ADD COLUMN more text",
        "CREATE TEMP TABLE audit_entry (id text)",
        "CREATE TEMP VIEW audit_entry AS SELECT 1",
        "CREATE TEMP TRIGGER quiet BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER quiet BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END",
        "PRAGMA recursive_triggers=OFF",
        "PRAGMA Recursive_Triggers(0)",
        "PRAGMA writable_schema=ON",
        "UPDATE audit_entry SET act = 'x:y'",
        "DELETE FROM audit_entry",
    ],
)
def test_the_services_own_connection_may_not_even_ask(entry, sql):
    before = rows()

    with pytest.raises(DatabaseError, match=r"not authorized|prohibited"):
        connection.cursor().execute(sql)

    assert rows() == before


@sqlite_only
def test_other_tables_and_questions_stay_free():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers")
        assert cursor.fetchone() == (1,)
        cursor.execute("CREATE TEMP TABLE scratch (id text)")
        cursor.execute("DROP TABLE scratch")


@sqlite_only
def test_migrate_lifts_the_authoriser_and_gives_it_back(entry):
    call_command("migrate", verbosity=0)

    with pytest.raises(DatabaseError, match="not authorized"):
        connection.cursor().execute("DROP TRIGGER audit_entry_delete")


@sqlite_only
def test_a_new_connection_is_guarded(entry):
    connection.close()

    with pytest.raises(DatabaseError, match="not authorized"):
        connection.cursor().execute("DROP TABLE audit_entry")


GRANTED = {
    ("repere_app", "audit_entry"): {"INSERT"},
    ("repere_app", "audit_entrysubject"): {"INSERT"},
    ("repere_app", "audit_actorpseudonym"): {"SELECT", "INSERT"},
    ("repere_app", "audit_subjectpseudonym"): {"SELECT", "INSERT"},
    ("repere_app", "audit_entry_read"): set(),
    ("repere_app", "audit_subject_read"): set(),
    ("repere_auditor", "audit_entry"): set(),
    ("repere_auditor", "audit_entrysubject"): set(),
    ("repere_auditor", "audit_actorpseudonym"): set(),
    ("repere_auditor", "audit_subjectpseudonym"): set(),
    ("repere_auditor", "audit_entry_read"): {"SELECT"},
    ("repere_auditor", "audit_subject_read"): {"SELECT"},
    ("repere_sequencer", "audit_entry"): {"SELECT"},
    ("repere_sequencer", "audit_entrysubject"): {"SELECT"},
    ("repere_sequencer", "audit_refused"): {"SELECT", "INSERT"},
    ("repere_app", "audit_refused"): {"SELECT"},
    ("repere_auditor", "audit_refused"): {"SELECT"},
    ("repere_sequencer", "audit_alarm"): {"SELECT", "INSERT"},
    ("repere_app", "audit_alarm"): {"SELECT", "INSERT"},
    ("repere_auditor", "audit_alarm"): {"SELECT"},
    ("repere_sequencer", "audit_sequencerpass"): {"SELECT", "INSERT", "UPDATE"},
    ("repere_app", "audit_sequencerpass"): {"SELECT"},
    ("repere_auditor", "audit_sequencerpass"): set(),
}


@postgresql_only
@pytest.mark.parametrize(("role", "table"), GRANTED)
def test_a_role_holds_what_is_listed_and_no_more(role, table):
    held = set()
    with connection.cursor() as cursor:
        for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, privilege])
            if cursor.fetchone()[0]:
                held.add(privilege)

    assert held == GRANTED[role, table]


@postgresql_only
def test_the_applications_role_writes_entries_and_reads_none(nadia):
    pseudonyms.forget()
    with transaction.atomic():
        connection.cursor().execute("SET LOCAL ROLE repere_app")
        journal.new_subject(uuid4(), at=NOON)
        journal.record("test:done", actor=nadia, at=NOON, objects=[uuid4()])
        journal.record("test:done", actor=nadia, at=NOON, objects=[uuid4(), uuid4()])
    assert len(written()) == 2

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SET LOCAL ROLE repere_app; SELECT count(*) FROM audit_entry")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TABLE audit_entry CASCADE",
    ],
)
@postgresql_only
def test_the_applications_role_can_change_nothing(entry, sql):
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(f"SET LOCAL ROLE repere_app; {sql}")

    assert Entry.objects.count() == 1


@postgresql_only
def test_a_login_that_may_not_make_roles_is_told_which_to_make():
    make_role = _roles.MAKE_ROLE.format(role="repere_absent")

    with pytest.raises(DatabaseError, match="CREATE ROLE repere_app NOLOGIN"), transaction.atomic():
        connection.cursor().execute(f"SET LOCAL ROLE repere_auditor; {make_role}")


@postgresql_only
def test_a_test_may_read_as_the_owner_and_is_the_application_again(entry):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE repere_app")
        assert written(pk=entry.pk) == [entry]
        with as_owner():
            cursor.execute("SELECT current_user = session_user")
            assert cursor.fetchone() == (True,)
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("repere_app",)
