"""Let the service know how long entries have waited for their place, and nothing else of them (SEC-AL8)."""

from django.db import migrations

MAKE = """
CREATE FUNCTION audit_oldest_waiting(log integer, mark bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(e.at) FROM audit_entry e WHERE e.txid >= mark AND NOT EXISTS
        (SELECT FROM audit_leaf l WHERE l.origin = log AND l.entry = e.id)
$$;
REVOKE ALL ON FUNCTION audit_oldest_waiting(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_oldest_waiting(integer, bigint) TO repere_app;
"""


def forwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE, params=None)


def backwards(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_oldest_waiting(integer, bigint)")


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_pruning")]

    operations = [migrations.RunPython(forwards, backwards)]
