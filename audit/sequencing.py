"""Gives committed entries their places in the tree: contiguous, each once, in any commit order (SEC-AL8).

The leader holds the advisory lock of the transaction (on SQLite, the one write transaction there can be). The places
are written in that same transaction, which therefore fences itself: a sequencer that was paused, or whose connection is
gone, commits nothing, and the next one finds the tree as the last commit left it. The database cuts off a paused one
after ``_PATIENCE``. Requests take no lock and read nothing of this (SEC-AL7).

Entries commit in another order than their transactions began. So the sequencer doesn't look for entries "after the last
one" but "without a place", from a low-water mark below which nothing more can arrive: all transactions below
PostgreSQL's xmin have ended. The mark moves to the xmin read *before* looking. On SQLite transactions follow one
another, and the mark is the table's row number. A process scans the whole table when it starts and every hour: a mark
proves nothing, because an attacker who writes a row can give it any transaction number.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.expressions import RawSQL

from audit import alarms, columns, tree
from audit.canonical import leaf_hash
from audit.chains import Chains, Claim, Judged, Reason, Row
from audit.models import Entry, EntrySubject, Leaf, LogOrigin, Refused, Tile
from audit.tree import Frontier, Tree, size_of

BATCH: Final = 2_000  # entries of one transaction
_LOCK: Final = 0x7265_7065_7265  # our advisory lock of the whole database
_PATIENCE: Final = "30s"
NOWHERE: Final = -(2**63)  # below any number that a row can bear


@contextmanager
def reading(*, steady: bool = False) -> Iterator[None]:
    """Open a transaction under the role that reads entries and may extend the tree, ``repere_sequencer`` by default.

    Only where the service runs under a role. A login that isn't its member can't become it: a web process can't.
    ``steady``: all its statements see what its first one saw, whatever is pruned meanwhile.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    roles = connection.vendor == "postgresql" and bool(settings.DATABASE_ROLE)
    with transaction.atomic():
        if steady and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # First statement of the transaction, or PostgreSQL refuses it.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if roles:
            _become(settings.ROLES.sequencer)
        yield
        if roles:
            _become(settings.DATABASE_ROLE)


def _become(role: str) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(role)}")


@contextmanager
def leading() -> Iterator[bool]:
    """Open the transaction of a sequencer and say whether it leads; it writes nothing when it doesn't."""
    connection = connections[DEFAULT_DB_ALIAS]
    with reading():
        if connection.vendor != "postgresql":
            yield True
            return
        with connection.cursor() as cursor:
            # A leader that is paused keeps the lock. The database ends it, and what it hadn't committed never was.
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{_PATIENCE}'")
            # Of the transaction, not of the session: lock and written places end together, so that no fence number is
            # needed (0010).
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            leads = bool(cursor.fetchone()[0])
        yield leads


def clock_of_database() -> str:
    return "process" if connections[DEFAULT_DB_ALIAS].vendor == "sqlite" else "db"


@dataclass(frozen=True, slots=True)
class Horizon:
    """From where on entries may be without a place: a number of transaction or row, and of which cluster."""

    settled: int
    cluster: int


