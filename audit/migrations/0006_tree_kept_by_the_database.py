"""Let the database itself keep the tree whole, and say which role may build it (SEC-AL6, SEC-AL8, SEC-AL10).

Rows of the tree never change and never go. A place follows the one before it without a gap; a checkpoint is larger
than every earlier one of its origin, covers places that exist, and belongs to the newest origin. ``repere_sequencer``
reads entries and adds to the tree; it can write no entry. The service and its auditors read the tree, which says
nothing of a case.

On PostgreSQL an entry also gets the number of the transaction that wrote it: transactions commit in another order
than they begin, and that number is how the sequencer knows below which point nothing can come any more. It stands
outside the model, for the role that writes entries may not read them, not even what it has just written.
"""

from django.db import migrations

TREE = ("audit_logorigin", "audit_leaf", "audit_tile", "audit_checkpoint", "audit_cosignature")
SAME = {
    "audit_logorigin": "number = NEW.number OR name = NEW.name",
    "audit_leaf": "origin = NEW.origin AND (place = NEW.place OR entry = NEW.entry)",
    "audit_tile": "origin = NEW.origin AND level = NEW.level AND number = NEW.number",
    "audit_checkpoint": "origin = NEW.origin AND size = NEW.size",
    "audit_cosignature": "origin = NEW.origin AND size = NEW.size AND witness = NEW.witness",
}
SEQUENCER = "repere_sequencer"
READERS = ("repere_app", "repere_auditor")

NO_GAP = """
CREATE FUNCTION audit_leaf_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT origin, min(place) AS low, max(place) AS high, count(*) AS many FROM added GROUP BY origin
        ) AS run
        WHERE run.high - run.low + 1 <> run.many
           OR (run.low > 0 AND NOT EXISTS (
               SELECT FROM audit_leaf WHERE audit_leaf.origin = run.origin AND audit_leaf.place = run.low - 1))
    ) THEN
        RAISE EXCEPTION 'The places of the journal have no gap.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$
"""
NEWEST = """
    EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.origin = NEW.origin AND c.size >= NEW.size)
    OR NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.origin = NEW.origin AND l.place = NEW.size - 1)
    OR NOT EXISTS (SELECT 1 FROM audit_logorigin o WHERE o.number = NEW.origin)
    OR EXISTS (SELECT 1 FROM audit_logorigin o WHERE o.number > NEW.origin)
"""
ONLY_FORWARD = f"""
CREATE FUNCTION audit_checkpoint_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {NEWEST} THEN
        RAISE EXCEPTION 'A checkpoint only goes forward.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
MAKE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SEQUENCER}') THEN
        CREATE ROLE {SEQUENCER} NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The login that migrates may not create roles. Let an administrator run: '
            'CREATE ROLE {SEQUENCER} NOLOGIN; then migrate again.';
END $$
"""


def postgresql():
    refuse = "EXECUTE FUNCTION audit_refuse()"
    for table in TREE:
        yield f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}"
        yield f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_whole"
    yield NO_GAP
    yield ONLY_FORWARD
    yield (
        "CREATE TRIGGER audit_leaf_follows AFTER INSERT ON audit_leaf REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_leaf_follows()"
    )
    yield (
        "CREATE TRIGGER audit_checkpoint_follows BEFORE INSERT ON audit_checkpoint"
        " FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_follows()"
    )
    yield "ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_follows"
    yield "ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_follows"
    yield "ALTER TABLE audit_entry ADD COLUMN txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)"
    yield "CREATE INDEX audit_entry_txid ON audit_entry (txid)"
    yield MAKE_ROLE
    yield f"REVOKE ALL ON {', '.join(TREE)} FROM PUBLIC, {SEQUENCER}, {', '.join(READERS)}"
    yield f"GRANT SELECT ON audit_entry TO {SEQUENCER}"
    yield f"GRANT SELECT, INSERT ON {', '.join(TREE)} TO {SEQUENCER}"
    yield f"GRANT SELECT ON {', '.join(TREE)} TO {', '.join(READERS)}"


def sqlite():
    refuse = "SELECT RAISE(ABORT, 'The journal is append-only.');"
    for table, same in SAME.items():
        yield f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} BEGIN {refuse} END"
        yield f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} BEGIN {refuse} END"
        yield (
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}"  # noqa: S608 - constants of this page
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same} OR rowid = NEW.rowid) BEGIN {refuse} END"
        )
    yield (
        "CREATE TRIGGER audit_leaf_follows BEFORE INSERT ON audit_leaf WHEN NEW.place > 0 AND NOT EXISTS"
        " (SELECT 1 FROM audit_leaf WHERE origin = NEW.origin AND place = NEW.place - 1)"
        " BEGIN SELECT RAISE(ABORT, 'The places of the journal have no gap.'); END"
    )
    yield (
        f"CREATE TRIGGER audit_checkpoint_follows BEFORE INSERT ON audit_checkpoint WHEN {NEWEST}"
        " BEGIN SELECT RAISE(ABORT, 'A checkpoint only goes forward.'); END"
    )


def forwards(_apps, schema_editor):
    for statement in postgresql() if schema_editor.connection.vendor == "postgresql" else sqlite():
        schema_editor.execute(statement, params=None)


def backwards(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        for table in TREE:
            for event in ("insert", "update", "delete", "follows"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{event}")
        return
    schema_editor.execute("DROP TRIGGER audit_leaf_follows ON audit_leaf")
    schema_editor.execute("DROP TRIGGER audit_checkpoint_follows ON audit_checkpoint")
    schema_editor.execute("DROP FUNCTION audit_leaf_follows()")
    schema_editor.execute("DROP FUNCTION audit_checkpoint_follows()")
    for table in TREE:
        schema_editor.execute(f"DROP TRIGGER {table}_rows ON {table}")
        schema_editor.execute(f"DROP TRIGGER {table}_whole ON {table}")
    schema_editor.execute("ALTER TABLE audit_entry DROP COLUMN txid")
    roles = ", ".join((SEQUENCER, *READERS))
    schema_editor.execute(f"REVOKE ALL ON {', '.join(TREE)} FROM {roles}")
    schema_editor.execute(f"REVOKE ALL ON audit_entry FROM {SEQUENCER}")


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_the_tree")]

    operations = [migrations.RunPython(forwards, backwards)]
