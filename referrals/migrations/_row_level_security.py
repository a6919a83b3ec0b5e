"""Row-level security policies of PostgreSQL: a transaction that hasn't named its authority sees no case (SEC-AZ6).

The application's role gets its grants on the tables after each migration (config/database.py). Nothing here applies to
SQLite.

A later migration that makes a table of a case or of an authority puts it under the rule by ``stand_under_the_rule`` or
``stand_under_the_authoritys_rule``; dropping the table drops the rule.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

#: What the running transaction has said of itself: ``referrals/access/row_level_security.py`` sets it.
FUNCTIONS = """
CREATE FUNCTION repere_executes(case_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (
        SELECT 1 FROM referrals_measure m
        WHERE m.referral_id = case_id
          AND m.state IN ('proposed', 'agreed', 'ordered', 'awaiting_start', 'active', 'suspended')
          AND m.service_id = ANY (string_to_array(nullif(current_setting('repere.organisations', true), ''), ',')::uuid[])
    )
$$;
CREATE FUNCTION repere_all() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_setting('repere.authorities', true) = 'all'
$$;
CREATE FUNCTION repere_authorities() RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN coalesce(current_setting('repere.authorities', true), '') IN ('', 'all') THEN '{}'::uuid[]
           ELSE string_to_array(current_setting('repere.authorities', true), ',')::uuid[] END
$$;
CREATE FUNCTION repere_filer() RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT decode(nullif(current_setting('repere.filer', true), ''), 'hex')
$$;
CREATE FUNCTION repere_shared() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_to_array(nullif(current_setting('repere.shared', true), ''), ','), '{}')
$$;
"""
CASES = """
ALTER TABLE referrals_referral ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_referral USING (
    authority_id = ANY ((SELECT repere_authorities())::uuid[])
    OR filed_by = (SELECT repere_filer())
    OR (SELECT repere_all())
    OR repere_executes(id)
    OR (state = 'draft' AND encode(shared_with, 'hex') = ANY ((SELECT repere_shared())::text[]))
);
"""
#: A row of a part of a case is seen exactly when its case is, by whatever the policy of ``referrals_referral`` lets through.
RULE = """
ALTER TABLE referrals_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_{table} USING (
    EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)
);
"""
#: Tables that are part of a case by their ``referral_id``.
PARTS = [
    "alert",
    "approval",
    "assessment",
    "assignment",
    "attachment",
    "breakglass",
    "casewatch",
    "child",
    "childdanger",
    "clock",
    "closurereview",
    "complement",
    "concern",
    "conclusion",
    "decision",
    "digitaltrace",
    "duplicatecandidate",
    "emergencysheet",
    "excludedresource",
    "exclusion",
    "fact",
    "feedbacktask",
    "filermessage",
    "finding",
    "grant",
    "healthsign",
    "holder",
    "holderinformation",
    "holderopinion",
    "informationrequest",
    "inquiryconsidered",
    "joining",
    "judicialoutcome",
    "judicialreferral",
    "lastvisit",
    "letter",
    "measure",
    "messageread",
    "movedrow",
    "orientation",
    "rectification",
    "retentionline",
    "sheetreader",
    "sighting",
    "sign",
    "steprecord",
    "teammessage",
    "thirdparty",
    "transferdocument",
    "transferreceiver",
    "transferrequest",
    "visit",
    "voice",
]
#: Of tables that belong to an authority and to no case.
AUTHORITY_RULE = """
ALTER TABLE referrals_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_{table} USING (
    authority_id = ANY ((SELECT repere_authorities())::uuid[]) OR (SELECT repere_all())
);
"""
#: Such tables. Of what compares the ties of staff, how far the service has come is said of an authority; ties and values
#: are a person's, and asked for by person alone.
OF_AUTHORITY = (
    "accessanomaly",
    "accessrequest",
    "caseexport",
    "databreach",
    "eliminatedcount",
    "emergencyapproval",
    "emergencysearch",
    "figureskept",
    "inquiry",
    "kinsearch",
    "pseudonymlookup",
    "retentionbatch",
    "rowapproval",
    "standin",
)
#: A row of a part of an access request is seen exactly when the request is.
REQUEST_RULE = """
ALTER TABLE referrals_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_{table} USING (
    EXISTS (SELECT 1 FROM referrals_accessrequest r WHERE r.id = request_id)
);
"""
OF_REQUEST = ("accessfile", "accessopinion", "accesspart", "accessredaction")
#: A number of the index is seen when its case is. What the service itself may see is asked first: a search reads some
#: hundreds, and asking for each one's case would take most of its time.
INDEX_RULE = """
ALTER TABLE referrals_indexvalue ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_indexvalue USING (
    (SELECT repere_all()) OR EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)
);
"""
#: What crosses to another authority, to be read only: an open emergency sheet to those named on it, and the documents of
#: an open transfer to the one asked. The case itself doesn't cross.
CROSSINGS = """
CREATE POLICY reader ON referrals_sheetreader FOR SELECT USING (
    authority_id = ANY ((SELECT repere_authorities())::uuid[])
);
CREATE POLICY reader ON referrals_emergencysheet FOR SELECT USING (
    closed_at IS NULL
    AND EXISTS (SELECT 1 FROM referrals_sheetreader s WHERE s.sheet_id = referrals_emergencysheet.id)
);
CREATE POLICY receiver ON referrals_transferrequest FOR SELECT USING (
    state IN ('sent', 'arbitration') AND target_id = ANY ((SELECT repere_authorities())::uuid[])
);
CREATE POLICY receiver ON referrals_transferdocument FOR SELECT USING (
    EXISTS (
        SELECT 1 FROM referrals_transferrequest t
        WHERE t.id = request_id AND t.state = 'sent' AND t.channel = 'electronic'
          AND t.target_id = ANY ((SELECT repere_authorities())::uuid[])
    )
);
"""


def stand(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put all tables of cases under the rule."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(FUNCTIONS + CASES + INDEX_RULE, params=None)
    stand_under_the_rule(schema_editor, *PARTS)
    stand_under_the_authoritys_rule(schema_editor, *OF_AUTHORITY)
    for table in OF_REQUEST:
        schema_editor.execute(REQUEST_RULE.format(table=table), params=None)
    schema_editor.execute(CROSSINGS, params=None)


def stand_under_the_rule(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """Put tables with a ``referral_id`` under the rule."""
    if schema_editor.connection.vendor == "postgresql":
        for table in tables:
            schema_editor.execute(RULE.format(table=table), params=None)


def stand_under_the_authoritys_rule(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """Put tables with an ``authority_id``, of no case, under the rule."""
    if schema_editor.connection.vendor == "postgresql":
        for table in tables:
            schema_editor.execute(AUTHORITY_RULE.format(table=table), params=None)


def fall(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the functions, and with them the policies that ask them; the others go with their tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP FUNCTION repere_executes(uuid), repere_all(), repere_authorities(), repere_filer(), repere_shared()"
            " CASCADE"
        )
