"""Lookups in the journal of a case or an account that a complaint names, by two persons (SEC-AZ12)."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.authentic
from encryption.migrations._tables import RunInDatabase
from referrals.migrations._row_level_security import stand_under_the_authoritys_rule


def rule(_apps, schema_editor):
    """A lookup is seen where its authority's cases are."""
    stand_under_the_authoritys_rule(schema_editor, "pseudonymlookup")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_roles_and_professions_in_neutral_words"),
        ("referrals", "0013_way_of_sending"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PseudonymLookup",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("case", "Un dossier, par sa référence"),
                            ("person", "Un compte, par son adresse électronique"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("complaint", "Réclamation d'une personne concernée"),
                            ("rights", "Demande d'exercice de droits (RGPD)"),
                            ("inspection", "Contrôle ou inspection"),
                            ("breach", "Violation de données signalée"),
                        ],
                        max_length=20,
                    ),
                ),
                ("sought", models.BinaryField(max_length=32)),
                ("asked_as", models.CharField(max_length=20)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asked", "Attend une seconde personne"),
                            ("refused", "Refusée"),
                            ("different", "Close : les deux saisies diffèrent"),
                            ("nothing", "Rien à montrer sous ce nom dans cette autorité"),
                            ("found", "Pseudonyme trouvé"),
                            ("lapsed", "Restée sans réponse"),
                            ("ended", "Terminée"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("subject", models.UUIDField(null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("mac", encryption.authentic.MacField()),
                (
                    "asked_by",
                    models.ForeignKey(
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "id"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["authority", "-asked_at", "id"], name="lookup_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decided_by_id", models.F("asked_by_id")), _negated=True),
                        name="lookup_by_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True), ("decided_by__isnull", True), ("outcome", "")
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="lookup_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outcome", "found"), ("subject__isnull", False), ("until__isnull", False)
                            ),
                            models.Q(
                                models.Q(("outcome", "found"), _negated=True),
                                ("subject__isnull", True),
                                ("until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="lookup_found_whole",
                    ),
                ],
            },
        ),
        RunInDatabase(rule, migrations.RunPython.noop),
    ]
