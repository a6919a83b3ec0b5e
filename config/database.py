"""Database roles of PostgreSQL: the application takes its role when it connects, and owns nothing.

Migrations run as the owner (``MIGRATION_DATABASE_URL``); after them the application's role is granted what it needs on
every table but the journal's, whose grants are in the audit app's migration (SEC-AL6, SEC-CF2).
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from config.training import kind

JOURNAL = "audit"


def take_role(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Let a new connection act as the application's role (receiver of ``connection_created``)."""
    if connection.vendor == "postgresql" and settings.DATABASE_ROLE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, false)", [settings.DATABASE_ROLE])


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
            return
        role = connection.ops.quote_name(settings.ROLES.service)
        for model in sender.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table in present:
                name = connection.ops.quote_name(table)
                cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {role}")  # /readyz asks what is applied


def connect() -> None:
    """Register the receivers; called once, when the apps are ready."""
    connection_created.connect(take_role, dispatch_uid="config.take_role")
    connection_created.connect(kind.require_own_kind, dispatch_uid="config.require_own_kind")
    for app in apps.get_app_configs():
        pre_migrate.connect(act_as_owner, sender=app, dispatch_uid=f"config.act_as_owner.{app.label}")
        post_migrate.connect(grant_tables, sender=app, dispatch_uid=f"config.grant_tables.{app.label}")
