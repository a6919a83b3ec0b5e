"""Let the database itself refuse what would change the journal (SEC-AL6).

PostgreSQL: triggers that fire in every session, replication included (ENABLE ALWAYS). SQLite: triggers, among
them one before INSERT, because INSERT OR REPLACE deletes the old row without firing a delete trigger unless
``recursive_triggers`` is on; it names each unique key of the table, the hidden ``rowid`` as well.
"""

from django.db import migrations

ENTRIES = {
    "audit_entry": "id = NEW.id OR (writer = NEW.writer AND writer_seq = NEW.writer_seq)",
    "audit_entrysubject": "subject = NEW.subject AND entry_id = NEW.entry_id",
}
PSEUDONYMS = {
    "audit_actorpseudonym": "user_id = NEW.user_id OR pseudonym = NEW.pseudonym",
    "audit_subjectpseudonym": "referral_id = NEW.referral_id OR pseudonym = NEW.pseudonym",
}

POSTGRES_FUNCTION = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal is append-only: % on % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def postgres(table, rows):
    refuse = "EXECUTE FUNCTION audit_refuse()"
    return [
        f"CREATE TRIGGER {table}_rows BEFORE {rows} ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_whole",
    ]


def sqlite(table, same, events):
    refuse = "SELECT RAISE(ABORT, 'The journal is append-only.');"
    made = [
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} BEGIN {refuse} END"
        for event in events
    ]
    made.append(
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}"  # noqa: S608 - constants of this page
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same} OR rowid = NEW.rowid) BEGIN {refuse} END"
    )
    return made


def forwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        statements = [POSTGRES_FUNCTION]
        statements += [one for table in ENTRIES for one in postgres(table, "UPDATE OR DELETE")]
        statements += [one for table in PSEUDONYMS for one in postgres(table, "UPDATE")]
    else:
        statements = [one for t, same in ENTRIES.items() for one in sqlite(t, same, ("UPDATE", "DELETE"))]
        statements += [one for t, same in PSEUDONYMS.items() for one in sqlite(t, same, ("UPDATE",))]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def backwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in (*ENTRIES, *PSEUDONYMS):
            schema_editor.execute(f"DROP TRIGGER {table}_rows ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_whole ON {table}")
        schema_editor.execute("DROP FUNCTION audit_refuse()")
        return
    for table in (*ENTRIES, *PSEUDONYMS):
        for event in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{event}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_journal")]

    operations = [migrations.RunPython(forwards, backwards)]
