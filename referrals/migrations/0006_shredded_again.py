"""A case that a backup brought back goes again without the batch that the backup may not know of (SEC-CR12); and a case
names the key of its index values, so that this key can be replaced while the service runs (SEC-CR10).

The first only for what the owner of the tables has put into ``audit_replayed``; ``repere_app`` may not. It takes the place of
the rule of 0002 on how a case is purged; all else of that stands.
"""

from importlib import import_module

from django.db import migrations, models

guards = import_module("referrals.migrations.0002_guards")
WHY = "a case is purged from the archive, by an executed batch, never on hold"
REPLAYED = """
    EXISTS (SELECT 1 FROM audit_replayed r JOIN audit_subjectpseudonym p ON p.pseudonym = r.pseudonym
            WHERE p.referral_id = NEW.id)
"""
REFUSED = f"""NEW.legal_hold OR NEW.purged_at IS NULL OR NEW.tombstone IS NULL OR
    (NOT {REPLAYED} AND (OLD.state <> 'archived' OR OLD.legal_hold OR NOT {guards.LISTED}))"""


def _function(text):
    """Return the statement that makes the function of PostgreSQL out of those of 0002."""
    return text.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _postgresql():
    before = _function(guards.REFERRAL_POSTGRESQL)
    begin, end = (
        before.index("    IF NEW.state = 'purged' AND"),
        before.index(f"        RAISE EXCEPTION '{WHY}'"),
    )
    return f"{before[:begin]}    IF NEW.state = 'purged' AND ({REFUSED}) THEN\n{before[end:]}"


def _sqlite():
    return f"""CREATE TRIGGER referral_guard_purge BEFORE UPDATE ON referrals_referral
    WHEN NEW.state = 'purged' AND OLD.state <> 'purged' AND ({REFUSED})
    BEGIN SELECT RAISE(ABORT, '{WHY}'); END"""


def stand(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_postgresql(), params=None)
        return
    schema_editor.execute("DROP TRIGGER IF EXISTS referral_guard_purge")
    schema_editor.execute(_sqlite())


def fall(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_function(guards.REFERRAL_POSTGRESQL), params=None)
    else:
        guards.restore_guards(apps, schema_editor)


def restore_guards(apps, schema_editor):
    """Make the triggers of the referral anew, for later migrations: SQLite drops them when it rebuilds the table."""
    if schema_editor.connection.vendor == "sqlite":
        guards.restore_guards(apps, schema_editor)
        stand(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_anomalies"), ("audit", "0011_what_was_shredded")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, fall),
        migrations.AddField(model_name="referral", name="index_key", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("index_key__isnull", False)),
                fields=["index_key"],
                name="referral_index_key",
            ),
        ),
        migrations.RunPython(restore_guards, migrations.RunPython.noop),
        migrations.RunPython(stand, migrations.RunPython.noop),
    ]
