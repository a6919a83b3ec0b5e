"""Let the service cut a shredded case loose from its pseudonym, one case at a time and by no other way (SEC-AL16).

``repere_app`` may still not delete rows of the table: a statement without a condition would cut all of them loose. The
function belongs to the owner and deletes the row of the one case that it is called for. SQLite knows no roles.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION audit_forget_subject(case_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM audit_subjectpseudonym WHERE referral_id = case_id
$$;
REVOKE ALL ON FUNCTION audit_forget_subject(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_forget_subject(uuid) TO repere_app;
"""


def forwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE, params=None)


def backwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_forget_subject(uuid)")


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_tree_kept_by_the_database")]

    operations = [migrations.RunPython(forwards, backwards)]
