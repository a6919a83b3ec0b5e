"""Checks of the two databases: where they lie, what their logins may do, their triggers and clocks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import structlog
from django.conf import settings
from django.core.checks import CheckMessage, Info, register
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db.backends.utils import CursorWrapper

from audit.appendonly import ENTRY_TABLES
from config import clocks
from config.checks.findings import error, warning
from config.local import hosts_of, is_near
from config.routers import KEY_STORE
from config.servers import place_of, roles_of

#: Tables that an act can't do without adding to.
WRITTEN_TABLES: Final = ("audit_entry", "audit_entrysubject")
#: The databases, and where each one's address is set.
PLACES: Final = {DEFAULT_DB_ALIAS: "DATABASE_URL", "keys": "KEYS_DATABASE_URL"}
_ROW_UPDATE_DELETE_TRUNCATE: Final = (16, 8, 32)  # bits of pg_trigger.tgtype
#: The id of what couldn't be asked.
UNASKED: Final = "repere.I001"
_log = structlog.get_logger(__name__)


@register(deploy=True)
def databases_are_fit(**_: object) -> list[CheckMessage]:
    """Return an error for each way in which the database would let the service do what it mustn't."""
    try:
        with connection.cursor() as cursor:
            if ENTRY_TABLES[0] not in connection.introspection.table_names(cursor):
                return [_unasked(DEFAULT_DB_ALIAS)]
            messages = list(_triggers(cursor))
            if settings.PRODUCTION and connection.vendor == "postgresql":
                messages += _role(cursor)
    except OperationalError:
        messages = [_unasked(DEFAULT_DB_ALIAS)]
    return [*messages, *_each_database(_login)]


@register(deploy=True)
def databases_are_apart(**_: object) -> list[CheckMessage]:
    """Return an error where the keys lie in the database of the cases, and where they share a cluster unaccepted."""
    if not settings.PRODUCTION or any(connections[alias].vendor != "postgresql" for alias in PLACES):
        return []
    try:
        cases, keys = (place_of(alias) for alias in PLACES)
    except OperationalError:
        return [_unasked(KEY_STORE)]
    near = cases.shares_cluster(keys)
    if keys.holds_cases or (near and keys.database == cases.database):
        return [
            error(
                60,
                "KEYS_DATABASE_URL leads to the database of the cases, or a copy of it: a backup would hold both. Name "
                "another one, and migrate it with `manage.py migrate --database keys`.",
            )
        ]
    if not near:
        return []
    if settings.ALLOW_ONE_CLUSTER:
        return [
            warning(
                14,
                "Cases and keys lie in one cluster (REPERE_ALLOW_ONE_CLUSTER): keep its base backups for days, not "
                "years, or what is destroyed comes back.",
            )
        ]
    return [
        error(
            61,
            "KEYS_DATABASE_URL leads to the cluster of DATABASE_URL, whose base backups would hold both: use another "
            "one, or set REPERE_ALLOW_ONE_CLUSTER=yes to accept it.",
        )
    ]


@register(deploy=True)
def clocks_agree(**_: object) -> list[CheckMessage]:
    """Return an error for each database whose clock and this machine's aren't the same."""
    return _each_database(_clock)


def _each_database(ask: Callable[[str], Iterator[CheckMessage]]) -> list[CheckMessage]:
    """Return what is wrong with either database in production; one that doesn't answer isn't asked."""
    messages: list[CheckMessage] = []
    for alias in PLACES:
        if not settings.PRODUCTION or connections[alias].vendor != "postgresql":
            continue
        try:
            messages += ask(alias)
        except OperationalError:
            messages.append(_unasked(alias))
    return messages


def _unasked(alias: str) -> CheckMessage:
    """Return that a database couldn't be asked; it keeps a server from opening, not from starting."""
    _log.warning("check:skipped", database=alias)
    sentence = f"The database in {PLACES[alias]} doesn't answer or isn't migrated: it is asked once it is."
    return Info(sentence, id=UNASKED)


def addresses() -> Iterator[CheckMessage]:
    """Look at where the two databases are said to be; nothing is connected to."""
    places = []
    for alias, variable in PLACES.items():
        one = settings.DATABASES[alias]
        places.append((hosts_of(one), one.get("PORT"), one["NAME"]))
        if not one["ENGINE"].endswith("postgresql"):
            yield error(8, f"{variable} must be the address of a PostgreSQL database (postgres://…).")
        elif not all(map(is_near, hosts_of(one))) and one["OPTIONS"].get("sslmode") != "verify-full":
            yield error(9, f"{variable} crosses the network in clear: add ?sslmode=verify-full to it.")
    if places[0] == places[1]:
        yield error(
            10, "KEYS_DATABASE_URL must be another database than DATABASE_URL: a backup would hold both."
        )


