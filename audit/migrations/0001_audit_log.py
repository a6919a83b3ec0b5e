"""The audit log: entries, their Merkle tree, pseudonyms, and the database rules that protect them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import encryption.authentic
from audit.migrations import _append_only, _roles, _tree, _views
from encryption import marks
from encryption.migrations._tables import CreateModels, RunInDatabase

MODELS = [
    migrations.CreateModel(name="Decoy", fields=[("subject", models.UUIDField(primary_key=True, serialize=False)), ("tenant", models.UUIDField()), ("made_at", models.DateTimeField())], options={"indexes": [models.Index(fields=["tenant"], name="audit_decoy_tenant")], "constraints": []}),
    migrations.CreateModel(name="ActorPseudonym", fields=[("pseudonym", models.UUIDField(default=uuid.uuid4, unique=True)), ("account", models.UUIDField(primary_key=True, serialize=False)), ("mac", models.BinaryField(max_length=32, null=True))], options={"indexes": [], "constraints": []}),
    migrations.CreateModel(
        name="SubjectPseudonym", fields=[("referral_id", models.UUIDField(primary_key=True, serialize=False)), ("pseudonym", models.UUIDField(default=uuid.uuid4, unique=True)), ("created_at", models.DateTimeField()), ("mac", models.BinaryField(max_length=32, null=True))], options={"indexes": [], "constraints": []}
    ),
    migrations.CreateModel(
        name="Entry",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("actor", models.UUIDField(null=True)),
            ("subject", models.UUIDField(null=True)),
            ("act", models.CharField(max_length=64)),
            ("outcome", models.CharField(choices=[("allow", "allow"), ("deny", "deny"), ("fail", "fail")], max_length=8)),
            ("tenant", models.UUIDField(null=True)),
            ("topic", models.CharField(max_length=8, null=True)),
            ("writer", models.UUIDField()),
            ("writer_seq", models.BigIntegerField()),
            ("body", models.BinaryField()),
            ("leaf_hash", models.BinaryField(max_length=32)),
        ],
        options={
            "indexes": [
                models.Index(fields=["tenant", "-at", "-id"], name="audit_entry_tenant_at"),
                models.Index(condition=models.Q(("subject__isnull", False)), fields=["subject", "-at"], name="audit_entry_subject_at"),
                models.Index(fields=["actor", "-at", "-id"], name="audit_entry_actor_at"),
                models.Index(condition=models.Q(("topic__isnull", False)), fields=["tenant", "topic", "-at", "-id"], name="audit_entry_topic_at"),
                models.Index(condition=models.Q(("outcome", "allow"), _negated=True), fields=["tenant", "-at", "-id"], name="audit_entry_refused_at"),
            ],
            "constraints": [models.UniqueConstraint(fields=("writer", "writer_seq"), name="audit_entry_writer_seq"), models.CheckConstraint(condition=models.Q(("writer_seq__gte", 1)), name="audit_entry_seq_from_one")],
        },
    ),
    migrations.CreateModel(
        name="EntrySubject",
        fields=[
            ("pk", models.CompositePrimaryKey("subject", "entry_id", blank=True, editable=False, primary_key=True, serialize=False)),
            ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="subjects", to="audit.entry")),
            ("subject", models.UUIDField()),
        ],
        options={"indexes": [], "constraints": []},
    ),
    migrations.CreateModel(
        name="ReadEntry",
        fields=[
            ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("actor", models.UUIDField(null=True)),
            ("subject", models.UUIDField(null=True)),
            ("act", models.CharField(max_length=64)),
            ("outcome", models.CharField(choices=[("allow", "allow"), ("deny", "deny"), ("fail", "fail")], max_length=8)),
            ("tenant", models.UUIDField(null=True)),
            ("topic", models.CharField(max_length=8, null=True)),
            ("writer", models.UUIDField()),
            ("writer_seq", models.BigIntegerField()),
            ("body", models.BinaryField()),
            ("leaf_hash", models.BinaryField(max_length=32)),
        ],
        options={"db_table": "audit_entry_read", "managed": False, "indexes": [], "constraints": []},
    ),
    migrations.CreateModel(
        name="ReadSubject",
        fields=[("pk", models.CompositePrimaryKey("subject", "entry_id", blank=True, editable=False, primary_key=True, serialize=False)), ("entry", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="audit.readentry")), ("subject", models.UUIDField())],
        options={"db_table": "audit_subject_read", "managed": False, "indexes": [], "constraints": []},
    ),
    migrations.CreateModel(
        name="PrunedRun",
        fields=[
            ("pk", models.CompositePrimaryKey("entry", "first", blank=True, editable=False, primary_key=True, serialize=False)),
            ("entry", models.UUIDField()),
            ("origin", models.PositiveIntegerField()),
            ("first", models.PositiveBigIntegerField()),
            ("last", models.PositiveBigIntegerField()),
            ("youngest", models.DateTimeField(null=True)),
            ("writers", models.TextField(null=True)),
        ],
        options={"indexes": [models.Index(fields=["origin", "entry"], name="audit_pruned_origin"), models.Index(fields=["origin", "first"], name="audit_pruned_place")], "constraints": []},
    ),
    migrations.CreateModel(name="PruneMark", fields=[("tenant", models.UUIDField(primary_key=True, serialize=False)), ("access_before", models.DateTimeField()), ("technical_before", models.DateTimeField())], options={"indexes": [], "constraints": []}),
    migrations.CreateModel(
        name="LegalHold",
        fields=[("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)), ("tenant", models.UUIDField()), ("subject", models.UUIDField(null=True)), ("placed_at", models.DateTimeField()), ("lifted_at", models.DateTimeField(null=True))],
        options={
            "indexes": [models.Index(condition=models.Q(("lifted_at__isnull", True)), fields=["tenant"], name="audit_hold_in_force")],
            "constraints": [models.UniqueConstraint(condition=models.Q(("lifted_at__isnull", True)), fields=("tenant", "subject"), name="audit_hold_once"), models.UniqueConstraint(condition=models.Q(("lifted_at__isnull", True), ("subject__isnull", True)), fields=("tenant",), name="audit_hold_all_once")],
        },
    ),
    migrations.CreateModel(
        name="Shred",
        fields=[
            ("pseudonym", models.UUIDField(primary_key=True, serialize=False)),
            ("kind", models.CharField(db_default="case", default="case", max_length=4)),
            ("tenant", models.UUIDField(null=True)),
            ("announced_at", models.DateTimeField()),
            ("done_at", models.DateTimeField(null=True)),
            ("leaf", models.BinaryField(max_length=32, null=True)),
            ("erased_at", models.DateTimeField(null=True)),
        ],
        options={
            "indexes": [models.Index(condition=models.Q(("erased_at__isnull", True)), fields=["done_at"], name="audit_shred_to_complete")],
            "constraints": [
                models.CheckConstraint(condition=models.Q(models.Q(("done_at__isnull", True), ("leaf__isnull", True)), models.Q(("done_at__isnull", False), ("leaf__isnull", False)), _connector="OR"), name="audit_shred_done_with_its_entry"),
                models.CheckConstraint(condition=models.Q(("erased_at__isnull", True), ("erased_at__gte", models.F("done_at")), _connector="OR"), name="audit_shred_erased_after_done"),
            ],
        },
    ),
    migrations.CreateModel(name="Replayed", fields=[("pseudonym", models.UUIDField(primary_key=True, serialize=False))], options={"indexes": [], "constraints": []}),
    migrations.CreateModel(name="JournalMark", fields=[("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)), ("made_in", models.CharField(blank=True, max_length=64))], options={"indexes": [], "constraints": []}),
    migrations.CreateModel(
        name="LogOrigin",
        fields=[
            ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
            ("name", models.CharField(max_length=200, unique=True)),
            ("begun_at", models.DateTimeField()),
            ("after", models.BinaryField(default=b"")),
            ("carried", models.BinaryField(db_default=b"", default=b"")),
            ("signature", models.BinaryField(db_default=b"", default=b"")),
        ],
        options={"constraints": [models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="audit_origin_from_one")], "indexes": []},
    ),
    migrations.CreateModel(
        name="Leaf",
        fields=[("pk", models.CompositePrimaryKey("origin", "place", blank=True, editable=False, primary_key=True, serialize=False)), ("origin", models.PositiveIntegerField()), ("place", models.PositiveBigIntegerField()), ("entry", models.UUIDField(null=True)), ("leaf_hash", models.BinaryField(max_length=32))],
        options={"constraints": [models.UniqueConstraint(fields=("origin", "entry"), name="audit_leaf_entry_once")], "indexes": []},
    ),
    migrations.CreateModel(
        name="Tile",
        fields=[
            ("pk", models.CompositePrimaryKey("origin", "level", "number", blank=True, editable=False, primary_key=True, serialize=False)),
            ("origin", models.PositiveIntegerField()),
            ("level", models.PositiveSmallIntegerField()),
            ("number", models.PositiveBigIntegerField()),
            ("hashes", models.BinaryField(max_length=8192)),
            ("root", models.BinaryField(max_length=32)),
        ],
        options={"indexes": [], "constraints": []},
    ),
    migrations.CreateModel(
        name="Checkpoint",
        fields=[
            ("pk", models.CompositePrimaryKey("origin", "size", blank=True, editable=False, primary_key=True, serialize=False)),
            ("origin", models.PositiveIntegerField()),
            ("size", models.PositiveBigIntegerField()),
            ("root", models.BinaryField(max_length=32)),
            ("at", models.DateTimeField()),
            ("note", models.BinaryField()),
            ("settled", models.BigIntegerField()),
            ("cluster", models.BigIntegerField()),
        ],
        options={"indexes": [], "constraints": []},
    ),
    migrations.CreateModel(
        name="Cosignature",
        fields=[
            ("pk", models.CompositePrimaryKey("origin", "size", "witness", blank=True, editable=False, primary_key=True, serialize=False)),
            ("origin", models.PositiveIntegerField()),
            ("size", models.PositiveBigIntegerField()),
            ("witness", models.CharField(max_length=200)),
            ("line", models.TextField()),
            ("at", models.DateTimeField()),
        ],
        options={"indexes": [], "constraints": []},
    ),
    migrations.CreateModel(name="Refused", fields=[("entry", models.UUIDField(primary_key=True, serialize=False)), ("leaf_hash", models.BinaryField(max_length=32)), ("reason", models.CharField(max_length=16)), ("at", models.DateTimeField())], options={"indexes": [], "constraints": []}),
    migrations.CreateModel(
        name="Alarm",
        fields=[
            ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
            ("at", models.DateTimeField()),
            ("told_at", models.DateTimeField(null=True)),
            ("settled_at", models.DateTimeField(null=True)),
            ("permanent", models.BooleanField(db_default=False, default=False)),
            ("mac", encryption.authentic.MacField()),
        ],
        options={"indexes": [models.Index(condition=models.Q(("told_at__isnull", True)), fields=["at"], name="audit_alarm_untold")], "constraints": []},
    ),
    migrations.CreateModel(name="SequencerPass", fields=[("number", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)), ("at", models.DateTimeField())], options={"constraints": [models.CheckConstraint(condition=models.Q(("number", 1)), name="audit_sequencerpass_one_row")], "indexes": []}),
]


def put_mark(apps, schema_editor):
    marks.put(apps.get_model("audit", "JournalMark"), schema_editor.connection.alias)


class Migration(migrations.Migration):
    initial = True
    #: Those of before: who has all of them has these tables.
    replaces = [("audit", "0001_journal"), ("audit", "0002_entries_set_apart"), ("audit", "0003_signed_origins"), ("audit", "0004_keyed_pseudonyms"), ("audit", "0005_pruned_means_told"), ("audit", "0006_alarms_settled"), ("audit", "0007_alarms_raised_again"), ("audit", "0008_sequencer_seen")]
    dependencies = []
    operations = [CreateModels(MODELS), RunInDatabase(_tree.stand, _tree.fall), RunInDatabase(_append_only.stand, _append_only.fall), RunInDatabase(_views.stand, _views.fall), RunInDatabase(_roles.stand, _roles.fall), migrations.RunPython(put_mark, migrations.RunPython.noop)]
