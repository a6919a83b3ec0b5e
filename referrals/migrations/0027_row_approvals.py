"""Second signatures for steps on rows that belong to an authority (domain.md 2S)."""

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
    """A request is seen where its authority's cases are."""
    stand_under_the_authoritys_rule(schema_editor, "rowapproval")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_certificates_of_those_before"),
        ("referrals", "0026_information_of_an_inquiry"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RowApproval",
            fields=[
                ("cells", encryption.cells.CellsField()),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("machine", models.CharField(max_length=20)),
                ("target", models.UUIDField()),
                ("step", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Demandée"),
                            ("approved", "Accordée"),
                            ("refused", "Refusée"),
                            ("lapsed", "Caduque"),
                        ],
                        default="requested",
                        max_length=20,
                    ),
                ),
                ("proposer_role", models.CharField(max_length=30)),
                ("obo", models.UUIDField(blank=True, null=True)),
                ("asked_state", models.CharField(max_length=20)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.UUIDField(blank=True, null=True)),
                (
                    "given",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="row_approval.given",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="row_approval.reason",
                        max_length=5000,
                        null=True,
                    ),
                ),
                ("mac", encryption.authentic.MacField()),
                (
                    "approver",
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
                    "proposer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["expires_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "requested")),
                        fields=["approver", "expires_at"],
                        name="row_approval_asked",
                    ),
                    models.Index(fields=["machine", "target"], name="row_approval_row"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "requested")),
                        fields=("machine", "target", "step"),
                        name="row_approval_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proposer", models.F("approver")), _negated=True),
                        name="row_approval_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("obo__isnull", True),
                            models.Q(("obo", models.F("approver")), _negated=True),
                            _connector="OR",
                        ),
                        name="row_approval_not_by_the_absent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "requested")),
                            models.Q(
                                models.Q(("state", "requested"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="row_approval_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("key__isnull", False)),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("ended_at__isnull", False),
                                ("given__isnull", True),
                                ("key__isnull", True),
                                ("reason__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="row_approval_ended",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
