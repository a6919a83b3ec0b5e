"""Tables of cases and of what belongs to them."""

import uuid

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce

from encryption.fields import SealedField
from encryption.migrations._tables import CreateModels, RunInDatabase
from referrals.migrations import _guards, _measure_catalogue, _row_level_security

USER = settings.AUTH_USER_MODEL

STATES = [
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
]
CHANNELS = [
    ("online", "En ligne"),
    ("phone", "Téléphone"),
    ("letter", "Courrier"),
    ("email", "Courriel"),
    ("in_person", "En personne"),
    ("119", "119"),
    ("prosecutor_request", "Soit-transmis"),
]
URGENCIES = [
    ("U0", "Standard"),
    ("U1", "Prioritaire"),
    ("U2", "Urgent (24–72 h)"),
    ("U3", "Urgence vitale / danger imminent"),
]
AGES = [
    ("0-2", "Moins de 3 ans"),
    ("3-5", "3 à 5 ans"),
    ("6-10", "6 à 10 ans"),
    ("11-15", "11 à 15 ans"),
    ("16-17", "16 et 17 ans"),
    ("18+", "18 ans et plus"),
    ("unknown", "Inconnu"),
]
EXPLOITATION = [
    ("none", "Sans objet"),
    ("refuted", "Écartée (motivée)"),
    ("at_risk", "En risque (pré-prostitutionnel)"),
    ("suspected", "Suspectée"),
    ("established", "Avérée"),
]
SENT_TO_COURT = [
    ("prepared", "Préparé"),
    ("sent", "Transmis"),
    ("received", "Réception confirmée"),
    ("answered", "Suite reçue"),
    ("closed", "Clos"),
    ("discarded", "Abandonné"),
]
YES_NO = [("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas")]
MEANS = [
    ("platform", "Dans l'application"),
    ("email", "Courriel"),
    ("phone", "Téléphone"),
    ("letter", "Courrier"),
    ("none", "Aucun"),
]
DANGER = [
    ("no_danger", "Pas de danger ni de risque"),
    ("risk", "Risque de danger"),
    ("danger", "Danger"),
    ("grave_immediate", "Danger grave et immédiat"),
]
DECISIONS = [
    ("undecided", "À décider"),
    ("close", "Classement"),
    ("continue", "Poursuite de la mesure en cours"),
    ("admin", "Protection administrative"),
    ("judicial", "Autorité judiciaire"),
]
ARBITRATION = [("transfer", "Le dossier est à transférer"), ("keep", "Le dossier reste à l'origine")]
MACHINES = [
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
    ("anomaly", "Anomalie d'accès"),
]


def refers(to, related_name="+", **more):
    """A foreign key of which the other end is never deleted while somebody refers to it."""
    return models.ForeignKey(on_delete=models.PROTECT, related_name=related_name, to=to, **more)


def sealed(label, access_class, **more):
    """A value that is encrypted before it reaches the database; absent until somebody says it."""
    return SealedField(access_class=access_class, blank=True, default=None, label=label, null=True, **more)


