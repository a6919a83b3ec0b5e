"""Make the views that auditors read, and say which database role may do what (SEC-AL6, SEC-CF2).

``repere_app`` adds entries and reads pseudonyms; it reads no entry. ``repere_auditor`` reads the two
views and nothing else. Both are roles without login, made here when they don't exist; the service's login
is a member of both, which the operator grants (docs/decisions/0004-journal-format.md). Roles belong to
the whole server, so that going back takes the grants away and leaves the roles.
"""

from django.db import migrations

ENTRY_COLUMNS = "id, at, actor, subject, act, outcome, tenant, writer, writer_seq, body, leaf_hash"
VIEWS = {
    "audit_entry_read": f"SELECT {ENTRY_COLUMNS} FROM audit_entry",  # noqa: S608 - a constant of this page
    "audit_subject_read": "SELECT subject, entry_id FROM audit_entrysubject",
}
ROLES = ("repere_app", "repere_auditor")
GRANTS = [
    "REVOKE ALL ON audit_entry, audit_entrysubject, audit_actorpseudonym, audit_subjectpseudonym,"
    " audit_entry_read, audit_subject_read FROM PUBLIC, repere_app, repere_auditor",
    "GRANT INSERT ON audit_entry, audit_entrysubject TO repere_app",
    "GRANT SELECT, INSERT ON audit_actorpseudonym, audit_subjectpseudonym TO repere_app",
    "GRANT SELECT ON audit_entry_read, audit_subject_read TO repere_auditor",
]
# Two databases of one server may be migrated at the same moment: whoever comes second finds the role made.
MAKE_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The login that migrates may not create roles. Let an administrator run: '
            'CREATE ROLE repere_app NOLOGIN; CREATE ROLE repere_auditor NOLOGIN; then migrate again.';
END $$
"""


def forwards(_apps, schema_editor):
    for view, query in VIEWS.items():
        schema_editor.execute(f"CREATE VIEW {view} AS {query}")
    if schema_editor.connection.vendor != "postgresql":
        return
    for role in ROLES:
        schema_editor.execute(MAKE_ROLE.format(role=role), params=None)
    for grant in GRANTS:
        schema_editor.execute(grant)


def backwards(_apps, schema_editor):
    for view in VIEWS:
        schema_editor.execute(f"DROP VIEW {view}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "REVOKE ALL ON audit_entry, audit_entrysubject, audit_actorpseudonym, audit_subjectpseudonym"
            " FROM repere_app, repere_auditor"
        )


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [migrations.RunPython(forwards, backwards)]
