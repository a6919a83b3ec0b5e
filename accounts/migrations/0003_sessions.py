"""Sessions lie in a table of their own, whose data the cookie alone opens; Django's, which named accounts, goes.

Whoever is signed in signs in again, forth and back.
"""

import uuid

from django.db import migrations, models

GONE = "DROP TABLE IF EXISTS django_session; DELETE FROM django_migrations WHERE app = 'sessions'"


def drop(apps, schema_editor):
    for statement in GONE.split("; "):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_replays_of_nobody")]
    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("person", models.BinaryField(max_length=32, null=True)),
                ("rights", models.BinaryField(max_length=32, null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("browser", models.CharField(blank=True, default="", max_length=16)),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
                "indexes": [models.Index(fields=["person"], name="session_by_person")],
            },
        ),
        migrations.RunPython(drop, migrations.RunPython.noop),
    ]
