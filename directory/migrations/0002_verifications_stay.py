"""What was said of an entry stays as it was said: verifications are added, never changed nor erased (field.md A.6).

On SQLite a trigger before INSERT as well, because INSERT OR REPLACE deletes the old row without firing the other. A
migration that changes the table's columns makes it anew there, and has to set the triggers again.
"""

from django.db import migrations, models

from encryption.migrations._tables import RunInDatabase

TABLE = "directory_verification"
POSTGRESQL = f"""
CREATE FUNCTION directory_verification_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Verifications are append-only: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER verification_rows BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION directory_verification_stays();
CREATE TRIGGER verification_whole BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION directory_verification_stays();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER verification_rows;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER verification_whole;
"""
REFUSE = "BEGIN SELECT RAISE(ABORT, 'Verifications are append-only.'); END"
SQLITE = (
    f"CREATE TRIGGER verification_update BEFORE UPDATE ON {TABLE} {REFUSE}",
    f"CREATE TRIGGER verification_delete BEFORE DELETE ON {TABLE} {REFUSE}",
    f"CREATE TRIGGER verification_insert BEFORE INSERT ON {TABLE}"  # noqa: S608 - constants of this page
    f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR rowid = NEW.rowid) {REFUSE}",
)


def stand(_apps, schema_editor):
    for statement in (POSTGRESQL,) if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def fall(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION directory_verification_stays() CASCADE")
        return
    for statement in SQLITE:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {statement.split()[2]}")


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_resources")]
    operations = [
        migrations.AddIndex(
            model_name="place",
            index=models.Index(fields=["department"], name="place_by_department"),
        ),
        RunInDatabase(stand, fall),
    ]
