"""Alarms can be settled; and whether an entry was pruned is found by its place (SEC-AL13, SEC-AL24)."""

from django.db import migrations, models

from audit.migrations._roles import named
from encryption.migrations._tables import RunInDatabase

GRANT = "GRANT UPDATE (settled_at) ON audit_alarm TO repere_app"
REVOKE = "REVOKE UPDATE (settled_at) ON audit_alarm FROM repere_app"


def on_postgresql(statement):
    def run(_apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(named(statement), params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_pruned_means_told")]
    operations = [
        # Null, so that SQLite adds a column and doesn't copy the table.
        migrations.AddField("Alarm", "settled_at", models.DateTimeField(null=True)),
        RunInDatabase(on_postgresql(GRANT), on_postgresql(REVOKE)),
        migrations.AddIndex("PrunedRun", models.Index(fields=["origin", "first"], name="audit_pruned_place")),
    ]
