"""What PostgreSQL says of the service's logins: what each may do, and as whom it may do it."""

from dataclasses import dataclass

from django.db import connections


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
