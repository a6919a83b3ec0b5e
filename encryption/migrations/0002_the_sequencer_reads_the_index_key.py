"""Let the sequencer read the row of the index key, and no other, to check the journal's MACs (SEC-AL21).

The sequencer needs the key service too, which could unwrap any row it read: so the database denies it all other rows.
"""

from django.conf import settings
from django.db import migrations

from encryption.migrations._tables import RunInDatabase

STAND = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The login that migrates may not create roles. Let an administrator run: '
            'CREATE ROLE {ROLE} NOLOGIN; then migrate again.';
END $$;
GRANT SELECT ON encryption_wrappedkey TO {ROLE};
ALTER TABLE encryption_wrappedkey ENABLE ROW LEVEL SECURITY;
CREATE POLICY whole ON encryption_wrappedkey USING (true) WITH CHECK (true);
CREATE POLICY index_alone ON encryption_wrappedkey AS RESTRICTIVE TO {ROLE} USING (kind = 'index');
"""
FALL = """
DROP POLICY index_alone ON encryption_wrappedkey;
DROP POLICY whole ON encryption_wrappedkey;
ALTER TABLE encryption_wrappedkey DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON encryption_wrappedkey FROM {ROLE};
"""


def stand(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(STAND.replace("{ROLE}", settings.ROLES.sequencer), params=None)


def fall(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FALL.replace("{ROLE}", settings.ROLES.sequencer), params=None)


class Migration(migrations.Migration):
    dependencies = [("encryption", "0001_the_key_store")]
    operations = [RunInDatabase(stand, fall)]
