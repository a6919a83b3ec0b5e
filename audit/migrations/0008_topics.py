"""What an entry is about, as auditors ask for it ready-made: found by one walk of an index (SEC-AL17).

The column repeats a part of the entry for searching, and proves nothing. The views end with it.
"""

from django.db import migrations, models

COLUMNS = "id, at, actor, subject, act, outcome, tenant, writer, writer_seq, body, leaf_hash"
SETTING = "nullif(current_setting('repere.authorities', true), '')"
POSTGRESQL = f"""
    CREATE OR REPLACE VIEW audit_entry_read AS SELECT {{columns}} FROM audit_entry
    WHERE tenant = ANY ((SELECT string_to_array(nullif({SETTING}, 'all'), ','))::uuid[])
       OR (SELECT {SETTING} = 'all')
"""  # noqa: S608 - constants of this page


def _make_view(schema_editor, columns):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL.format(columns=columns), params=None)
        return
    schema_editor.execute("DROP VIEW audit_entry_read")
    schema_editor.execute(f"CREATE VIEW audit_entry_read AS SELECT {columns} FROM audit_entry")  # noqa: S608


def forwards(_apps, schema_editor):
    _make_view(schema_editor, f"{COLUMNS}, topic")


def grant(_apps, schema_editor):
    """Let the service read and add decoys, and whoever reads the journal know them; nobody changes one."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "REVOKE ALL ON audit_decoy FROM PUBLIC, repere_app, repere_auditor, repere_sequencer"
        )
        schema_editor.execute("GRANT SELECT, INSERT ON audit_decoy TO repere_app")
        schema_editor.execute("GRANT SELECT ON audit_decoy TO repere_auditor")


def backwards(_apps, schema_editor):
    # PostgreSQL takes no column off a view: the one that depends on it goes first, and both come again.
    if schema_editor.connection.vendor != "postgresql":
        _make_view(schema_editor, COLUMNS)
        return
    schema_editor.execute("DROP VIEW audit_subject_read")
    schema_editor.execute("DROP VIEW audit_entry_read")
    _make_view(schema_editor, COLUMNS)
    schema_editor.execute(
        "CREATE VIEW audit_subject_read AS SELECT subject, entry_id FROM audit_entrysubject"
        " WHERE EXISTS (SELECT 1 FROM audit_entry_read e WHERE e.id = entry_id)"
    )
    schema_editor.execute("GRANT SELECT ON audit_entry_read, audit_subject_read TO repere_auditor")


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_forget_subject")]

    operations = [
        migrations.AddField("entry", "topic", models.CharField(max_length=8, null=True)),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("topic__isnull", False)),
                fields=["tenant", "topic", "-at", "-id"],
                name="audit_entry_topic_at",
            ),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.CreateModel(
            "Decoy",
            [
                ("subject", models.UUIDField(primary_key=True, serialize=False)),
                ("tenant", models.UUIDField()),
                ("made_at", models.DateTimeField()),
            ],
            {"indexes": (models.Index(fields=["tenant"], name="audit_decoy_tenant"),)},
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
