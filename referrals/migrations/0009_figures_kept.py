"""What an authority's figures tell of a year is kept for half a year, under the rule of authorities."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from referrals.migrations._parts import stand_under_the_authoritys_rule


def stand(_apps, schema_editor):
    """Put the table under the rule of authorities (SEC-AZ6); SQLite has no such thing."""
    stand_under_the_authoritys_rule(schema_editor, "figureskept")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people_and_places"), ("referrals", "0008_figures")]
    operations = [
        migrations.CreateModel(
            name="FiguresKept",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("half", models.CharField(max_length=6)),
                ("by_month", models.BooleanField()),
                ("counts", models.JSONField()),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "year", "half"), name="figures_kept_once")
                ]
            },
        ),
        migrations.RunPython(stand, migrations.RunPython.noop),
    ]
