"""Name accounts in the journal by keyed hashes, and give each pseudonym row a MAC (SEC-AL20, SEC-AL23).

The pseudonyms stay; the link from an account to its own is computed anew. Where there are any, the keys must be
available. The reverse migration finds the accounts by computing over all of them.
"""

import uuid
from datetime import UTC, datetime

from django.db import migrations, models

from audit.migrations._append_only import REFUSE
from encryption.migrations._tables import RunInDatabase

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ACTOR, SUBJECT = "audit_actorpseudonym", "audit_subjectpseudonym"
#: What makes a new row the same as one that is there, before and after.
BEFORE = {ACTOR: "user_id", SUBJECT: "referral_id"}
AFTER = {ACTOR: "account", SUBJECT: "referral_id"}


def _rows(schema_editor, table, *columns):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - constants of this page
        return [tuple(one if isinstance(one, uuid.UUID) else uuid.UUID(one) for one in row) for row in cursor]


def _write(schema_editor, table, changes, where):
    """Set columns of rows; ``changes`` are their new values, then the key by which each is found."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    plain = [[one.hex if sqlite and isinstance(one, uuid.UUID) else one for one in row] for row in changes]
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {where}", plain)  # noqa: S608 - constants of this page


def unguard(_apps, schema_editor):
    for table in (ACTOR, SUBJECT):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_rows ON {table}")
        else:
            for event in ("update", "insert"):
                schema_editor.execute(f"DROP TRIGGER {table}_{event}")


def _guard(schema_editor, keys):
    for table, key in keys.items():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_rows BEFORE UPDATE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
            )
            schema_editor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows")
        else:
            same = f"{key} = NEW.{key} OR pseudonym = NEW.pseudonym OR rowid = NEW.rowid"
            schema_editor.execute(f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {REFUSE}")
            schema_editor.execute(
                f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}"  # noqa: S608 - constants of this page
                f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {REFUSE}"
            )


def guard(_apps, schema_editor):
    _guard(schema_editor, AFTER)


def guard_as_before(_apps, schema_editor):
    _guard(schema_editor, BEFORE)


def key(_apps, schema_editor):
    """Put keyed ids in place of the accounts', and MACs on all rows."""
    from audit.pseudonyms import keyed_id, mac

    keyed = [
        (keyed_id("journal.actor", user), pseudonym, user)
        for user, pseudonym in _rows(schema_editor, ACTOR, "account", "pseudonym")
    ]
    _write(
        schema_editor,
        ACTOR,
        [(account, mac(ACTOR, account, pseudonym), user) for account, pseudonym, user in keyed],
        "account = %s, mac = %s WHERE account = %s",
    )
    _write(
        schema_editor,
        SUBJECT,
        [(mac(SUBJECT, *row), row[0]) for row in _rows(schema_editor, SUBJECT, "referral_id", "pseudonym")],
        "mac = %s WHERE referral_id = %s",
    )


def unkey(_apps, schema_editor):
    """Put the accounts' ids back in place of the keyed ones; a pseudonym whose account is gone goes."""
    from audit.pseudonyms import keyed_id

    there = "accounts_user" in schema_editor.connection.introspection.table_names()  # or gone back before
    accounts = _rows(schema_editor, "accounts_user", "id") if there else []
    users = {keyed_id("journal.actor", user): user for (user,) in accounts}
    known = [row[0] for row in _rows(schema_editor, ACTOR, "account")]
    lost = [(one,) for one in known if one not in users]
    _write(
        schema_editor,
        ACTOR,
        [(users[one], one) for one in known if one in users],
        "account = %s WHERE account = %s",
    )
    with schema_editor.connection.cursor() as cursor:
        sqlite = schema_editor.connection.vendor == "sqlite"
        plain = [[one.hex if sqlite else one] for (one,) in lost]
        cursor.executemany(f"DELETE FROM {ACTOR} WHERE account = %s", plain)  # noqa: S608 - a constant


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_signed_origins")]
    operations = [
        RunInDatabase(unguard, guard_as_before),
        migrations.RenameField("actorpseudonym", "user_id", "account"),
        migrations.AddField("actorpseudonym", "mac", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("subjectpseudonym", "mac", models.BinaryField(max_length=32, null=True)),
        RunInDatabase(key, unkey),
        # Rows that come back by going back need an instant, whichever.
        migrations.AlterField("actorpseudonym", "created_at", models.DateTimeField(default=LONG_AGO)),
        migrations.RemoveField("actorpseudonym", "created_at"),
        RunInDatabase(guard, unguard),
    ]
