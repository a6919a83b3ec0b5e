"""Letters of a case, made from the data of a step, signed and sent (domain.md §4.9)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic
import encryption.cells
import encryption.fields
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_rule


def rule(_apps, schema_editor):
    """A letter is seen where its case is."""
    stand_under_the_rule(schema_editor, "letter")


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0029_data_breaches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="approval",
            name="machine",
            field=models.CharField(
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
                    ("anomaly", "Anomalie d'accès"),
                    ("inquiry", "Demande à un autre département"),
                    ("access_request", "Demande d'accès"),
                    ("breach", "Violation de données"),
                    ("letter", "Courrier"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="steprecord",
            name="machine",
            field=models.CharField(
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
                    ("anomaly", "Anomalie d'accès"),
                    ("inquiry", "Demande à un autre département"),
                    ("access_request", "Demande d'accès"),
                    ("breach", "Violation de données"),
                    ("letter", "Courrier"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("cells", encryption.cells.CellsField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "En préparation"),
                            ("signed", "Signé"),
                            ("sent", "Envoyé"),
                            ("discarded", "Abandonné"),
                        ],
                        default="prepared",
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
                        choices=[
                            ("holders_assessment", "Mise en place d'une évaluation"),
                            ("convocation", "Invitation à un entretien"),
                            ("holders_referral", "Saisine de l'autorité judiciaire"),
                            ("decision_holders", "Notification de la décision"),
                            ("child_letter", "Lettre à l'enfant"),
                            ("feedback", "Retour au déclarant"),
                            ("service_notice", "Notification au service"),
                            ("judge_unexecuted", "Mesure non mise en œuvre"),
                            ("majority_notice", "Vers l'autonomie"),
                            ("transfer_cover", "Bordereau de transmission"),
                            ("holders_transfer", "Transmission à un autre département"),
                            ("inquiry", "Demande à un autre département"),
                            ("inquiry_answer", "Réponse à un autre département"),
                        ],
                        max_length=20,
                    ),
                ),
                ("occasion", models.UUIDField()),
                ("part", models.UUIDField(blank=True, null=True)),
                ("holder", models.UUIDField(blank=True, null=True)),
                (
                    "children",
                    models.JSONField(
                        blank=True, db_default=models.Value([], models.JSONField()), default=list
                    ),
                ),
                ("prepared_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("sent_on", models.DateField(blank=True, null=True)),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hand", "Remise en main propre"),
                            ("professional", "Remise ou lue par un professionnel"),
                            ("post", "Courrier simple"),
                            ("registered", "Courrier recommandé"),
                            ("secure", "Messagerie ou portail sécurisé"),
                            ("plex", "PLEX"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "additions",
                    encryption.fields.SealedField(
                        access_class="J",
                        blank=True,
                        default=None,
                        kind="json",
                        label="letter.additions",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "page",
                    encryption.fields.SealedField(
                        access_class="J",
                        blank=True,
                        default=None,
                        label="letter.page",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "page_i",
                    encryption.fields.SealedField(
                        access_class="I",
                        blank=True,
                        default=None,
                        label="letter.page_i",
                        max_length=200000,
                        null=True,
                    ),
                ),
                (
                    "page_c",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        label="letter.page_c",
                        max_length=200000,
                        null=True,
                        security_class="P4",
                    ),
                ),
                (
                    "note",
                    encryption.fields.SealedField(
                        access_class="J",
                        blank=True,
                        default=None,
                        kind="json",
                        label="letter.note",
                        max_length=10000,
                        null=True,
                    ),
                ),
                (
                    "note_c",
                    encryption.fields.SealedField(
                        access_class="C",
                        blank=True,
                        default=None,
                        key="filer",
                        kind="json",
                        label="letter.note_c",
                        max_length=10000,
                        null=True,
                        security_class="P4",
                    ),
                ),
                ("mac", encryption.authentic.MacField()),
                (
                    "prepared_by",
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
                        related_name="letters",
                        to="referrals.referral",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-prepared_at", "id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["referral", "-prepared_at"], name="letter_of_case")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["prepared", "signed"])),
                        fields=("referral", "occasion"),
                        name="letter_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["prepared", "signed", "sent", "discarded"])),
                        name="letter_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("digest", ""), ("signed_at__isnull", True), ("signed_by__isnull", True)
                            ),
                            models.Q(
                                ("signed_at__isnull", False),
                                ("signed_by__isnull", False),
                                models.Q(("digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="letter_signed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_on__isnull", True), ("way", "")),
                            models.Q(
                                ("sent_on__isnull", False),
                                ("signed_at__isnull", False),
                                models.Q(("way", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="letter_sent_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sent_on__isnull", True), ("signed_at__isnull", True), ("state", "prepared")
                            ),
                            models.Q(
                                ("sent_on__isnull", True), ("signed_at__isnull", False), ("state", "signed")
                            ),
                            models.Q(("sent_on__isnull", False), ("state", "sent")),
                            models.Q(("sent_on__isnull", True), ("state", "discarded")),
                            _connector="OR",
                        ),
                        name="letter_as_its_state",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
