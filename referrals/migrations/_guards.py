"""Database triggers: fixed facts of a case never change, and changes of settings are append-only.

Of a case: receipt, legal due date, reference and filer never change; a state changes only with its version; nothing
leaves the purged state, and a case enters it only by an executed batch, when the purge leaves nothing of the filer and
the day of the receipt (domain.md §2.8 no. 10). A case that a backup restored is purged again without the batch that the
backup may not know of (SEC-CR12): only one that the owner of the tables has put into ``audit_replayed``; ``repere_app``
may not.

SQLite drops the triggers of a table when Django rebuilds it, as it does for nearly every change of columns: a migration
that changes those of the referral drops the statements' triggers before it does, and executes them afterwards.
"""

WHY = "a case is purged from the archive, by an executed batch, never on hold"
LISTED = """
    EXISTS (SELECT 1 FROM referrals_retentionline l JOIN referrals_retentionbatch b ON b.id = l.batch_id
            WHERE l.referral_id = NEW.id AND l.dropped_at IS NULL AND b.state = 'executed')
"""
REPLAYED = """
    EXISTS (SELECT 1 FROM audit_replayed r JOIN audit_subjectpseudonym p ON p.pseudonym = r.pseudonym
            WHERE p.referral_id = NEW.id)
"""
REFUSED = f"""NEW.legal_hold OR NEW.purged_at IS NULL OR NEW.tombstone IS NULL OR
    (NOT {REPLAYED} AND (OLD.state <> 'archived' OR OLD.legal_hold OR NOT {LISTED}))"""
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
    IF NEW.state = 'purged' AND ({REFUSED}) THEN
        RAISE EXCEPTION '{WHY}';
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
    WHEN NEW.state = 'purged' AND OLD.state <> 'purged' AND ({REFUSED})
    BEGIN SELECT RAISE(ABORT, '{WHY}'); END""",
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
POSTGRESQL = [REFERRAL_POSTGRESQL, SETTING_POSTGRESQL]
SQLITE = [*REFERRAL_SQLITE, *SETTING_SQLITE]


def stand(_apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def fall(_apps, schema_editor):
    """Drop the functions, and with them their triggers; those of SQLite go with their tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION repere_referral_guard(), repere_setting_guard() CASCADE")
