"""The directory of services, and the verifications of its entries, which are append-only."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.identifiers
import encryption.authentic
import encryption.cells
import encryption.fields
from encryption.migrations._tables import CreateModels, RunInDatabase

MODELS = [
    migrations.CreateModel(
        name="DirectoryImport",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            (
                "source",
                models.CharField(choices=[("own", "Saisie dans Repère"), ("data_inclusion", "data.inclusion"), ("hsds", "Fichier HSDS"), ("finess", "FINESS"), ("service_public", "Annuaire de service-public.fr"), ("table", "Tableau de l'autorité"), ("curated", "Sources publiques, saisies à la main")], max_length=15),
            ),
            ("licence", models.CharField(blank=True, default="", max_length=100)),
            ("stated_on", models.DateField(blank=True, null=True)),
            ("digest", models.CharField(max_length=64)),
            ("tried_at", models.DateTimeField()),
            ("done_at", models.DateTimeField(blank=True, null=True)),
            ("created", models.PositiveIntegerField(default=0)),
            ("changed", models.PositiveIntegerField(default=0)),
            ("unchanged", models.PositiveIntegerField(default=0)),
            ("archived", models.PositiveIntegerField(default=0)),
            ("held", models.PositiveIntegerField(default=0)),
            ("refused", models.PositiveIntegerField(default=0)),
            ("authority", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority")),
            ("tried_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("left_out", models.PositiveIntegerField(default=0)),
            ("options", models.JSONField(blank=True, default=dict)),
            ("plan", models.CharField(blank=True, default="", max_length=64)),
        ],
        options={"ordering": ["-tried_at", "id"], "constraints": [models.CheckConstraint(condition=models.Q(("source__in", ["own", "data_inclusion", "hsds", "finess", "service_public", "table", "curated"])), name="directory_import_source_known")], "indexes": []},
    ),
    migrations.CreateModel(
        name="Structure",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("crip", "Cellule de recueil (CRIP)"),
                        ("ase_unit", "Service territorial de l'ASE, maison des solidarités"),
                        ("emergency_shelter", "Accueil d'urgence 24 h/24, foyer de l'enfance"),
                        ("specialised_home", "Hébergement spécialisé de mineurs victimes d'exploitation"),
                        ("mecs", "Maison d'enfants à caractère social (MECS)"),
                        ("lieu_de_vie", "Lieu de vie et d'accueil"),
                        ("foster", "Accueil familial"),
                        ("specialised_ngo", "Association spécialisée"),
                        ("trafficking_scheme", "Dispositif pour les victimes de traite"),
                        ("uaped", "Unité d'accueil pédiatrique (UAPED), unité médico-judiciaire"),
                        ("hospital_emergency", "Urgences, pédiatrie, psychotraumatisme"),
                        ("sexual_health", "Centre de santé sexuelle, CeGIDD, IVG"),
                        ("mental_health", "CMP, CMPEA, maison des adolescents, PAEJ"),
                        ("addiction", "CSAPA, consultation jeunes consommateurs, CAARUD"),
                        ("street_outreach", "Prévention spécialisée, maraude"),
                        ("legal_victim_help", "Aide aux victimes, CIDFF, avocat d'enfants, point-justice"),
                        ("police_minors", "Police ou gendarmerie, protection des mineurs"),
                        ("parquet", "Permanence du parquet des mineurs"),
                        ("school_contact", "Service social et de santé scolaire"),
                        ("parents_support", "Soutien aux parents"),
                        ("exit_scheme", "Parcours de sortie de la prostitution (majeurs)"),
                        ("training", "Formation"),
                    ],
                    max_length=20,
                ),
            ),
            ("name", models.CharField(max_length=150)),
            ("description", models.TextField(blank=True, default="", max_length=10000)),
            ("status", models.CharField(choices=[("active", "En activité"), ("suspended", "Suspendu"), ("closed", "Fermé")], default="active", max_length=10)),
            ("siret", models.CharField(blank=True, default="", max_length=14, validators=[accounts.identifiers.validate_siret])),
            ("finess", models.CharField(blank=True, default="", max_length=9, validators=[accounts.identifiers.validate_finess])),
            ("uai", models.CharField(blank=True, default="", max_length=8, validators=[accounts.identifiers.validate_uai])),
            ("rna", models.CharField(blank=True, default="", max_length=10)),
            ("phone", models.CharField(blank=True, default="", max_length=30)),
            ("email", models.EmailField(blank=True, default="", max_length=254)),
            ("website", models.URLField(blank=True, default="", max_length=500)),
            ("source_url", models.URLField(blank=True, default="", max_length=500)),
            ("accessibility_url", models.URLField(blank=True, default="", max_length=500)),
            ("opening_hours", models.CharField(blank=True, default="", max_length=500)),
            ("opening_hours_text", models.CharField(blank=True, default="", max_length=500)),
            ("networks", models.JSONField(blank=True, default=list)),
            (
                "source",
                models.CharField(choices=[("own", "Saisie dans Repère"), ("data_inclusion", "data.inclusion"), ("hsds", "Fichier HSDS"), ("finess", "FINESS"), ("service_public", "Annuaire de service-public.fr"), ("table", "Tableau de l'autorité"), ("curated", "Sources publiques, saisies à la main")], max_length=15),
            ),
            ("source_id", models.CharField(max_length=200)),
            ("source_licence", models.CharField(blank=True, default="", max_length=100)),
            ("updated_on", models.DateField()),
            ("fetched_at", models.DateTimeField(blank=True, null=True)),
            ("authority", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority")),
            ("merged_into", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="aliases", to="directory.structure")),
            ("parent", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="directory.structure")),
        ],
        options={
            "ordering": ["name", "id"],
            "indexes": [
                models.Index(condition=models.Q(("siret", ""), _negated=True), fields=["siret"], name="structure_by_siret"),
                models.Index(condition=models.Q(("finess", ""), _negated=True), fields=["finess"], name="structure_by_finess"),
                models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="structure_by_phone"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("authority", "source", "source_id"), name="structure_once_a_source"),
                models.CheckConstraint(condition=models.Q(("status__in", ["active", "suspended", "closed"])), name="structure_status_known"),
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "kind__in",
                            [
                                "crip",
                                "ase_unit",
                                "emergency_shelter",
                                "specialised_home",
                                "mecs",
                                "lieu_de_vie",
                                "foster",
                                "specialised_ngo",
                                "trafficking_scheme",
                                "uaped",
                                "hospital_emergency",
                                "sexual_health",
                                "mental_health",
                                "addiction",
                                "street_outreach",
                                "legal_victim_help",
                                "police_minors",
                                "parquet",
                                "school_contact",
                                "parents_support",
                                "exit_scheme",
                                "training",
                            ],
                        )
                    ),
                    name="structure_kind_known",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Service",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("name", models.CharField(max_length=150)),
            ("description", models.TextField(max_length=10000)),
            ("kind", models.CharField(blank=True, default="", max_length=40)),
            ("themes", models.JSONField(blank=True, default=list)),
            ("fees", models.CharField(blank=True, default="", max_length=20)),
            ("fees_note", models.TextField(blank=True, default="", max_length=2000)),
            ("audiences", models.JSONField(blank=True, default=list)),
            ("audiences_note", models.TextField(blank=True, default="", max_length=2000)),
            ("access_conditions", models.TextField(blank=True, default="", max_length=2000)),
            ("phone", models.CharField(blank=True, default="", max_length=30)),
            ("email", models.EmailField(blank=True, default="", max_length=254)),
            ("contact_name", models.CharField(blank=True, default="", max_length=200)),
            ("source_url", models.URLField(blank=True, default="", max_length=500)),
            ("reception_modes", models.JSONField(blank=True, default=list)),
            ("zones", models.JSONField(blank=True, default=list)),
            ("mobilisation_url", models.URLField(blank=True, default="", max_length=500)),
            ("mobilisation_modes", models.JSONField(blank=True, default=list)),
            ("mobilisable_by", models.JSONField(blank=True, default=list)),
            ("mobilisation_note", models.TextField(blank=True, default="", max_length=2000)),
            ("weekly_hours", models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True)),
            ("weeks", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("opening_hours", models.CharField(blank=True, default="", max_length=500)),
            ("opening_hours_text", models.CharField(blank=True, default="", max_length=500)),
            (
                "source",
                models.CharField(choices=[("own", "Saisie dans Repère"), ("data_inclusion", "data.inclusion"), ("hsds", "Fichier HSDS"), ("finess", "FINESS"), ("service_public", "Annuaire de service-public.fr"), ("table", "Tableau de l'autorité"), ("curated", "Sources publiques, saisies à la main")], max_length=15),
            ),
            ("source_id", models.CharField(max_length=200)),
            ("source_licence", models.CharField(blank=True, default="", max_length=100)),
            ("updated_on", models.DateField()),
            ("fetched_at", models.DateTimeField(blank=True, null=True)),
            ("needs", models.JSONField(blank=True, default=list)),
            ("age_min_months", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("age_max_months", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("sexes", models.JSONField(blank=True, default=list)),
            ("accepts", models.JSONField(blank=True, default=dict)),
            ("place_kind", models.CharField(blank=True, choices=[("shelter", "Foyer, accueil d'urgence"), ("home", "Maison d'enfants"), ("foster", "Famille d'accueil"), ("flat", "Appartement"), ("hotel", "Hôtel"), ("hospital", "Lit d'hôpital")], default="", max_length=10)),
            ("distance_placement", models.BooleanField(default=False)),
            ("from_departments", models.JSONField(blank=True, default=list)),
            ("refused_departments", models.JSONField(blank=True, default=list)),
            ("round_the_clock", models.BooleanField(default=False)),
            ("key", models.UUIDField(blank=True, editable=False, null=True)),
            ("night_phone", encryption.fields.SealedField(access_class="J", blank=True, default=None, label="service.night_phone", max_length=30, null=True)),
            ("answer_delay_hours", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("specialised", models.CharField(choices=[("dedicated", "Dédié aux mineurs victimes d'exploitation sexuelle"), ("trained", "Équipe formée"), ("general", "Généraliste")], default="general", max_length=10)),
            ("who_may_ask", models.JSONField(blank=True, default=list)),
            ("needs_agreement", models.JSONField(blank=True, default=list)),
            ("languages", models.JSONField(blank=True, default=list)),
            ("interpreter", models.BooleanField(default=False)),
            ("documents_wanted", models.TextField(blank=True, default="", max_length=2000)),
            ("documents_never", models.TextField(blank=True, default="", max_length=2000)),
            ("safe_channels", models.JSONField(blank=True, default=list)),
            ("status", models.CharField(choices=[("active", "En activité"), ("suspended", "Suspendu"), ("closed", "Fermé")], default="active", max_length=10)),
            ("suspended_until", models.DateField(blank=True, null=True)),
            ("verified_on", models.DateField(blank=True, null=True)),
            ("verified_by", models.CharField(blank=True, default="", max_length=10)),
            ("asks_every_months", models.PositiveSmallIntegerField(default=6)),
            ("asked_at", models.DateTimeField(blank=True, null=True)),
            ("asks_missed", models.PositiveSmallIntegerField(default=0)),
            ("cells", encryption.cells.CellsField()),
            ("authority", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority")),
            ("merged_into", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="aliases", to="directory.service")),
            ("structure", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="services", to="directory.structure")),
        ],
        options={
            "ordering": ["name", "id"],
            "indexes": [models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="service_by_phone"), models.Index(fields=["authority", "verified_on"], name="service_by_verification")],
            "constraints": [
                models.UniqueConstraint(fields=("authority", "source", "source_id"), name="service_once_a_source"),
                models.CheckConstraint(condition=models.Q(("status__in", ["active", "suspended", "closed"])), name="service_status_known"),
                models.CheckConstraint(condition=models.Q(("age_min_months", None), ("age_max_months", None), ("age_min_months__lte", models.F("age_max_months")), _connector="OR"), name="service_ages_run_forward"),
                models.CheckConstraint(condition=models.Q(("suspended_until", None), ("status", "suspended"), _connector="OR"), name="service_suspended_until_a_day"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Place",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("visibility", models.CharField(choices=[("public", "Publique"), ("professional", "Réservée aux professionnels"), ("secret", "Secrète")], default="public", max_length=12)),
            ("department", models.CharField(max_length=3)),
            ("insee_code", models.CharField(blank=True, default="", max_length=5)),
            ("postal_code", models.CharField(blank=True, default="", max_length=5)),
            ("commune", models.CharField(blank=True, default="", max_length=100)),
            ("address", models.CharField(blank=True, default="", max_length=300)),
            ("complement", models.CharField(blank=True, default="", max_length=300)),
            ("longitude", models.FloatField(blank=True, null=True)),
            ("latitude", models.FloatField(blank=True, null=True)),
            ("key", models.UUIDField(blank=True, editable=False, null=True)),
            ("secret", encryption.fields.SealedField(access_class="K", blank=True, default=None, kind="json", label="place.secret", null=True, security_class="P4")),
            ("cells", encryption.cells.CellsField()),
            ("authority", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority")),
            ("service", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="place", to="directory.service")),
            ("structure", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="places", to="directory.structure")),
        ],
        options={
            "indexes": [models.Index(condition=models.Q(("insee_code", ""), _negated=True), fields=["insee_code"], name="place_by_commune"), models.Index(fields=["department"], name="place_by_department")],
            "constraints": [
                models.UniqueConstraint(condition=models.Q(("service", None)), fields=("structure",), name="place_one_of_a_structure"),
                models.CheckConstraint(condition=models.Q(("visibility__in", ["public", "professional", "secret"])), name="place_visibility_known"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(models.Q(("visibility", "secret"), _negated=True), ("secret__isnull", True)),
                        models.Q(("address", ""), ("commune", ""), ("complement", ""), ("insee_code", ""), ("latitude", None), ("longitude", None), ("postal_code", ""), ("secret__isnull", False), ("visibility", "secret")),
                        _connector="OR",
                    ),
                    name="place_secret_has_nothing_in_clear",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SecretOpening",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("purpose", models.CharField(max_length=20)),
            ("on_duty", models.BooleanField()),
            ("due_at", models.DateTimeField(blank=True, null=True)),
            ("looked_at", models.DateTimeField(blank=True, null=True)),
            ("justified", models.BooleanField(blank=True, null=True)),
            ("authority", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority")),
            ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("looked_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("place", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="directory.place")),
        ],
        options={
            "ordering": ["-at", "id"],
            "constraints": [
                models.CheckConstraint(condition=models.Q(models.Q(("justified", None), ("looked_at", None), ("looked_by", None)), models.Q(("justified__isnull", False), ("looked_at__isnull", False), ("looked_by__isnull", False)), _connector="OR"), name="secret_opening_looked_at_whole"),
                models.CheckConstraint(condition=models.Q(("looked_by", None), models.Q(("looked_by", models.F("by")), _negated=True), _connector="OR"), name="secret_opening_by_another"),
                models.CheckConstraint(condition=models.Q(models.Q(("due_at", None), ("on_duty", True)), models.Q(("due_at__isnull", False), ("on_duty", False)), _connector="OR"), name="secret_opening_due_when_off_duty"),
            ],
            "indexes": [],
        },
    ),
    migrations.CreateModel(
        name="Reach",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            (
                "need",
                models.CharField(
                    choices=[
                        ("tonight_shelter", "Un hébergement pour cette nuit"),
                        ("distance_shelter", "Un accueil éloigné"),
                        ("specialised_support", "Un accompagnement spécialisé"),
                        ("outreach", "Un premier contact par une équipe qui va vers les jeunes"),
                        ("medical_forensic", "Une audition et un examen médico-légal (UAPED)"),
                        ("general_care", "Des soins"),
                        ("sexual_health", "Une consultation de santé sexuelle"),
                        ("mental_health", "Un soutien psychologique"),
                        ("addiction", "Une aide pour une addiction"),
                        ("legal_victim", "Un avocat ou une aide aux victimes"),
                        ("complaint", "Un dépôt de plainte"),
                        ("school_link", "Un lien avec l'école"),
                        ("parents_support", "Un soutien aux parents"),
                        ("digital_removal", "Un retrait d'images en ligne"),
                        ("runaway_search", "Une recherche d'enfant en fugue"),
                        ("trafficking_identification", "Une identification de victime de traite"),
                        ("prevention_session", "Une séance de prévention"),
                        ("training_advice", "Une formation ou un conseil entre professionnels"),
                    ],
                    max_length=30,
                ),
            ),
            ("zone", models.CharField(max_length=12)),
            ("service", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reaches", to="directory.service")),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("need", "zone", "service"), name="reach_once")], "indexes": []},
    ),
    migrations.CreateModel(
        name="ErrorReport",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("sentence", encryption.fields.SealedField(access_class="A", blank=True, default=None, label="error_report.sentence", max_length=500, null=True)),
            ("at", models.DateTimeField()),
            ("settled_at", models.DateTimeField(blank=True, null=True)),
            ("corrected", models.BooleanField(blank=True, null=True)),
            ("cells", encryption.cells.CellsField()),
            ("authority", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority")),
            ("by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("settled_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("service", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="error_reports", to="directory.service")),
        ],
        options={
            "ordering": ["at", "id"],
            "constraints": [models.CheckConstraint(condition=models.Q(models.Q(("corrected", None), ("settled_at", None), ("settled_by", None)), models.Q(("corrected__isnull", False), ("settled_at__isnull", False), ("settled_by__isnull", False)), _connector="OR"), name="error_report_settled_whole")],
            "indexes": [],
        },
    ),
    migrations.CreateModel(
        name="ConfirmationLink",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("kept", models.BinaryField(max_length=32, null=True, unique=True)),
            ("made_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("used_at", models.DateTimeField(blank=True, null=True)),
            ("mac", encryption.authentic.MacField()),
            ("service", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="links", to="directory.service")),
        ],
        options={"ordering": ["-made_at", "id"], "indexes": [], "constraints": []},
    ),
    migrations.CreateModel(
        name="Capacity",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("unit", models.CharField(default="place", max_length=60)),
            ("population", models.CharField(blank=True, default="", max_length=120)),
            ("maximum", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("emergency", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("vacancy", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("note", models.CharField(blank=True, default="", max_length=300)),
            ("told_by", models.CharField(blank=True, default="", max_length=200)),
            ("told_at", models.DateTimeField(blank=True, null=True)),
            ("valid_until", models.DateTimeField(blank=True, null=True)),
            ("service", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="capacities", to="directory.service")),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("service", "unit", "population"), name="capacity_once"),
                models.CheckConstraint(condition=models.Q(("vacancy", None), ("maximum", None), ("vacancy__lte", models.F("maximum")), _connector="OR"), name="capacity_vacancy_fits"),
                models.CheckConstraint(condition=models.Q(("vacancy", None), ("told_at__isnull", False), _connector="OR"), name="capacity_vacancy_was_told"),
            ],
            "indexes": [],
        },
    ),
    migrations.CreateModel(
        name="HeldRow",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("source_id", models.CharField(max_length=200)),
            ("matched_by", models.CharField(max_length=10)),
            ("settled_at", models.DateTimeField(blank=True, null=True)),
            ("same", models.BooleanField(blank=True, null=True)),
            ("authority", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority")),
            ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="held_rows", to="directory.directoryimport")),
            ("settled_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("structure", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="held_rows", to="directory.structure")),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("authority", "structure", "source_id"), name="held_row_once")], "indexes": []},
    ),
    migrations.CreateModel(
        name="Verification",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("field", models.CharField(max_length=60)),
            ("old", models.JSONField(blank=True, null=True)),
            ("new", models.JSONField(blank=True, null=True)),
            ("at", models.DateTimeField()),
            ("means", models.CharField(choices=[("phone", "Par téléphone"), ("mail", "Par courriel"), ("visit", "Sur place"), ("link", "Par la structure, avec son lien"), ("import", "Par un fichier"), ("typed", "Sans vérification")], max_length=10)),
            ("evidence", models.CharField(blank=True, default="", max_length=300)),
            ("by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ("service", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="verifications", to="directory.service")),
            ("structure", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="verifications", to="directory.structure")),
        ],
        options={
            "ordering": ["-at", "id"],
            "indexes": [models.Index(fields=["service", "-at"], name="verification_by_service"), models.Index(fields=["structure", "-at"], name="verification_by_structure")],
            "constraints": [models.CheckConstraint(condition=models.Q(("means__in", ["phone", "mail", "visit", "link", "import", "typed"])), name="verification_means_known")],
        },
    ),
]


#: What was said of an entry stays: verifications are added, never changed nor erased (field.md A.6). On SQLite a trigger
#: before INSERT as well, because INSERT OR REPLACE deletes the old row without firing the other.
TABLE = "directory_verification"
POSTGRESQL = f"""
CREATE FUNCTION directory_verification_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Verifications are append-only: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER verification_rows BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION directory_verification_stays();
CREATE TRIGGER verification_whole BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION directory_verification_stays();
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER verification_rows;
ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER verification_whole;
"""
REFUSE = "BEGIN SELECT RAISE(ABORT, 'Verifications are append-only.'); END"
SQLITE = (
    f"CREATE TRIGGER verification_update BEFORE UPDATE ON {TABLE} {REFUSE}",
    f"CREATE TRIGGER verification_delete BEFORE DELETE ON {TABLE} {REFUSE}",
    f"CREATE TRIGGER verification_insert BEFORE INSERT ON {TABLE}"  # noqa: S608 - constants of this page
    f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR rowid = NEW.rowid) {REFUSE}",
)


def stand(_apps, schema_editor):
    for statement in (POSTGRESQL,) if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def fall(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION directory_verification_stays() CASCADE")
        return
    for statement in SQLITE:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {statement.split()[2]}")


class Migration(migrations.Migration):
    initial = True
    #: Those of before: who has all of them has these tables.
    replaces = [("directory", "0001_resources"), ("directory", "0002_verifications_stay"), ("directory", "0004_imports")]
    dependencies = [("accounts", "0001_accounts")]
    operations = [CreateModels(MODELS), RunInDatabase(stand, fall)]
