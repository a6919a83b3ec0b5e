"""Another person's approvals of what officers on duty do beyond a cap (SEC-AZ25)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_authoritys_rule


def rule(_apps, schema_editor):
    """An approval is seen where its authority's cases are."""
    stand_under_the_authoritys_rule(schema_editor, "emergencyapproval")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_guidance_reviews"),
        ("referrals", "0035_lengths_of_index_values_by_one_bit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyApproval",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField()),
                ("given_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("allowed", models.PositiveSmallIntegerField(default=0)),
                ("searches", models.JSONField(blank=True, default=list)),
                ("addresses", models.JSONField(blank=True, default=list)),
                ("mac", encryption.authentic.MacField()),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "given_by",
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
                "ordering": ["-asked_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["authority", "-asked_at", "id"], name="emergency_approval_newest"),
                    models.Index(fields=["user", "authority", "expires_at"], name="emergency_approval_user"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_by__isnull", True),
                            models.Q(("given_by", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="emergency_approval_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("allowed", 0),
                                ("expires_at__isnull", True),
                                ("given_at__isnull", True),
                                ("given_by__isnull", True),
                            ),
                            models.Q(
                                ("allowed__gt", 0),
                                ("expires_at__isnull", False),
                                ("given_at__isnull", False),
                                ("given_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="emergency_approval_given",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
