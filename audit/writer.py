"""Writers of the audit log: one per process and database connection, each with its counter.

A gap in a writer's counters must mean that an entry was deleted, so only a commit uses up a number. The number of an
entry that is rolled back, with its savepoint or its transaction, is reused.

Django keeps the hooks of the running transaction in ``connection.run_on_commit`` and drops those of a savepoint that is
rolled back. Each entry leaves one there; so what the transaction will commit, and nothing else, is readable at any
moment, and no separate bookkeeping can diverge from it.
"""

import os
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper

from audit import leaf_stream

#: After so long another writer goes on: an entry whose place is checked by the one before it never waits until that one
#: is pruned (SEC-AL21).
LIFE_SECONDS: Final = 86_400.0


@dataclass(slots=True)
class Writer:
    """A process and a connection, and what it has committed. A new connection is a new writer."""

    raw: Any
    pid: int
    id: UUID
    began: float = field(default_factory=monotonic)
    seq: int = 0
    mac: bytes = b""


@dataclass(slots=True, eq=False)
class Place:
    """An entry's place in its writer's chain; final once it is called, after the commit."""

    writer: Writer
    seq: int
    mac: bytes = b""
    leaf: bytes = b""
    final: bool = False

    def __call__(self) -> None:
        """Advance the writer, and tell the feed: the transaction that holds the entry has committed."""
        self.final = True
        # Hooks run newest first, so an older place may come after a newer one: the counter never goes back.
        if self.seq > self.writer.seq:
            self.writer.seq, self.writer.mac = self.seq, self.mac
        leaf_stream.tell(self.writer.id, self.seq, self.leaf)

    def is_committed(self, connection: BaseDatabaseWrapper) -> bool:
        """Tell whether the entry is committed, or still will be with the running transaction."""
        return self.final or any(hook is self for _, hook, *_ in connection.run_on_commit)


# PostgreSQL's connection objects are the keys themselves, so that a pool may hand them round. Those of
# SQLite can't be referred to weakly: there Django's wrapper is the key, and the writer knows its own.
_writers: WeakKeyDictionary[object, Writer] = WeakKeyDictionary()


def _key(connection: BaseDatabaseWrapper) -> object:
    return connection if connection.vendor == "sqlite" else connection.connection


def current(connection: BaseDatabaseWrapper) -> Writer:
    # On PostgreSQL a strong reference to the connection would keep its weak key alive.
    raw = connection.connection if connection.vendor == "sqlite" else None
    writer = _writers.get(_key(connection))
    # A forked process shares the parent's connection object: with the parent's writer, two processes would use one
    # counter.
    if writer is not None and writer.pid == os.getpid() and writer.raw is raw:
        return writer
    writer = _writers[_key(connection)] = Writer(raw=raw, pid=os.getpid(), id=uuid4())
    return writer


def next_place(connection: BaseDatabaseWrapper) -> tuple[Place, bytes]:
    """Return the place of the next entry, and the MAC before it; nothing is taken until ``take``."""
    writer = current(connection)
    # The newest hook comes first (``take``), so the first that is found is the last entry of this transaction.
    for _, hook, *_ in connection.run_on_commit:
        if isinstance(hook, Place) and hook.writer is writer:
            return Place(writer, hook.seq + 1), hook.mac
    # Not where the transaction has an entry already: its open numbers belong to the old writer.
    if monotonic() - writer.began > LIFE_SECONDS:
        retire(connection)
        writer = current(connection)
    return Place(writer, writer.seq + 1), writer.mac


def take(connection: BaseDatabaseWrapper, place: Place) -> None:
    """Let the commit of the running transaction, or of nothing at all, use up a place.

    The hook goes before all others, the newest first: a hook that writes entries of its own, or that fails
    and so drops those behind it, finds the counter where the commit has put it.
    """
    connection.on_commit(place)
    # Django drops all hooks behind one that fails. Ours in front, no foreign hook can stop the counter.
    connection.run_on_commit.insert(0, connection.run_on_commit.pop())


def retire(connection: BaseDatabaseWrapper) -> None:
    """Forget the writer: its next entry was refused, so that its count may not be the database's."""
    _writers.pop(_key(connection), None)