def _triggers(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    missing = _without_triggers_on_postgresql if connection.vendor == "postgresql" else _without_triggers
    if tables := missing(cursor):
        yield error(
            11,
            f"The journal could be rewritten: append-only triggers are missing on {', '.join(tables)}. "
            "Run `manage.py migrate`; if they were removed, find out by whom first.",
        )


def _without_triggers_on_postgresql(cursor: CursorWrapper) -> Sequence[str]:
    """Return the tables on which UPDATE, DELETE or TRUNCATE fires no trigger, or one that can be skipped."""
    missing = []
    for table in ENTRY_TABLES:
        cursor.execute(
            "SELECT COALESCE(bit_or(tgtype), 0) FROM pg_trigger"
            " WHERE tgrelid = %s::regclass AND tgenabled = 'A' AND NOT tgisinternal",
            [table],
        )
        fires = cursor.fetchone()[0]
        if not all(fires & bit for bit in _ROW_UPDATE_DELETE_TRUNCATE):
            missing.append(table)
    return missing


def _without_triggers(cursor: CursorWrapper) -> Sequence[str]:
    missing = []
    for table in ENTRY_TABLES:
        cursor.execute(
            "SELECT upper(sql) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        made = " ".join(sql for (sql,) in cursor.fetchall())
        if not all(f"BEFORE {verb}" in made for verb in ("UPDATE", "DELETE", "INSERT")):
            missing.append(table)
    return missing


def _login(alias: str) -> Iterator[CheckMessage]:
    """Look at the login itself, and at all that it may become: taking a role mends nothing, for it can be put off."""
    roles, ours = roles_of(alias), _roles_of_service()
    mighty = ", ".join(role.name for role in roles if role.is_mighty)
    owners = ", ".join(role.name for role in roles if role.owns)
    others = ", ".join(role.name for role in roles if not role.is_login and role.name not in ours)
    right = f"give it a login that is a member of {' and '.join(ours)}, and nothing else."
    if mighty:
        yield error(
            12,
            f"The login in {PLACES[alias]} may act as a superuser, read past row-level security, make roles or "
            f"databases, or replicate (as {mighty}): {right}",
        )
    if owners:
        yield error(
            13,
            f"The login in {PLACES[alias]} owns something (as {owners}), and could switch the triggers of its tables "
            f"off: migrate with MIGRATION_{PLACES[alias]}, and {right}",
        )
    if others:
        yield error(59, f"The login in {PLACES[alias]} may act as {others}: {right}")


def _roles_of_service() -> list[str]:
    """Return the roles of which the login is a member: the two of the service, or the sequencer's own."""
    if is_the_sequencers():
        return [settings.ROLES.sequencer]
    return [settings.DATABASE_ROLE or settings.ROLES.service, settings.ROLES.auditor]


def is_the_sequencers() -> bool:
    """Tell whether this is the environment of the sequencer."""
    return bool(settings.ROLES.sequencer == settings.DATABASE_ROLE)


def _clock(alias: str) -> Iterator[CheckMessage]:
    apart = clocks.seconds_apart(alias)
    if apart > clocks.APART_SECONDS:
        yield error(
            42,
            f"The clocks of this machine and of the server in {PLACES[alias]} are {apart:.0f} seconds apart: keep "
            "both in time, with chrony or systemd-timesyncd and `timedatectl set-ntp true`.",
        )


def _role(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    if not is_the_sequencers():
        yield from _adds(cursor)
    for table in ENTRY_TABLES:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'UPDATE, DELETE, TRUNCATE')", [table])
        if cursor.fetchone()[0]:
            yield error(
                14, f"The role of the service may change {table}: revoke UPDATE, DELETE and TRUNCATE."
            )


def _adds(cursor: CursorWrapper) -> Iterator[CheckMessage]:
    """Look at what the service may add: all that an act needs, and nothing to the tree, which is the sequencer's."""
    for table in WRITTEN_TABLES:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'INSERT')", [table])
        if not cursor.fetchone()[0]:
            yield error(
                43,
                f"The role of the service can't add to {table}, and no act could be done: make the roles of "
                "docs/install.md, run `manage.py migrate` as the owner, and set REPERE_DATABASE_ROLE="
                f"{settings.ROLES.service}.",
            )
    cursor.execute("SELECT has_table_privilege(current_user, 'audit_leaf', 'INSERT')")
    if cursor.fetchone()[0]:
        yield error(19, "The role of the service may extend the journal's tree: revoke INSERT on audit_leaf.")
