"""Append-only triggers of the journal (SEC-AL6); they let only the content of old entries be pruned (SEC-AL15).

PostgreSQL: triggers that fire in every session, replication included (ENABLE ALWAYS). SQLite: triggers, among
them one before INSERT, because INSERT OR REPLACE deletes the old row without firing a delete trigger unless
``recursive_triggers`` is on; it names each unique key of the table, the hidden ``rowid`` as well.

The database itself defines pruning: the bytes become empty, actor and subject with them, in an entry that is six months
old at least, is no ``journal:pruned``, and is under no legal hold. The columns are for searching, and prove nothing: an
attacker who changes one would make an entry old, or hide it from a hold. So the bytes must say the same (SEC-AL24). And
the entry must have its place under a checkpoint of the present origin, so that the list of pruned places names it.
Bytes that can't be read aren't pruned. Everything else is refused, to everybody.
"""

#: Tables whose rows never change, and what makes a new row the same as one that is there.
SAME = {
    "audit_entry": "id = NEW.id OR (writer = NEW.writer AND writer_seq = NEW.writer_seq)",
    "audit_entrysubject": "subject = NEW.subject AND entry_id = NEW.entry_id",
    "audit_actorpseudonym": "account = NEW.account OR pseudonym = NEW.pseudonym",
    "audit_subjectpseudonym": "referral_id = NEW.referral_id OR pseudonym = NEW.pseudonym",
    "audit_logorigin": "number = NEW.number OR name = NEW.name",
    "audit_leaf": "origin = NEW.origin AND (place = NEW.place OR entry = NEW.entry)",
    "audit_tile": "origin = NEW.origin AND level = NEW.level AND number = NEW.number",
    "audit_checkpoint": "origin = NEW.origin AND size = NEW.size",
    "audit_cosignature": "origin = NEW.origin AND size = NEW.size AND witness = NEW.witness",
    "audit_refused": "entry = NEW.entry",
}
PRUNED_RUN = "audit_prunedrun"
#: A row of these goes when a case is shredded or an account is purged.
PSEUDONYMS = ("audit_actorpseudonym", "audit_subjectpseudonym")

#: What stays of a pruned entry.
KEPT = ("id", "at", "act", "outcome", "tenant", "topic", "writer", "writer_seq", "leaf_hash")
PLACED = """
    SELECT 1 FROM audit_leaf l JOIN audit_checkpoint c ON c.origin = l.origin AND c.size > l.place
    WHERE l.origin = (SELECT max(number) FROM audit_logorigin) AND l.entry = OLD.id
"""
NOBODY = {"postgresql": "'00000000-0000-0000-0000-000000000000'::uuid", "sqlite": f"'{'0' * 32}'"}
TEXT = {"postgresql": "convert_from(OLD.body, 'UTF8')", "sqlite": "CAST(OLD.body AS TEXT)"}


def in_the_bytes(column, vendor):
    """Say in SQL that an entry's bytes hold an identifier; SQLite's column keeps it without the dashes."""
    if vendor == "postgresql":
        return f"strpos({TEXT[vendor]}, {column}::text) > 0"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    spelt = " || '-' || ".join(f"substr({column}, {start}, {count})" for start, count in parts)
    return f"instr({TEXT[vendor]}, {spelt}) > 0"


def held(vendor):
    return f"""
        SELECT 1 FROM audit_legalhold h WHERE h.lifted_at IS NULL
        AND (h.tenant = coalesce(OLD.tenant, {NOBODY[vendor]}) OR {in_the_bytes("h.tenant", vendor)})
        AND (h.subject IS NULL OR h.subject = OLD.subject OR {in_the_bytes("h.subject", vendor)}
        OR EXISTS (SELECT 1 FROM audit_entrysubject s WHERE s.entry_id = OLD.id AND s.subject = h.subject))
    """  # noqa: S608 - constants of this page


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
       AND ({TEXT["postgresql"]}::json ->> 'ts')::timestamptz < now() - interval '6 months'
       AND {TEXT["postgresql"]}::json ->> 'act' <> 'journal:pruned'
       AND EXISTS ({PLACED}) AND NOT EXISTS ({held("postgresql")})
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
    "WHEN NOT coalesce(length(OLD.body) > 0 AND length(NEW.body) = 0 AND NEW.actor IS NULL AND NEW.subject IS NULL AND "
    + " AND ".join(f"NEW.{c} IS OLD.{c}" for c in KEPT)
    + " AND OLD.at < datetime('now', '-6 months') AND OLD.act <> 'journal:pruned'"
    + f" AND julianday(json_extract({TEXT['sqlite']}, '$.ts')) < julianday('now', '-6 months')"
    + f" AND json_extract({TEXT['sqlite']}, '$.act') <> 'journal:pruned'"
    + f" AND EXISTS ({PLACED}) AND NOT EXISTS ({held('sqlite')}), 0)"
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
