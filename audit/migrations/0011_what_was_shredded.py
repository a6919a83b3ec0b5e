"""Keep what was shredded, beside the journal, and in which database it was written (SEC-CR11, SEC-CR12).

The service announces a destruction, notes that it is done and that it is complete. Only the owner says that a case is
to be shredded again, and that a restored database may open.
"""

from django.db import migrations, models

from encryption import marks

GRANTS = [
    "REVOKE ALL ON audit_shred, audit_replayed, audit_journalmark FROM PUBLIC, repere_app, repere_auditor",
    "GRANT SELECT, INSERT ON audit_shred TO repere_app",
    "GRANT UPDATE (done_at, leaf, erased_at) ON audit_shred TO repere_app",
    "GRANT SELECT ON audit_replayed, audit_journalmark TO repere_app",
]


def forwards(apps, schema_editor):
    marks.put(apps.get_model("audit", "JournalMark"), schema_editor.connection.alias)
    if schema_editor.connection.vendor == "postgresql":
        for grant in GRANTS:
            schema_editor.execute(grant)


class Migration(migrations.Migration):
    dependencies = [("audit", "0010_oldest_waiting")]
    operations = [
        migrations.CreateModel(
            name="Shred",
            fields=[
                ("pseudonym", models.UUIDField(primary_key=True, serialize=False)),
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
                    )
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
                            ("erased_at__isnull", True),
                            ("erased_at__gte", models.F("done_at")),
                            _connector="OR",
                        ),
                        name="audit_shred_erased_after_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Replayed",
            fields=[("pseudonym", models.UUIDField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="JournalMark",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("made_in", models.CharField(blank=True, max_length=64)),
            ],
            options={"abstract": False},
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
