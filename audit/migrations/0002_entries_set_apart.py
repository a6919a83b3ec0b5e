"""Entries that get no place have their own table; alarms are sent once; the lag ignores such entries (SEC-AL21)."""

from django.db import migrations, models

from audit.migrations._append_only import REFUSE
from audit.migrations._roles import named
from encryption.migrations._tables import RunInDatabase

TABLE = "audit_refused"

POSTGRESQL = [
    f"CREATE TRIGGER {TABLE}_rows BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    f"CREATE TRIGGER {TABLE}_whole BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_rows",
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_whole",
    # Who writes entries may set none apart; alarms are raised by whoever finds something, and told by the service.
    f"""
    REVOKE ALL ON {TABLE}, audit_alarm FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
    GRANT SELECT, INSERT ON {TABLE} TO repere_sequencer;
    GRANT SELECT ON {TABLE} TO repere_app, repere_auditor;
    GRANT SELECT, INSERT ON audit_alarm TO repere_app, repere_sequencer;
    GRANT UPDATE (told_at) ON audit_alarm TO repere_app;
    GRANT SELECT ON audit_alarm TO repere_auditor;
    GRANT SELECT ON audit_entrysubject TO repere_sequencer;
    """,
]
SQLITE = [
    *(
        f"CREATE TRIGGER {TABLE}_{event.lower()} BEFORE {event} ON {TABLE} {REFUSE}"
        for event in ("UPDATE", "DELETE")
    ),
    f"CREATE TRIGGER {TABLE}_insert BEFORE INSERT ON {TABLE}"  # noqa: S608 - constants of this page
    f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE entry = NEW.entry OR rowid = NEW.rowid) {REFUSE}",
]

OLDEST_WAITING = """
CREATE OR REPLACE FUNCTION audit_oldest_waiting(log integer, mark bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(e.at) FROM audit_entry e WHERE e.txid >= mark
        AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.origin = log AND l.entry = e.id)
        {}
$$;
"""
UNLESS_REFUSED = "AND NOT EXISTS (SELECT FROM audit_refused r WHERE r.entry = e.id)"


def stand(_apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if on_postgresql else SQLITE:
        schema_editor.execute(named(statement), params=None)
    if on_postgresql:
        schema_editor.execute(OLDEST_WAITING.format(UNLESS_REFUSED), params=None)


def fall(_apps, schema_editor):
    """Let the function be as it was; triggers and grants go with their tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(OLDEST_WAITING.format(""), params=None)
        schema_editor.execute(named("REVOKE ALL ON audit_entrysubject FROM repere_sequencer"), params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_journal")]
    operations = [
        migrations.CreateModel(
            name="Refused",
            fields=[
                ("entry", models.UUIDField(primary_key=True, serialize=False)),
                ("leaf_hash", models.BinaryField(max_length=32)),
                ("reason", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)),
                        fields=["at"],
                        name="audit_alarm_untold",
                    ),
                ],
            },
        ),
        RunInDatabase(stand, fall),
    ]