MODELS = [
    # Anomalies of access, and how far the journal was looked through for them.
    migrations.CreateModel(
        name="AccessAnomaly",
        fields=[
            (
                "state",
                models.CharField(
                    choices=[
                        ("detected", "Détectée"),
                        ("under_review", "En examen"),
                        ("justified", "Justifiée"),
                        ("unjustified", "Injustifiée"),
                        ("reported", "Signalée"),
                        ("closed", "Close"),
                    ],
                    default="detected",
                    max_length=20,
                ),
            ),
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority")),
            ("rule", models.CharField(max_length=8)),
            ("key", models.CharField(max_length=80)),
            ("who", models.UUIDField(null=True)),
            ("subjects", models.JSONField(default=list)),
            ("entries", models.JSONField(default=list)),
            ("count", models.PositiveIntegerField()),
            ("first_at", models.DateTimeField()),
            ("last_at", models.DateTimeField()),
            ("detected_at", models.DateTimeField()),
            ("taken_at", models.DateTimeField(blank=True, null=True)),
            ("taken_by", refers(USER, null=True)),
            ("asked_at", models.DateTimeField(blank=True, null=True)),
            ("answer_due_at", models.DateTimeField(blank=True, null=True)),
            ("answered_at", models.DateTimeField(blank=True, null=True)),
            (
                "answer",
                models.CharField(
                    blank=True,
                    choices=[
                        ("my_case", "Dossier dont j'avais la charge"),
                        ("asked", "À la demande d'un collègue ou d'un supérieur"),
                        ("emergency", "Urgence"),
                        ("error", "Ouvert par erreur"),
                        ("not_me", "Ce n'était pas moi"),
                        ("other", "Autre raison, dite de vive voix"),
                    ],
                    default="",
                    max_length=20,
                ),
            ),
            ("judged_at", models.DateTimeField(blank=True, null=True)),
            ("judged_by", refers(USER, null=True)),
            ("reason", models.CharField(blank=True, default="", max_length=20)),
            ("breach_due_at", models.DateTimeField(blank=True, null=True)),
            ("breach_told_at", models.DateTimeField(blank=True, null=True)),
            ("reported_at", models.DateTimeField(blank=True, null=True)),
            (
                "risk",
                models.CharField(
                    blank=True,
                    choices=[("ruled_out", "Écarté"), ("risk", "Risque"), ("high", "Risque élevé")],
                    default="",
                    max_length=20,
                ),
            ),
            ("notified_on", models.DateField(blank=True, null=True)),
            (
                "informed",
                models.CharField(
                    blank=True,
                    choices=[
                        ("yes", "Informées"),
                        ("child_interest", "Non : contraire à l'intérêt de l'enfant"),
                        ("inquiry", "Non : enquête en cours"),
                    ],
                    default="",
                    max_length=20,
                ),
            ),
            ("closed_at", models.DateTimeField(blank=True, null=True)),
            ("resolution_asked_at", models.DateTimeField(blank=True, null=True)),
            ("resolution_asked_by", refers(USER, null=True)),
            ("resolution_asked_as", models.CharField(blank=True, default="", max_length=20)),
            ("resolved_by", refers(USER, null=True)),
            ("resolved_until", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "ordering": ["-detected_at", "id"],
            "indexes": [
                models.Index(fields=["authority", "-detected_at", "id"], name="anomaly_newest"),
                models.Index(
                    condition=models.Q(("asked_at__isnull", False)), fields=["who"], name="anomaly_asked"
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "state__in",
                            ["detected", "under_review", "justified", "unjustified", "reported", "closed"],
                        )
                    ),
                    name="anomaly_state_known",
                ),
                models.UniqueConstraint(fields=("authority", "rule", "key"), name="anomaly_once"),
                models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ("detected", "under_review")),
                        models.Q(("judged_at__isnull", False), ("judged_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="anomaly_judged",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("resolved_by__isnull", True),
                        models.Q(
                            ("resolution_asked_by__isnull", False),
                            models.Q(("resolved_by", models.F("resolution_asked_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="anomaly_resolved_by_two",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="AnomalyMark",
        fields=[
            ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("origin", models.PositiveIntegerField(default=0)),
            ("place", models.PositiveBigIntegerField(default=0)),
            ("asked_at", models.DateTimeField()),
        ],
    ),
    # The objects of the store that hold attachments, and how much a person sends in a day: neither names a case, so that
    # the rule of authorities doesn't bind them.
    migrations.CreateModel(
        name="StoredObject",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("begun_at", models.DateTimeField()),
            ("held_at", models.DateTimeField(blank=True, null=True)),
            ("doomed_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "ordering": ["begun_at", "id"],
            "default_permissions": (),
            "indexes": [
                models.Index(
                    condition=models.Q(("held_at", None), ("doomed_at__isnull", False), _connector="OR"),
                    fields=["begun_at"],
                    name="stored_object_left",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="UploadCount",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("sender", models.BinaryField(max_length=32)),
            ("on", models.DateField()),
            ("files", models.PositiveIntegerField(default=0)),
            ("size", models.PositiveBigIntegerField(default=0)),
        ],
        options={
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(fields=("sender", "on"), name="upload_count_once"),
            ],
        },
    ),
    # What one person opened, was shown and filed within the hour, for its caps.
    migrations.CreateModel(
        name="UseCount",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("person", models.BinaryField(max_length=32)),
            ("cap", models.CharField(max_length=10)),
            ("used", models.BinaryField(default=b"")),
            ("until", models.DateTimeField()),
        ],
        options={
            "default_permissions": (),
            "indexes": [
                models.Index(fields=["until"], name="use_count_over"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("person", "cap"), name="use_count_once"),
            ],
        },
    ),
    # The ties that staff declare, and how far they are compared with cases.
    migrations.CreateModel(
        name="DeclaredTie",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", refers(USER)),
            ("key", models.UUIDField(null=True)),
            ("declared_at", models.DateTimeField()),
            ("removed_at", models.DateTimeField(blank=True, null=True)),
            ("said", sealed("declared_tie.said", "B", kind="json", security_class="P4")),
        ],
        options={
            "default_permissions": (),
            "indexes": [
                models.Index(fields=["user", "declared_at"], name="declared_tie_user"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("key__isnull", False), ("removed_at__isnull", True), ("said__isnull", False)
                        ),
                        models.Q(
                            ("key__isnull", True), ("removed_at__isnull", False), ("said__isnull", True)
                        ),
                        _connector="OR",
                    ),
                    name="declared_tie_removed_whole",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="KinValue",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("user", refers(USER)),
            (
                "tie",
                models.ForeignKey(
                    null=True, on_delete=models.CASCADE, related_name="values", to="referrals.declaredtie"
                ),
            ),
            ("value", models.BigIntegerField()),
        ],
        options={
            "default_permissions": (),
            "indexes": [
                models.Index(fields=["value", "user", "tie"], name="kin_value_found"),
            ],
        },
    ),
    migrations.CreateModel(
        name="KinSearch",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("user", refers(USER)),
            ("authority", refers("accounts.authority")),
            ("asked_at", models.DateTimeField()),
            ("after", models.UUIDField(null=True)),
            ("done_at", models.DateTimeField(blank=True, null=True)),
            ("own", models.BinaryField(max_length=32)),
        ],
        options={
            "default_permissions": (),
            "indexes": [
                models.Index(
                    condition=models.Q(("done_at__isnull", True)), fields=["asked_at"], name="kin_search_open"
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("user", "authority"), name="kin_search_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="IndexSize",
        fields=[
            (
                "authority",
                models.OneToOneField(
                    on_delete=models.PROTECT,
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
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SearchCount",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("user", refers(USER)),
            ("on", models.DateField()),
            ("count", models.PositiveIntegerField(default=0)),
        ],
        options={
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(fields=("user", "on"), name="search_count_once"),
            ],
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
        name="Referral",
        fields=[
            ("state", models.CharField(choices=STATES, default="draft", max_length=20)),
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("reference", models.CharField(max_length=16, unique=True)),
            ("authority", refers("accounts.authority", blank=True, null=True)),
            ("unit", refers("accounts.unit", blank=True, null=True)),
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
            ("channel", models.CharField(choices=CHANNELS, default="online", max_length=20)),
            ("source_referral", refers("referrals.referral", blank=True, null=True)),
            ("filed_as", refers("referrals.referral", blank=True, null=True)),
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
            ("archived_from", models.CharField(blank=True, choices=STATES, default="", max_length=20)),
            ("purged_at", models.DateTimeField(blank=True, null=True)),
            ("tombstone", models.BinaryField(blank=True, max_length=32, null=True)),
            ("counts_from", models.DateTimeField(blank=True, null=True)),
            ("statutory_due_at", models.DateTimeField(blank=True, null=True)),
            ("target_due_at", models.DateTimeField(blank=True, null=True)),
            ("next_due_at", models.DateTimeField(blank=True, null=True)),
            ("left_open", models.BooleanField(default=False)),
            ("urgency", models.CharField(choices=URGENCIES, default="U0", max_length=20)),
            ("urgency_ever", models.CharField(choices=URGENCIES, default="U0", max_length=20)),
            ("age_band", models.CharField(choices=AGES, default="unknown", max_length=20)),
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
            # A case names the key of its index values, so that this key can be replaced while the service runs
            # (SEC-CR10).
            ("index_key", models.UUIDField(null=True)),
            ("index_norm", models.PositiveSmallIntegerField(db_default=0, default=0)),
            ("searched_at", models.DateTimeField(blank=True, null=True)),
            ("legal_hold", models.BooleanField(default=False)),
            ("immediate_danger", models.BooleanField(default=False)),
            ("prostitution_status", models.CharField(choices=EXPLOITATION, default="none", max_length=20)),
            ("status_ever", models.CharField(choices=EXPLOITATION, default="none", max_length=20)),
            (
                "judicial_status",
                models.CharField(blank=True, choices=SENT_TO_COURT, default="", max_length=20),
            ),
            ("filed_by", models.BinaryField(max_length=32)),
            ("shared_with", models.BinaryField(blank=True, max_length=32, null=True)),
            ("case_key", models.UUIDField(null=True)),
            ("filer_key", models.UUIDField(null=True)),
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
                models.Index(fields=["authority", "state", "next_due_at", "id"], name="referral_state_queue"),
                models.Index(fields=["unit", "next_due_at", "id"], name="referral_unit_queue"),
                models.Index(
                    condition=models.Q(("index_key__isnull", False)),
                    fields=["index_key"],
                    name="referral_index_key",
                ),
                models.Index(fields=["filed_by"], name="referral_filed_by"),
                models.Index(fields=["authority", "received_at"], name="referral_received"),
                models.Index(
                    condition=models.Q(("searched_at__isnull", True)),
                    fields=["index_norm", "id"],
                    name="referral_unsearched",
                ),
                models.Index(
                    condition=models.Q(("searched_at__isnull", False)),
                    fields=["index_norm"],
                    name="referral_index_norm",
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
                    condition=models.Q(("state", "draft"), ("shared_with__isnull", True), _connector="OR"),
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
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "alerts")),
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
        ],
        options={
            "ordering": ["sounded_at", "id"],
            "indexes": [
                models.Index(
                    condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="alert_next"
                ),
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
        name="Concern",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            (
                "referral",
                models.OneToOneField(
                    on_delete=models.PROTECT, related_name="concern", to="referrals.referral"
                ),
            ),
            ("not_known", models.JSONField(blank=True, default=list)),
            ("parental_authority", sealed("concern.parental_authority", "B")),
            ("holder_implicated", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("holder_implicated_text", sealed("concern.holder_implicated_text", "B")),
            ("parents_informed", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("parents_informed_on", sealed("concern.parents_informed_on", "B", kind="date")),
            ("parents_informed_by", sealed("concern.parents_informed_by", "B")),
            ("parents_informed_how", sealed("concern.parents_informed_how", "B")),
            ("parents_reaction", sealed("concern.parents_reaction", "B")),
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
            ("not_informed_text", sealed("concern.not_informed_text", "B")),
            ("has_household_minors", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("other_adults", sealed("concern.other_adults", "B")),
            ("child_words", sealed("concern.child_words", "D", max_length=20000)),
            ("child_opinion", sealed("concern.child_opinion", "D", max_length=5000)),
            ("child_informed", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("situation_type", models.JSONField(blank=True, default=list)),
            (
                "prostitution_status_filer",
                models.CharField(blank=True, choices=EXPLOITATION, default="", max_length=20),
            ),
            ("danger_now", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("danger_what", sealed("concern.danger_what", "D", max_length=5000)),
            ("emergency_done", models.JSONField(blank=True, default=list)),
            ("health_facts", sealed("concern.health_facts", "E", max_length=10000, security_class="P4")),
            ("prior_actions", sealed("concern.prior_actions", "D", max_length=10000)),
            ("prior_reports", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("prior_reports_text", sealed("concern.prior_reports_text", "D", max_length=5000)),
            ("strengths", sealed("concern.strengths", "D", max_length=5000)),
            ("expectation", sealed("concern.expectation", "D", max_length=5000)),
            ("gang_known", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("money_flow", sealed("concern.money_flow", "G", max_length=5000)),
            ("other_victims", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("other_victims_text", sealed("concern.other_victims_text", "F", max_length=5000)),
            ("filer_name", sealed("concern.filer_name", "C", indexed=True, key="filer", security_class="P4")),
            (
                "filer_email",
                sealed("concern.filer_email", "C", indexed=True, key="filer", security_class="P4"),
            ),
            (
                "filer_phone",
                sealed("concern.filer_phone", "C", indexed=True, key="filer", security_class="P4"),
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
                        ("private_person", "Particulier"),
                        ("minor_self", "La personne mineure elle-même"),
                        ("parent", "Parent"),
                    ],
                    default="",
                    max_length=23,
                ),
            ),
            ("filer_org", sealed("concern.filer_org", "C", key="filer", security_class="P4")),
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
                sealed("concern.filer_role_to_child", "C", key="filer", security_class="P4"),
            ),
            ("filer_is_source", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("on_behalf", models.CharField(blank=True, choices=CHANNELS, default="", max_length=20)),
            ("confidentiality_wish", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("feedback_channel", models.CharField(blank=True, choices=MEANS, default="", max_length=20)),
            ("feedback_contact", sealed("concern.feedback_contact", "C", key="filer", security_class="P4")),
            ("bound_by_secrecy", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("good_faith_notice", models.BooleanField(default=False)),
            ("extra", sealed("concern.extra", "D", kind="json")),
            ("received_late_reason", sealed("concern.received_late_reason", "D")),
            ("direct_report_recipient", sealed("concern.direct_report_recipient", "I")),
            ("direct_report_sent_on", sealed("concern.direct_report_sent_on", "I", kind="date")),
            ("direct_report_document", sealed("concern.direct_report_document", "I", max_length=100000)),
        ],
    ),
    migrations.CreateModel(
        name="Child",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "children")),
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
            ("last_name", sealed("child.last_name", "B", indexed=True, max_length=200)),
            ("first_names", sealed("child.first_names", "B", indexed=True, max_length=200)),
            ("usual_name", sealed("child.usual_name", "B", indexed=True, max_length=200)),
            ("nickname", sealed("child.nickname", "B", indexed=True, max_length=200)),
            ("birth_date", sealed("child.birth_date", "B", indexed=True, kind="date")),
            ("birth_year_month", sealed("child.birth_year_month", "B", kind="code")),
            ("age_band", models.CharField(choices=AGES, default="unknown", max_length=20)),
            ("under_2", models.BooleanField(default=False)),
            ("under_15", models.BooleanField(default=False)),
            ("next_change", models.PositiveSmallIntegerField(blank=True, null=True)),
            ("age_estimated_min", sealed("child.age_estimated_min", "B", kind="int")),
            ("age_estimated_max", sealed("child.age_estimated_max", "B", kind="int")),
            ("age_source", sealed("child.age_source", "B")),
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
            ("mother_birth_name", sealed("child.mother_birth_name", "B", indexed=True, max_length=200)),
            ("nationality_hint", sealed("child.nationality_hint", "B", max_length=200)),
            ("unaccompanied", sealed("child.unaccompanied", "B", kind="code")),
            ("language", sealed("child.language", "B", max_length=200)),
            ("disability", sealed("child.disability", "E", security_class="P4")),
            ("commune_insee", sealed("child.commune_insee", "B", kind="code")),
            ("residence_department", models.CharField(blank=True, default="", max_length=3)),
            ("address", sealed("child.address", "B")),
            ("whereabouts", sealed("child.whereabouts", "B", kind="code", security_class="P4")),
            ("whereabouts_detail", sealed("child.whereabouts_detail", "B", security_class="P4")),
            ("runaway", models.BooleanField(default=False)),
            ("runaway_since", sealed("child.runaway_since", "B", kind="date")),
            ("police_report_ref", sealed("child.police_report_ref", "B", security_class="P4")),
            ("last_seen_place", sealed("child.last_seen_place", "B", security_class="P4")),
            ("living_with", sealed("child.living_with", "B", kind="code")),
            ("school_name", sealed("child.school_name", "B", max_length=300)),
            ("school_level", sealed("child.school_level", "B", max_length=200)),
            ("attendance", sealed("child.attendance", "B", kind="code")),
            ("current_measure", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("current_measure_detail", sealed("child.current_measure_detail", "B")),
            ("safe_contact_way", sealed("child.safe_contact_way", "B")),
            ("prostitution_status", models.CharField(choices=EXPLOITATION, default="none", max_length=20)),
            ("status_ever", models.CharField(choices=EXPLOITATION, default="none", max_length=20)),
            ("immediate_danger", models.BooleanField(default=False)),
            ("danger_ever", models.BooleanField(default=False)),
            ("danger_categories", models.JSONField(blank=True, default=list)),
            ("danger_level", models.CharField(blank=True, choices=DANGER, default="", max_length=20)),
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
            ("decision", models.CharField(choices=DECISIONS, default="undecided", max_length=20)),
        ],
        options={
            "ordering": ["position", "id"],
            "indexes": [
                models.Index(fields=["next_change"], name="child_next_change"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Holder",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "holders")),
            ("name", sealed("holder.name", "B", indexed=True, max_length=300)),
            ("link", sealed("holder.link", "B", kind="code")),
            ("phone", sealed("holder.phone", "B", indexed=True, max_length=50)),
            ("address", sealed("holder.address", "B")),
            ("implicated", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="Fact",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "facts")),
            ("on", sealed("fact.on", "D", kind="date")),
            ("period", sealed("fact.period", "D", max_length=300)),
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
            ("place_text", sealed("fact.place_text", "D", max_length=500)),
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
            ("text", sealed("fact.text", "D", max_length=20000)),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="Sign",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "signs")),
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
            ("on", sealed("sign.on", "D", kind="date")),
            ("text", sealed("sign.text", "D")),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="HealthSign",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "health_signs")),
            ("code", sealed("health_sign.code", "E", kind="code", security_class="P4")),
            ("mode", sealed("health_sign.mode", "E", kind="code", security_class="P4")),
            ("on", sealed("health_sign.on", "E", kind="date", security_class="P4")),
            ("text", sealed("health_sign.text", "E", security_class="P4")),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="ThirdParty",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "third_parties")),
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
            ("name", sealed("third_party.name", "F", indexed=True, max_length=300)),
            ("age", sealed("third_party.age", "F", max_length=50)),
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
            ("is_minor", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("phone", sealed("third_party.phone", "F", indexed=True, max_length=50)),
            ("vehicle", sealed("third_party.vehicle", "F", max_length=300)),
            ("address", sealed("third_party.address", "F")),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="DigitalTrace",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "digital_traces")),
            ("platform", models.CharField(blank=True, default="", max_length=60)),
            ("handle", sealed("digital_trace.handle", "G", indexed=True, max_length=300)),
            ("url", sealed("digital_trace.url", "G", max_length=1000)),
            ("phone", sealed("digital_trace.phone", "G", indexed=True, max_length=50)),
            ("on", sealed("digital_trace.on", "G", kind="date")),
            ("capture_kept", sealed("digital_trace.capture_kept", "G", kind="bool")),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="InformationRequest",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "information_requests")),
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
            ("partner", refers(USER, blank=True, null=True)),
            ("asked_by", models.UUIDField()),
            ("asked_at", models.DateTimeField()),
            ("due_on", models.DateField(blank=True, null=True)),
            ("closed_at", models.DateTimeField(blank=True, null=True)),
            ("questions", sealed("information_request.questions", "D", max_length=10000)),
        ],
        options={
            "ordering": ["position", "id"],
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
                        models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                        _connector="OR",
                    ),
                    name="information_request_closed",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Complement",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "complements")),
            ("request", refers("referrals.informationrequest", "complements", blank=True, null=True)),
            ("at", models.DateTimeField()),
            ("by", models.UUIDField(blank=True, null=True)),
            ("role", models.CharField(max_length=30)),
            ("came_by", models.CharField(blank=True, choices=CHANNELS, default="", max_length=20)),
            ("danger_now", models.BooleanField(default=False)),
            ("text", sealed("complement.text", "D", max_length=20000)),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="FilerMessage",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "filer_messages")),
            ("at", models.DateTimeField()),
            ("by", models.UUIDField()),
            ("read_at", models.DateTimeField(blank=True, null=True)),
            ("text", sealed("filer_message.text", "C", key="filer", max_length=10000, security_class="P4")),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="TeamMessage",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "team_messages")),
            ("at", models.DateTimeField()),
            ("by", models.UUIDField()),
            ("text", sealed("team_message.text", "D", max_length=10000)),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="MessageRead",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "message_reads")),
            ("message", refers("referrals.teammessage", "reads")),
            ("reader", refers(USER)),
            ("at", models.DateTimeField()),
        ],
        options={
            "ordering": ["at", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("message", "reader"), name="message_read_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Attachment",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "attachments")),
            ("complement", refers("referrals.complement", "attachments", blank=True, null=True)),
            (
                "kind",
                models.CharField(
                    choices=[
                        ("medical_certificate", "Certificat médical"),
                        ("letter", "Courrier"),
                        ("school_document", "Document scolaire"),
                        ("screenshot", "Capture d'écran sans image intime"),
                        ("judicial_document", "Document judiciaire"),
                    ],
                    max_length=20,
                ),
            ),
            ("access_class", models.CharField(max_length=1)),
            (
                "media",
                models.CharField(
                    choices=[
                        ("pdf", "PDF"),
                        ("jpeg", "Image JPEG"),
                        ("png", "Image PNG"),
                        ("text", "Texte simple"),
                    ],
                    max_length=20,
                ),
            ),
            (
                "scan",
                models.CharField(
                    choices=[
                        ("waiting", "En attente de l'analyse antivirus"),
                        ("clean", "Analysée, rien trouvé"),
                        ("unscanned", "Non analysée : pas d'antivirus ici"),
                        ("infected", "Programme malveillant trouvé, pièce non conservée"),
                    ],
                    max_length=20,
                ),
            ),
            ("evidence", models.BooleanField(default=False)),
            ("at", models.DateTimeField()),
            ("by", models.UUIDField(blank=True, null=True)),
            ("role", models.CharField(max_length=30)),
            ("waiting_since", models.DateTimeField(blank=True, null=True)),
            # When the antivirus was last asked anew, so that a file without a verdict stands in nobody's way.
            ("scan_tried_at", models.DateTimeField(blank=True, null=True)),
            # A file that was set aside, condemned by two persons and destroyed (X10 to X12).
            ("barred_at", models.DateTimeField(blank=True, null=True)),
            ("barred_by", models.UUIDField(blank=True, null=True)),
            (
                "barred_for",
                models.CharField(
                    blank=True,
                    choices=[
                        ("minor_image", "Image à caractère sexuel d'une personne mineure"),
                        ("not_of_case", "Fichier étranger au dossier"),
                        ("malware", "Programme malveillant découvert après coup"),
                        ("replayed", "Fichier détruit avant une restauration"),
                    ],
                    db_default="",
                    default="",
                    max_length=20,
                ),
            ),
            ("condemned_at", models.DateTimeField(blank=True, null=True)),
            ("destroyed_at", models.DateTimeField(blank=True, null=True)),
            ("size", models.PositiveBigIntegerField()),
            ("original_size", models.PositiveBigIntegerField()),
            ("object", models.UUIDField(blank=True, null=True)),
            ("original", models.UUIDField(blank=True, null=True)),
            ("name", sealed("attachment.name", "G", max_length=150, security_class="P4")),
            ("digest", sealed("attachment.digest", "G", kind="code", max_length=64, security_class="P4")),
            (
                "original_digest",
                sealed("attachment.original_digest", "G", kind="code", max_length=64, security_class="P4"),
            ),
            ("key", sealed("attachment.key", "G", kind="key", max_length=64, security_class="P4")),
        ],
        options={
            "ordering": ["at", "id"],
            "indexes": [
                models.Index(
                    condition=models.Q(("scan", "waiting")), fields=["at"], name="attachment_waiting"
                ),
                models.Index(
                    condition=models.Q(("waiting_since__isnull", False)),
                    fields=["waiting_since"],
                    name="attachment_pending",
                ),
                models.Index(
                    condition=models.Q(("condemned_at__isnull", False), ("destroyed_at", None)),
                    fields=["condemned_at"],
                    name="attachment_condemned",
                ),
                models.Index(fields=["object"], name="attachment_object"),
                models.Index(fields=["original"], name="attachment_original_object"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("access_class__in", ("E", "G", "I"))), name="attachment_class"
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("object", None), ("original", None), ("scan", "infected")),
                        ("destroyed_at__isnull", False),
                        models.Q(models.Q(("scan", "infected"), _negated=True), ("object__isnull", False)),
                        _connector="OR",
                    ),
                    name="attachment_objects",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("barred_at", None),
                            ("barred_by", None),
                            ("barred_for", ""),
                            ("condemned_at", None),
                        ),
                        models.Q(("barred_at__isnull", False), models.Q(("barred_for", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="attachment_barred_whole",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("destroyed_at", None),
                        models.Q(
                            ("condemned_at__isnull", False),
                            ("evidence", False),
                            ("key__isnull", True),
                            ("name__isnull", True),
                            ("object", None),
                            ("original", None),
                        ),
                        _connector="OR",
                    ),
                    name="attachment_destroyed_whole",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("original", None), ("evidence", True), ("scan", "waiting"), _connector="OR"
                    ),
                    name="attachment_original",
                ),
            ],
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
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "feedback_tasks")),
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
            ("means", models.CharField(blank=True, choices=MEANS, default="", max_length=20)),
            (
                "reason",
                models.CharField(
                    blank=True,
                    choices=[
                        ("child_interest", "Contraire à l'intérêt de l'enfant"),
                        ("child_endangered", "Peut mettre l'enfant en danger"),
                        ("requester_at_risk", "Met en danger le demandeur, qui vit au domicile de l'enfant"),
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
                sealed("feedback_task.prepared", "C", key="filer", max_length=5000, security_class="P4"),
            ),
            ("text", sealed("feedback_task.text", "C", key="filer", max_length=5000, security_class="P4")),
            ("reason_text", sealed("feedback_task.reason_text", "C", key="filer", security_class="P4")),
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
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "broken_glasses")),
            ("user", refers(USER)),
            ("role", models.CharField(max_length=30)),
            ("opened_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("ended_at", models.DateTimeField(blank=True, null=True)),
            ("review_due_at", models.DateTimeField()),
            ("alerted_at", models.DateTimeField(blank=True, null=True)),
            ("reviewed_at", models.DateTimeField(blank=True, null=True)),
            ("reviewed_by", models.UUIDField(null=True)),
            ("reason", sealed("break_glass.reason", "D")),
            ("review", sealed("break_glass.review", "D")),
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
                    condition=models.Q(("state__in", ["opened", "to_review", "reviewed_ok", "reviewed_ko"])),
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
                        models.Q(models.Q(("state", "opened"), _negated=True), ("ended_at__isnull", False)),
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
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "duplicates")),
            ("other", refers("referrals.referral", "duplicates_elsewhere")),
            (
                "kind",
                models.CharField(
                    blank=True,
                    choices=[("same", "Même enfant"), ("related", "Dossier lié (famille, fratrie, suites)")],
                    default="",
                    max_length=20,
                ),
            ),
            ("reasons", models.JSONField(blank=True, default=list)),
            ("note", sealed("duplicate.note", "D")),
            ("suggested_at", models.DateTimeField()),
            ("suggested_by", refers(USER, null=True)),
            ("decided_at", models.DateTimeField(blank=True, null=True)),
            ("decided_by", refers(USER, null=True)),
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
        name="Joining",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "joinings")),
            ("target", refers("referrals.referral", "joined_filings")),
            (
                "kind",
                models.CharField(
                    choices=[("same_facts", "Mêmes faits"), ("new_facts", "Faits nouveaux")], max_length=20
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
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("referral", models.F("target")), _negated=True),
                    name="joining_to_another",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("undone_at__isnull", True)), fields=("referral",), name="joining_once"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="MovedRow",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "moved_rows")),
            ("joining", refers("referrals.joining", "moved")),
            ("relation", models.CharField(max_length=40)),
            ("row", models.UUIDField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("joining", "row"), name="moved_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="IndexValue",
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "index_values")),
            ("row", models.UUIDField()),
            ("bucket", models.BigIntegerField()),
        ],
        options={
            "default_permissions": (),
            "indexes": [
                models.Index(fields=["bucket", "row", "referral"], name="index_value_bucket"),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("row", "bucket"), name="index_value_once"),
                models.CheckConstraint(condition=models.Q(("bucket__gte", 0)), name="index_value_positive"),
            ],
        },
    ),
    migrations.CreateModel(
        name="TransferRequest",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
            ("referral", refers("referrals.referral", "transfer_requests")),
            ("reference", models.CharField(max_length=20)),
            ("authority", refers("accounts.authority")),
            ("target", refers("accounts.authority")),
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
                    choices=[("electronic", "Par voie électronique"), ("sealed_mail", "Par pli recommandé")],
                    max_length=20,
                ),
            ),
            ("refusals", models.PositiveSmallIntegerField(default=0)),
            ("asked_by", models.UUIDField()),
            ("asked_at", models.DateTimeField()),
            ("sent_at", models.DateTimeField(blank=True, null=True)),
            ("closed_at", models.DateTimeField(blank=True, null=True)),
            ("origin_says", models.CharField(blank=True, choices=ARBITRATION, default="", max_length=20)),
            ("origin_said_by", models.UUIDField(blank=True, null=True)),
            ("target_says", models.CharField(blank=True, choices=ARBITRATION, default="", max_length=20)),
            ("target_said_by", models.UUIDField(blank=True, null=True)),
            ("note", sealed("transfer_request.note", "D")),
            ("formalities", sealed("transfer_request.formalities", "D", kind="json", max_length=100000)),
            ("motive", sealed("transfer_request.motive", "D", max_length=5000)),
            ("receipt", sealed("transfer_request.receipt", "D")),
        ],
        options={
            "ordering": ["position", "id"],
            "indexes": [
                models.Index(
                    condition=models.Q(("state__in", ["sent", "arbitration"])),
                    fields=["target", "state", "sent_at", "id"],
                    name="transfer_received",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "state__in",
                            ["prepared", "sent", "accepted", "integrated", "refused", "arbitration", "kept"],
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
        name="TransferDocument",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "transfer_documents")),
            ("request", refers("referrals.transferrequest", "documents")),
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
            ("content", sealed("transfer_document.content", "D", kind="json", max_length=2000000)),
        ],
        options={
            "ordering": ["position", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("request", "kind"), name="transfer_document_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="TransferReceiver",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "transfer_receivers")),
            ("request", refers("referrals.transferrequest", "receivers")),
            ("user", refers(USER)),
        ],
        options={
            "ordering": ["position", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("request", "user"), name="transfer_receiver_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Assessment",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
            ("referral", refers("referrals.referral", "assessments")),
            ("opened_at", models.DateTimeField()),
            ("plan_on", models.DateField(blank=True, null=True)),
            ("started_on", models.DateField(blank=True, null=True)),
            ("expected_on", models.DateField(blank=True, null=True)),
            ("delivered_at", models.DateTimeField(blank=True, null=True)),
            ("framework_version", models.CharField(blank=True, default="", max_length=60)),
            ("earlier_concerns_considered", models.BooleanField(default=False)),
            ("notes", sealed("assessment.notes", "H", max_length=50000)),
            ("report", sealed("assessment.report", "H", max_length=100000)),
            ("child_opinions", sealed("assessment.child_opinions", "H", max_length=10000)),
            ("holder_opinions", sealed("assessment.holder_opinions", "H", max_length=10000)),
            ("entourage_opinions", sealed("assessment.entourage_opinions", "H", max_length=10000)),
            ("dissent", sealed("assessment.dissent", "H", max_length=10000)),
        ],
        options={
            "ordering": ["position", "id"],
            "constraints": [
                models.CheckConstraint(
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
                models.UniqueConstraint(
                    condition=models.Q(("state__in", ["delivered", "aborted"]), _negated=True),
                    fields=("referral",),
                    name="assessment_one_open",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Conclusion",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("assessment", refers("referrals.assessment", "conclusions")),
            ("referral", refers("referrals.referral", "conclusions")),
            ("child", refers("referrals.child", "conclusions")),
            ("danger_level", models.CharField(blank=True, choices=DANGER, default="", max_length=20)),
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
            ("text", sealed("conclusion.text", "H", max_length=20000)),
        ],
        options={
            "ordering": ["position", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("assessment", "child"), name="conclusion_per_child"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Visit",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "visits")),
            ("assessment", refers("referrals.assessment", "visits")),
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
            ("who", sealed("visit.who", "H")),
            ("where", sealed("visit.where", "H")),
            ("text", sealed("visit.text", "H", max_length=20000)),
            ("by", refers(USER)),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="Sighting",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "sightings")),
            ("visit", refers("referrals.visit", "sightings")),
            ("child", refers("referrals.child", "sightings")),
            (
                "seen",
                models.CharField(
                    choices=[("no", "Non"), ("with_holder", "Avec un titulaire"), ("alone", "Seul·e")],
                    max_length=20,
                ),
            ),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="Decision",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "decisions")),
            ("child", refers("referrals.child", "decisions")),
            ("code", models.CharField(choices=DECISIONS, max_length=20)),
            ("ground", models.CharField(blank=True, default="", max_length=20)),
            ("motivation", sealed("decision.motivation", "J", max_length=20000)),
            ("at", models.DateTimeField()),
            ("by", refers(USER, null=True)),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="JudicialReferral",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("state", models.CharField(choices=SENT_TO_COURT, default="prepared", max_length=20)),
            ("referral", refers("referrals.referral", "judicial_referrals")),
            ("grounds", models.JSONField(blank=True, default=list)),
            ("prepared_at", models.DateTimeField()),
            ("sent_at", models.DateTimeField(blank=True, null=True)),
            ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ("by_third_party", models.BooleanField(default=False)),
            ("report", refers("referrals.assessment", blank=True, null=True)),
            ("recipient", sealed("judicial_referral.recipient", "I")),
            ("actions_led", sealed("judicial_referral.actions_led", "I", max_length=10000)),
            ("document", sealed("judicial_referral.document", "I", max_length=100000)),
            ("sending_proof", sealed("judicial_referral.sending_proof", "I")),
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
            ("requests", sealed("judicial_referral.requests", "I", max_length=10000)),
            ("letter", sealed("judicial_referral.letter", "I", max_length=1000000)),
            ("letter_sha256", models.CharField(blank=True, default="", max_length=64)),
            ("composed_at", models.DateTimeField(blank=True, null=True)),
            ("children", models.ManyToManyField(related_name="judicial_referrals", to="referrals.child")),
        ],
        options={
            "ordering": ["position", "id"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ["prepared", "sent", "received", "answered", "closed", "discarded"])
                    ),
                    name="judicial_state_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("composed_at__isnull", True), ("letter__isnull", True), ("letter_sha256", "")
                        ),
                        models.Q(
                            ("composed_at__isnull", False),
                            ("letter__isnull", False),
                            models.Q(("letter_sha256", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="judicial_letter_has_its_hash",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="JudicialOutcome",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "judicial_outcomes")),
            ("judicial_referral", refers("referrals.judicialreferral", "outcomes")),
            ("child", refers("referrals.child", "judicial_outcomes")),
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
            ("copy", sealed("judicial_outcome.copy", "I", max_length=100000)),
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
            ("child_lawyer", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("ad_hoc_administrator", models.CharField(blank=True, choices=YES_NO, default="", max_length=20)),
            ("hearing_note", sealed("judicial_outcome.hearing_note", "I")),
        ],
        options={
            "ordering": ["position", "id"],
        },
    ),
    migrations.CreateModel(
        name="Measure",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
            ("referral", refers("referrals.referral", "measures")),
            ("child", refers("referrals.child", "measures")),
            ("type", refers("referrals.measuretype")),
            ("judicial", models.BooleanField()),
            ("judicial_referral", refers("referrals.judicialreferral", "measures", blank=True, null=True)),
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
            ("service", refers("accounts.organisation", blank=True, null=True)),
            ("plan_signed_on", models.DateField(blank=True, null=True)),
            (
                "waits_since",
                models.GeneratedField(
                    db_persist=True,
                    expression=models.Case(
                        models.When(
                            state__in=["agreed", "ordered", "awaiting_start"],
                            then=Coalesce("ordered_on", "agreed_on"),
                        ),
                        default=None,
                    ),
                    output_field=models.DateField(null=True),
                ),
            ),
            ("aim", sealed("measure.aim", "J", max_length=10000)),
            ("child_opinion", sealed("measure.child_opinion", "J", max_length=5000)),
            ("agreement", sealed("measure.agreement", "J", max_length=20000)),
            ("ordered_by", sealed("measure.ordered_by", "I")),
            ("order_copy", sealed("measure.order_copy", "I", max_length=100000)),
            ("extract", sealed("measure.extract", "D", max_length=20000)),
            ("place", sealed("measure.place", "K", security_class="P4")),
        ],
        options={
            "ordering": ["position", "id"],
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
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="HolderInformation",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "holder_informations")),
            ("holder", refers("referrals.holder", "informations")),
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
            ("means", sealed("holder_information.means", "B")),
            ("reason_text", sealed("holder_information.reason_text", "B")),
        ],
        options={
            "ordering": ["position", "id"],
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
    migrations.CreateModel(
        name="Assignment",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "assignments")),
            ("user", refers(USER)),
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
            ("child", refers("referrals.child", blank=True, null=True)),
            ("since_at", models.DateTimeField()),
            ("until_at", models.DateTimeField(blank=True, null=True)),
            ("waiver", sealed("assignment.waiver", "D")),
        ],
        options={
            "indexes": [
                models.Index(fields=["user", "referral"], name="assignment_user"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("child__isnull", True), ("until_at__isnull", True)),
                    fields=("referral", "user", "role"),
                    name="assignment_once",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="StepRecord",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "steps")),
            ("machine", models.CharField(choices=MACHINES, max_length=20)),
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
            ("data", sealed("step_record.data", "D", kind="json", max_length=200000)),
        ],
        options={
            "ordering": ["order"],
            "constraints": [
                models.UniqueConstraint(fields=("referral", "order"), name="step_record_order"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Clock",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "clocks")),
            (
                "code",
                models.CharField(
                    choices=[
                        ("C1", "Accusé de réception"),
                        ("C2", "Première analyse"),
                        ("C3", "Danger immédiat : sans délai"),
                        ("C4", "Évaluation"),
                        ("C4b-meeting", "Première rencontre"),
                        ("C4b-visit", "Visite à domicile"),
                        ("C5", "Retour au déclarant professionnel ou élu"),
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
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Approval",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "approvals")),
            ("step", models.CharField(max_length=40)),
            ("machine", models.CharField(choices=MACHINES, max_length=20)),
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
            ("proposer", refers(USER)),
            ("proposer_role", models.CharField(max_length=30)),
            ("obo", models.UUIDField(null=True)),
            ("approver", refers(USER)),
            ("asked_state", models.CharField(max_length=20)),
            ("requested_at", models.DateTimeField()),
            ("expires_at", models.DateTimeField()),
            ("decided_at", models.DateTimeField(blank=True, null=True)),
            ("given", sealed("approval.given", "D", kind="json", max_length=200000)),
            ("reason", sealed("approval.reason", "D")),
        ],
        options={
            "ordering": ["requested_at", "id"],
            "indexes": [
                models.Index(fields=["approver", "referral"], name="approval_approver"),
            ],
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
        name="Exclusion",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "exclusions")),
            ("user", refers(USER)),
            ("by", models.UUIDField(null=True)),
            # Why somebody is excluded from a case.
            (
                "cause",
                models.CharField(
                    choices=[
                        ("person", "Déclarée par une personne"),
                        ("tie", "Lien que la personne a déclaré"),
                        ("name", "Nom ou numéro de la personne elle-même"),
                    ],
                    db_default="person",
                    default="person",
                    max_length=20,
                ),
            ),
            ("tie", models.UUIDField(null=True)),
            ("since_at", models.DateTimeField()),
            ("confirmed_at", models.DateTimeField(blank=True, null=True)),
            ("confirmed_by", models.UUIDField(null=True)),
            ("lifted_at", models.DateTimeField(blank=True, null=True)),
            ("reason", sealed("exclusion.reason", "D")),
        ],
        options={
            "indexes": [
                models.Index(fields=["user", "referral"], name="exclusion_user"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("lifted_at__isnull", True)),
                    fields=("referral", "user"),
                    name="exclusion_once",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("by__isnull", False), ("cause", "person"), ("tie__isnull", True)),
                        models.Q(("by__isnull", True), ("cause", "tie"), ("tie__isnull", False)),
                        models.Q(("by__isnull", True), ("cause", "name"), ("tie__isnull", True)),
                        _connector="OR",
                    ),
                    name="exclusion_by_somebody",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                        models.Q(
                            ("confirmed_at__isnull", False),
                            ("confirmed_by__isnull", False),
                            models.Q(("confirmed_by", models.F("user_id")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="exclusion_confirmed_whole",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="ReferralUserObjectPermission",
        fields=[
            (
                "id",
                models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            ),
            ("permission", models.ForeignKey(on_delete=models.CASCADE, to="auth.permission")),
            ("user", models.ForeignKey(on_delete=models.CASCADE, to=USER)),
            ("content_object", models.ForeignKey(on_delete=models.PROTECT, to="referrals.referral")),
        ],
        options={
            "unique_together": {("user", "permission", "content_object")},
        },
    ),
    migrations.CreateModel(
        name="Grant",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "grants")),
            ("user", refers(USER)),
            (
                "permission",
                models.OneToOneField(
                    blank=True,
                    null=True,
                    on_delete=models.SET_NULL,
                    related_name="grant",
                    to="referrals.referraluserobjectpermission",
                ),
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
            ("reason", sealed("grant.reason", "D")),
        ],
        options={
            "indexes": [
                models.Index(fields=["user", "expires_at", "referral"], name="grant_user"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("expires_at__gt", models.F("since_at"))), name="grant_expires"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Rectification",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "rectifications")),
            ("model", models.CharField(max_length=40)),
            ("row", models.UUIDField()),
            ("field", models.CharField(max_length=40)),
            ("access_class", models.CharField(max_length=1)),
            ("at", models.DateTimeField()),
            ("by", models.UUIDField()),
            ("old_value", sealed("rectification.old_value", "B", kind="json", max_length=200000)),
            ("reason", sealed("rectification.reason", "D")),
        ],
        options={
            "ordering": ["at", "id"],
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
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("referral", refers("referrals.referral", "closure_reviews")),
            ("step", models.CharField(max_length=40)),
            ("closed_by", models.UUIDField(null=True)),
            ("opened_at", models.DateTimeField()),
            ("due_at", models.DateTimeField()),
            ("decided_at", models.DateTimeField(blank=True, null=True)),
            ("decided_by", models.UUIDField(null=True)),
            ("reason", sealed("closure_review.reason", "D")),
        ],
        options={
            "ordering": ["due_at", "id"],
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "due")), fields=["due_at", "id"], name="review_due"
                ),
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
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority")),
            ("month", models.DateField()),
            ("proposed_at", models.DateTimeField()),
            ("asked_at", models.DateTimeField(blank=True, null=True)),
            ("asked_by", refers(USER, null=True)),
            ("letter", models.CharField(blank=True, default="", max_length=60)),
            ("letter_on", models.DateField(blank=True, null=True)),
            ("visa_number", models.CharField(blank=True, default="", max_length=60)),
            ("visa_on", models.DateField(blank=True, null=True)),
            ("visa_by", refers(USER, null=True)),
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
            ("executed_by", refers(USER, null=True)),
        ],
        options={
            "ordering": ["-proposed_at", "id"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ["proposed", "visa_requested", "visa_granted", "refused", "executed"])
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
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("batch", refers("referrals.retentionbatch", "lines")),
            ("referral", refers("referrals.referral", "retention_lines")),
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
        ],
        options={
            "ordering": ["id"],
            "indexes": [
                models.Index(
                    condition=models.Q(("dropped_at__isnull", True), ("purged_at__isnull", True)),
                    fields=["batch"],
                    name="retention_left",
                ),
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
    # Counts of what was destroyed are kept by département.
    migrations.CreateModel(
        name="EliminatedCount",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority")),
            ("year", models.PositiveSmallIntegerField()),
            ("department", models.CharField(blank=True, db_default="", default="", max_length=3)),
            ("what", models.CharField(max_length=40)),
            ("code", models.CharField(blank=True, default="", max_length=40)),
            ("count", models.PositiveIntegerField(default=0)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    fields=("authority", "year", "department", "what", "code"), name="eliminated_count_once"
                ),
            ],
        },
    ),
    # What an authority's figures tell of a year is kept for half a year.
    migrations.CreateModel(
        name="FiguresKept",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority")),
            ("year", models.PositiveSmallIntegerField()),
            ("half", models.CharField(max_length=6)),
            ("by_month", models.BooleanField()),
            ("counts", models.JSONField()),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("authority", "year", "half"), name="figures_kept_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="RotaShift",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority", "rota_shifts")),
            ("user", refers(USER)),
            (
                "place",
                models.CharField(
                    choices=[("first", "Premier cadre"), ("second", "Second cadre")], max_length=20
                ),
            ),
            ("starts_at", models.DateTimeField()),
            ("ends_at", models.DateTimeField()),
            ("made_at", models.DateTimeField()),
            ("made_by", refers(USER)),
            ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ("withdrawn_by", refers(USER, null=True)),
        ],
        options={
            "ordering": ["starts_at", "place", "id"],
            "default_permissions": (),
            "indexes": [
                models.Index(fields=["authority", "ends_at", "id"], name="rota_authority"),
            ],
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
        name="SettingChange",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority", "setting_changes")),
            ("position", models.PositiveIntegerField()),
            ("key", models.CharField(max_length=60)),
            ("value", models.JSONField()),
            ("effective_at", models.DateTimeField()),
            ("made_at", models.DateTimeField()),
            ("made_by", refers(USER, null=True)),
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
        name="EmergencySheet",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "emergency_sheets")),
            ("child", refers("referrals.child", "emergency_sheets")),
            ("reference", models.CharField(max_length=20)),
            ("authority", refers("accounts.authority")),
            ("opened_at", models.DateTimeField()),
            ("closed_at", models.DateTimeField(blank=True, null=True)),
            ("description", sealed("emergency_sheet.description", "B", max_length=5000)),
            ("danger", sealed("emergency_sheet.danger", "B", max_length=5000)),
            ("whom_to_call", sealed("emergency_sheet.whom_to_call", "B")),
        ],
        options={
            "ordering": ["position", "id"],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("closed_at__isnull", True)),
                    fields=("child",),
                    name="emergency_sheet_one_open",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="SheetReader",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("position", models.PositiveSmallIntegerField(default=0)),
            ("referral", refers("referrals.referral", "sheet_readers")),
            ("sheet", refers("referrals.emergencysheet", "readers")),
            ("authority", refers("accounts.authority")),
        ],
        options={
            "ordering": ["position", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("sheet", "authority"), name="sheet_reader_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="StandIn",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("authority", refers("accounts.authority")),
            ("role", models.CharField(max_length=30)),
            ("absent", refers(USER, "stood_in_for")),
            ("stand_in", refers(USER, "stands_in")),
            ("since_at", models.DateTimeField()),
            ("until_at", models.DateTimeField()),
            ("named_at", models.DateTimeField()),
            ("named_by", models.UUIDField()),
            ("ended_at", models.DateTimeField(blank=True, null=True)),
            ("ended_by", models.UUIDField(blank=True, null=True)),
        ],
        options={
            "ordering": ["-since_at", "id"],
            "default_permissions": (),
            "indexes": [
                models.Index(
                    condition=models.Q(("ended_at__isnull", True)),
                    fields=["stand_in", "until_at"],
                    name="stand_in_open",
                ),
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
                    condition=models.Q(("until_at__gt", models.F("since_at"))), name="stand_in_runs_forward"
                ),
                models.UniqueConstraint(
                    condition=models.Q(("ended_at__isnull", True)),
                    fields=("absent", "role", "authority"),
                    name="stand_in_once_while_open",
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("accounts", "0001_people_and_places"),
        ("audit", "0001_journal"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        CreateModels(MODELS),
        RunInDatabase(_guards.stand, _guards.fall),
        RunInDatabase(_row_level_security.stand, _row_level_security.fall),
        migrations.RunPython(_measure_catalogue.load, migrations.RunPython.noop),
    ]
