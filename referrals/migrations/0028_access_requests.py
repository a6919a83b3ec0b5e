"""Requests for access to personal data: the request, its files, the copy, what is hidden, opinions (RGPD art. 15)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic
import encryption.cells
import encryption.fields
from encryption.migrations._tables import CreateModels, RunInDatabase, whole
from referrals.migrations._row_level_security import stand_under_the_authoritys_rule

#: What hangs on a request is seen where the request is.
PARTS = """
ALTER TABLE referrals_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_{table} USING (
    EXISTS (SELECT 1 FROM referrals_accessrequest r WHERE r.id = request_id)
);
"""


def rule(_apps, schema_editor):
    """A request is seen where its authority's cases are."""
    stand_under_the_authoritys_rule(schema_editor, "accessrequest")
    if schema_editor.connection.vendor == "postgresql":
        for table in ("accessfile", "accessopinion", "accesspart", "accessredaction"):
            schema_editor.execute(PARTS.format(table=table), params=None)


def unrule(_apps, schema_editor):
    """Columns that a policy asks can't be dropped before it."""
    if schema_editor.connection.vendor == "postgresql":
        for table in ("accessfile", "accessopinion", "accesspart", "accessredaction", "accessrequest"):
            schema_editor.execute(f"DROP POLICY authority ON referrals_{table}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_certificates_of_those_before"),
        ("referrals", "0027_row_approvals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            whole(
                [
                    migrations.CreateModel(
                        name="AccessPart",
                        fields=[
                            ("cells", encryption.cells.CellsField()),
                            (
                                "id",
                                models.UUIDField(
                                    default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                                ),
                            ),
                            ("position", models.PositiveIntegerField()),
                            (
                                "content",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    kind="json",
                                    label="access_part.content",
                                    max_length=2000000,
                                    null=True,
                                ),
                            ),
                        ],
                        options={
                            "ordering": ["position", "id"],
                            "default_permissions": (),
                        },
                    ),
                    migrations.CreateModel(
                        name="AccessRequest",
                        fields=[
                            ("cells", encryption.cells.CellsField()),
                            (
                                "state",
                                models.CharField(
                                    choices=[
                                        ("received", "Reçue"),
                                        ("identity_check", "Vérification d'identité"),
                                        ("collecting", "Constitution"),
                                        ("redaction", "Occultation"),
                                        ("answered", "Répondue"),
                                        ("partial", "Répondue en partie"),
                                        ("refused", "Refusée"),
                                        ("appealed", "Recours"),
                                        ("closed", "Close"),
                                    ],
                                    default="received",
                                    max_length=20,
                                ),
                            ),
                            (
                                "id",
                                models.UUIDField(
                                    default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                                ),
                            ),
                            ("reference", models.CharField(max_length=24, unique=True)),
                            (
                                "requester",
                                models.CharField(
                                    choices=[
                                        ("subject_minor", "La personne concernée, mineure"),
                                        ("subject_adult", "La personne concernée, majeure"),
                                        ("holder", "Un titulaire de l'autorité parentale"),
                                        ("mandated", "Une personne mandatée par écrit"),
                                        ("filer", "L'auteur d'une transmission"),
                                        ("third_party", "Un tiers mis en cause ou cité"),
                                        ("staff", "Un agent"),
                                    ],
                                    max_length=20,
                                ),
                            ),
                            (
                                "right",
                                models.CharField(
                                    choices=[
                                        ("access", "Accès"),
                                        ("rectification", "Rectification"),
                                        ("restriction", "Limitation"),
                                        ("objection", "Opposition"),
                                        ("erasure", "Effacement"),
                                    ],
                                    max_length=20,
                                ),
                            ),
                            (
                                "wanted",
                                models.CharField(
                                    choices=[
                                        ("all", "Tout le dossier"),
                                        ("part", "Une partie"),
                                        ("readers", "La liste des consultations seule"),
                                    ],
                                    max_length=20,
                                ),
                            ),
                            (
                                "way",
                                models.CharField(
                                    choices=[
                                        ("letter", "Courrier"),
                                        ("mail", "Courriel"),
                                        ("desk", "Sur place"),
                                        ("phone", "Téléphone"),
                                    ],
                                    max_length=20,
                                ),
                            ),
                            ("recorded_at", models.DateTimeField()),
                            ("received_on", models.DateField()),
                            ("due_at", models.DateTimeField(blank=True, null=True)),
                            ("extended_at", models.DateTimeField(blank=True, null=True)),
                            ("warned_at", models.DateTimeField(blank=True, null=True)),
                            ("overdue_at", models.DateTimeField(blank=True, null=True)),
                            (
                                "standing",
                                models.CharField(
                                    blank=True,
                                    choices=[
                                        ("self", "La personne elle-même"),
                                        (
                                            "minor_alone",
                                            "Une mineure ou un mineur, avec discernement, sans titulaire",
                                        ),
                                        ("holder_in_office", "Titulaire en exercice, pour un enfant mineur"),
                                        ("mandate", "Mandat écrit"),
                                    ],
                                    default="",
                                    max_length=20,
                                ),
                            ),
                            ("identified_at", models.DateTimeField(blank=True, null=True)),
                            ("scoped_at", models.DateTimeField(blank=True, null=True)),
                            ("children", models.JSONField(blank=True, default=list)),
                            ("holder", models.UUIDField(blank=True, null=True)),
                            ("since", models.DateField(blank=True, null=True)),
                            ("until", models.DateField(blank=True, null=True)),
                            ("classes", models.JSONField(blank=True, default=list)),
                            ("collected_at", models.DateTimeField(blank=True, null=True)),
                            ("named", models.JSONField(blank=True, default=list)),
                            ("answered_at", models.DateTimeField(blank=True, null=True)),
                            ("codes", models.JSONField(blank=True, default=list)),
                            (
                                "refusal",
                                models.CharField(
                                    blank=True,
                                    choices=[
                                        ("not_identified", "Identité non établie"),
                                        ("no_standing", "Qualité non établie"),
                                        (
                                            "unfounded_or_excessive",
                                            "Demande manifestement infondée ou excessive",
                                        ),
                                        ("inquiry", "Enquête en cours"),
                                        ("child_interest", "Intérêt de l'enfant"),
                                    ],
                                    default="",
                                    max_length=22,
                                ),
                            ),
                            ("package_hash", models.CharField(blank=True, default="", max_length=64)),
                            ("package_until", models.DateTimeField(blank=True, null=True)),
                            ("package_over_at", models.DateTimeField(blank=True, null=True)),
                            ("handed_at", models.DateTimeField(blank=True, null=True)),
                            (
                                "handing",
                                models.CharField(
                                    blank=True,
                                    choices=[
                                        ("in_person", "En main propre"),
                                        ("registered", "Lettre recommandée avec avis de réception"),
                                        ("encrypted", "Fichier chiffré, mot de passe par une autre voie"),
                                    ],
                                    default="",
                                    max_length=20,
                                ),
                            ),
                            (
                                "appeal",
                                models.CharField(
                                    blank=True,
                                    choices=[("cada", "CADA"), ("cnil", "CNIL"), ("court", "Juridiction")],
                                    default="",
                                    max_length=20,
                                ),
                            ),
                            ("appealed_on", models.DateField(blank=True, null=True)),
                            ("closed_at", models.DateTimeField(blank=True, null=True)),
                            ("key", models.UUIDField(blank=True, null=True)),
                            (
                                "said",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    kind="json",
                                    label="access_request.said",
                                    max_length=20000,
                                    null=True,
                                ),
                            ),
                            (
                                "identity",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    kind="json",
                                    label="access_request.identity",
                                    max_length=20000,
                                    null=True,
                                ),
                            ),
                            (
                                "readers",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    kind="json",
                                    label="access_request.readers",
                                    max_length=20000000,
                                    null=True,
                                ),
                            ),
                            (
                                "letter",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    kind="json",
                                    label="access_request.letter",
                                    max_length=200000,
                                    null=True,
                                ),
                            ),
                            (
                                "notes",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    kind="json",
                                    label="access_request.notes",
                                    max_length=200000,
                                    null=True,
                                ),
                            ),
                            (
                                "package",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    label="access_request.package",
                                    max_length=120000000,
                                    null=True,
                                ),
                            ),
                            ("mac", encryption.authentic.MacField()),
                            (
                                "answered_by",
                                models.ForeignKey(
                                    blank=True,
                                    null=True,
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="+",
                                    to=settings.AUTH_USER_MODEL,
                                ),
                            ),
                            (
                                "authority",
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="+",
                                    to="accounts.authority",
                                ),
                            ),
                            (
                                "recorded_by",
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="+",
                                    to=settings.AUTH_USER_MODEL,
                                ),
                            ),
                        ],
                        options={
                            "ordering": ["-received_on", "id"],
                            "default_permissions": (),
                        },
                    ),
                    migrations.CreateModel(
                        name="AccessRedaction",
                        fields=[
                            ("cells", encryption.cells.CellsField()),
                            (
                                "id",
                                models.UUIDField(
                                    default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                                ),
                            ),
                            (
                                "code",
                                models.CharField(
                                    choices=[
                                        ("filer", "identité de l'auteur de la transmission"),
                                        ("third_party", "vie privée d'un tiers"),
                                        ("other_child", "vie privée d'un autre enfant"),
                                        ("other_holder", "vie privée de l'autre titulaire"),
                                        ("judicial", "document judiciaire"),
                                        ("child_interest", "intérêt de l'enfant"),
                                        ("medical", "secret médical"),
                                        ("safety", "sécurité d'une personne"),
                                        ("inquiry", "enquête en cours"),
                                        ("staff_name", "nom d'un agent"),
                                    ],
                                    max_length=20,
                                ),
                            ),
                            ("at", models.DateTimeField()),
                            ("lifted_at", models.DateTimeField(blank=True, null=True)),
                            (
                                "passage",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    kind="json",
                                    label="access_redaction.passage",
                                    max_length=500,
                                    null=True,
                                ),
                            ),
                            (
                                "reason",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    label="access_redaction.reason",
                                    null=True,
                                ),
                            ),
                            ("mac", encryption.authentic.MacField()),
                            (
                                "by",
                                models.ForeignKey(
                                    blank=True,
                                    null=True,
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="+",
                                    to=settings.AUTH_USER_MODEL,
                                ),
                            ),
                            (
                                "lifted_by",
                                models.ForeignKey(
                                    blank=True,
                                    null=True,
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="+",
                                    to=settings.AUTH_USER_MODEL,
                                ),
                            ),
                            (
                                "part",
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="redactions",
                                    to="referrals.accesspart",
                                ),
                            ),
                            (
                                "request",
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="redactions",
                                    to="referrals.accessrequest",
                                ),
                            ),
                        ],
                        options={
                            "ordering": ["at", "id"],
                            "default_permissions": (),
                        },
                    ),
                    migrations.AddField(
                        model_name="accesspart",
                        name="request",
                        field=models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="parts",
                            to="referrals.accessrequest",
                        ),
                    ),
                    migrations.CreateModel(
                        name="AccessOpinion",
                        fields=[
                            ("cells", encryption.cells.CellsField()),
                            (
                                "id",
                                models.UUIDField(
                                    default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                                ),
                            ),
                            ("role", models.CharField(max_length=30)),
                            ("asked_at", models.DateTimeField()),
                            ("answered_at", models.DateTimeField(blank=True, null=True)),
                            (
                                "verdict",
                                models.CharField(
                                    blank=True,
                                    choices=[
                                        ("send", "Communiquer"),
                                        ("later", "Plus tard"),
                                        ("never", "Ne pas communiquer"),
                                    ],
                                    default="",
                                    max_length=20,
                                ),
                            ),
                            ("later_on", models.DateField(blank=True, null=True)),
                            ("noted_on", models.DateField(blank=True, null=True)),
                            ("parts", models.JSONField(blank=True, default=list)),
                            ("gates", models.JSONField(blank=True, default=list)),
                            (
                                "question",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    label="access_opinion.question",
                                    max_length=5000,
                                    null=True,
                                ),
                            ),
                            (
                                "reason",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    label="access_opinion.reason",
                                    max_length=5000,
                                    null=True,
                                ),
                            ),
                            (
                                "note",
                                encryption.fields.SealedField(
                                    access_class="D",
                                    blank=True,
                                    default=None,
                                    label="access_opinion.note",
                                    null=True,
                                ),
                            ),
                            ("mac", encryption.authentic.MacField()),
                            (
                                "asked",
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="+",
                                    to=settings.AUTH_USER_MODEL,
                                ),
                            ),
                            (
                                "asked_by",
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
                                    related_name="opinions",
                                    to="referrals.accessrequest",
                                ),
                            ),
                        ],
                        options={
                            "ordering": ["asked_at", "id"],
                            "default_permissions": (),
                        },
                    ),
                    migrations.CreateModel(
                        name="AccessFile",
                        fields=[
                            (
                                "id",
                                models.UUIDField(
                                    default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                                ),
                            ),
                            ("held", models.BooleanField(default=False)),
                            ("added_at", models.DateTimeField()),
                            ("mac", encryption.authentic.MacField()),
                            (
                                "referral",
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="access_files",
                                    to="referrals.referral",
                                ),
                            ),
                            (
                                "request",
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT,
                                    related_name="files",
                                    to="referrals.accessrequest",
                                ),
                            ),
                        ],
                        options={
                            "ordering": ["added_at", "id"],
                            "default_permissions": (),
                        },
                    ),
                    migrations.AddIndex(
                        model_name="accessrequest",
                        index=models.Index(
                            fields=["authority", "-received_on", "id"], name="access_request_newest"
                        ),
                    ),
                    migrations.AddIndex(
                        model_name="accessrequest",
                        index=models.Index(
                            condition=models.Q(("due_at__isnull", False)),
                            fields=["due_at"],
                            name="access_request_due",
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accessrequest",
                        constraint=models.CheckConstraint(
                            condition=models.Q(
                                (
                                    "state__in",
                                    [
                                        "received",
                                        "identity_check",
                                        "collecting",
                                        "redaction",
                                        "answered",
                                        "partial",
                                        "refused",
                                        "appealed",
                                        "closed",
                                    ],
                                )
                            ),
                            name="access_request_state_known",
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accessrequest",
                        constraint=models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    models.Q(("state", "closed"), _negated=True),
                                    ("closed_at__isnull", True),
                                    ("key__isnull", False),
                                ),
                                models.Q(
                                    ("closed_at__isnull", False),
                                    ("due_at__isnull", True),
                                    ("identity__isnull", True),
                                    ("key__isnull", True),
                                    ("letter__isnull", True),
                                    ("notes__isnull", True),
                                    ("package__isnull", True),
                                    ("readers__isnull", True),
                                    ("said__isnull", True),
                                    ("state", "closed"),
                                ),
                                _connector="OR",
                            ),
                            name="access_request_closed_whole",
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accessrequest",
                        constraint=models.CheckConstraint(
                            condition=models.Q(
                                ("extended_at__isnull", True),
                                ("extended_at__gte", models.F("recorded_at")),
                                _connector="OR",
                            ),
                            name="access_request_extended_known",
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accessredaction",
                        constraint=models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                                models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                                _connector="OR",
                            ),
                            name="access_redaction_lifted",
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accesspart",
                        constraint=models.UniqueConstraint(
                            fields=("request", "position"), name="access_part_once"
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accessopinion",
                        constraint=models.UniqueConstraint(
                            condition=models.Q(("answered_at__isnull", True)),
                            fields=("request", "asked"),
                            name="access_opinion_once",
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accessopinion",
                        constraint=models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("answered_at__isnull", True), ("verdict", "")),
                                models.Q(("answered_at__isnull", False), ("verdict__gt", "")),
                                _connector="OR",
                            ),
                            name="access_opinion_answered",
                        ),
                    ),
                    migrations.AddConstraint(
                        model_name="accessfile",
                        constraint=models.UniqueConstraint(
                            fields=("request", "referral"), name="access_file_once"
                        ),
                    ),
                ]
            )
        ),
        RunInDatabase(rule, unrule),
    ]
