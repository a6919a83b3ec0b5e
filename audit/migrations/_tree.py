"""Database rules that protect the tree: no gap between places, no shrinking checkpoint (SEC-AL8, SEC-AL10).

A place follows the previous one without a gap; a checkpoint is larger than every earlier one of its origin, covers
places that exist, and belongs to the newest origin. ``_append_only.py`` keeps the tree's rows from being changed or
deleted; ``_roles.py`` says who may write them.

On PostgreSQL an entry also gets the number of the transaction that wrote it: transactions commit in another order than
they begin, and by that number the sequencer knows below which point nothing more can arrive. It is kept outside the
model, because the role that writes entries may not read them, not even the one it has just written.
"""

TREE = ("audit_logorigin", "audit_leaf", "audit_tile", "audit_checkpoint", "audit_cosignature")

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
END $$;
CREATE TRIGGER audit_leaf_follows AFTER INSERT ON audit_leaf REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_leaf_follows();
ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_leaf_follows;
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
END $$;
CREATE TRIGGER audit_checkpoint_follows BEFORE INSERT ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_follows();
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER audit_checkpoint_follows;
"""
TRANSACTION = """
ALTER TABLE audit_entry ADD COLUMN txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX audit_entry_txid ON audit_entry (txid);
"""
POSTGRESQL = [NO_GAP, ONLY_FORWARD, TRANSACTION]
SQLITE = [
    "CREATE TRIGGER audit_leaf_follows BEFORE INSERT ON audit_leaf WHEN NEW.place > 0 AND NOT EXISTS"
    " (SELECT 1 FROM audit_leaf WHERE origin = NEW.origin AND place = NEW.place - 1)"
    " BEGIN SELECT RAISE(ABORT, 'The places of the journal have no gap.'); END",
    f"CREATE TRIGGER audit_checkpoint_follows BEFORE INSERT ON audit_checkpoint WHEN {NEWEST}"
    " BEGIN SELECT RAISE(ABORT, 'A checkpoint only goes forward.'); END",
]


def stand(_apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def fall(_apps, schema_editor):
    """Drop the functions, and with them their triggers; all else goes with its table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_leaf_follows(), audit_checkpoint_follows() CASCADE")
