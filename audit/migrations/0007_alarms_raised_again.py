"""A settled alarm is open again once the same is found later, unless it can't be mended; alarms are signed (SEC-AL13)."""

from django.db import migrations, models

from audit.migrations._roles import named
from encryption.authentic import MacField
from encryption.migrations._tables import RunInDatabase

GRANT = """
GRANT UPDATE (at, permanent, mac) ON audit_alarm TO repere_app;
GRANT UPDATE (at, told_at, settled_at, permanent, mac) ON audit_alarm TO repere_sequencer;
"""
REVOKE = """
REVOKE UPDATE (at, permanent, mac) ON audit_alarm FROM repere_app;
REVOKE UPDATE (at, told_at, settled_at, permanent, mac) ON audit_alarm FROM repere_sequencer;
"""


def on_postgresql(statement):
    def run(_apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(named(statement), params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_alarms_settled")]
    operations = [
        migrations.AddField("Alarm", "permanent", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("Alarm", "mac", MacField()),
        RunInDatabase(on_postgresql(GRANT), on_postgresql(REVOKE)),
    ]
