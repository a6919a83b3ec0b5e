"""Row-level security: PostgreSQL repeats the authority rule for the running transaction (SEC-AZ6).

Its policies read five settings of the transaction: the caller's authorities, the organisations that execute measures,
the keyed hashes of the caller's own filings and of the drafts shared with the institution that the caller leads, and
(for recurring work of the service itself) ``all``. Without them no row of a case is visible. SQLite has no such thing;
there the rule of ``visibility.py`` stands alone. Policies: ``referrals/migrations/_row_level_security.py``.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from accounts.actor import Actor
from referrals.access.exceptions import read_again
from referrals.access.people import institutions_of, services_of
from referrals.access.relations import filed_by, shared_with

ALL = "all"
#: One value in SQL, with its parameters, that is asked in the statement that says whose rows these are.
type Question = tuple[str, Sequence[Any]]
NOTHING: Final[Question] = ("NULL", ())
#: `true`: until the end of the transaction. A pooled connection hands nothing over to the next request (0006).
_SETTINGS: Final = (
    "clock_timestamp(), set_config('repere.authorities', %s, true), set_config('repere.organisations', %s, true),"
    " set_config('repere.filer', %s, true), set_config('repere.shared', %s, true)"
)


def _set(*said: str, asked: Question = NOTHING) -> tuple[datetime | None, Any]:
    """Set them for the running transaction; return the instant by PostgreSQL's clock, and what was asked."""
    # What was read under the old settings may lack rows that are in reach now, or hold some that no longer are.
    read_again()
    sql, parameters = asked
    settings, values = (_SETTINGS, said) if connection.vendor == "postgresql" else ("NULL", ())
    if not values and asked is NOTHING:
        return None, None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}, {settings}", [*parameters, *values])
        answer, row, *_ = cursor.fetchone()
    return row, answer


def _settings_of() -> list[str]:
    if connection.vendor != "postgresql":
        return [""] * 4
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('repere.authorities', true), ''),"
            " coalesce(current_setting('repere.organisations', true), ''),"
            " coalesce(current_setting('repere.filer', true), ''),"
            " coalesce(current_setting('repere.shared', true), '')"
        )
        return list(cursor.fetchone())


def _listed(ids: Iterable[UUID]) -> str:
    return ",".join(str(pk) for pk in sorted(ids))


def close() -> datetime | None:
    """Let the running transaction see no case; return the instant by the database's clock, where it has one."""
    return _set("", "", "", "")[0]


def open_for(actor: Actor, *, asked: Question = NOTHING) -> Any:
    """Let the running transaction see what the actor's authorities, services and own filings let through.

    Returns what is ``asked``: a question of its own would be a statement more on each request.
    """
    # Keyed values, as in the tables: the settings of a transaction don't say either whose filings they are (SEC-CR20).
    own = filed_by(actor.user_id).hex() if actor.user_id else ""
    shared = ",".join(sorted(shared_with(institution).hex() for institution in institutions_of(actor)))
    return _set(_listed(actor.authority_ids), _listed(services_of(actor)), own, shared, asked=asked)[1]


@contextmanager
def beyond() -> Iterator[None]:
    """Let the running transaction reach all cases for what its actor doesn't see, then stand where it stood."""
    # Read back, not made from an actor: blocks stand within each other, and recurring work has no actor.
    stood = _settings_of()
    _set(ALL, "", "", "")
    try:
        yield
    finally:
        # In a broken transaction each statement fails, and would hide the first error; the settings end with it anyway.
        if not connection.needs_rollback:
            _set(*stood)


@contextmanager
def for_the_service() -> Iterator[None]:
    """Let recurring work of the service itself see the cases of all authorities, within a transaction."""
    with transaction.atomic():
        _set(ALL, "", "", "")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                close()