def horizon() -> Horizon:
    """Return the horizon of this moment: every entry below it is committed and visible, or never will be."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
                " (SELECT system_identifier FROM pg_control_system())"
            )
        else:
            cursor.execute("SELECT coalesce(max(rowid), 0) + 1, 0 FROM audit_entry")
        return Horizon(*cursor.fetchone())


def current(*, at: datetime) -> LogOrigin:
    """Return the origin that grows, begun now if there is none. Only while leading."""
    origin = tree.newest()
    return origin or LogOrigin.objects.create(number=1, name=settings.LOG_ORIGIN, begun_at=at)


@dataclass(frozen=True, slots=True)
class Integrated:
    """What a pass did: which entries got places, and from where on the next one looks."""

    judged: Judged
    settled: int
    more: bool


def integrate(
    origin: LogOrigin, *, settled: int, chains: Chains, at: datetime, limit: int = BATCH
) -> Integrated:
    """Give places to entries that have none, at most ``limit``; set apart those that the service didn't write.

    Only while leading, in its transaction.

    Raises:
        KeysUnavailable: the key of the writers' MACs can't be had: no entry gets a place (SEC-AL21).
    """
    # Read before looking: an entry that commits in between is above it, and is looked for again in the next pass.
    before = horizon()
    waiting = _waiting(origin.number, settled, limit)
    judged = chains.judge(origin.number, waiting)
    # The hash is that of the bytes; the column of the same name proves nothing.
    extend(origin.number, [(row.pk, claim.leaf) for row, claim in judged.fit])
    # In the same transaction as the places: no state exists in which an odd entry is neither placed nor named.
    _set_apart(judged.unfit, at=at)
    alarms.raise_all(_differences(judged.fit), at=at)
    more = len(waiting) == limit
    # In the order of the mark: below the last one that was looked at, all that is visible has its place.
    reached = min(before.settled, waiting[-1].mark) if more else before.settled
    return Integrated(judged, max(settled, reached), more)


def _differences(placed: Sequence[tuple[Row, Claim]]) -> list[str]:
    """Return an alarm for each column that doesn't repeat its entry; rows are read once more where one doesn't."""
    # Compared as one text, which costs a comparison a row; columns are asked one by one only where that differs.
    other = [row.pk for row, claim in placed if row.told != claim.told]
    odd = columns.differences(Entry.objects.filter(pk__in=other), subjects=EntrySubject) if other else []
    listed = {row.pk: claim.objects for row, claim in placed if claim.objects}
    return list(dict.fromkeys(odd + columns.unlisted(listed, EntrySubject)))


def extend(origin: int, leaves: Sequence[tuple[UUID | str | None, bytes]]) -> None:
    """Give the next places of a tree to these entries, in their order, and write the tiles that they fill."""
    frontier = Frontier(Tree.of(origin))
    first, tiles = frontier.size, []
    for _, leaf in leaves:
        tiles += frontier.add(leaf)
    add_leaves(origin, first, leaves)
    Tile.objects.bulk_create(
        Tile(origin=origin, level=level, number=number, hashes=hashes, root=root)
        for level, number, hashes, root in tiles
    )


def carry_over(old: int, new: int) -> int:
    """Give the places of an origin to the same entries in a newer one, behind those that this has; return how many."""
    count = size_of(old)
    # By hashes alone: contents may be pruned, and the old tree has to be recomputable all the same (SEC-AL25).
    for first in range(0, count, BATCH):
        rows = Leaf.objects.filter(origin=old, place__gte=first, place__lt=first + BATCH).order_by("place")
        extend(new, [(entry, bytes(leaf)) for entry, leaf in rows.values_list("entry", "leaf_hash")])
    return count


def _waiting(origin: int, settled: int, limit: int) -> list[Row]:
    """Return entries without a place that aren't set apart.

    In the order of their transactions, and within one writer in that of its counter: a connection's transactions
    follow one another, so that a writer's entries stand in the tree as it wrote them.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        # Few columns, and bytes as they are: the driver takes longer over each value than over all checks of it.
        with connection.connection.cursor(binary=True) as cursor:
            cursor.execute(_WHOLE if settled == NOWHERE else _SINCE, [settled, origin, limit])
            return list(map(Row._make, cursor.fetchall()))
    mark = RawSQL("audit_entry.rowid", [], BigIntegerField())
    waiting = (
        Entry.objects.annotate(mark=mark)
        .filter(~Exists(Leaf.objects.filter(origin=origin, entry=OuterRef("pk"))), mark__gte=settled)
        .filter(~Exists(Refused.objects.filter(entry=OuterRef("pk"))))
        .order_by("mark", "writer", "writer_seq")
    )
    return [Row(str(row.pk), columns.text_of(row), bytes(row.body), row.mark) for row in waiting[:limit]]


_WAITING: Final = """
    SELECT e.id::text, {told}, e.body, e.txid FROM audit_entry e
    WHERE e.txid >= %s AND {no_place}
        AND NOT EXISTS (SELECT FROM audit_refused r WHERE r.entry = e.id)
    ORDER BY e.txid, e.writer, e.writer_seq LIMIT %s
"""
_PLACE: Final = "SELECT l.place FROM audit_leaf l WHERE l.origin = %s AND l.entry = e.id"
_WHOLE: Final = _WAITING.format(told=columns.TEXT_IN_SQL, no_place=f"NOT EXISTS ({_PLACE})")
#: A value, where the planner doesn't choose: while it knows no better than that there are few places, it would compare
#: each entry with each of them.
_SINCE: Final = _WAITING.format(told=columns.TEXT_IN_SQL, no_place=f"({_PLACE}) IS NULL")


def _set_apart(unfit: Sequence[tuple[Row, Reason]], *, at: datetime) -> None:
    """Keep what gets no place where it isn't lag and holds up nobody, and raise the alarm (SEC-AL21)."""
    Refused.objects.bulk_create(
        Refused(entry=row.pk, leaf_hash=leaf_hash(row.body), reason=reason, at=at) for row, reason in unfit
    )
    alarms.raise_all((f"refused:{reason}:{row.pk}" for row, reason in unfit), at=at)


def add_leaves(origin: int, first: int, leaves: Sequence[tuple[UUID | str | None, bytes]]) -> None:
    """Write places from ``first`` on. By hand: the ORM takes longer over it than all the rest."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not leaves:
        return
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(
                "INSERT INTO audit_leaf (origin, place, entry, leaf_hash) VALUES (%s, %s, %s, %s)",
                [
                    (origin, place, None if entry is None else UUID(str(entry)).hex, stored)
                    for place, (entry, stored) in enumerate(leaves, first)
                ],
            )
            return
        cursor.execute(
            "INSERT INTO audit_leaf (origin, place, entry, leaf_hash)"
            " SELECT %s, %s + at - 1, entry, decode(stored, 'hex')"
            " FROM unnest(%s::text::uuid[], %s::text::text[]) WITH ORDINALITY AS added (entry, stored, at)",
            [
                origin,
                first,
                columns.as_array(entry or "NULL" for entry, _ in leaves),
                columns.as_array(stored.hex() for _, stored in leaves),
            ],
        )
