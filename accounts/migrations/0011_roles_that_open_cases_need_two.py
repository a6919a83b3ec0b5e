"""Two persons give each role that opens cases; who made an account, or sent its invitation, is written down."""

import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import encryption.authentic


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_guidance_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="Provisioning",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("made", "Compte créé ou rouvert"),
                            ("invited", "Invitation envoyée"),
                            ("reissued", "Accès remis à neuf"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("mac", encryption.authentic.MacField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shown_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provisioning",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("act__in", ["made", "invited", "reissued"])),
                        name="provisioning_act_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act", "made"), _negated=True), ("shown_to", None), _connector="OR"
                        ),
                        name="provisioning_code_of_an_invitation",
                    ),
                ]
            },
        ),
        migrations.RemoveConstraint(
            model_name="accountrequest",
            name="account_request_decided_whole",
        ),
        migrations.RemoveConstraint(
            model_name="grantrequest",
            name="grant_request_of_two",
        ),
        migrations.RemoveConstraint(
            model_name="grantrequest",
            name="grant_request_open_once",
        ),
        migrations.AddField(
            model_name="grantrequest",
            name="certificate",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="accountrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("accepted", None),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("membership", None),
                        ("reason", ""),
                    ),
                    models.Q(
                        ("accepted", False),
                        ("confirmed_at__isnull", False),
                        ("decided_at__isnull", False),
                        ("membership", None),
                        (
                            "reason__in",
                            [
                                "elsewhere",
                                "not_professional",
                                "unknown_there",
                                "not_reached",
                                "has_already",
                                "other",
                                "lapsed",
                            ],
                        ),
                    ),
                    models.Q(
                        ("accepted", True),
                        ("confirmed_at__isnull", False),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("reason", ""),
                        ("user__isnull", False),
                        models.Q(
                            ("membership__isnull", False),
                            ("role__in", ["filer_org_lead", "measure_service"]),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="account_request_decided_in_full",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "api_119",
                            "ase_inspector",
                            "assessment_lead",
                            "assessor",
                            "auditor",
                            "case_referent",
                            "crip_coordinator",
                            "dpo",
                            "exploitation_lead",
                            "filer_org_lead",
                            "intake_agent",
                            "measure_service",
                            "on_call",
                            "platform_admin",
                            "supervisor",
                            "territory_admin",
                        ],
                    )
                ),
                name="grant_request_by_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantrequest",
            constraint=models.UniqueConstraint(
                models.F("user"),
                models.F("role"),
                models.F("authority"),
                django.db.models.functions.comparison.Coalesce(
                    "unit",
                    models.Value(
                        uuid.UUID("00000000-0000-0000-0000-000000000000"), output_field=models.UUIDField()
                    ),
                ),
                django.db.models.functions.comparison.Coalesce(
                    "organisation",
                    models.Value(
                        uuid.UUID("00000000-0000-0000-0000-000000000000"), output_field=models.UUIDField()
                    ),
                ),
                condition=models.Q(("decided_at", None)),
                name="grant_request_waits_once",
            ),
        ),
    ]
