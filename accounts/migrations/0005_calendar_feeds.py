"""Calendar feeds: an address for each device of a person."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from encryption.authentic import MacField


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sign_recovery_codes")]
    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("label", models.CharField(max_length=60)),
                ("language", models.CharField(max_length=2)),
                ("sha256", models.CharField(editable=False, max_length=64, unique=True)),
                ("made_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("revoked_on", models.DateField(blank=True, null=True)),
                ("last_used_on", models.DateField(blank=True, null=True)),
                ("mac", MacField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendar_feeds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(ends_on__gt=models.F("made_on")),
                        name="feed_ends_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(revoked_on=None) | models.Q(revoked_on__gte=models.F("made_on")),
                        name="feed_revoked_after_it_was_made",
                    ),
                ],
            },
        ),
    ]
