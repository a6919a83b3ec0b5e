"""A new origin says what it carries over from the previous one, and is signed with the log's key (SEC-AL25).

The columns are added by hand: otherwise SQLite would rebuild the table without its triggers.
"""

from django.db import migrations, models

from encryption.migrations._tables import RunInDatabase

COLUMNS = ("carried", "signature")


def stand(_apps, schema_editor):
    kind = (
        "bytea NOT NULL DEFAULT ''"
        if schema_editor.connection.vendor == "postgresql"
        else "BLOB NOT NULL DEFAULT x''"
    )
    for column in COLUMNS:
        schema_editor.execute(f"ALTER TABLE audit_logorigin ADD COLUMN {column} {kind}", params=None)


def fall(_apps, schema_editor):
    for column in COLUMNS:
        schema_editor.execute(f"ALTER TABLE audit_logorigin DROP COLUMN {column}", params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_entries_set_apart")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[RunInDatabase(stand, fall)],
            state_operations=[
                migrations.AddField("logorigin", column, models.BinaryField(db_default=b"", default=b""))
                for column in COLUMNS
            ],
        )
    ]
