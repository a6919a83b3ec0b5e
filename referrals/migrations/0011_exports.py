"""Exports of cases with names: two persons, a delay, a sealed file (SEC-AZ12, SEC-AZ15)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic
import encryption.cells
import encryption.fields
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_authoritys_rule

PURPOSES = [
    ("meeting", "Réunion ou commission"),
    ("continuity", "Continuité du service"),
    ("inspection", "Contrôle ou inspection"),
    ("other", "Autre"),
]


def rule(_apps, schema_editor):
    """An export is seen where its authority's cases are."""
    stand_under_the_authoritys_rule(schema_editor, "caseexport")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_calendar_feeds"),
        ("referrals", "0010_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseExport",
            fields=[
                ("cells", encryption.cells.CellsField()),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField()),
                ("purpose", models.CharField(choices=PURPOSES, max_length=20)),
                ("cases", models.JSONField(blank=True, default=list)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed", models.BooleanField(blank=True, null=True)),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.UUIDField(blank=True, null=True)),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="case_export.reason",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "content",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="json",
                        label="case_export.content",
                        max_length=200000,
                        null=True,
                        security_class="P4",
                    ),
                ),
                ("mac", encryption.authentic.MacField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["authority", "asked_at"], name="case_export_authority"),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["asked_at"],
                        name="case_export_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decided_by_id", models.F("asked_by_id")), _negated=True),
                        name="case_export_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed__isnull", True),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("ends_at__isnull", True),
                                ("ready_at__isnull", True),
                            ),
                            models.Q(
                                ("confirmed", False),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("ready_at__isnull", True),
                            ),
                            models.Q(
                                ("confirmed", True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("ends_at__gt", models.F("ready_at")),
                                ("ends_at__isnull", False),
                                ("ready_at__gte", models.F("decided_at")),
                                ("ready_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="case_export_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content__isnull", True),
                                ("made_at__isnull", True),
                                ("taken_at__isnull", True),
                            ),
                            models.Q(
                                ("made_at__gte", models.F("ready_at")),
                                ("made_at__isnull", False),
                                ("ready_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="case_export_taken_once_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("key__isnull", False)),
                            models.Q(
                                ("content__isnull", True),
                                ("ended_at__isnull", False),
                                ("key__isnull", True),
                                ("reason__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="case_export_ended_whole",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
