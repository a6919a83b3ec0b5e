"""Notes each write of a row that gives a right, until the journal takes it into an entry (SEC-AZ22).

A row that somebody deletes or puts back by hand leaves no HMAC that fails. So each write leaves a step: what the row
was before and what it is afterwards, by parts of its HMACs. The journal takes the steps of a transaction into an entry
of that transaction (``audit/row_writes.py``), sealed as a whole: equal values in entries would join the pseudonyms of
one account (SEC-CR20). A nightly pass compares the rows with them (``referrals/composition/row_history.py``).

A step waits in Django's own list of hooks of the transaction: a savepoint that is rolled back takes its steps along.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connections

from encryption import bearer, digest, index

_TABLE, _ROW, _STATE = 4, 16, 14  # bytes
_STEP: Final = _TABLE + _ROW + 2 * _STATE
_PURPOSE: Final = "rows.written"
#: What a row is that isn't there, or wasn't signed.
ABSENT: Final = bytes(_STATE)


class Audited(Enum):
    """What the journal is told of a table's rows."""

    WHOLE = "whole"  # that they are made, changed and deleted
    ENDS = "ends"  # that they are deleted
    NOTHING = "nothing"


class Step(NamedTuple):
    """A write of one row: its table, its id, and what it was before and afterwards, all shortened."""

    table: bytes
    row: bytes
    before: bytes
    after: bytes


@dataclass(slots=True, eq=False)
class Waiting:
    """A step in the hooks of its transaction, and the place of the entry that has it, if one has."""

    step: Step
    place: Any = None

    def __call__(self) -> None:
        """Do nothing: the transaction has committed."""


def state_of(mac: bytes) -> bytes:
    """Return what stands for a row that has this HMAC, or for what this HMAC is over."""
    return bytes(mac)[:_STATE]


def table_of(table: str) -> bytes:
    return digest.sha256(table.encode())[:_TABLE]


def row_of(pk: Any) -> bytes:
    """Return what stands for a row's id: the id itself where it is a UUID."""
    return pk.bytes if isinstance(pk, UUID) else digest.sha256(str(pk).encode())[:_ROW]


def note(table: str, pk: Any, before: bytes, after: bytes, *, using: str) -> None:
    """Note a step in the running transaction."""
    step = Step(table_of(table), row_of(pk), before, after)
    connections[using].on_commit(Waiting(step))


def sealed(steps: Sequence[Step]) -> bytes:
    """Return steps sealed under the index key.

    Raises:
        KeysUnavailable: as ``index.keyed``.
    """
    return bearer.sealed(
        index.keyed(_PURPOSE, b""), _PURPOSE, b"".join(part for one in steps for part in one)
    )


def opened(data: bytes) -> Iterator[Step]:
    """Yield the steps that were sealed.

    Raises:
        Unreadable: they weren't sealed here.
        KeysUnavailable: as ``index.keyed``.
    """
    plain = bearer.opened(index.keyed(_PURPOSE, b""), _PURPOSE, data)
    for at in range(0, len(plain), _STEP):
        row, before, after = at + _TABLE, at + _TABLE + _ROW, at + _STEP - _STATE
        yield Step(plain[at:row], plain[row:before], plain[before:after], plain[after : at + _STEP])
