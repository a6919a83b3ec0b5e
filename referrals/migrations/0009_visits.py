"""When each reader last opened each case; it begins empty: nobody has visited a case before."""

import django.db.models.deletion
from django.db import migrations, models

from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_rule


def rule(_apps, schema_editor):
    """A row tells when a case was read: seen where the case is."""
    stand_under_the_rule(schema_editor, "lastvisit")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0008_sign_sheets")]
    operations = [
        migrations.CreateModel(
            name="LastVisit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reader", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
                ("since", models.DateTimeField(null=True)),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="last_visits",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("reader",), name="last_visit_once")],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
