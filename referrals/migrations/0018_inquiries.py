"""Inquiries: an authority asks another about a child's past, each with its own row of it (CASF L221-3)."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import encryption.authentic
import encryption.cells
import encryption.fields
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_authoritys_rule


def rule(_apps, schema_editor):
    """Each side sees its own row alone."""
    stand_under_the_authoritys_rule(schema_editor, "inquiry")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_roles_and_professions_in_neutral_words"),
        ("referrals", "0017_terms_at_majority"),
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
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("cells", encryption.cells.CellsField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Posée"),
                            ("answered", "Répondue"),
                            ("documents_asked", "Pièces demandées"),
                            ("refused", "Refusée"),
                            ("withdrawn", "Retirée"),
                            ("closed", "Close"),
                        ],
                        default="asked",
                        max_length=20,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("thread", models.UUIDField()),
                (
                    "side",
                    models.CharField(
                        choices=[("asker", "Demande posée"), ("asked", "Demande reçue")], max_length=20
                    ),
                ),
                ("restricted", models.BooleanField(default=False)),
                ("reference", models.CharField(max_length=20)),
                (
                    "urgency",
                    models.CharField(
                        choices=[
                            ("U0", "Standard"),
                            ("U1", "Prioritaire"),
                            ("U2", "Urgent (24–72 h)"),
                            ("U3", "Urgence vitale / danger imminent"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("lived_there", "L'enfant ou sa famille y a vécu"),
                            ("followed_there", "Un suivi antérieur y est signalé"),
                            ("school_there", "L'enfant y a été scolarisé"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "holders",
                    models.CharField(
                        choices=[
                            ("told", "Informés"),
                            ("deferred", "Information différée"),
                            ("not_applicable", "Sans objet"),
                        ],
                        max_length=20,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("warned_at", models.DateTimeField(blank=True, null=True)),
                ("overdue_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("known", models.BooleanField(blank=True, null=True)),
                ("kinds", models.JSONField(blank=True, default=list)),
                ("from_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("to_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "standing",
                    models.CharField(
                        blank=True,
                        choices=[("open", "En cours"), ("over", "Terminé")],
                        default="",
                        max_length=20,
                    ),
                ),
                ("wanted", models.JSONField(blank=True, default=list)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_identified", "L'enfant n'est pas identifié avec certitude"),
                            ("no_ground", "Le motif ne fonde pas la demande"),
                            ("of_age", "La personne est majeure"),
                            ("restricted", "Le dossier est d'accès restreint : appelez l'encadrement"),
                            ("other", "Autre motif"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("key", models.UUIDField(blank=True, null=True)),
                (
                    "question",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="inquiry.question",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "reply",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        kind="json",
                        label="inquiry.reply",
                        max_length=20000,
                        null=True,
                    ),
                ),
                (
                    "request",
                    encryption.fields.SealedField(
                        access_class="D", blank=True, default=None, label="inquiry.request", null=True
                    ),
                ),
                (
                    "closing",
                    encryption.fields.SealedField(
                        access_class="D",
                        blank=True,
                        default=None,
                        label="inquiry.closing",
                        max_length=5000,
                        null=True,
                    ),
                ),
                (
                    "papers",
                    encryption.fields.SealedField(
                        access_class="H",
                        blank=True,
                        default=None,
                        kind="json",
                        label="inquiry.papers",
                        max_length=4000000,
                        null=True,
                    ),
                ),
                ("mac", encryption.authentic.MacField()),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
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
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inquiries",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["authority", "-asked_at", "id"], name="inquiry_newest"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="inquiry_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("thread", "side"), name="inquiry_side_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["asked", "answered", "documents_asked", "refused", "withdrawn", "closed"],
                            )
                        ),
                        name="inquiry_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("authority", models.F("other")), _negated=True),
                        name="inquiry_of_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side", "asked"), ("referral__isnull", False), _connector="OR"),
                        name="inquiry_asked_for_a_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            models.Q(
                                ("closing__isnull", True),
                                ("key__isnull", True),
                                ("papers__isnull", True),
                                ("question__isnull", True),
                                ("reply__isnull", True),
                                ("request__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="inquiry_ended_whole",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
