"""Anomalies of access, under the rule of authorities, and how far the journal was looked through for them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from referrals.migrations._parts import stand_under_the_authoritys_rule


def stand(_apps, schema_editor):
    """Put the table under the rule of authorities (SEC-AZ6); SQLite has no such thing."""
    stand_under_the_authoritys_rule(schema_editor, "accessanomaly")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people_and_places"),
        ("referrals", "0004_row_level_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnomalyMark",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("origin", models.PositiveIntegerField(default=0)),
                ("place", models.PositiveBigIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
            ],
        ),
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
                ],
                max_length=20,
            ),
        ),
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
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
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
                ("resolution_asked_as", models.CharField(blank=True, default="", max_length=20)),
                ("resolved_until", models.DateTimeField(blank=True, null=True)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resolution_asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                                [
                                    "detected",
                                    "under_review",
                                    "justified",
                                    "unjustified",
                                    "reported",
                                    "closed",
                                ],
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
        migrations.RunPython(stand, migrations.RunPython.noop),
    ]
