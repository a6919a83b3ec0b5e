"""From when on who held a role before is asked for a certificate of honorability: the day of this migration."""

from typing import Any

from django.db import migrations, models
from django.utils import timezone


def mark(apps: Any, schema_editor: Any) -> None:
    """Give the roles of services that are held now, and have shown none, their time from today on."""
    roles = apps.get_model("accounts", "Membership").objects.using(schema_editor.connection.alias)
    roles.filter(role="measure_service", honorability_seen_on=None).update(
        honorability_asked_on=timezone.now().date()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_honorability"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="honorability_asked_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="honorability_told_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
