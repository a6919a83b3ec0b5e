"""People and sign-in, authorities and their territories, institutions, memberships, and requests for these."""

import uuid

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce, Lower, Now

import accounts.identifiers
import accounts.models.authority
from encryption.migrations._tables import CreateModels

USER = settings.AUTH_USER_MODEL

ROLES = [
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
]
IDENTIFIED = [
    ("in_person", "Vu·e en personne, avec sa carte professionnelle"),
    ("called_back", "Rappelé·e au numéro connu de son service"),
    ("video", "Vu·e en visioconférence, avec une pièce d'identité"),
]


def refers(to, related_name="+", **more):
    """A foreign key of which the other end is never deleted while somebody refers to it."""
    return models.ForeignKey(on_delete=models.PROTECT, related_name=related_name, to=to, **more)


MODELS = [
    migrations.CreateModel(
        name="Authority",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AuthorityTerritory",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            (
                "authority",
                models.ForeignKey(
                    on_delete=models.CASCADE, related_name="territories", to="accounts.authority"
                ),
            ),
            ("commune_insee", models.CharField(blank=True, default="", max_length=5)),
            ("department_code", models.CharField(blank=True, default="", max_length=3)),
            ("valid_from", models.DateField()),
            ("valid_to", models.DateField(blank=True, null=True)),
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
                    condition=models.Q(("valid_to", None), models.Q(("commune_insee", ""), _negated=True)),
                    fields=("commune_insee",),
                    name="territory_one_authority_a_commune",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("valid_to", None), models.Q(("department_code", ""), _negated=True)),
                    fields=("department_code",),
                    name="territory_one_authority_a_department",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Unit",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority", "units")),
            ("name", models.CharField(max_length=120)),
            ("communes", models.JSONField(blank=True, default=list)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("authority", "name"), name="unit_name_once_an_authority"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Organisation",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                    blank=True, default="", max_length=14, validators=[accounts.identifiers.validate_siret]
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
                    blank=True, default="", max_length=9, validators=[accounts.identifiers.validate_finess]
                ),
            ),
            ("authority", refers("accounts.authority", "organisations", blank=True, null=True)),
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
        name="User",
        fields=[
            ("password", models.CharField(max_length=128, verbose_name="password")),
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("email", models.EmailField(max_length=254, unique=True)),
            ("full_name", models.CharField(max_length=200)),
            (
                "phone",
                models.CharField(
                    blank=True, default="", max_length=16, validators=[accounts.identifiers.validate_phone]
                ),
            ),
            (
                "language",
                models.CharField(choices=[("fr", "Français"), ("en", "English")], default="fr", max_length=2),
            ),
            ("is_active", models.BooleanField(default=True)),
            ("verified_at", models.DateTimeField(blank=True, null=True)),
            ("home_authority", refers("accounts.authority", blank=True, null=True)),
            ("factors_version", models.UUIDField(default=uuid.uuid4, editable=False)),
            ("factor_failures", models.PositiveSmallIntegerField(default=0)),
            ("factor_failed_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("email", Lower("email"))), name="user_email_is_lower_case"
                ),
                models.CheckConstraint(
                    condition=models.Q(("language__in", ["fr", "en"])), name="user_language_is_known"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Membership",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", refers(USER, "memberships")),
            ("role", models.CharField(choices=ROLES, max_length=20)),
            ("authority", refers("accounts.authority", "memberships")),
            ("unit", refers("accounts.unit", "memberships", blank=True, null=True)),
            ("organisation", refers("accounts.organisation", "memberships", blank=True, null=True)),
            ("valid_from", models.DateTimeField()),
            ("valid_to", models.DateTimeField(blank=True, null=True)),
            ("reviewed_at", models.DateTimeField(db_default=Now())),
        ],
        options={
            "indexes": [
                models.Index(fields=["authority", "id"], name="membership_by_authority"),
            ],
            "constraints": [
                models.CheckConstraint(
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
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("role__in", ["assessment_lead"]), _negated=True),
                        ("unit__isnull", False),
                        _connector="OR",
                    ),
                    name="membership_has_its_unit",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("role__in", ["api_119", "filer_org_lead", "measure_service"]), _negated=True
                        ),
                        ("organisation__isnull", False),
                        _connector="OR",
                    ),
                    name="membership_has_its_organisation",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                    ),
                    name="membership_period_runs_forward",
                ),
                models.UniqueConstraint(
                    models.F("user"),
                    models.F("role"),
                    models.F("authority"),
                    Coalesce(
                        "unit",
                        models.Value(
                            uuid.UUID("00000000-0000-0000-0000-000000000000"), output_field=models.UUIDField()
                        ),
                    ),
                    Coalesce(
                        "organisation",
                        models.Value(
                            uuid.UUID("00000000-0000-0000-0000-000000000000"), output_field=models.UUIDField()
                        ),
                    ),
                    condition=models.Q(("valid_to", None)),
                    name="membership_once_while_open",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Token",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("prefix", models.CharField(editable=False, max_length=12)),
            ("sha256", models.CharField(editable=False, max_length=64, unique=True)),
            ("membership", refers("accounts.membership", "tokens")),
            ("label", models.CharField(max_length=80)),
            ("scopes", models.JSONField(default=list)),
            ("created_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ("last_used_on", models.DateField(blank=True, null=True)),
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
        name="AccountRequest",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", refers(USER, null=True)),
            ("asked_by", refers(USER, null=True)),
            ("email", models.EmailField(blank=True, default="", max_length=254)),
            ("full_name", models.CharField(blank=True, default="", max_length=80)),
            (
                "language",
                models.CharField(choices=[("fr", "Français"), ("en", "English")], default="fr", max_length=2),
            ),
            (
                "profession",
                models.CharField(
                    blank=True,
                    choices=[
                        ("teacher", "Enseignant·e"),
                        ("school_head", "Chef·fe d'établissement, directeur·rice d'école"),
                        ("school_life", "CPE, AED, vie scolaire"),
                        ("school_social_worker", "Assistant·e de service social scolaire"),
                        ("school_nurse_doctor", "Infirmier·e, médecin scolaire"),
                        ("specialised_educator", "Éducateur·rice spécialisé·e"),
                        ("street_outreach", "Prévention spécialisée"),
                        ("residential_staff", "Professionnel·le de MECS, foyer"),
                        ("dept_social_worker", "Travailleur·se social·e, PMI"),
                        ("physician", "Médecin"),
                        ("hospital_staff", "Professionnel·le hospitalier·ère"),
                        ("midwife_sexual_health", "Sage-femme, santé sexuelle"),
                        ("psychologist", "Psychologue"),
                        ("pjj_staff", "Professionnel·le PJJ"),
                        ("police_gendarmerie", "Police, gendarmerie"),
                        ("association_specialised", "Association spécialisée"),
                        ("animal_protection", "Association de protection animale"),
                        ("youth_worker", "Animation, mission locale, sport, loisirs"),
                        ("transport_hotel", "Hôtellerie, transport, plateforme"),
                        ("elected_official", "Élu·e local·e"),
                        ("other_pro", "Autre professionnel·le"),
                    ],
                    default="",
                    max_length=24,
                ),
            ),
            (
                "role",
                models.CharField(
                    choices=[
                        ("filer", "Déclarant professionnel"),
                        ("filer_org_lead", "Référent de l'établissement"),
                        ("measure_service", "Service chargé de la mesure"),
                    ],
                    default="filer",
                    max_length=20,
                ),
            ),
            ("authority", refers("accounts.authority")),
            ("organisation", refers("accounts.organisation", null=True)),
            ("organisation_name", models.CharField(blank=True, default="", max_length=120)),
            ("register", models.CharField(blank=True, default="", max_length=6)),
            ("number", models.CharField(blank=True, default="", max_length=14)),
            ("asked_at", models.DateTimeField()),
            ("kept", models.BinaryField(max_length=32, null=True, unique=True)),
            ("confirmed_at", models.DateTimeField(null=True)),
            ("decided_at", models.DateTimeField(null=True)),
            ("decided_by", refers(USER, null=True)),
            ("accepted", models.BooleanField(null=True)),
            (
                "reason",
                models.CharField(
                    blank=True,
                    choices=[
                        ("elsewhere", "La structure ne relève pas de ce territoire"),
                        ("not_professional", "L'adresse ou la fonction n'est pas professionnelle"),
                        ("unknown_there", "La structure ne connaît pas cette personne"),
                        ("not_reached", "La personne n'a pas pu être jointe"),
                        ("has_already", "La personne a déjà un compte ou ce rôle"),
                        ("other", "Autre raison"),
                        ("lapsed", "Sans réponse dans le délai"),
                    ],
                    default="",
                    max_length=20,
                ),
            ),
            (
                "membership",
                models.OneToOneField(
                    null=True, on_delete=models.PROTECT, related_name="+", to="accounts.membership"
                ),
            ),
        ],
        options={
            "indexes": [
                models.Index(fields=["authority", "confirmed_at", "id"], name="account_request_waiting"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("role__in", ["filer", "filer_org_lead", "measure_service"])),
                    name="account_request_of_few_roles",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("email", ""), ("full_name", ""), ("user__isnull", False)),
                        models.Q(
                            ("user", None),
                            models.Q(("email", ""), _negated=True),
                            models.Q(("full_name", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="account_request_of_one_kind",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("number", ""), ("register", "")),
                        models.Q(
                            ("register__in", ["siret", "uai", "finess"]),
                            models.Q(("number", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="account_request_number_of_a_register",
                ),
                models.CheckConstraint(
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
                            ("membership__isnull", False),
                            ("reason", ""),
                            ("user__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="account_request_decided_whole",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by", None),
                        models.Q(
                            models.Q(
                                ("user", None),
                                models.Q(("user", models.F("decided_by")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("asked_by", None),
                                models.Q(("asked_by", models.F("decided_by")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="account_request_decided_by_another",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("confirmed_at__isnull", False), ("decided_at", None), ("user", None)),
                    fields=("email",),
                    name="account_request_one_an_address",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("decided_at", None), ("user__isnull", False)),
                    fields=("user", "authority"),
                    name="account_request_one_an_account",
                ),
            ],
        },
    ),
    # How often signing in failed of late, by keyed values alone.
    migrations.CreateModel(
        name="Attempt",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("mark", models.BinaryField(max_length=32)),
            ("failures", models.PositiveIntegerField(default=0)),
            ("failed_at", models.DateTimeField(null=True)),
            ("known_at", models.DateTimeField(null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("mark",), name="attempt_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("failed_at__isnull", False), ("known_at__isnull", False), _connector="OR"
                    ),
                    name="attempt_says_something",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Factor",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="factors", to=USER)),
            (
                "kind",
                models.CharField(
                    choices=[("passkey", "Clé d'accès"), ("totp", "Application d'authentification")],
                    max_length=10,
                ),
            ),
            ("label", models.CharField(max_length=60)),
            ("created_at", models.DateTimeField()),
            ("last_used_on", models.DateField(blank=True, null=True)),
            ("credential", models.BinaryField(max_length=1023, null=True, unique=True)),
            ("public", models.BinaryField(max_length=4096, null=True)),
            ("counter", models.PositiveBigIntegerField(default=0)),
            ("last_step", models.BigIntegerField(null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("credential__isnull", False), ("kind", "passkey"), ("public__isnull", False)
                        ),
                        models.Q(("credential__isnull", True), ("kind", "totp"), ("public__isnull", True)),
                        _connector="OR",
                    ),
                    name="factor_has_what_its_kind_needs",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="RecoveryCode",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="recovery_codes", to=USER)),
            ("kept", models.BinaryField(max_length=32, unique=True)),
        ],
    ),
    migrations.CreateModel(
        name="FactorReset",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", refers(USER, "factor_resets")),
            ("asked_by", refers(USER)),
            ("asked_at", models.DateTimeField()),
            ("decided_by", refers(USER, null=True)),
            ("decided_at", models.DateTimeField(null=True)),
            ("confirmed", models.BooleanField(null=True)),
            (
                "asked_how",
                models.CharField(blank=True, choices=IDENTIFIED, db_default="", default="", max_length=16),
            ),
            (
                "decided_how",
                models.CharField(blank=True, choices=IDENTIFIED, db_default="", default="", max_length=16),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("decided_at", None)),
                    fields=("user",),
                    name="factor_reset_one_open_an_account",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("asked_by", models.F("user")), _negated=True),
                        models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    name="factor_reset_by_others",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by", None),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="factor_reset_by_two",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("confirmed", None), ("decided_at", None), ("decided_by", None)),
                        models.Q(
                            ("confirmed__isnull", False),
                            ("decided_at__isnull", False),
                            ("decided_by__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="factor_reset_decided_whole",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("asked_how__in", ["", "in_person", "called_back", "video"]),
                        models.Q(
                            ("decided_how", ""),
                            models.Q(
                                ("confirmed", True),
                                ("confirmed__isnull", False),
                                ("decided_how__in", ["in_person", "called_back", "video"]),
                            ),
                            _connector="OR",
                        ),
                    ),
                    name="factor_reset_identified",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="GrantRequest",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", refers(USER)),
            ("role", models.CharField(choices=ROLES, max_length=20)),
            ("authority", refers("accounts.authority")),
            ("unit", refers("accounts.unit", null=True)),
            ("organisation", refers("accounts.organisation", null=True)),
            ("valid_from", models.DateTimeField(null=True)),
            ("valid_to", models.DateTimeField(null=True)),
            ("asked_by", refers(USER)),
            ("asked_at", models.DateTimeField()),
            ("decided_by", refers(USER, null=True)),
            ("decided_at", models.DateTimeField(null=True)),
            ("confirmed", models.BooleanField(null=True)),
            (
                "membership",
                models.OneToOneField(
                    null=True, on_delete=models.PROTECT, related_name="+", to="accounts.membership"
                ),
            ),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "role__in",
                            [
                                "auditor",
                                "crip_coordinator",
                                "dpo",
                                "platform_admin",
                                "supervisor",
                                "territory_admin",
                            ],
                        )
                    ),
                    name="grant_request_of_two",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("decided_at", None)),
                    fields=("user", "role", "authority"),
                    name="grant_request_open_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("asked_by", models.F("user")), _negated=True),
                        models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    name="grant_request_by_others",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by", None),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="grant_request_by_two",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("confirmed", None), ("decided_at", None), ("decided_by", None)),
                        models.Q(
                            ("confirmed__isnull", False),
                            ("decided_at__isnull", False),
                            ("decided_by__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="grant_request_decided_whole",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("confirmed", True), ("membership__isnull", False)),
                        models.Q(
                            ("membership", None),
                            models.Q(("confirmed", None), ("confirmed", False), _connector="OR"),
                        ),
                        _connector="OR",
                    ),
                    name="grant_request_came_to_something",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Identity",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="identities", to=USER)),
            ("provider", models.CharField(max_length=20)),
            ("subject", models.BinaryField(max_length=32)),
            ("siret", models.CharField(blank=True, default="", max_length=14)),
            ("bound_at", models.DateTimeField()),
            ("last_used_on", models.DateField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("subject",), name="identity_bound_once"),
                models.UniqueConstraint(fields=("user", "provider"), name="identity_one_of_a_provider"),
            ],
        },
    ),
    migrations.CreateModel(
        name="ProviderVisit",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("kept", models.BinaryField(max_length=32, unique=True)),
            ("data", models.BinaryField(max_length=4096)),
            ("expires_at", models.DateTimeField(db_index=True)),
        ],
    ),
    migrations.CreateModel(
        name="MailedLink",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="+", to=USER)),
            ("kept", models.BinaryField(max_length=32, null=True, unique=True)),
            ("bound", models.BinaryField(max_length=32, null=True)),
            ("code", models.BinaryField(max_length=32, null=True)),
            ("email", models.EmailField(blank=True, default="", max_length=254)),
            ("expires_at", models.DateTimeField()),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bound__isnull", False), ("kept__isnull", False)),
                        models.Q(
                            ("bound", None),
                            ("kept", None),
                            models.Q(
                                ("code__isnull", False),
                                models.Q(("email", ""), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="mailed_link_sent_or_waiting",
                ),
                models.CheckConstraint(
                    condition=models.Q(("code", None), ("email", ""), _connector="OR"),
                    name="mailed_link_for_one_thing",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("code", None), ("email", "")),
                    fields=("user",),
                    name="mailed_link_one_for_password",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("code__isnull", False)),
                    fields=("user",),
                    name="mailed_link_one_invitation",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("email", ""), _negated=True),
                    fields=("user",),
                    name="mailed_link_one_for_address",
                ),
            ],
        },
    ),
    # What is remembered of a request names its caller by a keyed value.
    migrations.CreateModel(
        name="Replay",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("caller", models.BinaryField(max_length=32)),
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
            "constraints": [
                models.UniqueConstraint(fields=("caller", "key"), name="replay_once"),
            ],
        },
    ),
    # Sessions lie in a table of their own, whose data the cookie alone opens; Django's would name accounts.
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
            "indexes": [
                models.Index(fields=["person"], name="session_by_person"),
            ],
        },
    ),
    migrations.CreateModel(
        name="SignInToCheck",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="sign_ins_to_check", to=USER)),
            (
                "kind",
                models.CharField(
                    choices=[
                        (
                            "unfinished",
                            "Le bon mot de passe ou le fournisseur d'identité, et pas de second moyen",
                        ),
                        ("refused", "Un second moyen refusé"),
                        ("new_place", "Une connexion entière, depuis un réseau nouveau"),
                    ],
                    max_length=12,
                ),
            ),
            ("day", models.DateField()),
            ("count", models.PositiveIntegerField(default=1)),
            ("first_at", models.DateTimeField()),
            ("last_at", models.DateTimeField()),
            ("told_at", models.DateTimeField(null=True)),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("kind__in", ["unfinished", "refused", "new_place"])),
                    name="sign_in_to_check_of_a_kind",
                ),
                models.UniqueConstraint(fields=("user", "kind", "day"), name="sign_in_to_check_once_a_day"),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [CreateModels(MODELS)]
