"""Reads entries, and is the only module that does: the views, under the auditors' role where there is one."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BinaryField, BooleanField, Exists, Func, OuterRef, QuerySet, Value

from audit import alarms, columns
from audit.events import Outcome
from audit.models import ReadEntry, ReadSubject, Refused
from core.paging import Page, page_of


class Holds(Func):
    template = (
        "(INSTR(%(expressions)s) > 0)"  # it returns a place, and Django compares what it returns with 1
    )
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Return the condition in the words of PostgreSQL."""
        turned = self.copy()
        turned.set_source_expressions(self.get_source_expressions()[::-1])
        return turned.as_sql(
            compiler, connection, template="(POSITION(%(expressions)s) > 0)", arg_joiner=" IN ", **more
        )


@contextmanager
def as_auditor() -> Iterator[None]:
    """Take the auditors' role for the queries of the block, then the service's own again.

    Only on PostgreSQL, and only where the service runs under ``DATABASE_ROLE``: that role may read no
    entry. Runs in a transaction. If the block fails the role stays until the transaction rolls back,
    which gives the old one back: an auditor's role that lingers may write nothing.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    own = settings.DATABASE_ROLE
    if connection.vendor != "postgresql" or not own:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(settings.ROLES.auditor)}")
    # Not in ``finally``: after a failure the transaction takes no statement but its rollback, which resets the role.
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(own)}")


def entries_of(authorities: Collection[UUID], filters: dict[str, Any]) -> QuerySet[ReadEntry]:
    """Return the entries of some authorities that match ``filters``; to be evaluated inside ``as_auditor``.

    ``filters`` may hold ``ids``, ``actor`` and ``subject`` (pseudonyms), ``act``, ``acts``, ``topic``, ``outcome``,
    ``purpose``, ``refused`` (denied or failed), ``since`` (included) and ``until`` (excluded). Each knows whether it is
    set apart.
    """
    # An entry that was set apart is shown, and marked: hiding it would serve whoever forged it.
    apart = Exists(Refused.objects.filter(entry=OuterRef("pk")))
    entries = ReadEntry.objects.annotate(apart=apart).filter(tenant__in=authorities)
    lookups = {
        "ids": "id__in",
        "actor": "actor",
        "act": "act",
        "acts": "act__in",
        "topic": "topic",
        "outcome": "outcome",
        "since": "at__gte",
        "until": "at__lt",
    }
    entries = entries.filter(**{lookups[name]: value for name, value in filters.items() if name in lookups})
    if purpose := filters.get("purpose"):
        # No column repeats it: in the canonical bytes it stands in one way only, and no value can hold a quote.
        entries = entries.filter(Holds("body", Value(f'"why":"{purpose}"'.encode(), BinaryField())))
    if filters.get("refused"):
        entries = entries.exclude(outcome=Outcome.ALLOW)
    if subject := filters.get("subject"):
        # Two small index searches, joined by UNION: an OR over both would walk the authority's whole journal.
        alone = ReadEntry.objects.filter(subject=subject).values("id")
        among = ReadSubject.objects.filter(subject=subject).values("entry_id")
        entries = entries.filter(id__in=alone.union(among, all=True))
    return entries


def page(
    authorities: Collection[UUID],
    filters: dict[str, Any],
    *,
    limit: int,
    cursor: str | None,
    bound_to: str,
    at: datetime,
) -> Page:
    """Return a page of the entries of some authorities that match, newest first, each compared with its columns.

    What is whose is told by the bytes: a row that was put under an authority isn't shown to it (SEC-AL22).

    Raises:
        InvalidQuery: the cursor is of another list.
    """
    with as_auditor():
        fetched = page_of(entries_of(authorities, filters), limit=limit, cursor=cursor, bound_to=bound_to)
        # Inside the role, for it reads; the alarms outside, for that role may write nothing.
        odd = columns.differences(fetched.items, sought=filters.get("subject"))
    alarms.raise_all(odd, at=at)
    return Page(own(fetched.items, authorities), fetched.next)


def own(rows: Iterable[ReadEntry], authorities: Collection[UUID]) -> list[ReadEntry]:
    names = set(map(str, authorities))
    return [row for row in rows if columns.tenant_of(row) in names]
