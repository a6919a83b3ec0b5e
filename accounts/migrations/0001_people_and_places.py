"""People, authorities and their territories, organisations, memberships, and requests done once."""

import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.identifiers
import accounts.models.authority


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Authority",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=4, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "timezone",
                    models.CharField(
                        default="Europe/Paris",
                        max_length=40,
                        validators=[accounts.models.authority.validate_timezone],
                    ),
                ),
                ("protocol_version", models.UUIDField(editable=False, null=True)),
            ],
            options={
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True), name="authority_has_a_code"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("full_name", models.CharField(max_length=200)),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=16,
                        validators=[accounts.identifiers.validate_phone],
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("fr", "Français"), ("en", "English")], default="fr", max_length=2
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                (
                    "home_authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.authority",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="user_email_is_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["fr", "en"])), name="user_language_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthorityTerritory",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("commune_insee", models.CharField(blank=True, default="", max_length=5)),
                ("department_code", models.CharField(blank=True, default="", max_length=3)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="territories",
                        to="accounts.authority",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["commune_insee"], name="territory_by_commune"),
                    models.Index(fields=["department_code"], name="territory_by_department"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("commune_insee", ""), models.Q(("department_code", ""), _negated=True)),
                            models.Q(models.Q(("commune_insee", ""), _negated=True), ("department_code", "")),
                            _connector="OR",
                        ),
                        name="territory_is_commune_or_department",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                        ),
                        name="territory_period_runs_forward",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("valid_to", None), models.Q(("commune_insee", ""), _negated=True)
                        ),
                        fields=("commune_insee",),
                        name="territory_one_authority_a_commune",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("valid_to", None), models.Q(("department_code", ""), _negated=True)
                        ),
                        fields=("department_code",),
                        name="territory_one_authority_a_department",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("school", "Établissement scolaire"),
                            ("hospital", "Établissement de santé"),
                            ("practice", "Cabinet, centre de santé"),
                            ("social_service", "Service social, PMI"),
                            ("residential", "Établissement ou lieu d'accueil"),
                            ("association", "Association"),
                            ("youth_justice", "Protection judiciaire de la jeunesse"),
                            ("police", "Police, gendarmerie"),
                            ("municipality", "Commune, élu·es"),
                            ("youth_service", "Animation, mission locale, sport"),
                            ("helpline", "Ligne d'écoute nationale"),
                            ("other", "Autre"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "siret",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=14,
                        validators=[accounts.identifiers.validate_siret],
                    ),
                ),
                (
                    "uai",
                    models.CharField(
                        blank=True, default="", max_length=8, validators=[accounts.identifiers.validate_uai]
                    ),
                ),
                (
                    "finess",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=9,
                        validators=[accounts.identifiers.validate_finess],
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="accounts.authority",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "school",
                                    "hospital",
                                    "practice",
                                    "social_service",
                                    "residential",
                                    "association",
                                    "youth_justice",
                                    "police",
                                    "municipality",
                                    "youth_service",
                                    "helpline",
                                    "other",
                                ],
                            )
                        ),
                        name="organisation_kind_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("siret", ""), _negated=True),
                        fields=("siret",),
                        name="organisation_siret_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("uai", ""), _negated=True),
                        fields=("uai",),
                        name="organisation_uai_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("finess", ""), _negated=True),
                        fields=("finess",),
                        name="organisation_finess_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("filer", "Déclarant professionnel"),
                            ("filer_org_lead", "Référent de l'établissement"),
                            ("intake_agent", "Agent de recueil CRIP"),
                            ("crip_coordinator", "Responsable CRIP"),
                            ("assessor", "Évaluateur·rice"),
                            ("assessment_lead", "Cadre d'évaluation"),
                            ("ase_inspector", "Inspecteur·rice ASE"),
                            ("on_call", "Cadre d'astreinte"),
                            ("case_referent", "Référent·e ASE"),
                            ("measure_service", "Service chargé de la mesure"),
                            ("supervisor", "Encadrant·e"),
                            ("exploitation_lead", "Référent·e prostitution des mineur·es"),
                            ("auditor", "Auditeur·rice"),
                            ("dpo", "Délégué·e à la protection des données"),
                            ("territory_admin", "Administrateur·rice fonctionnel·le"),
                            ("platform_admin", "Administrateur·rice technique"),
                            ("statistician", "Chargé·e d'études ODPE"),
                            ("directory_editor", "Gestionnaire de l'annuaire"),
                            ("api_119", "119 – Snated"),
                        ],
                        max_length=20,
                    ),
                ),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(blank=True, null=True)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="accounts.authority",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="accounts.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Replay",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("caller", models.UUIDField()),
                ("key", models.CharField(max_length=64)),
                ("route", models.CharField(max_length=200)),
                ("body", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField()),
                ("thing", models.UUIDField()),
                ("part", models.UUIDField(null=True)),
                ("version", models.PositiveIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("caller", "key"), name="replay_once")],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("prefix", models.CharField(editable=False, max_length=12)),
                ("sha256", models.CharField(editable=False, max_length=64, unique=True)),
                ("label", models.CharField(max_length=80)),
                ("scopes", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_on", models.DateField(blank=True, null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="token_expires_after_it_was_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at", None), ("revoked_at__gte", models.F("created_at")), _connector="OR"
                        ),
                        name="token_revoked_after_it_was_made",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=120)),
                ("communes", models.JSONField(blank=True, default=list)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="accounts.authority",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "name"), name="unit_name_once_an_authority")
                ],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="accounts.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["authority", "id"], name="membership_by_authority"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "filer",
                            "filer_org_lead",
                            "intake_agent",
                            "crip_coordinator",
                            "assessor",
                            "assessment_lead",
                            "ase_inspector",
                            "on_call",
                            "case_referent",
                            "measure_service",
                            "supervisor",
                            "exploitation_lead",
                            "auditor",
                            "dpo",
                            "territory_admin",
                            "platform_admin",
                            "statistician",
                            "directory_editor",
                            "api_119",
                        ],
                    )
                ),
                name="membership_role_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role__in", ["assessment_lead"]), _negated=True),
                    ("unit__isnull", False),
                    _connector="OR",
                ),
                name="membership_has_its_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role__in", ["api_119", "filer_org_lead", "measure_service"]), _negated=True),
                    ("organisation__isnull", False),
                    _connector="OR",
                ),
                name="membership_has_its_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="membership_period_runs_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
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
                condition=models.Q(("valid_to", None)),
                name="membership_once_while_open",
            ),
        ),
    ]
