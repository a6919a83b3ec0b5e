"""Views for auditors: the entries of the authorities that the transaction has named (SEC-AL6, SEC-AZ6).

The setting is the one that row-level security of cases reads (``docs/decisions/0006-row-level-security.md``): without
it no entry is visible; an entry without an authority only where it says ``all``. It is read once a query, in a
sub-select. SQLite has no such settings: there its views show all. Both end with the topic (SEC-AL17).
"""

COLUMNS = "id, at, actor, subject, act, outcome, tenant, writer, writer_seq, body, leaf_hash, topic"
SETTING = "nullif(current_setting('repere.authorities', true), '')"
SQLITE = {
    "audit_entry_read": f"SELECT {COLUMNS} FROM audit_entry",  # noqa: S608 - a constant of this page
    "audit_subject_read": "SELECT subject, entry_id FROM audit_entrysubject",
}
POSTGRESQL = {
    "audit_entry_read": f"""
        SELECT {COLUMNS} FROM audit_entry
        WHERE tenant = ANY ((SELECT string_to_array(nullif({SETTING}, 'all'), ','))::uuid[])
           OR (SELECT {SETTING} = 'all')
    """,  # noqa: S608 - constants of this page
    "audit_subject_read": """
        SELECT subject, entry_id FROM audit_entrysubject
        WHERE EXISTS (SELECT 1 FROM audit_entry_read e WHERE e.id = entry_id)
    """,
}


def stand(_apps, schema_editor):
    views = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for view, query in views.items():
        schema_editor.execute(f"CREATE VIEW {view} AS {query}", params=None)


def fall(_apps, schema_editor):
    for view in ("audit_subject_read", "audit_entry_read"):  # the first reads the second
        schema_editor.execute(f"DROP VIEW {view}")
