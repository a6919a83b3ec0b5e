"""What migrations share: the rule of authorities for tables that are part of a case (SEC-AZ6), and the guards.

A row is seen exactly when its case is, by whatever the policy of ``referrals_referral`` lets through.
"""

from importlib import import_module
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

RULE = """
ALTER TABLE referrals_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_{table} USING (
    EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)
);
"""

#: Of tables that belong to an authority and to no case.
AUTHORITY_RULE = """
ALTER TABLE referrals_{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority ON referrals_{table} USING (
    authority_id = ANY ((SELECT repere_authorities())::uuid[]) OR (SELECT repere_all())
);
"""


def is_cases_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    """Tell whether a migration runs on the database of cases, and on one that has policies."""
    connection: Any = schema_editor.connection
    return bool(connection.vendor == "postgresql" and connection.alias == "default")


def stand_under_the_rule(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """Put new tables with a ``referral_id`` under the rule; dropping a table drops it."""
    if is_cases_postgresql(schema_editor):
        for table in tables:
            schema_editor.execute(RULE.format(table=table))


def stand_under_the_authoritys_rule(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """Put new tables with an ``authority_id``, of no case, under the rule; dropping a table drops it."""
    if is_cases_postgresql(schema_editor):
        for table in tables:
            schema_editor.execute(AUTHORITY_RULE.format(table=table))


def leave_the_rule(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """Take tables from under the rule, on the way back, where a column that it names goes before its table."""
    if is_cases_postgresql(schema_editor):
        for table in tables:
            schema_editor.execute(f"DROP POLICY authority ON referrals_{table}")


def restore_guards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers of the referral anew, before and after any change of its columns: SQLite rebuilds the table."""
    import_module("referrals.migrations.0006_shredded_again").restore_guards(apps, schema_editor)
