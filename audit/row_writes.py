"""Takes what was written of rows that give rights into entries, and reads it back (SEC-AZ22).

An entry ``rows:written`` holds the steps of its transaction (``encryption/row_writes.py``), sealed, in ``fields``:
pieces of the ciphertext, each with its number. It goes with the entry of the act, in one statement; what is written
behind the last entry of a transaction is told right before the commit (``audit/before_commit.py``).
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from audit import events
from audit.events import Topic
from audit.models import ReadEntry
from audit.writer import Place
from encryption.errors import Unreadable
from encryption.row_writes import Step, Waiting, opened, sealed

WRITTEN: Final = "rows:written"
events.register(WRITTEN)
events.file_under(Topic.RIGHTS, WRITTEN)
#: So many steps stand in one entry, which has 8 KiB.
STEPS: Final = 80
_PIECE: Final = 63  # signs, behind one that every code may begin with
_AT_ONCE: Final = 1_000


def waiting(connection: BaseDatabaseWrapper) -> list[Waiting]:
    """Return the steps of the running transaction that no entry has which will be committed with it."""
    # Entries stand before all other hooks (``audit/writer.py``): one of many entries isn't gone through. Plain loops:
    # one that writes many rows is, for each entry.
    hooks, noted = connection.run_on_commit, []
    for one in reversed(hooks):
        if isinstance(one[1], Place):
            break
        if isinstance(one[1], Waiting):
            noted.append(one[1])
    if not noted:
        return noted
    there = {id(one[1]) for one in hooks}
    return [one for one in reversed(noted) if id(one.place) not in there]


def fields_of(steps: Sequence[Step]) -> dict[str, int]:
    text = urlsafe_b64encode(sealed(steps)).rstrip(b"=").decode()
    return {f"r{text[at : at + _PIECE]}": at // _PIECE for at in range(0, len(text), _PIECE)}


def steps_of(fields: dict[str, int]) -> list[Step]:
    """Return the steps that an entry holds.

    Raises:
        Unreadable: they weren't sealed here.
    """
    text = "".join(piece[1:] for piece, _ in sorted(fields.items(), key=lambda pair: pair[1]))
    return list(opened(urlsafe_b64decode(f"{text}==")))


def steps() -> Iterator[Step]:
    """Yield all steps that entries hold still, in the order of their instants; within ``reading.as_auditor``."""
    entries = ReadEntry.objects.filter(topic=Topic.RIGHTS, act=WRITTEN).order_by("at", "writer", "writer_seq")
    for (body,) in entries.values_list("body").iterator(_AT_ONCE):
        if not body:  # pruned
            continue
        try:
            yield from steps_of(json.loads(bytes(body))["fields"])
        except Unreadable:
            # Not the service's own: the sequencer has set it apart (SEC-AL21).
            continue
