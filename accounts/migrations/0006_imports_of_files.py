"""Imports of files: tried, confirmed by a second person, undone."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_calendar_feeds"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("people", "Liste de personnes"),
                            ("institutions", "Liste de structures"),
                            ("schools", "Annuaire de l'éducation"),
                            ("finess", "Extraction FINESS des établissements"),
                        ],
                        max_length=12,
                    ),
                ),
                ("stated_on", models.DateField(null=True)),
                ("tried_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("confirmed", models.BooleanField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("content", models.BinaryField(null=True)),
                ("digest", models.CharField(max_length=64)),
                ("made", models.JSONField(blank=True, default=dict)),
                ("created", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("mac", encryption.authentic.MacField()),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tried_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["authority", "tried_at"], name="import_by_authority")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["people", "institutions", "schools", "finess"])),
                        name="import_source_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed", None), ("decided_at", None), ("decided_by", None)),
                            models.Q(
                                ("asked_at__isnull", False),
                                ("confirmed__isnull", False),
                                ("content", None),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="import_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("tried_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="import_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", None)),
                            models.Q(
                                ("confirmed", True),
                                ("confirmed__isnull", False),
                                ("undone_at__isnull", False),
                                ("undone_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="import_undone_once_done",
                    ),
                ],
            },
        ),
    ]
