"""Append-only triggers of the journal (SEC-AL6); they let only the content of old entries be pruned (SEC-AL15).

PostgreSQL: triggers that fire in every session, replication included (ENABLE ALWAYS). SQLite: triggers, among
them one before INSERT, because INSERT OR REPLACE deletes the old row without firing a delete trigger unless
``recursive_triggers`` is on; it names each unique key of the table, the hidden ``rowid`` as well.

The database itself defines pruning: the bytes become empty, actor and subject with them, in an entry that is six months
old at least, has its place in the tree, and is under no legal hold. It refuses everything else, to everybody.
"""

#: Tables whose rows never change, and what makes a new row the same as one that is there.
SAME = {
    "audit_entry": "id = NEW.id OR (writer = NEW.writer AND writer_seq = NEW.writer_seq)",
    "audit_entrysubject": "subject = NEW.subject AND entry_id = NEW.entry_id",
    "audit_actorpseudonym": "user_id = NEW.user_id OR pseudonym = NEW.pseudonym",
    "audit_subjectpseudonym": "referral_id = NEW.referral_id OR pseudonym = NEW.pseudonym",
    "audit_logorigin": "number = NEW.number OR name = NEW.name",
    "audit_leaf": "origin = NEW.origin AND (place = NEW.place OR entry = NEW.entry)",
    "audit_tile": "origin = NEW.origin AND level = NEW.level AND number = NEW.number",
    "audit_checkpoint": "origin = NEW.origin AND size = NEW.size",
    "audit_cosignature": "origin = NEW.origin AND size = NEW.size AND witness = NEW.witness",
}
PRUNED_RUN = "audit_prunedrun"
#: A row of these goes when a case is shredded or an account is purged.
PSEUDONYMS = ("audit_actorpseudonym", "audit_subjectpseudonym")

#: What stays of a pruned entry.
KEPT = ("id", "at", "act", "outcome", "tenant", "topic", "writer", "writer_seq", "leaf_hash")
HELD = """
    SELECT 1 FROM audit_legalhold h WHERE h.lifted_at IS NULL AND h.tenant = OLD.tenant AND (
        h.subject IS NULL OR h.subject = OLD.subject
        OR EXISTS (SELECT 1 FROM audit_entrysubject s WHERE s.entry_id = OLD.id AND s.subject = h.subject))
"""
PLACED = "SELECT 1 FROM audit_leaf l WHERE l.entry = OLD.id"

FUNCTIONS = f"""
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal is append-only: % on % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION audit_only_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.body <> '' AND NEW.body = '' AND NEW.actor IS NULL AND NEW.subject IS NULL
       AND ({", ".join(f"NEW.{c}" for c in (*KEPT, "txid"))}) IS NOT DISTINCT FROM
           ({", ".join(f"OLD.{c}" for c in (*KEPT, "txid"))})
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
"""  # noqa: S608 - constants of this page
REFUSING = {"audit_entry": "audit_only_pruned", "audit_entrysubject": "audit_only_pruned_subject"}

# SQLite has no composite comparison with IS NOT DISTINCT FROM: one IS a column.
ONLY_PRUNED = (
    "WHEN NOT (length(OLD.body) > 0 AND length(NEW.body) = 0 AND NEW.actor IS NULL AND NEW.subject IS NULL AND "
    + " AND ".join(f"NEW.{c} IS OLD.{c}" for c in KEPT)
    + " AND OLD.at < datetime('now', '-6 months') AND OLD.act <> 'journal:pruned'"
    + f" AND EXISTS ({PLACED}) AND NOT EXISTS ({HELD}))"
)
ONLY_PRUNED_SUBJECT = (
    "WHEN NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = OLD.entry_id AND length(e.body) = 0)"
)
UNLESS = {
    ("audit_entry", "UPDATE"): ONLY_PRUNED,
    ("audit_entrysubject", "DELETE"): ONLY_PRUNED_SUBJECT,
}
REFUSE = "BEGIN SELECT RAISE(ABORT, 'The journal is append-only.'); END"


def postgresql():
    yield FUNCTIONS
    for table in (*SAME, PRUNED_RUN):
        events = "UPDATE" if table in PSEUDONYMS else "UPDATE OR DELETE"
        refusing = REFUSING.get(table, "audit_refuse")
        yield f"CREATE TRIGGER {table}_rows BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {refusing}()"
        yield (
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rows"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_whole"


def sqlite():
    for table in (*SAME, PRUNED_RUN):
        for event in ("UPDATE",) if table in PSEUDONYMS else ("UPDATE", "DELETE"):
            unless = UNLESS.get((table, event), "")
            yield f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {unless} {REFUSE}"
    for table, same in SAME.items():
        yield (
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}"  # noqa: S608 - constants of this page
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same} OR rowid = NEW.rowid) {REFUSE}"
        )


def stand(_apps, schema_editor):
    for statement in postgresql() if schema_editor.connection.vendor == "postgresql" else sqlite():
        schema_editor.execute(statement, params=None)


def fall(_apps, schema_editor):
    """Drop the functions, and with them their triggers; those of SQLite go with their tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP FUNCTION audit_refuse(), audit_only_pruned(), audit_only_pruned_subject() CASCADE"
        )
