"""The tables of cases and of what stands around them."""

import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import encryption.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_people_and_places"),
        ("accounts", "__first__"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_assign", "À confier"),
                            ("planned", "Planifiée"),
                            ("ongoing", "En cours"),
                            ("draft_report", "Rapport en rédaction"),
                            ("to_validate", "À valider"),
                            ("delivered", "Remis"),
                            ("supplement", "Complément demandé"),
                            ("aborted", "Interrompue"),
                        ],
                        default="to_assign",
                        max_length=20,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("plan_on", models.DateField(blank=True, null=True)),
                ("started_on", models.DateField(blank=True, null=True)),
                ("expected_on", models.DateField(blank=True, null=True)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("framework_version", models.CharField(blank=True, default="", max_length=60)),
                ("earlier_concerns_considered", models.BooleanField(default=False)),
                (
                    "notes",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="assessment.notes",
                        max_length=50000,
                        null=True,
                    ),
                ),
                (
                    "report",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="assessment.report",
                        max_length=100000,
                        null=True,
                    ),
                ),
                (
                    "child_opinions",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="assessment.child_opinions",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "holder_opinions",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="assessment.holder_opinions",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "entourage_opinions",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="assessment.entourage_opinions",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "dissent",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="assessment.dissent",
                        max_length=10000,
                        null=True,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Child",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("subject", "Concerné·e par la transmission"),
                            ("household", "Autre mineur·e du domicile"),
                        ],
                        default="subject",
                        max_length=20,
                    ),
                ),
                ("not_known", models.JSONField(blank=True, default=list)),
                (
                    "identity_known",
                    models.CharField(
                        blank=True,
                        choices=[("known", "Connue"), ("partial", "Partielle"), ("unknown", "Inconnue")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "last_name",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="child.last_name",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "first_names",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="child.first_names",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "usual_name",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="child.usual_name",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "nickname",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="child.nickname",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "birth_date",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        kind="date",
                        label="child.birth_date",
                        null=True,
                    ),
                ),
                (
                    "birth_year_month",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="code",
                        label="child.birth_year_month",
                        null=True,
                    ),
                ),
                (
                    "age_band",
                    models.CharField(
                        choices=[
                            ("0-2", "Moins de 3 ans"),
                            ("3-5", "3 à 5 ans"),
                            ("6-10", "6 à 10 ans"),
                            ("11-15", "11 à 15 ans"),
                            ("16-17", "16 et 17 ans"),
                            ("18+", "18 ans et plus"),
                            ("unknown", "Inconnu"),
                        ],
                        default="unknown",
                        max_length=20,
                    ),
                ),
                ("under_2", models.BooleanField(default=False)),
                ("under_15", models.BooleanField(default=False)),
                ("next_change", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "age_estimated_min",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="int",
                        label="child.age_estimated_min",
                        null=True,
                    ),
                ),
                (
                    "age_estimated_max",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="int",
                        label="child.age_estimated_max",
                        null=True,
                    ),
                ),
                (
                    "age_source",
                    encryption.fields.SealedField(
                        access_class="B", blank=True, default=None, label="child.age_source", null=True
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("girl", "Fille"),
                            ("boy", "Garçon"),
                            ("other", "Autre"),
                            ("unknown", "Non connu"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "mother_birth_name",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="child.mother_birth_name",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "nationality_hint",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.nationality_hint",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "unaccompanied",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="code",
                        label="child.unaccompanied",
                        null=True,
                    ),
                ),
                (
                    "language",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.language",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "disability",
                    encryption.fields.SealedField(
                        access_class="E",
                        blank=True,
                        default=None,
                        label="child.disability",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "commune_insee",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="code",
                        label="child.commune_insee",
                        null=True,
                    ),
                ),
                ("residence_department", models.CharField(blank=True, default="", max_length=3)),
                (
                    "address",
                    encryption.fields.SealedField(
                        access_class="B", blank=True, default=None, label="child.address", null=True
                    ),
                ),
                (
                    "whereabouts",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="code",
                        label="child.whereabouts",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "whereabouts_detail",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.whereabouts_detail",
                        null=True,
                        security_class="P4",
                    ),
                ),
                ("runaway", models.BooleanField(default=False)),
                (
                    "runaway_since",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="date",
                        label="child.runaway_since",
                        null=True,
                    ),
                ),
                (
                    "police_report_ref",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.police_report_ref",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "last_seen_place",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.last_seen_place",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "living_with",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="code",
                        label="child.living_with",
                        null=True,
                    ),
                ),
                (
                    "school_name",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.school_name",
                        max_length=300,
                        null=True,
                    ),
                ),
                (
                    "school_level",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.school_level",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "attendance",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="code",
                        label="child.attendance",
                        null=True,
                    ),
                ),
                (
                    "current_measure",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "current_measure_detail",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="child.current_measure_detail",
                        null=True,
                    ),
                ),
                (
                    "safe_contact_way",
                    encryption.fields.SealedField(
                        access_class="B", blank=True, default=None, label="child.safe_contact_way", null=True
                    ),
                ),
                (
                    "prostitution_status",
                    models.CharField(
                        choices=[
                            ("none", "Sans objet"),
                            ("refuted", "Écartée (motivée)"),
                            ("at_risk", "En risque (pré-prostitutionnel)"),
                            ("suspected", "Suspectée"),
                            ("established", "Avérée"),
                        ],
                        default="none",
                        max_length=20,
                    ),
                ),
                (
                    "status_ever",
                    models.CharField(
                        choices=[
                            ("none", "Sans objet"),
                            ("refuted", "Écartée (motivée)"),
                            ("at_risk", "En risque (pré-prostitutionnel)"),
                            ("suspected", "Suspectée"),
                            ("established", "Avérée"),
                        ],
                        default="none",
                        max_length=20,
                    ),
                ),
                ("immediate_danger", models.BooleanField(default=False)),
                ("danger_ever", models.BooleanField(default=False)),
                ("danger_categories", models.JSONField(blank=True, default=list)),
                (
                    "danger_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_danger", "Pas de danger ni de risque"),
                            ("risk", "Risque de danger"),
                            ("danger", "Danger"),
                            ("grave_immediate", "Danger grave et immédiat"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("maltreatment", models.JSONField(blank=True, default=list)),
                (
                    "child_met",
                    models.CharField(
                        choices=[
                            ("never", "Pas rencontré·e"),
                            ("with_holder", "Rencontré·e avec un titulaire"),
                            ("alone", "Rencontré·e seul·e"),
                        ],
                        default="never",
                        max_length=20,
                    ),
                ),
                ("deceased", models.BooleanField(default=False)),
                ("wrong_person", models.BooleanField(default=False)),
                ("restricted", models.BooleanField(default=False)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("undecided", "À décider"),
                            ("close", "Classement"),
                            ("continue", "Poursuite de la mesure en cours"),
                            ("admin", "Protection administrative"),
                            ("judicial", "Autorité judiciaire"),
                        ],
                        default="undecided",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Holder",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "name",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="holder.name",
                        max_length=300,
                        null=True,
                    ),
                ),
                (
                    "link",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="code",
                        label="holder.link",
                        null=True,
                    ),
                ),
                (
                    "phone",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="holder.phone",
                        max_length=50,
                        null=True,
                    ),
                ),
                (
                    "address",
                    encryption.fields.SealedField(
                        access_class="B", blank=True, default=None, label="holder.address", null=True
                    ),
                ),
                (
                    "implicated",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Joining",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("same_facts", "Mêmes faits"), ("new_facts", "Faits nouveaux")],
                        max_length=20,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("same_children", models.JSONField(default=dict)),
                ("same_holders", models.JSONField(default=dict)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["joined_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="MeasureType",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("label_fr", models.CharField(max_length=200)),
                ("label_en", models.CharField(max_length=200)),
                ("judicial", models.BooleanField()),
                ("basis", models.CharField(blank=True, max_length=120)),
                ("max_months", models.PositiveSmallIntegerField(null=True)),
                ("official_code", models.CharField(blank=True, max_length=60)),
                ("order_clocks", models.JSONField(blank=True, default=list)),
                ("takes_in", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="IndexSize",
            fields=[
                (
                    "authority",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.authority",
                    ),
                ),
                ("children", models.PositiveIntegerField(default=0)),
                ("bits", models.PositiveSmallIntegerField()),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("bits__in", [2, 4, 7, 10, 13, 16, 19])), name="index_size_bits"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JudicialReferral",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Préparé"),
                            ("sent", "Transmis"),
                            ("received", "Réception confirmée"),
                            ("answered", "Suite reçue"),
                            ("closed", "Clos"),
                            ("discarded", "Abandonné"),
                        ],
                        default="prepared",
                        max_length=20,
                    ),
                ),
                ("grounds", models.JSONField(blank=True, default=list)),
                ("prepared_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("by_third_party", models.BooleanField(default=False)),
                (
                    "recipient",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_referral.recipient",
                        null=True,
                    ),
                ),
                (
                    "actions_led",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_referral.actions_led",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "document",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_referral.document",
                        max_length=100000,
                        null=True,
                    ),
                ),
                (
                    "sending_proof",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_referral.sending_proof",
                        null=True,
                    ),
                ),
                (
                    "competence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("residence", "Parquet du lieu de résidence (CPC 1181)"),
                            ("found", "Parquet du lieu où l'enfant a été trouvé·e (CC 375-5)"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "requests",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_referral.requests",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "letter",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_referral.letter",
                        max_length=1000000,
                        null=True,
                    ),
                ),
                ("letter_sha256", models.CharField(blank=True, default="", max_length=64)),
                ("composed_at", models.DateTimeField(blank=True, null=True)),
                ("children", models.ManyToManyField(related_name="judicial_referrals", to="referrals.child")),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.assessment",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("submitted", "Transmise"),
                            ("acknowledged", "Réceptionnée"),
                            ("triage", "Première analyse en cours"),
                            ("qualified", "Qualifiée information préoccupante"),
                            ("in_assessment", "En évaluation"),
                            ("report_submitted", "Rapport remis – décision attendue"),
                            ("admin_offer", "Protection administrative proposée"),
                            ("judicial_pending", "Autorité judiciaire saisie – suite attendue"),
                            ("protected_admin", "Protection administrative en cours"),
                            ("protected_judicial", "Protection judiciaire en cours"),
                            ("not_qualified", "Non qualifiée (réorientée / sans objet)"),
                            ("closed_no_action", "Classée sans suite"),
                            ("ended", "Fin de prise en charge"),
                            ("transferred", "Transférée à un autre département"),
                            ("merged", "Jointe à un dossier existant (IP complémentaire)"),
                            ("withdrawn", "Retirée avant réception"),
                            ("archived", "Archivage intermédiaire"),
                            ("purged", "Éliminée"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("reference", models.CharField(max_length=16, unique=True)),
                ("department", models.CharField(blank=True, default="", max_length=3)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "variant",
                    models.CharField(
                        choices=[
                            ("standard", "Transmission"),
                            ("copy_of_direct_report", "Copie de signalement direct"),
                            ("prosecutor_request", "Soit-transmis du parquet"),
                            ("from_119", "Transmise par le 119"),
                            ("transfer_in", "Reprise d'une autre autorité"),
                        ],
                        default="standard",
                        max_length=21,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("online", "En ligne"),
                            ("phone", "Téléphone"),
                            ("letter", "Courrier"),
                            ("email", "Courriel"),
                            ("in_person", "En personne"),
                            ("119", "119"),
                            ("prosecutor_request", "Soit-transmis"),
                        ],
                        default="online",
                        max_length=20,
                    ),
                ),
                ("filed_reference", models.CharField(blank=True, db_default="", default="", max_length=16)),
                ("goes_on_as", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("draft_expires_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "archived_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Brouillon"),
                            ("submitted", "Transmise"),
                            ("acknowledged", "Réceptionnée"),
                            ("triage", "Première analyse en cours"),
                            ("qualified", "Qualifiée information préoccupante"),
                            ("in_assessment", "En évaluation"),
                            ("report_submitted", "Rapport remis – décision attendue"),
                            ("admin_offer", "Protection administrative proposée"),
                            ("judicial_pending", "Autorité judiciaire saisie – suite attendue"),
                            ("protected_admin", "Protection administrative en cours"),
                            ("protected_judicial", "Protection judiciaire en cours"),
                            ("not_qualified", "Non qualifiée (réorientée / sans objet)"),
                            ("closed_no_action", "Classée sans suite"),
                            ("ended", "Fin de prise en charge"),
                            ("transferred", "Transférée à un autre département"),
                            ("merged", "Jointe à un dossier existant (IP complémentaire)"),
                            ("withdrawn", "Retirée avant réception"),
                            ("archived", "Archivage intermédiaire"),
                            ("purged", "Éliminée"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("purged_at", models.DateTimeField(blank=True, null=True)),
                ("tombstone", models.BinaryField(blank=True, max_length=32, null=True)),
                ("counts_from", models.DateTimeField(blank=True, null=True)),
                ("statutory_due_at", models.DateTimeField(blank=True, null=True)),
                ("target_due_at", models.DateTimeField(blank=True, null=True)),
                ("next_due_at", models.DateTimeField(blank=True, null=True)),
                ("left_open", models.BooleanField(default=False)),
                (
                    "urgency",
                    models.CharField(
                        choices=[
                            ("U0", "Standard"),
                            ("U1", "Prioritaire"),
                            ("U2", "Urgent (24–72 h)"),
                            ("U3", "Urgence vitale / danger imminent"),
                        ],
                        default="U0",
                        max_length=20,
                    ),
                ),
                (
                    "urgency_ever",
                    models.CharField(
                        choices=[
                            ("U0", "Standard"),
                            ("U1", "Prioritaire"),
                            ("U2", "Urgent (24–72 h)"),
                            ("U3", "Urgence vitale / danger imminent"),
                        ],
                        default="U0",
                        max_length=20,
                    ),
                ),
                (
                    "age_band",
                    models.CharField(
                        choices=[
                            ("0-2", "Moins de 3 ans"),
                            ("3-5", "3 à 5 ans"),
                            ("6-10", "6 à 10 ans"),
                            ("11-15", "11 à 15 ans"),
                            ("16-17", "16 et 17 ans"),
                            ("18+", "18 ans et plus"),
                            ("unknown", "Inconnu"),
                        ],
                        default="unknown",
                        max_length=20,
                    ),
                ),
                ("under_2", models.BooleanField(default=False)),
                ("under_15", models.BooleanField(default=False)),
                ("runaway", models.BooleanField(default=False)),
                ("restricted", models.BooleanField(default=False)),
                ("info_requested", models.BooleanField(db_default=False, default=False)),
                ("filer_asked", models.BooleanField(db_default=False, default=False)),
                ("filer_answered", models.BooleanField(db_default=False, default=False)),
                ("alert_open", models.BooleanField(db_default=False, default=False)),
                ("glass_open", models.BooleanField(db_default=False, default=False)),
                ("transfer_open", models.BooleanField(db_default=False, default=False)),
                ("index_norm", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("searched_at", models.DateTimeField(blank=True, null=True)),
                ("legal_hold", models.BooleanField(default=False)),
                ("immediate_danger", models.BooleanField(default=False)),
                (
                    "prostitution_status",
                    models.CharField(
                        choices=[
                            ("none", "Sans objet"),
                            ("refuted", "Écartée (motivée)"),
                            ("at_risk", "En risque (pré-prostitutionnel)"),
                            ("suspected", "Suspectée"),
                            ("established", "Avérée"),
                        ],
                        default="none",
                        max_length=20,
                    ),
                ),
                (
                    "status_ever",
                    models.CharField(
                        choices=[
                            ("none", "Sans objet"),
                            ("refuted", "Écartée (motivée)"),
                            ("at_risk", "En risque (pré-prostitutionnel)"),
                            ("suspected", "Suspectée"),
                            ("established", "Avérée"),
                        ],
                        default="none",
                        max_length=20,
                    ),
                ),
                (
                    "judicial_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("prepared", "Préparé"),
                            ("sent", "Transmis"),
                            ("received", "Réception confirmée"),
                            ("answered", "Suite reçue"),
                            ("closed", "Clos"),
                            ("discarded", "Abandonné"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("filed_by", models.BinaryField(max_length=32)),
                ("shared_with", models.BinaryField(blank=True, max_length=32, null=True)),
                ("case_key", models.UUIDField(null=True)),
                ("filer_key", models.UUIDField(null=True)),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.authority",
                    ),
                ),
                (
                    "filed_as",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.referral",
                    ),
                ),
                (
                    "source_referral",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.referral",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("named_referral", "Personne nommée sur un dossier restreint"),
                    ("granted_referral", "Accès exceptionnel à un dossier"),
                    ("glass_referral", "Ouverture d'urgence d'un dossier"),
                ],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["authority", "next_due_at", "id"], name="referral_queue"),
                    models.Index(
                        fields=["authority", "state", "next_due_at", "id"], name="referral_state_queue"
                    ),
                    models.Index(fields=["unit", "next_due_at", "id"], name="referral_unit_queue"),
                    models.Index(fields=["filed_by"], name="referral_filed_by"),
                    models.Index(
                        condition=models.Q(("searched_at__isnull", True)),
                        fields=["index_norm", "id"],
                        name="referral_unsearched",
                    ),
                    models.Index(
                        condition=models.Q(("shared_with__isnull", False)),
                        fields=["shared_with"],
                        name="referral_shared",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "acknowledged",
                                    "triage",
                                    "qualified",
                                    "in_assessment",
                                    "report_submitted",
                                    "admin_offer",
                                    "judicial_pending",
                                    "protected_admin",
                                    "protected_judicial",
                                    "not_qualified",
                                    "closed_no_action",
                                    "ended",
                                    "transferred",
                                    "merged",
                                    "withdrawn",
                                    "archived",
                                    "purged",
                                ],
                            )
                        ),
                        name="referral_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("urgency__in", ["U0", "U1", "U2", "U3"])),
                        name="referral_urgency_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(
                                ("authority__isnull", False),
                                ("received_at__isnull", False),
                                ("submitted_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="referral_received",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"), ("shared_with__isnull", True), _connector="OR"
                        ),
                        name="referral_shared_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("case_key__isnull", False), ("filer_key__isnull", False)),
                        name="referral_keyed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rectification",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("model", models.CharField(max_length=40)),
                ("row", models.UUIDField()),
                ("field", models.CharField(max_length=40)),
                ("access_class", models.CharField(max_length=1)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField()),
                (
                    "old_value",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="json",
                        label="rectification.old_value",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="rectification.reason", null=True
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectifications",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="MovedRow",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("relation", models.CharField(max_length=40)),
                ("row", models.UUIDField()),
                (
                    "joining",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved",
                        to="referrals.joining",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moved_rows",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("joining", "row"), name="moved_once")],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposée"),
                            ("agreed", "Accord recueilli (administratif)"),
                            ("ordered", "Ordonnée (judiciaire)"),
                            ("awaiting_start", "En attente d'exécution"),
                            ("active", "En cours"),
                            ("suspended", "Suspendue"),
                            ("ended", "Arrivée à échéance"),
                            ("lifted", "Mainlevée"),
                            ("transferred", "Transférée avec maintien"),
                            ("not_executed", "Décidée mais non mise en œuvre"),
                            ("cancelled", "Annulée"),
                        ],
                        default="proposed",
                        max_length=20,
                    ),
                ),
                ("judicial", models.BooleanField()),
                ("proposed_at", models.DateTimeField()),
                ("agreed_on", models.DateField(blank=True, null=True)),
                ("ordered_on", models.DateField(blank=True, null=True)),
                ("started_on", models.DateField(blank=True, null=True)),
                ("term_on", models.DateField(blank=True, null=True)),
                ("over_on", models.DateField(blank=True, null=True)),
                (
                    "over_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("term", "Échéance"),
                            ("transfer", "Transfert avec maintien"),
                            ("10", "Absence de danger"),
                            ("11", "Impossibilité d'exercer"),
                            ("12", "Déménagement annoncé"),
                            ("13", "Déménagement sans laisser d'adresse"),
                            ("14", "Adoption"),
                            ("15", "Majorité"),
                            ("16", "Émancipation"),
                            ("17", "Mesure jeune majeur"),
                            ("18", "Décès"),
                            ("19", "Autre"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("variant", models.CharField(blank=True, default="", max_length=40)),
                ("notified_on", models.DateField(blank=True, null=True)),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("agreed_by_silence", models.BooleanField(db_default=False, default=False)),
                ("duration_months", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("plan_signed_on", models.DateField(blank=True, null=True)),
                (
                    "waits_since",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                state__in=["agreed", "ordered", "awaiting_start"],
                                then=django.db.models.functions.comparison.Coalesce(
                                    "ordered_on", "agreed_on"
                                ),
                            ),
                            default=None,
                        ),
                        output_field=models.DateField(null=True),
                    ),
                ),
                (
                    "aim",
                    encryption.fields.SealedField(
                        access_class="J",
                        blank=True,
                        default=None,
                        label="measure.aim",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "child_opinion",
                    encryption.fields.SealedField(
                        access_class="J",
                        blank=True,
                        default=None,
                        label="measure.child_opinion",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "agreement",
                    encryption.fields.SealedField(
                        access_class="J",
                        blank=True,
                        default=None,
                        label="measure.agreement",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "ordered_by",
                    encryption.fields.SealedField(
                        access_class="I", blank=True, default=None, label="measure.ordered_by", null=True
                    ),
                ),
                (
                    "order_copy",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="measure.order_copy",
                        max_length=100000,
                        null=True,
                    ),
                ),
                (
                    "extract",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="measure.extract",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "place",
                    encryption.fields.SealedField(
                        access_class="K",
                        blank=True,
                        default=None,
                        label="measure.place",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="referrals.child",
                    ),
                ),
                (
                    "judicial_referral",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="referrals.judicialreferral",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.measuretype",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["service", "state"], name="measure_service"),
                    models.Index(
                        condition=models.Q(("state__in", ["agreed", "ordered", "awaiting_start"])),
                        fields=["waits_since", "id"],
                        name="measure_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "proposed",
                                    "agreed",
                                    "ordered",
                                    "awaiting_start",
                                    "active",
                                    "suspended",
                                    "ended",
                                    "lifted",
                                    "transferred",
                                    "not_executed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="measure_state_known",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="judicialreferral",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="judicial_referrals",
                to="referrals.referral",
            ),
        ),
        migrations.CreateModel(
            name="JudicialOutcome",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("opp", "Ordonnance de placement provisoire"),
                            ("judge_measure", "Mesure ordonnée"),
                            ("no_further", "Sans suite du parquet"),
                            ("returned", "Renvoi au département"),
                            ("non_lieu", "Non-lieu à assistance éducative"),
                            ("lapsed", "Caduque"),
                            ("judge_seized", "Juge des enfants saisi"),
                            ("criminal_inquiry", "Enquête pénale"),
                            ("criminal_court", "Juridiction pénale saisie"),
                        ],
                        max_length=20,
                    ),
                ),
                ("on", models.DateField()),
                (
                    "copy",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_outcome.copy",
                        max_length=100000,
                        null=True,
                    ),
                ),
                (
                    "child_heard",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("heard", "Entendu·e individuellement"),
                            ("not_able", "Sans discernement"),
                            ("declined", "N'a pas souhaité être entendu·e"),
                            ("not_heard", "Non entendu·e"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "child_lawyer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "ad_hoc_administrator",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "hearing_note",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="judicial_outcome.hearing_note",
                        null=True,
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judicial_outcomes",
                        to="referrals.child",
                    ),
                ),
                (
                    "judicial_referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="referrals.judicialreferral",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judicial_outcomes",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="joining",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="joinings", to="referrals.referral"
            ),
        ),
        migrations.AddField(
            model_name="joining",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joined_filings",
                to="referrals.referral",
            ),
        ),
        migrations.CreateModel(
            name="InformationRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Ouverte"),
                            ("answered", "Répondue"),
                            ("expired", "Expirée"),
                            ("cancelled", "Annulée"),
                        ],
                        default="open",
                        max_length=20,
                    ),
                ),
                (
                    "recipient",
                    models.CharField(
                        choices=[("filer", "Déclarant"), ("partner", "Partenaire désigné")], max_length=20
                    ),
                ),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "questions",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="information_request.questions",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="information_requests",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "answered", "expired", "cancelled"])),
                        name="information_request_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("partner__isnull", True), ("recipient", "filer")),
                            models.Q(("partner__isnull", False), ("recipient", "partner")),
                            _connector="OR",
                        ),
                        name="information_request_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="information_request_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndexValue",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("row", models.UUIDField()),
                ("bucket", models.BigIntegerField()),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="index_values",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["bucket", "row", "referral"], name="index_value_bucket")],
                "constraints": [
                    models.UniqueConstraint(fields=("row", "bucket"), name="index_value_once"),
                    models.CheckConstraint(
                        condition=models.Q(("bucket__gte", 0)), name="index_value_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HolderInformation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("transmission", "Transmission"),
                            ("assessment", "Évaluation"),
                            ("judicial_referral", "Saisine de l'autorité judiciaire"),
                            ("decision", "Décision"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "À faire"),
                            ("done", "Faite"),
                            ("deferred", "Différée"),
                            ("not_applicable", "Sans objet"),
                        ],
                        default="pending",
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("child_interest", "Contraire à l'intérêt de l'enfant"),
                            ("holder_implicated", "Titulaire impliqué"),
                            ("prosecutor", "Consigne du parquet"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("review_on", models.DateField(blank=True, null=True)),
                ("told_on", models.DateField(blank=True, null=True)),
                ("deferred_since", models.DateField(blank=True, null=True)),
                (
                    "means",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="holder_information.means",
                        null=True,
                    ),
                ),
                (
                    "reason_text",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="holder_information.reason_text",
                        null=True,
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="informations",
                        to="referrals.holder",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holder_informations",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("holder", "occasion"), name="information_per_occasion"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "deferred"), _negated=True),
                            ("review_on__isnull", False),
                            _connector="OR",
                        ),
                        name="information_deferral_reviewed",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="holder",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="holders", to="referrals.referral"
            ),
        ),
        migrations.CreateModel(
            name="HealthSign",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "code",
                    encryption.fields.SealedField(
                        access_class="E",
                        blank=True,
                        default=None,
                        kind="code",
                        label="health_sign.code",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "mode",
                    encryption.fields.SealedField(
                        access_class="E",
                        blank=True,
                        default=None,
                        kind="code",
                        label="health_sign.mode",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "on",
                    encryption.fields.SealedField(
                        access_class="E",
                        blank=True,
                        default=None,
                        kind="date",
                        label="health_sign.on",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="E",
                        blank=True,
                        default=None,
                        label="health_sign.text",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="health_signs",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FilerMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="filer_message.text",
                        max_length=10000,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filer_messages",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FeedbackTask",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "À faire"),
                            ("overdue", "En retard"),
                            ("sent", "Envoyé"),
                            ("withheld", "Non communiqué (motif)"),
                        ],
                        default="due",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "owed_to",
                    models.CharField(
                        choices=[
                            ("professional", "Professionnel·le ou élu·e"),
                            ("private", "Particulier qui le demande"),
                            ("helpline", "119, pour ce qu'il a transmis"),
                        ],
                        max_length=20,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("by", models.UUIDField(blank=True, null=True)),
                ("interim", models.BooleanField(default=False)),
                (
                    "means",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("platform", "Dans l'application"),
                            ("email", "Courriel"),
                            ("phone", "Téléphone"),
                            ("letter", "Courrier"),
                            ("none", "Aucun"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("child_interest", "Contraire à l'intérêt de l'enfant"),
                            ("child_endangered", "Peut mettre l'enfant en danger"),
                            (
                                "requester_at_risk",
                                "Met en danger le demandeur, qui vit au domicile de l'enfant",
                            ),
                            ("secrecy", "Secret professionnel"),
                            ("withdrawn", "Transmission retirée"),
                            ("transferred", "L'autorité qui a repris le dossier répond"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "prepared",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="feedback_task.prepared",
                        max_length=5000,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="feedback_task.text",
                        max_length=5000,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "reason_text",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="feedback_task.reason_text",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback_tasks",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["opened_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["due", "overdue", "sent", "withheld"])),
                        name="feedback_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state__in", ("due", "overdue"))),
                            models.Q(("decided_at__isnull", False), ("state__in", ["sent", "withheld"])),
                            _connector="OR",
                        ),
                        name="feedback_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "on",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, kind="date", label="fact.on", null=True
                    ),
                ),
                (
                    "period",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="fact.period",
                        max_length=300,
                        null=True,
                    ),
                ),
                (
                    "place_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hotel", "Hôtel"),
                            ("short_let", "Location de courte durée"),
                            ("home", "Domicile"),
                            ("residential", "Foyer / MECS"),
                            ("street", "Rue"),
                            ("vehicle", "Véhicule"),
                            ("school", "Établissement scolaire"),
                            ("online", "En ligne"),
                            ("abroad", "Étranger"),
                            ("unknown", "Inconnu"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "place_text",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="fact.place_text",
                        max_length=500,
                        null=True,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("seen", "Vu"),
                            ("heard_from_child", "Entendu de l'enfant"),
                            ("reported", "Rapporté par un tiers"),
                            ("document", "Document"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="fact.text",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facts",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("by", models.UUIDField()),
                ("since_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="exclusion.reason", null=True
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exclusions",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "referral"], name="exclusion_user")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("referral", "user"),
                        name="exclusion_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EmergencySheet",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("reference", models.CharField(max_length=20)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "description",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="emergency_sheet.description",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "danger",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="emergency_sheet.danger",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "whom_to_call",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="emergency_sheet.whom_to_call",
                        null=True,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emergency_sheets",
                        to="referrals.child",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emergency_sheets",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("child",),
                        name="emergency_sheet_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicateCandidate",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "Suggéré"), ("confirmed", "Confirmé"), ("rejected", "Écarté")],
                        default="suggested",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same", "Même enfant"),
                            ("related", "Dossier lié (famille, fratrie, suites)"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("reasons", models.JSONField(blank=True, default=list)),
                (
                    "note",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="duplicate.note", null=True
                    ),
                ),
                ("suggested_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
                    "suggested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates_elsewhere",
                        to="referrals.referral",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["suggested_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="duplicate_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("referral", models.F("other")), _negated=True),
                        name="duplicate_of_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            ("kind__in", ["same", "related"]),
                            _connector="OR",
                        ),
                        name="duplicate_confirmed_as",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "rejected"), _negated=True),
                        fields=("referral", "other"),
                        name="duplicate_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DigitalTrace",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("platform", models.CharField(blank=True, default="", max_length=60)),
                (
                    "handle",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="digital_trace.handle",
                        max_length=300,
                        null=True,
                    ),
                ),
                (
                    "url",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        label="digital_trace.url",
                        max_length=1000,
                        null=True,
                    ),
                ),
                (
                    "phone",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="digital_trace.phone",
                        max_length=50,
                        null=True,
                    ),
                ),
                (
                    "on",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        kind="date",
                        label="digital_trace.on",
                        null=True,
                    ),
                ),
                (
                    "capture_kept",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        kind="bool",
                        label="digital_trace.capture_kept",
                        null=True,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="digital_traces",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("undecided", "À décider"),
                            ("close", "Classement"),
                            ("continue", "Poursuite de la mesure en cours"),
                            ("admin", "Protection administrative"),
                            ("judicial", "Autorité judiciaire"),
                        ],
                        max_length=20,
                    ),
                ),
                ("ground", models.CharField(blank=True, default="", max_length=20)),
                (
                    "motivation",
                    encryption.fields.SealedField(
                        access_class="J",
                        blank=True,
                        default=None,
                        label="decision.motivation",
                        max_length=20000,
                        null=True,
                    ),
                ),
                ("at", models.DateTimeField()),
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
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="referrals.child",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Conclusion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "danger_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_danger", "Pas de danger ni de risque"),
                            ("risk", "Risque de danger"),
                            ("danger", "Danger"),
                            ("grave_immediate", "Danger grave et immédiat"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "proposal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("classement", "Classement"),
                            ("adapted_actions", "Actions adaptées / prestation ASE"),
                            ("judicial", "Saisine de l'autorité judiciaire (argumentée)"),
                            ("continuation", "Poursuite de la prise en charge"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="conclusion.text",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conclusions",
                        to="referrals.assessment",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conclusions",
                        to="referrals.child",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conclusions",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("assessment", "child"), name="conclusion_per_child")
                ],
            },
        ),
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("not_known", models.JSONField(blank=True, default=list)),
                (
                    "parental_authority",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="concern.parental_authority",
                        null=True,
                    ),
                ),
                (
                    "holder_implicated",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "holder_implicated_text",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="concern.holder_implicated_text",
                        null=True,
                    ),
                ),
                (
                    "parents_informed",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "parents_informed_on",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="date",
                        label="concern.parents_informed_on",
                        null=True,
                    ),
                ),
                (
                    "parents_informed_by",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="concern.parents_informed_by",
                        null=True,
                    ),
                ),
                (
                    "parents_informed_how",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="concern.parents_informed_how",
                        null=True,
                    ),
                ),
                (
                    "parents_reaction",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="concern.parents_reaction",
                        null=True,
                    ),
                ),
                (
                    "not_informed_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("child_interest", "Contraire à l'intérêt de l'enfant"),
                            ("holder_implicated", "Parent impliqué"),
                            ("reprisals", "Risque de représailles"),
                            ("flight", "Risque de fuite"),
                            ("unreachable", "Injoignable"),
                            ("prosecutor", "Consigne du parquet"),
                            ("urgency", "Urgence"),
                            ("other", "Autre"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "not_informed_text",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        label="concern.not_informed_text",
                        null=True,
                    ),
                ),
                (
                    "has_household_minors",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "other_adults",
                    encryption.fields.SealedField(
                        access_class="B", blank=True, default=None, label="concern.other_adults", null=True
                    ),
                ),
                (
                    "child_words",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.child_words",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "child_opinion",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.child_opinion",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "child_informed",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                ("situation_type", models.JSONField(blank=True, default=list)),
                (
                    "prostitution_status_filer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "Sans objet"),
                            ("refuted", "Écartée (motivée)"),
                            ("at_risk", "En risque (pré-prostitutionnel)"),
                            ("suspected", "Suspectée"),
                            ("established", "Avérée"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "danger_now",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "danger_what",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.danger_what",
                        max_length=5000,
                        null=True,
                    ),
                ),
                ("emergency_done", models.JSONField(blank=True, default=list)),
                (
                    "health_facts",
                    encryption.fields.SealedField(
                        access_class="E",
                        blank=True,
                        default=None,
                        label="concern.health_facts",
                        max_length=10000,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "prior_actions",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.prior_actions",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "prior_reports",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "prior_reports_text",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.prior_reports_text",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "strengths",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.strengths",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "expectation",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.expectation",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "gang_known",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "money_flow",
                    encryption.fields.SealedField(
                        access_class="G",
                        blank=True,
                        default=None,
                        label="concern.money_flow",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "other_victims",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "other_victims_text",
                    encryption.fields.SealedField(
                        access_class="F",
                        blank=True,
                        default=None,
                        label="concern.other_victims_text",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "filer_name",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        indexed=True,
                        key="filer",
                        label="concern.filer_name",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "filer_email",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        indexed=True,
                        key="filer",
                        label="concern.filer_email",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "filer_phone",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        indexed=True,
                        key="filer",
                        label="concern.filer_phone",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "filer_profession",
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
                            ("hospital_staff", "Professionnel·le hospitalier"),
                            ("midwife_sexual_health", "Sage-femme, santé sexuelle"),
                            ("psychologist", "Psychologue"),
                            ("pjj_staff", "Professionnel·le PJJ"),
                            ("police_gendarmerie", "Police, gendarmerie"),
                            ("association_specialised", "Association spécialisée"),
                            ("animal_protection", "Association de protection animale"),
                            ("youth_worker", "Animation, mission locale, sport, loisirs"),
                            ("transport_hotel", "Hôtellerie, transport, plateforme"),
                            ("elected_official", "Élu·e local·e"),
                            ("other_pro", "Autre professionnel"),
                            ("private_person", "Particulier"),
                            ("minor_self", "Le ou la mineur·e elle-même"),
                            ("parent", "Parent"),
                        ],
                        default="",
                        max_length=23,
                    ),
                ),
                (
                    "filer_org",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="concern.filer_org",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "filer_org_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("school", "Établissement scolaire"),
                            ("health", "Santé"),
                            ("social", "Service social ou médico-social"),
                            ("justice_police", "Justice, police, gendarmerie"),
                            ("association", "Association"),
                            ("business", "Entreprise"),
                            ("helpline", "119"),
                            ("other", "Autre"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "filer_role_to_child",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="concern.filer_role_to_child",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "filer_is_source",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "on_behalf",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("online", "En ligne"),
                            ("phone", "Téléphone"),
                            ("letter", "Courrier"),
                            ("email", "Courriel"),
                            ("in_person", "En personne"),
                            ("119", "119"),
                            ("prosecutor_request", "Soit-transmis"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "confidentiality_wish",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "feedback_channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("platform", "Dans l'application"),
                            ("email", "Courriel"),
                            ("phone", "Téléphone"),
                            ("letter", "Courrier"),
                            ("none", "Aucun"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "feedback_contact",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="concern.feedback_contact",
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "bound_by_secrecy",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                ("good_faith_notice", models.BooleanField(default=False)),
                (
                    "extra",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="concern.extra",
                        null=True,
                    ),
                ),
                (
                    "received_late_reason",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="concern.received_late_reason",
                        null=True,
                    ),
                ),
                (
                    "direct_report_recipient",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="concern.direct_report_recipient",
                        null=True,
                    ),
                ),
                (
                    "direct_report_sent_on",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        kind="date",
                        label="concern.direct_report_sent_on",
                        null=True,
                    ),
                ),
                (
                    "direct_report_document",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="concern.direct_report_document",
                        max_length=100000,
                        null=True,
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concern",
                        to="referrals.referral",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Complement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(blank=True, null=True)),
                ("role", models.CharField(max_length=30)),
                (
                    "came_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("online", "En ligne"),
                            ("phone", "Téléphone"),
                            ("letter", "Courrier"),
                            ("email", "Courriel"),
                            ("in_person", "En personne"),
                            ("119", "119"),
                            ("prosecutor_request", "Soit-transmis"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("danger_now", models.BooleanField(default=False)),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="complement.text",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complements",
                        to="referrals.informationrequest",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complements",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClosureReview",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[("due", "À relire"), ("confirmed", "Confirmée"), ("reopened", "Rouverte")],
                        default="due",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("step", models.CharField(max_length=40)),
                ("closed_by", models.UUIDField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.UUIDField(null=True)),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="closure_review.reason", null=True
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closure_reviews",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "due")), fields=["due_at", "id"], name="review_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["due", "confirmed", "reopened"])),
                        name="review_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "due")), fields=("referral",), name="review_one_due"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            ("closed_by__isnull", True),
                            models.Q(("closed_by", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="review_confirmed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("C1", "Accusé de réception"),
                            ("C2", "Première analyse"),
                            ("C3", "Danger immédiat – « sans délai »"),
                            ("C4", "Évaluation"),
                            ("C4b-meeting", "Première rencontre"),
                            ("C4b-visit", "Visite à domicile"),
                            ("C5", "Retour au déclarant professionnel/élu"),
                            ("C5b", "Retour au particulier"),
                            ("C6", "Complément"),
                            ("C7", "Suite du parquet"),
                            ("C8", "Décision"),
                            ("C9", "Accord de la famille"),
                            ("C10", "Fin de mesure administrative"),
                            ("C11", "Accueil 72 h"),
                            ("C12", "Recueil provisoire"),
                            ("C13", "OPP du parquet"),
                            ("C14", "Audience après placement en urgence"),
                            ("C14b", "Mesures provisoires"),
                            ("C15", "Mesure judiciaire"),
                            ("C15b", "MJIE"),
                            ("C16", "Projet pour l'enfant"),
                            ("C17", "Rapport de situation"),
                            ("C17b", "Interdiction de sortie du territoire"),
                            ("C18", "Recherche d'adresse"),
                            ("C19", "Fugue"),
                            ("R-holders", "Information des titulaires, revue"),
                            ("R-restriction", "Restriction d'accès, revue"),
                            ("C20", "Conservation"),
                        ],
                        max_length=20,
                    ),
                ),
                ("access_class", models.CharField(max_length=1)),
                ("child", models.UUIDField(null=True)),
                ("part", models.UUIDField(null=True)),
                ("started_at", models.DateTimeField()),
                ("warn_at", models.DateTimeField()),
                ("again_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("statutory", models.BooleanField()),
                ("soon_told_at", models.DateTimeField(blank=True, null=True)),
                ("again_told_at", models.DateTimeField(blank=True, null=True)),
                ("late_told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clocks",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("stopped_at__isnull", True)),
                        fields=["due_at", "id"],
                        name="clock_due",
                    ),
                    models.Index(
                        condition=models.Q(("stopped_at__isnull", True)),
                        fields=["code", "due_at", "id"],
                        name="clock_code_due",
                    ),
                    models.Index(
                        condition=models.Q(("soon_told_at__isnull", True), ("stopped_at__isnull", True)),
                        fields=["warn_at"],
                        name="clock_soon_untold",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("again_at__isnull", False),
                            ("again_told_at__isnull", True),
                            ("stopped_at__isnull", True),
                        ),
                        fields=["again_at"],
                        name="clock_again_untold",
                    ),
                    models.Index(
                        condition=models.Q(("late_told_at__isnull", True), ("stopped_at__isnull", True)),
                        fields=["due_at"],
                        name="clock_late_untold",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gte", models.F("started_at"))), name="clock_positive"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="child",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="children", to="referrals.referral"
            ),
        ),
        migrations.CreateModel(
            name="BreakGlass",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opened", "Ouvert"),
                            ("to_review", "À examiner"),
                            ("reviewed_ok", "Validé"),
                            ("reviewed_ko", "Contesté"),
                        ],
                        default="opened",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("role", models.CharField(max_length=30)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("review_due_at", models.DateTimeField()),
                ("alerted_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_by", models.UUIDField(null=True)),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="break_glass.reason", null=True
                    ),
                ),
                (
                    "review",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="break_glass.review", null=True
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="broken_glasses",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["opened_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("reviewed_at__isnull", True)),
                        fields=["review_due_at", "id"],
                        name="glass_unreviewed",
                    ),
                    models.Index(
                        condition=models.Q(("state", "opened")), fields=["expires_at"], name="glass_open"
                    ),
                    models.Index(
                        condition=models.Q(("reviewed_at__isnull", True)),
                        fields=["user", "review_due_at"],
                        name="glass_user",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["opened", "to_review", "reviewed_ok", "reviewed_ko"])
                        ),
                        name="glass_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("opened_at"))), name="glass_has_an_end"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "opened")),
                        fields=("referral", "user"),
                        name="glass_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "opened")),
                            models.Q(
                                models.Q(("state", "opened"), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="glass_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reviewed_at__isnull", True),
                                ("reviewed_by__isnull", True),
                                ("state__in", ("opened", "to_review")),
                            ),
                            models.Q(
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                                ("state__in", ("reviewed_ok", "reviewed_ko")),
                            ),
                            _connector="OR",
                        ),
                        name="glass_reviewed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by__isnull", True),
                            models.Q(("reviewed_by", models.F("user_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="glass_reviewed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("role", models.CharField(max_length=30)),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("socio_educational", "Socio-éducatif"),
                            ("social", "Social"),
                            ("health", "Santé"),
                            ("psychology", "Psychologie"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(blank=True, null=True)),
                (
                    "waiver",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="assignment.waiver", null=True
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
                (
                    "child",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.child",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "referral"], name="assignment_user")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("child__isnull", True), ("until_at__isnull", True)),
                        fields=("referral", "user", "role"),
                        name="assignment_once",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="assessment",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assessments",
                to="referrals.referral",
            ),
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("step", models.CharField(max_length=40)),
                (
                    "machine",
                    models.CharField(
                        choices=[
                            ("referral", "Transmission"),
                            ("judicial", "Signalement"),
                            ("assessment", "Évaluation"),
                            ("measure", "Mesure"),
                            ("review", "Relecture de clôture"),
                            ("duplicate", "Rapprochement de dossiers"),
                            ("feedback", "Retour au déclarant"),
                            ("glass", "Ouverture d'urgence"),
                            ("alert", "Appel d'urgence"),
                            ("batch", "Bordereau d'élimination"),
                            ("transfer", "Transfert à une autre autorité"),
                        ],
                        max_length=20,
                    ),
                ),
                ("part", models.UUIDField(null=True)),
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
                ("obo", models.UUIDField(null=True)),
                ("asked_state", models.CharField(max_length=20)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "given",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="approval.given",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="approval.reason", null=True
                    ),
                ),
                (
                    "approver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["requested_at", "id"],
                "indexes": [models.Index(fields=["approver", "referral"], name="approval_approver")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("proposer_id", models.F("approver_id")), _negated=True),
                        name="approval_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("obo__isnull", True),
                            models.Q(("obo", models.F("approver_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_not_by_the_absent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "requested")),
                            models.Q(
                                models.Q(("state", "requested"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="approval_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Sans réponse"),
                            ("acknowledged", "Prise en compte"),
                            ("over", "Sans objet"),
                        ],
                        default="open",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("filed", "Transmission en urgence"),
                            ("flagged", "Danger immédiat signalé"),
                            ("clock_near", "Danger immédiat : alerte"),
                            ("clock_over", "Danger immédiat : retard"),
                        ],
                        max_length=20,
                    ),
                ),
                ("sounded_at", models.DateTimeField()),
                ("rung", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.UUIDField(null=True)),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["sounded_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="alert_next"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "acknowledged", "over"])),
                        name="alert_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("referral",), name="alert_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("ended_at__isnull", False),
                                ("next_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="alert_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralUserObjectPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="referrals.referral"),
                ),
                (
                    "permission",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("named", "Personne nommée"),
                            ("granted", "Accès exceptionnel"),
                            ("glass", "Ouverture d'urgence"),
                        ],
                        max_length=10,
                    ),
                ),
                ("by", models.UUIDField()),
                ("since_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="grant.reason", null=True
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="referrals.referral",
                    ),
                ),
                (
                    "permission",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="grant",
                        to="referrals.referraluserobjectpermission",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "expires_at", "referral"], name="grant_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("since_at"))), name="grant_expires"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionBatch",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposé"),
                            ("visa_requested", "Visa demandé"),
                            ("visa_granted", "Visa obtenu"),
                            ("refused", "Refusé"),
                            ("executed", "Exécuté"),
                        ],
                        default="proposed",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("month", models.DateField()),
                ("proposed_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("letter", models.CharField(blank=True, default="", max_length=60)),
                ("letter_on", models.DateField(blank=True, null=True)),
                ("visa_number", models.CharField(blank=True, default="", max_length=60)),
                ("visa_on", models.DateField(blank=True, null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("historical", "Conservation historique"),
                            ("incomplete", "Bordereau incomplet"),
                            ("too_early", "Délai jugé insuffisant"),
                            ("other", "Autre motif"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("refused_on", models.DateField(blank=True, null=True)),
                ("executed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
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
                    "executed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visa_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["proposed", "visa_requested", "visa_granted", "refused", "executed"],
                            )
                        ),
                        name="batch_state_known",
                    ),
                    models.UniqueConstraint(fields=("authority", "month"), name="batch_once_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "executed"), _negated=True),
                            models.Q(
                                ("executed_at__isnull", False),
                                ("executed_by__isnull", False),
                                ("visa_by__isnull", False),
                                models.Q(("executed_by", models.F("visa_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="batch_executed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionLine",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dropped_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hold", "Élimination suspendue"),
                            ("reopened", "Rouvert"),
                            ("action", "Action sur le dossier"),
                            ("other_file", "Autre dossier ouvert"),
                            ("filing_left", "Transmission jointe encore conservée"),
                            ("unseen", "Non présenté : accès restreint"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("purged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="referrals.retentionbatch",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retention_lines",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("dropped_at__isnull", True), ("purged_at__isnull", True)),
                        fields=["batch"],
                        name="retention_left",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "referral"), name="retention_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dropped_at__isnull", True), ("purged_at__isnull", True), _connector="OR"
                        ),
                        name="retention_dropped_or_purged",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RotaShift",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[("first", "Premier cadre"), ("second", "Second cadre")], max_length=20
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rota_shifts",
                        to="accounts.authority",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "place", "id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["authority", "ends_at", "id"], name="rota_authority")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("place__in", ["first", "second"])), name="rota_place_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="rota_runs_forward"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="rota_withdrawn_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("on", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
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
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("user", "on"), name="search_count_once")],
            },
        ),
        migrations.CreateModel(
            name="SettingChange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=60)),
                ("value", models.JSONField()),
                ("effective_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="setting_changes",
                        to="accounts.authority",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["effective_at", "position"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "position"), name="setting_change_position"),
                    models.CheckConstraint(
                        condition=models.Q(("effective_at__gte", models.F("made_at"))),
                        name="setting_change_not_in_the_past",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SheetReader",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheet_readers",
                        to="referrals.referral",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readers",
                        to="referrals.emergencysheet",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("sheet", "authority"), name="sheet_reader_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Sign",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("code", models.CharField(blank=True, default="", max_length=30)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("observed", "Observé par moi"),
                            ("reported", "Rapporté"),
                            ("not_known", "Non connu"),
                        ],
                        default="observed",
                        max_length=20,
                    ),
                ),
                (
                    "on",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, kind="date", label="sign.on", null=True
                    ),
                ),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="sign.text", null=True
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signs",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StandIn",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("role", models.CharField(max_length=30)),
                ("since_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                ("named_at", models.DateTimeField()),
                ("named_by", models.UUIDField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.UUIDField(blank=True, null=True)),
                (
                    "absent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stood_in_for",
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
                    "stand_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stands_in",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-since_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["stand_in", "until_at"],
                        name="stand_in_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("absent_id", models.F("stand_in_id")), _negated=True),
                        name="stand_in_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ("assessor", "ase_inspector", "case_referent"))),
                        name="stand_in_by_assignment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_at__gt", models.F("since_at"))),
                        name="stand_in_runs_forward",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("absent", "role", "authority"),
                        name="stand_in_once_while_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "machine",
                    models.CharField(
                        choices=[
                            ("referral", "Transmission"),
                            ("judicial", "Signalement"),
                            ("assessment", "Évaluation"),
                            ("measure", "Mesure"),
                            ("review", "Relecture de clôture"),
                            ("duplicate", "Rapprochement de dossiers"),
                            ("feedback", "Retour au déclarant"),
                            ("glass", "Ouverture d'urgence"),
                            ("alert", "Appel d'urgence"),
                            ("batch", "Bordereau d'élimination"),
                            ("transfer", "Transfert à une autre autorité"),
                        ],
                        max_length=20,
                    ),
                ),
                ("part", models.UUIDField(null=True)),
                ("step", models.CharField(max_length=40)),
                ("number", models.CharField(max_length=4)),
                ("at", models.DateTimeField()),
                ("order", models.PositiveIntegerField()),
                ("role", models.CharField(max_length=30)),
                ("by", models.UUIDField(null=True)),
                ("signed_by", models.UUIDField(null=True)),
                ("obo", models.UUIDField(null=True)),
                ("from_state", models.CharField(blank=True, max_length=20)),
                ("to_state", models.CharField(blank=True, max_length=20)),
                ("child", models.UUIDField(null=True)),
                ("access_class", models.CharField(max_length=1)),
                (
                    "data",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="step_record.data",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "constraints": [
                    models.UniqueConstraint(fields=("referral", "order"), name="step_record_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField()),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="team_message.text",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="team_messages",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MessageRead",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="message_reads",
                        to="referrals.referral",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reads",
                        to="referrals.teammessage",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "reader"), name="message_read_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ThirdParty",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alleged_exploiter", "Tiers présumé exploiteur"),
                            ("buyer", "Auteur d'achat d'actes sexuels"),
                            ("recruiter", "Recruteur"),
                            ("accomplice", "Complice"),
                            ("witness", "Témoin"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "name",
                    encryption.fields.SealedField(
                        access_class="F",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="third_party.name",
                        max_length=300,
                        null=True,
                    ),
                ),
                (
                    "age",
                    encryption.fields.SealedField(
                        access_class="F",
                        blank=True,
                        default=None,
                        label="third_party.age",
                        max_length=50,
                        null=True,
                    ),
                ),
                (
                    "link",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("family", "Famille"),
                            ("partner", "Petit ami ou partenaire"),
                            ("peer", "Pair, ami·e"),
                            ("acquaintance", "Connaissance"),
                            ("professional", "Professionnel·le"),
                            ("stranger", "Inconnu de l'enfant"),
                            ("unknown", "Non connu"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "is_minor",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "phone",
                    encryption.fields.SealedField(
                        access_class="F",
                        blank=True,
                        default=None,
                        indexed=True,
                        label="third_party.phone",
                        max_length=50,
                        null=True,
                    ),
                ),
                (
                    "vehicle",
                    encryption.fields.SealedField(
                        access_class="F",
                        blank=True,
                        default=None,
                        label="third_party.vehicle",
                        max_length=300,
                        null=True,
                    ),
                ),
                (
                    "address",
                    encryption.fields.SealedField(
                        access_class="F", blank=True, default=None, label="third_party.address", null=True
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="third_parties",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TransferRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Préparé"),
                            ("sent", "Transmis"),
                            ("accepted", "Accepté"),
                            ("integrated", "Intégré"),
                            ("refused", "Refusé"),
                            ("arbitration", "Arbitrage"),
                            ("kept", "Maintenu à l'origine"),
                        ],
                        default="prepared",
                        max_length=20,
                    ),
                ),
                ("reference", models.CharField(max_length=20)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("moved", "L'enfant ou sa famille a déménagé"),
                            ("residence", "La résidence, désormais connue, est dans un autre ressort"),
                            ("competence", "Une autre autorité est compétente ou suit déjà l'enfant"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("electronic", "Par voie électronique"),
                            ("sealed_mail", "Par pli recommandé"),
                        ],
                        max_length=20,
                    ),
                ),
                ("refusals", models.PositiveSmallIntegerField(default=0)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "origin_says",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("transfer", "Le dossier est à transférer"),
                            ("keep", "Le dossier reste à l'origine"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("origin_said_by", models.UUIDField(blank=True, null=True)),
                (
                    "target_says",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("transfer", "Le dossier est à transférer"),
                            ("keep", "Le dossier reste à l'origine"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("target_said_by", models.UUIDField(blank=True, null=True)),
                (
                    "note",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="transfer_request.note", null=True
                    ),
                ),
                (
                    "formalities",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="transfer_request.formalities",
                        max_length=100000,
                        null=True,
                    ),
                ),
                (
                    "motive",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="transfer_request.motive",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "receipt",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="transfer_request.receipt",
                        null=True,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer_requests",
                        to="referrals.referral",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["sent", "arbitration"])),
                        fields=["target", "state", "sent_at", "id"],
                        name="transfer_received",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "prepared",
                                    "sent",
                                    "accepted",
                                    "integrated",
                                    "refused",
                                    "arbitration",
                                    "kept",
                                ],
                            )
                        ),
                        name="transfer_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("authority", models.F("target")), _negated=True),
                        name="transfer_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("origin_said_by__isnull", True),
                            ("target_said_by__isnull", True),
                            models.Q(("origin_said_by", models.F("target_said_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="transfer_two_arbiters",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("prepared", "sent", "refused", "arbitration"))),
                        fields=("referral",),
                        name="transfer_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferReceiver",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer_receivers",
                        to="referrals.referral",
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
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receivers",
                        to="referrals.transferrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("request", "user"), name="transfer_receiver_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("concern", "L'information préoccupante"),
                            ("decisions", "Décisions et mesures"),
                            ("assessment_report", "Rapport d'évaluation"),
                            ("situation_reports", "Rapports de situation"),
                            ("plan", "Projet pour l'enfant"),
                        ],
                        max_length=20,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "content",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="transfer_document.content",
                        max_length=2000000,
                        null=True,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfer_documents",
                        to="referrals.referral",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="referrals.transferrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("request", "kind"), name="transfer_document_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("home_visit", "Visite à domicile"),
                            ("meeting", "Rencontre"),
                            ("attempt", "Tentative sans succès"),
                            ("phone", "Appel"),
                            ("partner", "Échange avec un partenaire"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "who",
                    encryption.fields.SealedField(
                        access_class="H", blank=True, default=None, label="visit.who", null=True
                    ),
                ),
                (
                    "where",
                    encryption.fields.SealedField(
                        access_class="H", blank=True, default=None, label="visit.where", null=True
                    ),
                ),
                (
                    "text",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        label="visit.text",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="referrals.assessment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "seen",
                    models.CharField(
                        choices=[("no", "Non"), ("with_holder", "Avec un titulaire"), ("alone", "Seul·e")],
                        max_length=20,
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sightings",
                        to="referrals.child",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sightings",
                        to="referrals.referral",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sightings",
                        to="referrals.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EliminatedCount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("what", models.CharField(max_length=40)),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("count", models.PositiveIntegerField(default=0)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("authority", "year", "what", "code"), name="eliminated_count_once"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="judicialreferral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["prepared", "sent", "received", "answered", "closed", "discarded"])
                ),
                name="judicial_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="judicialreferral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("composed_at__isnull", True), ("letter__isnull", True), ("letter_sha256", "")),
                    models.Q(
                        ("composed_at__isnull", False),
                        ("letter__isnull", False),
                        models.Q(("letter_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="judicial_letter_has_its_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.CheckConstraint(
                condition=models.Q(("referral", models.F("target")), _negated=True), name="joining_to_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)), fields=("referral",), name="joining_once"
            ),
        ),
        migrations.AddIndex(
            model_name="child",
            index=models.Index(fields=["next_change"], name="child_next_change"),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "to_assign",
                            "planned",
                            "ongoing",
                            "draft_report",
                            "to_validate",
                            "delivered",
                            "supplement",
                            "aborted",
                        ],
                    )
                ),
                name="assessment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["delivered", "aborted"]), _negated=True),
                fields=("referral",),
                name="assessment_one_open",
            ),
        ),
        migrations.AlterUniqueTogether(
            name="referraluserobjectpermission",
            unique_together={("user", "permission", "content_object")},
        ),
    ]
