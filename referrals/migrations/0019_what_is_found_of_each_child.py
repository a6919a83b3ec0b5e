"""What the report says of each child, dimension by dimension, and what the child itself says."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import encryption.cells
import encryption.fields
from encryption.migrations._tables import CreateModels, RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_rule

NOT_HEARD = [
    ("not_asked", "Pas interrogé : l'évaluation s'en chargera"),
    ("declined", "N'a pas souhaité s'exprimer"),
    ("no_words", "Ne s'exprime pas encore, ou pas par des mots"),
    ("not_met", "N'a pas pu être rencontré"),
    ("no_interpreter", "Pas d'interprète"),
    ("at_risk", "L'entendre l'aurait mis en danger"),
    ("refused", "Un titulaire s'y est opposé"),
    ("other", "Autre raison"),
]


def rule(_apps, schema_editor):
    """A row is about a child of a case: seen where the case is."""
    stand_under_the_rule(schema_editor, "finding", "voice")


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0018_inquiries"),
    ]

    operations = [
        migrations.AddField(
            model_name="concern",
            name="child_not_heard",
            field=models.CharField(blank=True, choices=NOT_HEARD, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="concern",
            name="child_words_how",
            field=encryption.fields.SealedField(
                access_class="D",
                blank=True,
                default=None,
                label="concern.child_words_how",
                max_length=5000,
                null=True,
            ),
        ),
        CreateModels(
            [
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        ("cells", encryption.cells.CellsField()),
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "dimension",
                            models.CharField(
                                choices=[
                                    ("needs_rights", "Besoins et droits fondamentaux"),
                                    ("health", "État de santé"),
                                    ("education_conditions", "Conditions d'éducation"),
                                    ("development", "Développement"),
                                    ("wellbeing", "Bien-être"),
                                    ("suffering_signs", "Signes de souffrance"),
                                    ("safety", "Sécurité physique, protection, sécurité affective"),
                                    ("exploration", "Expériences et exploration"),
                                    ("rules_limits", "Cadre, règles, limites"),
                                    ("identity", "Identité"),
                                    ("self_esteem", "Estime de soi"),
                                    ("child_skills", "Compétences personnelles et sociales"),
                                    ("parenting", "Compétences parentales envers cet enfant"),
                                    ("holders_mobilise", "Capacité des titulaires à se mobiliser"),
                                    ("resources", "Ressources de l'enfant et de l'entourage"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("complete", models.BooleanField(default=False)),
                        (
                            "finding",
                            encryption.fields.SealedField(
                                access_class="H", blank=True, default=None, label="finding.finding", null=True
                            ),
                        ),
                        (
                            "observed",
                            encryption.fields.SealedField(
                                access_class="H",
                                blank=True,
                                default=None,
                                label="finding.observed",
                                max_length=10000,
                                null=True,
                            ),
                        ),
                        (
                            "reported",
                            encryption.fields.SealedField(
                                access_class="H",
                                blank=True,
                                default=None,
                                label="finding.reported",
                                max_length=10000,
                                null=True,
                            ),
                        ),
                        (
                            "text",
                            encryption.fields.SealedField(
                                access_class="H",
                                blank=True,
                                default=None,
                                label="finding.text",
                                max_length=10000,
                                null=True,
                            ),
                        ),
                        (
                            "health_observed",
                            encryption.fields.SealedField(
                                access_class="E",
                                blank=True,
                                default=None,
                                label="finding.health_observed",
                                max_length=10000,
                                null=True,
                                security_class="P4",
                            ),
                        ),
                        (
                            "health_reported",
                            encryption.fields.SealedField(
                                access_class="E",
                                blank=True,
                                default=None,
                                label="finding.health_reported",
                                max_length=10000,
                                null=True,
                                security_class="P4",
                            ),
                        ),
                        (
                            "health_text",
                            encryption.fields.SealedField(
                                access_class="E",
                                blank=True,
                                default=None,
                                label="finding.health_text",
                                max_length=10000,
                                null=True,
                                security_class="P4",
                            ),
                        ),
                        (
                            "assessment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="referrals.assessment",
                            ),
                        ),
                        (
                            "child",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="referrals.child",
                            ),
                        ),
                        (
                            "referral",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="referrals.referral",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("assessment", "child", "dimension"),
                                name="finding_per_child_and_dimension",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Voice",
                    fields=[
                        ("cells", encryption.cells.CellsField()),
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("complete", models.BooleanField(default=False)),
                        (
                            "heard",
                            models.CharField(
                                choices=[
                                    ("alone", "Seul"),
                                    ("trusted", "Avec une personne de son choix"),
                                    ("with_holder", "Avec un titulaire"),
                                    ("not_heard", "Pas entendu"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "not_heard",
                            models.CharField(blank=True, choices=NOT_HEARD, default="", max_length=20),
                        ),
                        ("heard_on", models.DateField(blank=True, null=True)),
                        (
                            "heard_by",
                            encryption.fields.SealedField(
                                access_class="D", blank=True, default=None, label="voice.heard_by", null=True
                            ),
                        ),
                        (
                            "words",
                            encryption.fields.SealedField(
                                access_class="D",
                                blank=True,
                                default=None,
                                label="voice.words",
                                max_length=10000,
                                null=True,
                            ),
                        ),
                        (
                            "wants",
                            encryption.fields.SealedField(
                                access_class="D",
                                blank=True,
                                default=None,
                                label="voice.wants",
                                max_length=10000,
                                null=True,
                            ),
                        ),
                        (
                            "told",
                            encryption.fields.SealedField(
                                access_class="D",
                                blank=True,
                                default=None,
                                label="voice.told",
                                max_length=10000,
                                null=True,
                            ),
                        ),
                        (
                            "not_heard_text",
                            encryption.fields.SealedField(
                                access_class="D",
                                blank=True,
                                default=None,
                                label="voice.not_heard_text",
                                null=True,
                            ),
                        ),
                        (
                            "assessment",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="voices",
                                to="referrals.assessment",
                            ),
                        ),
                        (
                            "child",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="voices",
                                to="referrals.child",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="voices",
                                to="referrals.decision",
                            ),
                        ),
                        (
                            "referral",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="voices",
                                to="referrals.referral",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("assessment", "child"), name="voice_per_child"),
                            models.UniqueConstraint(fields=("decision",), name="voice_per_decision"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("assessment__isnull", True), ("decision__isnull", False)),
                                    models.Q(("assessment__isnull", False), ("decision__isnull", True)),
                                    _connector="OR",
                                ),
                                name="voice_of_one_or_the_other",
                            ),
                        ],
                    },
                ),
            ]
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
