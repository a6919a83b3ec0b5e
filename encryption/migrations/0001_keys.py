"""The key store: wrapped keys, their marks, and the row of the index key that the sequencer may read."""

import uuid

import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from encryption import marks
from encryption.migrations._tables import CreateModels, RunInDatabase

MODELS = [
    migrations.CreateModel(
        name="WrappedKey",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
            ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ("retired_at", models.DateTimeField(null=True)),
        ],
        options={
            "indexes": [models.Index(fields=["owner", "kind"], name="wrappedkey_owner_kind")],
            "constraints": [
                models.CheckConstraint(condition=models.Q(("kind__in", ["authority", "intake", "drafts", "index", "likeness", "case", "filer", "draft"])), name="wrappedkey_kind_known"),
                models.CheckConstraint(condition=models.Q(models.Q(("kind__in", ("authority", "drafts", "index", "likeness")), ("wrapped_by__isnull", True)), models.Q(("kind__in", ("intake", "case", "filer", "draft")), ("wrapped_by__isnull", False)), _connector="OR"), name="wrappedkey_wrapped_by_its_parent"),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("kind__in", ("drafts", "index", "likeness")), ("owner", uuid.UUID("00000000-0000-0000-0000-000000000000"))),
                        models.Q(models.Q(("kind__in", ("drafts", "index", "likeness")), _negated=True), models.Q(("owner", uuid.UUID("00000000-0000-0000-0000-000000000000")), _negated=True)),
                        _connector="OR",
                    ),
                    name="wrappedkey_owner_fits_kind",
                ),
                models.CheckConstraint(condition=models.Q(("retired_at__isnull", True), ("kind__in", ("authority", "drafts", "index", "likeness", "intake")), _connector="OR"), name="wrappedkey_only_those_above_retire"),
                models.CheckConstraint(condition=models.Q(models.Q(("kind", "intake"), ("public__isnull", False)), models.Q(models.Q(("kind", "intake"), _negated=True), ("public__isnull", True)), _connector="OR"), name="wrappedkey_a_pair_has_a_public_half"),
                models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length("commitment"), 32), name="wrappedkey_commitment_32_bytes"),
                models.UniqueConstraint(condition=models.Q(("kind__in", ("authority", "drafts", "index", "likeness", "intake")), ("retired_at__isnull", True)), fields=("kind", "owner"), name="wrappedkey_one_in_use"),
            ],
        },
    ),
    migrations.CreateModel(name="Shredded", fields=[("token", models.UUIDField(primary_key=True, serialize=False))], options={"indexes": [], "constraints": []}),
    migrations.CreateModel(name="StoreMark", fields=[("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)), ("made_in", models.CharField(blank=True, max_length=64))], options={"indexes": [], "constraints": []}),
]


#: The sequencer needs the key service, which could unwrap any row that it read, for the MACs of the log (SEC-AL21): so
#: the database denies it all rows but that of the index key.
STAND = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The login that migrates may not create roles. Let an administrator run: '
            'CREATE ROLE {ROLE} NOLOGIN; then migrate again.';
END $$;
GRANT SELECT ON encryption_wrappedkey TO {ROLE};
ALTER TABLE encryption_wrappedkey ENABLE ROW LEVEL SECURITY;
CREATE POLICY whole ON encryption_wrappedkey USING (true) WITH CHECK (true);
CREATE POLICY index_alone ON encryption_wrappedkey AS RESTRICTIVE TO {ROLE} USING (kind = 'index');
"""
FALL = """
DROP POLICY index_alone ON encryption_wrappedkey;
DROP POLICY whole ON encryption_wrappedkey;
ALTER TABLE encryption_wrappedkey DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON encryption_wrappedkey FROM {ROLE};
"""


def stand(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(STAND.replace("{ROLE}", settings.ROLES.sequencer), params=None)


def fall(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FALL.replace("{ROLE}", settings.ROLES.sequencer), params=None)


def put_mark(apps, schema_editor):
    marks.put(apps.get_model("encryption", "StoreMark"), schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True
    #: Those of before: who has all of them has these tables.
    replaces = [("encryption", "0001_the_key_store"), ("encryption", "0002_the_sequencer_reads_the_index_key")]
    dependencies = []
    operations = [CreateModels(MODELS), RunInDatabase(stand, fall), migrations.RunPython(put_mark, migrations.RunPython.noop)]
