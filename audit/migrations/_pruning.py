"""Pruning check in the database: an entry's bytes, not only its columns, must allow it (SEC-AL24).

The columns are for searching, and prove nothing: an attacker who changes one would make an entry old, or hide it from a
hold. So the bytes must say the same: six months old at least, about nothing that is held, and no ``journal:pruned``.
And the entry must have its place under a checkpoint of the present origin, so that the list of pruned places names it.
Bytes that can't be read aren't pruned.
"""

from audit.migrations import _append_only
from audit.migrations._append_only import KEPT, REFUSE

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


POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_only_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
SQLITE = (
    "WHEN NOT coalesce(length(OLD.body) > 0 AND length(NEW.body) = 0 AND NEW.actor IS NULL AND NEW.subject IS NULL AND "
    + " AND ".join(f"NEW.{c} IS OLD.{c}" for c in KEPT)
    + " AND OLD.at < datetime('now', '-6 months') AND OLD.act <> 'journal:pruned'"
    + f" AND julianday(json_extract({TEXT['sqlite']}, '$.ts')) < julianday('now', '-6 months')"
    + f" AND json_extract({TEXT['sqlite']}, '$.act') <> 'journal:pruned'"
    + f" AND EXISTS ({PLACED}) AND NOT EXISTS ({held('sqlite')}), 0)"
)


def stand(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    else:
        _replace_on_sqlite(schema_editor, SQLITE)


def fall(_apps, schema_editor):
    """Put back what asks the columns alone."""
    if schema_editor.connection.vendor == "postgresql":
        before = _append_only.FUNCTIONS.partition("CREATE FUNCTION audit_only_pruned()")[2]
        before = before.partition("CREATE FUNCTION")[0]
        schema_editor.execute(f"CREATE OR REPLACE FUNCTION audit_only_pruned(){before}", params=None)
    else:
        _replace_on_sqlite(schema_editor, _append_only.ONLY_PRUNED)


def _replace_on_sqlite(schema_editor, unless):
    schema_editor.execute("DROP TRIGGER audit_entry_update")
    schema_editor.execute(
        f"CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry {unless} {REFUSE}", params=None
    )
