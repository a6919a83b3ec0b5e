"""Facts about the PostgreSQL servers and the service's logins: which database it is, what each login may do."""

from dataclasses import dataclass

from django.db import connections

from audit.models import JournalMark


@dataclass(frozen=True, slots=True)
class Role:
    """A role that a login is, or may become.

    ``is_mighty``: superuser, past row-level security, makes roles or databases, or replicates. ``owns``: anything,
    in whichever database of the cluster.
    """

    name: str
    is_login: bool
    is_mighty: bool
    owns: bool


def roles_of(alias: str) -> list[Role]:
    """Return the login of a connection and every role that it may become, by however many steps.

    It is the login's (``session_user``): what the connection acts as now, ``RESET ROLE`` takes off.
    Source: PostgreSQL's manual, ``SET ROLE``, ``pg_auth_members``, ``pg_shdepend``.

    Raises:
        OperationalError: the server doesn't answer.
    """
    with connections[alias].cursor() as cursor:
        cursor.execute(_ROLES)
        return [Role(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Place:
    """Which database a connection leads to, whatever its address says.

    ``cluster``: the number that the cluster was given when it was made; a standby and a base backup bear the same.
    Empty where the login may not ask. ``began``: when the server started, to the microsecond. ``database``: its number
    within the cluster. ``holds_cases``: the journal's mark was put there at migration.
    """

    cluster: str
    began: str
    database: int
    holds_cases: bool

    def shares_cluster(self, other: "Place") -> bool:
        """Tell whether both lie in one cluster, so that one base backup holds both."""
        if self.cluster and other.cluster:
            return self.cluster == other.cluster
        return self.began == other.began


def place_of(alias: str) -> Place:
    """Ask a database who it is.

    Source: PostgreSQL's manual, "Control Data Functions", "Session Information Functions".

    Raises:
        OperationalError: the server doesn't answer.
    """
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')")
        asks = cursor.fetchone()[0]
        cluster = "(SELECT system_identifier::text FROM pg_control_system())" if asks else "''"
        cursor.execute(
            f"SELECT {cluster}, pg_postmaster_start_time()::text, d.oid::bigint, to_regclass(%s) IS NOT NULL"  # noqa: S608
            " FROM pg_database d WHERE datname = current_database()",
            [JournalMark._meta.db_table],
        )
        return Place(*cursor.fetchone())


_ROLES = """
WITH RECURSIVE own (oid) AS (
    SELECT oid FROM pg_roles WHERE rolname = session_user
    UNION SELECT m.roleid FROM pg_auth_members m JOIN own ON m.member = own.oid
)
SELECT rolname, rolname = session_user,
    rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication,
    EXISTS (
        SELECT FROM pg_shdepend d
        WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o'
    )
FROM pg_roles r JOIN own USING (oid) ORDER BY 1
"""
