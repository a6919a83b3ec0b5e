"""When a sequencer last finished a pass: a row that the sequencer writes and the service reads."""

from django.db import migrations, models

from audit.migrations._roles import named
from encryption.migrations._tables import RunInDatabase

GRANT = """
REVOKE ALL ON audit_sequencerpass FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT, UPDATE ON audit_sequencerpass TO repere_sequencer;
GRANT SELECT ON audit_sequencerpass TO repere_app;
"""


def grant(_apps, schema_editor):
    """Let the sequencer write the row, and the service read it; the grants go with the table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(named(GRANT), params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_alarms_raised_again")]
    operations = [
        migrations.CreateModel(
            name="SequencerPass",
            fields=[
                ("number", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(number=1), name="audit_sequencerpass_one_row")
                ]
            },
        ),
        RunInDatabase(grant, migrations.RunPython.noop),
    ]
