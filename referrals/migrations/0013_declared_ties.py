"""The ties that staff declare, how far they are compared with cases, and why somebody is excluded from one."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import encryption.fields
from referrals.migrations._parts import leave_the_rule, stand_under_the_authoritys_rule


def stand(apps, schema_editor):
    """How far the service has come is said of an authority; ties and values are a person's, and asked for by person alone."""
    stand_under_the_authoritys_rule(schema_editor, "kinsearch")


def fall(apps, schema_editor):
    """Take the rule away again."""
    leave_the_rule(schema_editor, "kinsearch")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_mailed_links"),
        ("referrals", "0012_index_norm"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeclaredTie",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.UUIDField(null=True)),
                ("declared_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "said",
                    encryption.fields.SealedField(
                        access_class="B",
                        blank=True,
                        default=None,
                        kind="json",
                        label="declared_tie.said",
                        null=True,
                        security_class="P4",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="KinSearch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField()),
                ("after", models.UUIDField(null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("own", models.BinaryField(max_length=32)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="KinValue",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("value", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="exclusion",
            name="cause",
            field=models.CharField(
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
        migrations.AddField(
            model_name="exclusion",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="confirmed_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="tie",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="exclusion",
            name="by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by__isnull", False), ("cause", "person"), ("tie__isnull", True)),
                    models.Q(("by__isnull", True), ("cause", "tie"), ("tie__isnull", False)),
                    models.Q(("by__isnull", True), ("cause", "name"), ("tie__isnull", True)),
                    _connector="OR",
                ),
                name="exclusion_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddField(
            model_name="declaredtie",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="kinsearch",
            name="authority",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.authority"
            ),
        ),
        migrations.AddField(
            model_name="kinsearch",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="kinvalue",
            name="tie",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="values",
                to="referrals.declaredtie",
            ),
        ),
        migrations.AddField(
            model_name="kinvalue",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="declaredtie",
            index=models.Index(fields=["user", "declared_at"], name="declared_tie_user"),
        ),
        migrations.AddConstraint(
            model_name="declaredtie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("key__isnull", False), ("removed_at__isnull", True), ("said__isnull", False)),
                    models.Q(("key__isnull", True), ("removed_at__isnull", False), ("said__isnull", True)),
                    _connector="OR",
                ),
                name="declared_tie_removed_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="kinsearch",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)), fields=["asked_at"], name="kin_search_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="kinsearch",
            constraint=models.UniqueConstraint(fields=("user", "authority"), name="kin_search_once"),
        ),
        migrations.AddIndex(
            model_name="kinvalue",
            index=models.Index(fields=["value", "user", "tie"], name="kin_value_found"),
        ),
        migrations.RunPython(stand, fall),
    ]
