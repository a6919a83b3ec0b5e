"""Database roles of PostgreSQL: the application takes its role when it connects, and owns nothing.

Migrations run as the owner (``MIGRATION_DATABASE_URL``); after them the application's role is granted what it needs on
every table but the journal's, whose grants are in the audit app's migration (SEC-AL6, SEC-CF2).
"""

from collections.abc import Callable
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InternalError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from config.training import kind

JOURNAL = "audit"
#: PostgreSQL's word for a transaction that may only read: a standby, or a primary that takes no writes any more.
READ_ONLY: Final = "25006"


def take_role(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Let a new connection act as the application's role (receiver of ``connection_created``)."""
    if connection.vendor == "postgresql" and settings.DATABASE_ROLE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, false)", [settings.DATABASE_ROLE])


def leave_read_only(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Let a connection whose server only reads count as one that is out (receiver of ``connection_created``)."""
    if connection.vendor == "postgresql" and _left not in connection.execute_wrappers:
        connection.execute_wrappers.append(_left)


def _left(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Raise what a server that is away raises, and close the connection once the request ends.

    Raises:
        OperationalError: the server refuses to write.
    """
    try:
        return execute(sql, params, many, context)
    except InternalError as error:
        if getattr(error.__cause__, "sqlstate", "") != READ_ONLY:
            raise
        # It still answers SELECT 1, and would be kept; the address may lead to another server by now.
        context["connection"].close_at = 0.0
        raise OperationalError(*error.args) from error.__cause__


def act_as_owner(using: str, **_: object) -> None:
    """Let the connection act as its login again (receiver of ``pre_migrate``)."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE")


def grant_tables(sender: Any, using: str, **_: Any) -> None:
    """Grant the application's role the tables of ``sender`` (receiver of ``post_migrate``)."""
    connection = connections[using]
    if connection.vendor != "postgresql" or sender.label == JOURNAL:
        return
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.ROLES.service])
        if cursor.fetchone() is None:
            _require_none(using)
            return
        role = connection.ops.quote_name(settings.ROLES.service)
        for model in sender.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table in present:
                name = connection.ops.quote_name(table)
                cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {role}")  # /readyz asks what is applied


def _require_none(using: str) -> None:
    """Refuse to leave tables that nobody may use: in production the role has to be in each cluster beforehand.

    Raises:
        ImproperlyConfigured: names the role and the statement that makes it.
    """
    if settings.PRODUCTION:
        variable = "KEYS_DATABASE_URL" if using == "keys" else "DATABASE_URL"
        role = settings.ROLES.service
        raise ImproperlyConfigured(
            f"The role {role} isn't in the cluster of {variable}, and the service could read nothing there: run CREATE "
            f"ROLE {role} NOLOGIN there, grant it to the service's login, then migrate again."
        )


def connect() -> None:
    """Register the receivers; called once, when the apps are ready."""
    connection_created.connect(take_role, dispatch_uid="config.take_role")
    connection_created.connect(leave_read_only, dispatch_uid="config.leave_read_only")
    connection_created.connect(kind.require_own_kind, dispatch_uid="config.require_own_kind")
    for app in apps.get_app_configs():
        pre_migrate.connect(act_as_owner, sender=app, dispatch_uid=f"config.act_as_owner.{app.label}")
        post_migrate.connect(grant_tables, sender=app, dispatch_uid=f"config.grant_tables.{app.label}")
