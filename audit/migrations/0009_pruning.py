"""Let the content of old entries go, and nothing else of them (SEC-AL15).

The database itself says what pruning is: the bytes become empty, actor and subject with them, in an entry that is six
months old at least, has its place in the tree, and is under no legal hold. All the rest is refused as before, to
everybody. On PostgreSQL the service may change no entry: the owner's function prunes those that it is called for.
"""

import uuid

from django.db import migrations, models

SAME = ("id", "at", "act", "outcome", "tenant", "topic", "writer", "writer_seq", "leaf_hash")
HELD = """
    SELECT 1 FROM audit_legalhold h WHERE h.lifted_at IS NULL AND h.tenant = OLD.tenant AND (
        h.subject IS NULL OR h.subject = OLD.subject
        OR EXISTS (SELECT 1 FROM audit_entrysubject s WHERE s.entry_id = OLD.id AND s.subject = h.subject))
"""
PLACED = "SELECT 1 FROM audit_leaf l WHERE l.entry = OLD.id"

POSTGRESQL = f"""
CREATE FUNCTION audit_only_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.body <> '' AND NEW.body = '' AND NEW.actor IS NULL AND NEW.subject IS NULL
       AND ({", ".join(f"NEW.{c}" for c in (*SAME, "txid"))}) IS NOT DISTINCT FROM
           ({", ".join(f"OLD.{c}" for c in (*SAME, "txid"))})
       AND OLD.at < now() - interval '6 months' AND OLD.act <> 'journal:pruned'
       AND EXISTS ({PLACED}) AND NOT EXISTS ({HELD})
    THEN RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is append-only: % on % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION audit_only_pruned_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = OLD.entry_id AND e.body = '')
    THEN RETURN OLD;
    END IF;
    RAISE EXCEPTION 'The journal is append-only: % on % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER audit_entry_rows ON audit_entry;
CREATE TRIGGER audit_entry_rows BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_only_pruned();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_rows;
DROP TRIGGER audit_entrysubject_rows ON audit_entrysubject;
CREATE TRIGGER audit_entrysubject_rows BEFORE UPDATE OR DELETE ON audit_entrysubject
    FOR EACH ROW EXECUTE FUNCTION audit_only_pruned_subject();
ALTER TABLE audit_entrysubject ENABLE ALWAYS TRIGGER audit_entrysubject_rows;
CREATE TRIGGER audit_prunedrun_rows BEFORE UPDATE OR DELETE ON audit_prunedrun
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_prunedrun_whole BEFORE TRUNCATE ON audit_prunedrun
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_prunedrun ENABLE ALWAYS TRIGGER audit_prunedrun_rows;
ALTER TABLE audit_prunedrun ENABLE ALWAYS TRIGGER audit_prunedrun_whole;
CREATE FUNCTION audit_prune(entries uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE audit_entry SET body = '', actor = NULL, subject = NULL WHERE id = ANY (entries) AND body <> '';
    DELETE FROM audit_entrysubject WHERE entry_id = ANY (entries);
$$;
REVOKE ALL ON FUNCTION audit_prune(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_prune(uuid[]) TO repere_app;
REVOKE ALL ON audit_prunedrun, audit_prunemark, audit_legalhold FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT ON audit_prunedrun TO repere_app;
GRANT SELECT ON audit_prunedrun TO repere_auditor, repere_sequencer;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_prunemark TO repere_app;
GRANT SELECT, INSERT ON audit_legalhold TO repere_app;
GRANT UPDATE (lifted_at) ON audit_legalhold TO repere_app;
"""  # noqa: S608 - constants of this page
BACK = """
DROP FUNCTION audit_prune(uuid[]);
DROP TRIGGER audit_entry_rows ON audit_entry;
CREATE TRIGGER audit_entry_rows BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_rows;
DROP TRIGGER audit_entrysubject_rows ON audit_entrysubject;
CREATE TRIGGER audit_entrysubject_rows BEFORE UPDATE OR DELETE ON audit_entrysubject
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_entrysubject ENABLE ALWAYS TRIGGER audit_entrysubject_rows;
DROP FUNCTION audit_only_pruned();
DROP FUNCTION audit_only_pruned_subject();
"""
REFUSE = "BEGIN SELECT RAISE(ABORT, 'The journal is append-only.'); END"
# SQLite has no composite comparison with IS NOT DISTINCT FROM: one IS a column.
SQLITE = [
    "DROP TRIGGER audit_entry_update",
    "CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry WHEN NOT ("
    "length(OLD.body) > 0 AND length(NEW.body) = 0 AND NEW.actor IS NULL AND NEW.subject IS NULL AND "
    + " AND ".join(f"NEW.{c} IS OLD.{c}" for c in SAME)
    + " AND OLD.at < datetime('now', '-6 months') AND OLD.act <> 'journal:pruned'"
    + f" AND EXISTS ({PLACED}) AND NOT EXISTS ({HELD})) {REFUSE}",
    "DROP TRIGGER audit_entrysubject_delete",
    "CREATE TRIGGER audit_entrysubject_delete BEFORE DELETE ON audit_entrysubject WHEN NOT EXISTS"  # noqa: S608 - id.
    f" (SELECT 1 FROM audit_entry e WHERE e.id = OLD.entry_id AND length(e.body) = 0) {REFUSE}",
    f"CREATE TRIGGER audit_prunedrun_update BEFORE UPDATE ON audit_prunedrun {REFUSE}",
    f"CREATE TRIGGER audit_prunedrun_delete BEFORE DELETE ON audit_prunedrun {REFUSE}",
]
SQLITE_BACK = [
    "DROP TRIGGER audit_entry_update",
    f"CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry {REFUSE}",
    "DROP TRIGGER audit_entrysubject_delete",
    f"CREATE TRIGGER audit_entrysubject_delete BEFORE DELETE ON audit_entrysubject {REFUSE}",
    "DROP TRIGGER audit_prunedrun_update",
    "DROP TRIGGER audit_prunedrun_delete",
]


def forwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for statement in SQLITE:
        schema_editor.execute(statement, params=None)


def backwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACK, params=None)
        return
    for statement in SQLITE_BACK:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_topics")]

    operations = [
        migrations.CreateModel(
            "PrunedRun",
            [
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
            {"indexes": [models.Index(fields=["origin", "entry"], name="audit_pruned_origin")]},
        ),
        migrations.CreateModel(
            "PruneMark",
            [
                ("tenant", models.UUIDField(primary_key=True, serialize=False)),
                ("access_before", models.DateTimeField()),
                ("technical_before", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "LegalHold",
            [
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("tenant", models.UUIDField()),
                ("subject", models.UUIDField(null=True)),
                ("placed_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
            {
                "indexes": [
                    models.Index(
                        fields=["tenant"],
                        name="audit_hold_in_force",
                        condition=models.Q(("lifted_at__isnull", True)),
                    )
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
        migrations.RunPython(forwards, backwards),
    ]
