"""Emergency searches by name of officers on duty, each to be reviewed (domain.md §1.3 rule 10)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic
import encryption.cells
import encryption.fields
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_authoritys_rule


def rule(_apps, schema_editor):
    """A search is seen where its authority's cases are."""
    stand_under_the_authoritys_rule(schema_editor, "emergencysearch")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_honorability"),
        ("referrals", "0022_majority_prepared"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencySearch",
            fields=[
                ("cells", encryption.cells.CellsField()),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("searched_at", models.DateTimeField()),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("found", "Enfant retrouvé ou sans protection"),
                            ("taken_in", "Enfant recueilli"),
                            ("brought", "Enfant amené à l'astreinte"),
                            ("police", "Appel de la police ou de la gendarmerie"),
                            ("hospital", "Appel d'un hôpital"),
                            ("helpline", "Appel du 119"),
                            ("service", "Appel d'un service"),
                        ],
                        max_length=20,
                    ),
                ),
                ("cases", models.JSONField(blank=True, default=list)),
                ("elsewhere", models.JSONField(blank=True, default=list)),
                ("review_due_at", models.DateTimeField()),
                ("alerted_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("agreed", models.BooleanField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.UUIDField(blank=True, null=True)),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="emergency_search.reason", null=True
                    ),
                ),
                (
                    "word",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="emergency_search.word",
                        max_length=2000,
                        null=True,
                    ),
                ),
                (
                    "review",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="emergency_search.review", null=True
                    ),
                ),
                ("mac", encryption.authentic.MacField()),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.rotashift",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-searched_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["authority", "-searched_at", "id"], name="emergency_search_newest"),
                    models.Index(
                        condition=models.Q(("reviewed_at__isnull", True)),
                        fields=["review_due_at", "id"],
                        name="emergency_search_unreviewed",
                    ),
                    models.Index(
                        condition=models.Q(("reviewed_at__isnull", True)),
                        fields=["user", "review_due_at"],
                        name="emergency_search_user",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by__isnull", True),
                            models.Q(("reviewed_by", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="emergency_search_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("agreed__isnull", True),
                                ("reviewed_at__isnull", True),
                                ("reviewed_by__isnull", True),
                            ),
                            models.Q(
                                ("agreed__isnull", False),
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="emergency_search_reviewed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("key__isnull", False)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("key__isnull", True),
                                ("reason__isnull", True),
                                ("review__isnull", True),
                                ("reviewed_at__isnull", False),
                                ("word__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="emergency_search_ended",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
