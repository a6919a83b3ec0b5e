"""What a report says of each child's dangers, of each holder and of earlier concerns; what a child says of measures."""

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
    ("deceased", "L'enfant est décédé"),
    ("other", "Autre raison"),
]
EXPLOITATION = [
    ("none", "Sans objet"),
    ("refuted", "Écartée (motivée)"),
    ("at_risk", "En risque (pré-prostitutionnel)"),
    ("suspected", "Suspectée"),
    ("established", "Avérée"),
]
NOT_MET = [
    ("declined", "N'a pas souhaité s'exprimer"),
    ("unreachable", "N'a pas pu être joint"),
    ("at_risk", "Cela aurait mis l'enfant en danger"),
    ("no_interpreter", "Pas d'interprète"),
    ("other", "Autre raison"),
]


def sealed(label, **options):
    """Return a sealed column of the class of reports."""
    return encryption.fields.SealedField(
        access_class="H", blank=True, default=None, label=label, null=True, **options
    )


def to(model, name):
    """Return the link of a row to what it is about."""
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=name, to=f"referrals.{model}"
    )


def row():
    """Return the columns that each row of a case has."""
    return [
        ("cells", encryption.cells.CellsField()),
        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
        ("position", models.PositiveSmallIntegerField(default=0)),
    ]


def rule(_apps, schema_editor):
    """A row is about a child, holder or inquiry of a case: seen where the case is."""
    stand_under_the_rule(schema_editor, "childdanger", "holderopinion", "inquiryconsidered")


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0024_terms_as_written_and_emancipation"),
    ]

    operations = [
        migrations.AlterField(
            model_name="concern",
            name="child_not_heard",
            field=models.CharField(blank=True, choices=NOT_HEARD, default="", max_length=20),
        ),
        migrations.AlterField(
            model_name="voice",
            name="not_heard",
            field=models.CharField(blank=True, choices=NOT_HEARD, default="", max_length=20),
        ),
        migrations.RemoveConstraint(model_name="voice", name="voice_of_one_or_the_other"),
        migrations.AddField(
            model_name="voice",
            name="measure",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="voices",
                to="referrals.measure",
            ),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("assessment__isnull", True), ("decision__isnull", True)),
                    models.Q(("assessment__isnull", True), ("measure__isnull", True)),
                    models.Q(("decision__isnull", True), ("measure__isnull", True)),
                    _connector="OR",
                ),
                name="voice_of_one_at_most",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="earlier_concerns",
            field=sealed("assessment.earlier_concerns", max_length=10000),
        ),
        CreateModels(
            [
                migrations.CreateModel(
                    name="ChildDanger",
                    fields=[
                        *row(),
                        ("complete", models.BooleanField(default=False)),
                        ("danger_categories", models.JSONField(blank=True, default=list)),
                        ("maltreatment", models.JSONField(blank=True, default=list)),
                        (
                            "exploitation",
                            models.CharField(blank=True, choices=EXPLOITATION, default="", max_length=20),
                        ),
                        ("hold", sealed("child_danger.hold")),
                        ("debt", sealed("child_danger.debt")),
                        ("third_parties", sealed("child_danger.third_parties", max_length=5000)),
                        ("digital", sealed("child_danger.digital", max_length=5000)),
                        ("tonight", sealed("child_danger.tonight")),
                        ("assessment", to("assessment", "dangers")),
                        ("child", to("child", "dangers")),
                        ("referral", to("referral", "dangers")),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("assessment", "child"), name="danger_per_child")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HolderOpinion",
                    fields=[
                        *row(),
                        ("complete", models.BooleanField(default=False)),
                        (
                            "met",
                            models.CharField(
                                blank=True,
                                choices=[("met", "Oui"), ("not_met", "Non")],
                                default="",
                                max_length=20,
                            ),
                        ),
                        ("not_met", models.CharField(blank=True, choices=NOT_MET, default="", max_length=20)),
                        ("needs", sealed("holder_opinion.needs", max_length=10000)),
                        ("difficulties", sealed("holder_opinion.difficulties", max_length=10000)),
                        ("understanding", sealed("holder_opinion.understanding", max_length=10000)),
                        ("proposals", sealed("holder_opinion.proposals", max_length=10000)),
                        ("not_met_text", sealed("holder_opinion.not_met_text")),
                        ("assessment", to("assessment", "opinions")),
                        ("holder", to("holder", "opinions")),
                        ("referral", to("referral", "opinions")),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("assessment", "holder"), name="opinion_per_holder"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InquiryConsidered",
                    fields=[
                        *row(),
                        ("inquiry", models.UUIDField()),
                        ("consideration", sealed("inquiry_considered.consideration", max_length=5000)),
                        ("assessment", to("assessment", "considered")),
                        ("referral", to("referral", "considered")),
                    ],
                    options={
                        "ordering": ["position", "id"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("assessment", "inquiry"), name="considered_once")
                        ],
                    },
                ),
            ]
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
