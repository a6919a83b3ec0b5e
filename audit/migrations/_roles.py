"""Database roles of the journal: which role may do what (SEC-AL6, SEC-CF2).

``repere_app`` adds entries and reads pseudonyms; it reads no entry. ``repere_auditor`` reads the two views. The
``repere_sequencer`` reads entries and adds to the tree; it can write no entry. The service and its auditors read the
tree, which says nothing of a case. All three are roles without login, created here if missing; the operator makes the
service's login a member of the first two (docs/decisions/0004-journal-format.md). Roles belong to the whole server, so
the reverse migration revokes the grants and leaves the roles. SQLite has no roles.

SQL here has the default names; ``named`` puts those of the settings in their places.
"""

import re

from django.conf import settings

from audit.migrations._tree import TREE

DEFAULTS = {"repere_app": "service", "repere_auditor": "auditor", "repere_sequencer": "sequencer"}
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
            'CREATE ROLE repere_app NOLOGIN; CREATE ROLE repere_auditor NOLOGIN; '
            'CREATE ROLE repere_sequencer NOLOGIN; then migrate again.';
END $$
"""


def named(sql):
    """Return SQL with the names that the settings give the roles; each is an identifier that needs no quotes."""
    return re.sub(
        r"\b(repere_app|repere_auditor|repere_sequencer)\b",
        lambda role: getattr(settings.ROLES, DEFAULTS[role[0]]),
        sql,
    )


ENTRIES = """
REVOKE ALL ON audit_entry, audit_entrysubject, audit_actorpseudonym, audit_subjectpseudonym,
    audit_entry_read, audit_subject_read FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT INSERT ON audit_entry, audit_entrysubject TO repere_app;
GRANT SELECT, INSERT ON audit_actorpseudonym, audit_subjectpseudonym TO repere_app;
GRANT SELECT ON audit_entry_read, audit_subject_read TO repere_auditor;
GRANT SELECT ON audit_entry TO repere_sequencer;
"""
OF_THE_TREE = f"""
REVOKE ALL ON {", ".join(TREE)} FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT ON {", ".join(TREE)} TO repere_sequencer;
GRANT SELECT ON {", ".join(TREE)} TO repere_app, repere_auditor;
"""
#: The service reads and adds decoys, and whoever reads the journal knows them; nobody changes one.
DECOYS = """
REVOKE ALL ON audit_decoy FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT ON audit_decoy TO repere_app;
GRANT SELECT ON audit_decoy TO repere_auditor;
"""
#: ``repere_app`` may change no entry: the owner's function prunes those that it is called for (SEC-AL15).
PRUNING = """
CREATE FUNCTION audit_prune(entries uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE audit_entry SET body = '', actor = NULL, subject = NULL WHERE id = ANY (entries) AND body <> '';
    DELETE FROM audit_entrysubject WHERE entry_id = ANY (entries);
$$;
REVOKE ALL ON FUNCTION audit_prune(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_prune(uuid[]) TO repere_app;
REVOKE ALL ON audit_prunedrun, audit_prunemark, audit_legalhold FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT ON audit_prunedrun TO repere_app;
GRANT SELECT ON audit_prunedrun TO repere_auditor, repere_sequencer;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_prunemark TO repere_app;
GRANT SELECT, INSERT ON audit_legalhold TO repere_app;
GRANT UPDATE (lifted_at) ON audit_legalhold TO repere_app;
"""
#: The service announces a destruction, notes that it is done and that it is complete. Only the owner says that a case is
#: to be shredded again, and that a restored database may open (SEC-CR11, SEC-CR12).
SHREDS = """
REVOKE ALL ON audit_shred, audit_replayed, audit_journalmark FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT ON audit_shred TO repere_app;
GRANT UPDATE (done_at, leaf, erased_at) ON audit_shred TO repere_app;
GRANT SELECT ON audit_replayed, audit_journalmark TO repere_app;
"""
#: The service cuts a shredded case loose from its pseudonym, one case at a time and by no other way (SEC-AL16).
#: ``repere_app`` may still not delete rows of the table: a statement without a condition would cut all of them loose. The
#: function belongs to the owner and deletes the row of the one case that it is called for.
FORGET_SUBJECT = """
CREATE FUNCTION audit_forget_subject(case_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM audit_subjectpseudonym WHERE referral_id = case_id
$$;
REVOKE ALL ON FUNCTION audit_forget_subject(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_forget_subject(uuid) TO repere_app;
"""
#: The service knows how long entries have waited for their place, and nothing else of them (SEC-AL8).
OLDEST_WAITING = """
CREATE FUNCTION audit_oldest_waiting(log integer, mark bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT min(e.at) FROM audit_entry e WHERE e.txid >= mark
        AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.origin = log AND l.entry = e.id)
        AND NOT EXISTS (SELECT FROM audit_refused r WHERE r.entry = e.id)
$$;
REVOKE ALL ON FUNCTION audit_oldest_waiting(integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_oldest_waiting(integer, bigint) TO repere_app;
"""
#: Who writes entries may set none apart; alarms are raised by whoever finds something, and told by the service.
REFUSED = """
REVOKE ALL ON audit_refused, audit_alarm FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT ON audit_refused TO repere_sequencer;
GRANT SELECT ON audit_refused TO repere_app, repere_auditor;
GRANT SELECT, INSERT ON audit_alarm TO repere_app, repere_sequencer;
GRANT UPDATE (at, told_at, settled_at, permanent, mac) ON audit_alarm TO repere_app, repere_sequencer;
GRANT SELECT ON audit_alarm TO repere_auditor;
GRANT SELECT ON audit_entrysubject TO repere_sequencer;
"""
#: When a sequencer last finished a pass.
PASSES = """
REVOKE ALL ON audit_sequencerpass FROM PUBLIC, repere_app, repere_auditor, repere_sequencer;
GRANT SELECT, INSERT, UPDATE ON audit_sequencerpass TO repere_sequencer;
GRANT SELECT ON audit_sequencerpass TO repere_app;
"""
GRANTS = (ENTRIES, OF_THE_TREE, DECOYS, PRUNING, SHREDS, FORGET_SUBJECT, OLDEST_WAITING, REFUSED, PASSES)


def stand(_apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for role in DEFAULTS:
        schema_editor.execute(named(MAKE_ROLE.format(role=role)), params=None)
    for grants in GRANTS:
        schema_editor.execute(named(grants), params=None)


def fall(_apps, schema_editor):
    """Drop the owner's functions; the grants go with the tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP FUNCTION audit_prune(uuid[]), audit_forget_subject(uuid), audit_oldest_waiting(integer, bigint)"
        )
