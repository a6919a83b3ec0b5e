"""A key of its own for the index of likeness, which can be replaced; the index key can't (SEC-CR10)."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("encryption", "0003_what_was_shredded"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="wrappedkey",
            name="wrappedkey_owner_fits_kind",
        ),
        migrations.RemoveConstraint(
            model_name="wrappedkey",
            name="wrappedkey_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="wrappedkey",
            name="wrappedkey_wrapped_by_its_parent",
        ),
        migrations.RemoveConstraint(
            model_name="wrappedkey",
            name="wrappedkey_only_those_above_retire",
        ),
        migrations.RemoveConstraint(
            model_name="wrappedkey",
            name="wrappedkey_one_in_use",
        ),
        migrations.AlterField(
            model_name="wrappedkey",
            name="kind",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="wrappedkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["authority", "intake", "drafts", "index", "likeness", "case", "filer", "draft"],
                    )
                ),
                name="wrappedkey_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="wrappedkey",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="wrappedkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("drafts", "index", "likeness")),
                        ("owner", uuid.UUID("00000000-0000-0000-0000-000000000000")),
                    ),
                    models.Q(
                        models.Q(("kind__in", ("drafts", "index", "likeness")), _negated=True),
                        models.Q(("owner", uuid.UUID("00000000-0000-0000-0000-000000000000")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="wrappedkey_owner_fits_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="wrappedkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("retired_at__isnull", True),
                    ("kind__in", ("authority", "drafts", "index", "likeness", "intake")),
                    _connector="OR",
                ),
                name="wrappedkey_only_those_above_retire",
            ),
        ),
        migrations.AddConstraint(
            model_name="wrappedkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind__in", ("authority", "drafts", "index", "likeness", "intake")),
                    ("retired_at__isnull", True),
                ),
                fields=("kind", "owner"),
                name="wrappedkey_one_in_use",
            ),
        ),
    ]
