"""Key store: wrapped keys, what was shredded of them, and the database it was made in."""

import uuid

from django.db import migrations, models
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact

from encryption import marks
from encryption.migrations._tables import CreateModels

MODELS = [
    migrations.CreateModel(
        name="WrappedKey",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            # The index of likeness has a key of its own, which can be replaced; the index key can't (SEC-CR10).
            (
                "kind",
                models.CharField(
                    choices=[
                        ("authority", "Clé d'une autorité"),
                        ("intake", "Paire de clés des dépôts d'une autorité"),
                        ("drafts", "Clé des brouillons"),
                        ("index", "Clé des valeurs indexées"),
                        ("likeness", "Clé de l'index des ressemblances"),
                        ("case", "Clé d'un dossier"),
                        ("filer", "Clé de l'identité du déclarant"),
                        ("draft", "Clé d'un brouillon"),
                    ],
                    max_length=16,
                ),
            ),
            ("owner", models.UUIDField()),
            ("wrapped_by", models.UUIDField(null=True)),
            ("suite", models.PositiveSmallIntegerField()),
            ("wrapped", models.BinaryField()),
            ("commitment", models.BinaryField()),
            ("public", models.BinaryField(null=True)),
            ("created_at", models.DateTimeField(db_default=Now())),
            ("retired_at", models.DateTimeField(null=True)),
        ],
        options={
            "indexes": [
                models.Index(fields=["owner", "kind"], name="wrappedkey_owner_kind"),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        (
                            "kind__in",
                            ["authority", "intake", "drafts", "index", "likeness", "case", "filer", "draft"],
                        )
                    ),
                    name="wrappedkey_kind_known",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("kind__in", ("authority", "drafts", "index", "likeness")),
                            ("wrapped_by__isnull", True),
                        ),
                        models.Q(
                            ("kind__in", ("intake", "case", "filer", "draft")), ("wrapped_by__isnull", False)
                        ),
                        _connector="OR",
                    ),
                    name="wrappedkey_wrapped_by_its_parent",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("kind__in", ("drafts", "index", "likeness")),
                            ("owner", uuid.UUID("00000000-0000-0000-0000-000000000000")),
                        ),
                        models.Q(
                            models.Q(("kind__in", ("drafts", "index", "likeness")), _negated=True),
                            models.Q(
                                ("owner", uuid.UUID("00000000-0000-0000-0000-000000000000")), _negated=True
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="wrappedkey_owner_fits_kind",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("retired_at__isnull", True),
                        ("kind__in", ("authority", "drafts", "index", "likeness", "intake")),
                        _connector="OR",
                    ),
                    name="wrappedkey_only_those_above_retire",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind", "intake"), ("public__isnull", False)),
                        models.Q(models.Q(("kind", "intake"), _negated=True), ("public__isnull", True)),
                        _connector="OR",
                    ),
                    name="wrappedkey_a_pair_has_a_public_half",
                ),
                models.CheckConstraint(
                    condition=Exact(Length("commitment"), 32), name="wrappedkey_commitment_32_bytes"
                ),
                models.UniqueConstraint(
                    condition=models.Q(
                        ("kind__in", ("authority", "drafts", "index", "likeness", "intake")),
                        ("retired_at__isnull", True),
                    ),
                    fields=("kind", "owner"),
                    name="wrappedkey_one_in_use",
                ),
            ],
        },
    ),
    # What was shredded, and in which database the key store was made (SEC-CR11, SEC-CR12).
    migrations.CreateModel(
        name="Shredded",
        fields=[
            ("token", models.UUIDField(primary_key=True, serialize=False)),
        ],
    ),
    migrations.CreateModel(
        name="StoreMark",
        fields=[
            ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("made_in", models.CharField(blank=True, max_length=64)),
        ],
    ),
]


def put_mark(apps, schema_editor):
    marks.put(apps.get_model("encryption", "StoreMark"), schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        CreateModels(MODELS),
        migrations.RunPython(put_mark, migrations.RunPython.noop),
    ]
