"""Record of what the nightly pass saw of each case (SEC-CR21); it begins with the first night."""

import django.db.models.deletion
from django.db import migrations, models

from encryption.authentic import MacField
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_rule


def rule(_apps, schema_editor):
    """A row tells how many rows a case has: seen where the case is."""
    stand_under_the_rule(schema_editor, "casewatch")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0006_sign_sealed_cells")]
    operations = [
        migrations.CreateModel(
            name="CaseWatch",
            fields=[
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="referrals.referral",
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("seen_at", models.DateTimeField()),
                ("rows", models.JSONField(default=dict)),
                ("mac", MacField()),
            ],
            options={"default_permissions": ()},
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
