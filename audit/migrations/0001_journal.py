"""The journal, its tree, its pseudonyms, and the database rules that protect them."""

import uuid

from django.db import migrations, models

from audit.migrations import _append_only, _roles, _tree, _views
from encryption import marks
from encryption.migrations._tables import CreateModels, RunInDatabase

OUTCOMES = [("allow", "allow"), ("deny", "deny"), ("fail", "fail")]


def refers(to, related_name="+", **more):
    """A foreign key of which the other end is never deleted while somebody refers to it."""
    return models.ForeignKey(on_delete=models.PROTECT, related_name=related_name, to=to, **more)


MODELS = [
    migrations.CreateModel(
        name="Decoy",
        fields=[
            ("subject", models.UUIDField(primary_key=True, serialize=False)),
            ("tenant", models.UUIDField()),
            ("made_at", models.DateTimeField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["tenant"], name="audit_decoy_tenant"),
            ],
        },
    ),
    migrations.CreateModel(
        name="ActorPseudonym",
        fields=[
            ("user_id", models.UUIDField(primary_key=True, serialize=False)),
            ("pseudonym", models.UUIDField(default=uuid.uuid4, unique=True)),
            ("created_at", models.DateTimeField()),
        ],
    ),
    migrations.CreateModel(
        name="SubjectPseudonym",
        fields=[
            ("referral_id", models.UUIDField(primary_key=True, serialize=False)),
            ("pseudonym", models.UUIDField(default=uuid.uuid4, unique=True)),
            ("created_at", models.DateTimeField()),
        ],
    ),
    migrations.CreateModel(
        name="Entry",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("actor", models.UUIDField(null=True)),
            ("subject", models.UUIDField(null=True)),
            ("act", models.CharField(max_length=64)),
            ("outcome", models.CharField(choices=OUTCOMES, max_length=8)),
            ("tenant", models.UUIDField(null=True)),
            # What an entry is about, as auditors ask for it ready-made: found by one walk of an index (SEC-AL17).
            # The column repeats a part of the entry for searching, and proves nothing.
            ("topic", models.CharField(max_length=8, null=True)),
            ("writer", models.UUIDField()),
            ("writer_seq", models.BigIntegerField()),
            ("body", models.BinaryField()),
            ("leaf_hash", models.BinaryField(max_length=32)),
        ],
        options={
            "indexes": [
                models.Index(fields=["tenant", "-at", "-id"], name="audit_entry_tenant_at"),
                models.Index(
                    condition=models.Q(("subject__isnull", False)),
                    fields=["subject", "-at"],
                    name="audit_entry_subject_at",
                ),
                models.Index(fields=["actor", "-at", "-id"], name="audit_entry_actor_at"),
                models.Index(
                    condition=models.Q(("topic__isnull", False)),
                    fields=["tenant", "topic", "-at", "-id"],
                    name="audit_entry_topic_at",
                ),
                models.Index(
                    condition=models.Q(("outcome", "allow"), _negated=True),
                    fields=["tenant", "-at", "-id"],
                    name="audit_entry_refused_at",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(fields=("writer", "writer_seq"), name="audit_entry_writer_seq"),
                models.CheckConstraint(
                    condition=models.Q(("writer_seq__gte", 1)), name="audit_entry_seq_from_one"
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="EntrySubject",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "subject", "entry_id", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("entry", refers("audit.entry", "subjects", db_constraint=False, db_index=False)),
            ("subject", models.UUIDField()),
        ],
    ),
    migrations.CreateModel(
        name="ReadEntry",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("actor", models.UUIDField(null=True)),
            ("subject", models.UUIDField(null=True)),
            ("act", models.CharField(max_length=64)),
            ("outcome", models.CharField(choices=OUTCOMES, max_length=8)),
            ("tenant", models.UUIDField(null=True)),
            ("topic", models.CharField(max_length=8, null=True)),
            ("writer", models.UUIDField()),
            ("writer_seq", models.BigIntegerField()),
            ("body", models.BinaryField()),
            ("leaf_hash", models.BinaryField(max_length=32)),
        ],
        options={
            "db_table": "audit_entry_read",
            "managed": False,
        },
    ),
    migrations.CreateModel(
        name="ReadSubject",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "subject", "entry_id", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("entry", models.ForeignKey(on_delete=models.DO_NOTHING, related_name="+", to="audit.readentry")),
            ("subject", models.UUIDField()),
        ],
        options={
            "db_table": "audit_subject_read",
            "managed": False,
        },
    ),
    migrations.CreateModel(
        name="PrunedRun",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "entry", "first", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("entry", models.UUIDField()),
            ("origin", models.PositiveIntegerField()),
            ("first", models.PositiveBigIntegerField()),
            ("last", models.PositiveBigIntegerField()),
        ],
        options={
            "indexes": [
                models.Index(fields=["origin", "entry"], name="audit_pruned_origin"),
            ],
        },
    ),
    migrations.CreateModel(
        name="PruneMark",
        fields=[
            ("tenant", models.UUIDField(primary_key=True, serialize=False)),
            ("access_before", models.DateTimeField()),
            ("technical_before", models.DateTimeField()),
        ],
    ),
    migrations.CreateModel(
        name="LegalHold",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("tenant", models.UUIDField()),
            ("subject", models.UUIDField(null=True)),
            ("placed_at", models.DateTimeField()),
            ("lifted_at", models.DateTimeField(null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("lifted_at__isnull", True)),
                    fields=["tenant"],
                    name="audit_hold_in_force",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("lifted_at__isnull", True)),
                    fields=("tenant", "subject"),
                    name="audit_hold_once",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("lifted_at__isnull", True), ("subject__isnull", True)),
                    fields=("tenant",),
                    name="audit_hold_all_once",
                ),
            ],
        },
    ),
    # What was shredded, beside the journal (SEC-CR11, SEC-CR12).
    migrations.CreateModel(
        name="Shred",
        fields=[
            ("pseudonym", models.UUIDField(primary_key=True, serialize=False)),
            # Whether a case or one file of it went: the backups that could bring the two back live differently long.
            ("kind", models.CharField(db_default="case", default="case", max_length=4)),
            ("tenant", models.UUIDField(null=True)),
            ("announced_at", models.DateTimeField()),
            ("done_at", models.DateTimeField(null=True)),
            ("leaf", models.BinaryField(max_length=32, null=True)),
            ("erased_at", models.DateTimeField(null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("erased_at__isnull", True)),
                    fields=["done_at"],
                    name="audit_shred_to_complete",
                ),
            ],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("done_at__isnull", True), ("leaf__isnull", True)),
                        models.Q(("done_at__isnull", False), ("leaf__isnull", False)),
                        _connector="OR",
                    ),
                    name="audit_shred_done_with_its_entry",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("erased_at__isnull", True), ("erased_at__gte", models.F("done_at")), _connector="OR"
                    ),
                    name="audit_shred_erased_after_done",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="Replayed",
        fields=[
            ("pseudonym", models.UUIDField(primary_key=True, serialize=False)),
        ],
    ),
    # In which database the journal was written (SEC-CR12).
    migrations.CreateModel(
        name="JournalMark",
        fields=[
            ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
            ("made_in", models.CharField(blank=True, max_length=64)),
        ],
    ),
    migrations.CreateModel(
        name="LogOrigin",
        fields=[
            ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
            ("name", models.CharField(max_length=200, unique=True)),
            ("begun_at", models.DateTimeField()),
            ("after", models.BinaryField(default=b"")),
        ],
        options={
            "constraints": [
                models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="audit_origin_from_one"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Leaf",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "origin", "place", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("origin", models.PositiveIntegerField()),
            ("place", models.PositiveBigIntegerField()),
            ("entry", models.UUIDField(null=True)),
            ("leaf_hash", models.BinaryField(max_length=32)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("origin", "entry"), name="audit_leaf_entry_once"),
            ],
        },
    ),
    migrations.CreateModel(
        name="Tile",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "origin", "level", "number", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("origin", models.PositiveIntegerField()),
            ("level", models.PositiveSmallIntegerField()),
            ("number", models.PositiveBigIntegerField()),
            ("hashes", models.BinaryField(max_length=8192)),
            ("root", models.BinaryField(max_length=32)),
        ],
    ),
    migrations.CreateModel(
        name="Checkpoint",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "origin", "size", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("origin", models.PositiveIntegerField()),
            ("size", models.PositiveBigIntegerField()),
            ("root", models.BinaryField(max_length=32)),
            ("at", models.DateTimeField()),
            ("note", models.BinaryField()),
            ("settled", models.BigIntegerField()),
            ("cluster", models.BigIntegerField()),
        ],
    ),
    migrations.CreateModel(
        name="Cosignature",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "origin", "size", "witness", blank=True, editable=False, primary_key=True, serialize=False
                ),
            ),
            ("origin", models.PositiveIntegerField()),
            ("size", models.PositiveBigIntegerField()),
            ("witness", models.CharField(max_length=200)),
            ("line", models.TextField()),
            ("at", models.DateTimeField()),
        ],
    ),
]


def put_mark(apps, schema_editor):
    marks.put(apps.get_model("audit", "JournalMark"), schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        CreateModels(MODELS),
        RunInDatabase(_tree.stand, _tree.fall),
        RunInDatabase(_append_only.stand, _append_only.fall),
        RunInDatabase(_views.stand, _views.fall),
        RunInDatabase(_roles.stand, _roles.fall),
        migrations.RunPython(put_mark, migrations.RunPython.noop),
    ]
