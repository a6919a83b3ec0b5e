"""What the database itself holds: what of a case never moves, and that changes of settings are added, never altered.

Of a case: receipt, legal due date, reference and filer never change; a state moves only with its version; nothing gets
out of a purge, and nothing in but by an executed batch, when a purge leaves nothing of who filed and the day of the
receipt (domain.md §2.8 no. 10).
"""

from django.db import migrations

LISTED = """
    EXISTS (SELECT 1 FROM referrals_retentionline l JOIN referrals_retentionbatch b ON b.id = l.batch_id
            WHERE l.referral_id = NEW.id AND l.dropped_at IS NULL AND b.state = 'executed')
"""
REFERRAL_POSTGRESQL = f"""
CREATE FUNCTION repere_referral_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'purged' THEN
        RAISE EXCEPTION 'a purged case never changes';
    END IF;
    IF OLD.received_at IS NOT NULL AND OLD.state <> 'draft' AND NEW.state <> 'purged'
       AND (NEW.received_at IS DISTINCT FROM OLD.received_at
            OR NEW.statutory_due_at IS DISTINCT FROM OLD.statutory_due_at) THEN
        RAISE EXCEPTION 'receipt and legal due date never move';
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND NEW.version <= OLD.version THEN
        RAISE EXCEPTION 'a state moves only with its version';
    END IF;
    IF NEW.state = 'archived' AND OLD.state <> 'archived' AND OLD.legal_hold THEN
        RAISE EXCEPTION 'a case on hold is not archived';
    END IF;
    IF NEW.state = 'purged' AND (OLD.state <> 'archived' OR OLD.legal_hold OR NEW.legal_hold
                                 OR NEW.purged_at IS NULL OR NEW.tombstone IS NULL OR NOT {LISTED}) THEN
        RAISE EXCEPTION 'a case is purged from the archive, by an executed batch, never on hold';
    END IF;
    IF NEW.reference IS DISTINCT FROM OLD.reference
       OR (NEW.filed_by IS DISTINCT FROM OLD.filed_by AND NEW.state <> 'purged') THEN
        RAISE EXCEPTION 'reference and filer never change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referral_guard BEFORE UPDATE ON referrals_referral
    FOR EACH ROW EXECUTE FUNCTION repere_referral_guard();
ALTER TABLE referrals_referral ENABLE ALWAYS TRIGGER referral_guard;
"""
REFERRAL_SQLITE = [
    """CREATE TRIGGER referral_guard_dates BEFORE UPDATE ON referrals_referral
    WHEN OLD.received_at IS NOT NULL AND OLD.state <> 'draft' AND NEW.state <> 'purged'
     AND (NEW.received_at IS NOT OLD.received_at OR NEW.statutory_due_at IS NOT OLD.statutory_due_at)
    BEGIN SELECT RAISE(ABORT, 'receipt and legal due date never move'); END""",
    """CREATE TRIGGER referral_guard_state BEFORE UPDATE ON referrals_referral
    WHEN NEW.state IS NOT OLD.state AND NEW.version <= OLD.version
    BEGIN SELECT RAISE(ABORT, 'a state moves only with its version'); END""",
    """CREATE TRIGGER referral_guard_names BEFORE UPDATE ON referrals_referral
    WHEN NEW.reference IS NOT OLD.reference OR (NEW.filed_by IS NOT OLD.filed_by AND NEW.state <> 'purged')
    BEGIN SELECT RAISE(ABORT, 'reference and filer never change'); END""",
    """CREATE TRIGGER referral_guard_purged BEFORE UPDATE ON referrals_referral
    WHEN OLD.state = 'purged'
    BEGIN SELECT RAISE(ABORT, 'a purged case never changes'); END""",
    """CREATE TRIGGER referral_guard_archive BEFORE UPDATE ON referrals_referral
    WHEN NEW.state = 'archived' AND OLD.state <> 'archived' AND OLD.legal_hold
    BEGIN SELECT RAISE(ABORT, 'a case on hold is not archived'); END""",
    f"""CREATE TRIGGER referral_guard_purge BEFORE UPDATE ON referrals_referral
    WHEN NEW.state = 'purged' AND OLD.state <> 'purged' AND (OLD.state <> 'archived' OR OLD.legal_hold OR NEW.legal_hold
                                   OR NEW.purged_at IS NULL OR NEW.tombstone IS NULL OR NOT {LISTED})
    BEGIN SELECT RAISE(ABORT, 'a case is purged from the archive, by an executed batch, never on hold'); END""",  # noqa: S608
]

SETTING_POSTGRESQL = """
CREATE FUNCTION repere_setting_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'changes of settings are added, never altered';
END $$;
CREATE TRIGGER setting_guard BEFORE UPDATE OR DELETE ON referrals_settingchange
    FOR EACH ROW EXECUTE FUNCTION repere_setting_guard();
ALTER TABLE referrals_settingchange ENABLE ALWAYS TRIGGER setting_guard;
"""
SETTING_SQLITE = [
    f"CREATE TRIGGER setting_guard_{verb.lower()} BEFORE {verb} ON referrals_settingchange"
    " BEGIN SELECT RAISE(ABORT, 'changes of settings are added, never altered'); END"
    for verb in ("UPDATE", "DELETE")
]


def stand(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REFERRAL_POSTGRESQL + SETTING_POSTGRESQL)
    else:
        for statement in (*REFERRAL_SQLITE, *SETTING_SQLITE):
            schema_editor.execute(statement)


def fall(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER setting_guard ON referrals_settingchange; DROP FUNCTION repere_setting_guard();"
            " DROP TRIGGER referral_guard ON referrals_referral; DROP FUNCTION repere_referral_guard()"
        )
    else:
        drop(schema_editor, (*REFERRAL_SQLITE, *SETTING_SQLITE))


def restore_guards(apps, schema_editor):
    """Make the triggers of the referral anew, for later migrations: SQLite drops them when it rebuilds the table."""
    if schema_editor.connection.vendor == "sqlite":
        drop(schema_editor, REFERRAL_SQLITE)
        for statement in REFERRAL_SQLITE:
            schema_editor.execute(statement)


def drop(schema_editor, statements):
    for statement in statements:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {statement.split()[2]}")


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_cases")]
    operations = [migrations.RunPython(stand, fall)]
