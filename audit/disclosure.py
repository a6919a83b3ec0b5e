"""Disclosure: sealed fields open only inside one, and each disclosure leaves one entry in the journal.

``with disclosure(...) as scope: value = sealed.open(scope)``. The scope notes each opening *before* it takes place; on
leaving the block, one entry names every label that was opened, in the transaction that read it. So reads may be
over-reported, never under-reported (SEC-AL2).

One gap remains: code that opens a value in an inner transaction, rolls that back, entry included, and still answers.
``watched`` closes it: the code that sends the answer asks it whether every entry was kept.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from audit import journal, sequencing_lag
from audit.errors import JournalUnavailable, OutsideTransaction
from audit.events import Acting, Outcome, Purpose
from audit.models import Entry
from encryption.errors import ScopeClosed
from encryption.sealed import OpenScope


class Disclosure(OpenScope):
    """An open disclosure. Only ``disclosure`` begins one, and so owes its entry."""

    def __init__(self, write: Callable[..., Entry]) -> None:
        self._write = write
        self._open = False
        self._rows: dict[str, set[UUID]] = {}
        self.entry: Entry | None = None

    def note(self, label: str, row: UUID, key_id: UUID) -> None:  # noqa: ARG002 - the interface's
        """Take note that a value is about to be opened.

        Raises:
            ScopeClosed: the disclosure hasn't begun, or has ended: its entry can't name this value.
        """
        if not self._open:
            raise ScopeClosed
        # Rows, not calls: a value that a page shows twice was disclosed once.
        self._rows.setdefault(label, set()).add(row)

    @property
    def opened(self) -> dict[str, int]:
        return {label: len(rows) for label, rows in self._rows.items()}

    def _begin(self) -> None:
        self._open = True

    def _end(self, outcome: Outcome, *, written: bool) -> None:
        self._open = False
        if written:
            self.entry = self._write(outcome=outcome, fields=self.opened)

    @property
    def is_unrecorded(self) -> bool:
        """Whether values were opened of which no entry remains."""
        # An entry that was written and rolled back is still unrecorded: the answer would otherwise leave without one
        # (SEC-AL2).
        return bool(self._rows) and (self.entry is None or not journal.is_committed(self.entry))


class Watch:
    def __init__(self) -> None:
        self._seen: list[Disclosure] = []

    def add(self, scope: Disclosure) -> None:
        self._seen.append(scope)

    def require_recorded(self) -> None:
        """Refuse to answer with what was opened unless each opening is written down.

        To be asked after the commit and before the first byte of an answer that isn't an error.

        Raises:
            JournalUnavailable: the entry of a disclosure was rolled back, or never written.
        """
        if any(scope.is_unrecorded for scope in self._seen):
            raise JournalUnavailable


# Per context: two requests of one process must not answer for each other's openings.
_watch: Final[ContextVar[Watch | None]] = ContextVar("audit_watch", default=None)


@contextmanager
def watched() -> Iterator[Watch]:
    """Follow all disclosures of the block; see ``Watch.require_recorded``."""
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


@contextmanager
def disclosure(
    *,
    actor: Acting | None,
    purpose: Purpose,
    at: datetime,
    objects: Sequence[UUID],
    tenant: UUID | None,
    act: str = "field:opened",
    rule: str = "",
    state: str = "",
    payload: bytes | bytearray | None = None,
    count: int | None = None,
    always: bool = False,
    urgent: bool = False,
) -> Iterator[Disclosure]:
    """Open sealed fields of the referrals whose pseudonyms are ``objects``, and write one entry of it.

    Runs inside a transaction of ``default``. ``always`` writes the entry even where nothing was opened:
    the page itself is a sensitive read. ``rule`` is the rule of access that allowed it, ``state`` that of the case,
    ``payload`` what was asked for, of which a keyed digest is kept, ``count`` how many are shown. ``objects`` and
    ``payload`` are read when the block ends: they may grow within it. ``urgent`` is read even while the tree is behind.
    When the block fails after something was opened, the entry says so, as far as the transaction still takes one.

    Raises:
        OutsideTransaction: no transaction is open.
        JournalUnavailable: the entry can't be written; nothing of what was opened may leave the house.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    # Refused at the beginning: an entry written at the end, outside the reading's transaction, may fail after the
    # answer.
    if not connection.in_atomic_block:
        raise OutsideTransaction
    write = partial(
        journal.record,
        act,
        actor=actor,
        at=at,
        objects=objects,
        tenant=tenant,
        purpose=purpose,
        rule=rule,
        from_state=state,
        payload=payload,
        count=count,
    )
    scope = Disclosure(write)
    # Only within a request, which has an answer to withhold. Recurring work opens values and shows them to nobody.
    if watch := _watch.get():
        sequencing_lag.require_in_time(actor, purpose, at=at, urgent=urgent)
        watch.add(scope)
    scope._begin()
    try:
        yield scope
    # ``BaseException``: a worker that is told to stop has opened values, too.
    except BaseException:
        # In a transaction that can only roll back there is nothing to write to; ``is_unrecorded`` remembers.
        writable = connection.in_atomic_block and not connection.needs_rollback
        scope._end(Outcome.FAIL, written=writable and bool(scope.opened))
        raise
    scope._end(Outcome.ALLOW, written=always or bool(scope.opened))
