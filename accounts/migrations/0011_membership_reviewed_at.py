from typing import Any

from django.db import migrations, models
from django.db.models.functions import Now


def from_its_beginning(apps: Any, _editor: Any) -> None:
    """Count those that are yet to begin as reviewed when they begin; the column's default did so for all others now.

    Nobody has reviewed them, but on the day of the update nothing is late, and nothing ends.
    """
    rows = apps.get_model("accounts", "Membership").objects.filter(valid_from__gt=models.F("reviewed_at"))
    rows.update(reviewed_at=models.F("valid_from"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_identities"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="reviewed_at",
            field=models.DateTimeField(db_default=Now()),
        ),
        migrations.RunPython(from_its_beginning, migrations.RunPython.noop, elidable=True),
    ]
