"""Let an auditor's view show the entries of the authorities that the transaction has named, and no others (SEC-AZ6).

The setting is the one that row-level security of cases asks (``docs/decisions/0006-row-level-security.md``): without
it no entry is seen; an entry without an authority only where it says ``all``. It is asked once a query, in a
sub-select. SQLite has no such settings: there its views stay as they are.
"""

from django.db import migrations

ENTRY_COLUMNS = "id, at, actor, subject, act, outcome, tenant, writer, writer_seq, body, leaf_hash"
SETTING = "nullif(current_setting('repere.authorities', true), '')"
VIEWS = {
    "audit_entry_read": f"""
        SELECT {ENTRY_COLUMNS} FROM audit_entry
        WHERE tenant = ANY ((SELECT string_to_array(nullif({SETTING}, 'all'), ','))::uuid[])
           OR (SELECT {SETTING} = 'all')
    """,  # noqa: S608 - constants of this page
    "audit_subject_read": """
        SELECT subject, entry_id FROM audit_entrysubject
        WHERE EXISTS (SELECT 1 FROM audit_entry_read e WHERE e.id = entry_id)
    """,
}
BEFORE = {
    "audit_entry_read": f"SELECT {ENTRY_COLUMNS} FROM audit_entry",  # noqa: S608 - a constant of this page
    "audit_subject_read": "SELECT subject, entry_id FROM audit_entrysubject",
}


def _redefine(schema_editor, views):
    if schema_editor.connection.vendor == "postgresql":
        for view, query in views.items():
            schema_editor.execute(f"CREATE OR REPLACE VIEW {view} AS {query}", params=None)


def forwards(_apps, schema_editor):
    _redefine(schema_editor, VIEWS)


def backwards(_apps, schema_editor):
    _redefine(schema_editor, BEFORE)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_views_and_roles")]

    operations = [migrations.RunPython(forwards, backwards)]
