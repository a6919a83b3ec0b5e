"""Origins of the tree: whether the operator made a row, and what a new origin begins with (SEC-AL10, SEC-AL25).

A new origin gives every entry another place. If an attacker could begin one by writing a row, the sequencer would sign
a rewritten journal under a fresh name; so the row is signed with the log's key, which only the command does. The first
origin needs no signature: the settings name it, and it begins empty.
"""

import time
from datetime import datetime
from typing import Final
from uuid import uuid4

from django.conf import settings

from audit import canonical, events
from audit.models import LogOrigin
from audit.verifier import Checkpoint, Fault
from encryption import digest
from encryption.signing import Signer, ed25519_holds

CARRIED: Final = "journal:carried"
events.register(CARRIED)


def statement(origin: LogOrigin) -> bytes:
    """Return what the log's key signs of an origin: number, name, and what it begins with and carries over."""
    parts = (bytes(origin.after), bytes(origin.carried))
    # Over digests, so that the signed text stays short and printable; both parts are covered in full.
    digests = "\n".join(digest.sha256(part).hex() for part in parts)
    return f"repere/journal-origin/v1\n{origin.number}\n{origin.name}\n{digests}\n".encode()


def is_ours(origin: LogOrigin, by: Signer) -> bool:
    """Tell whether an origin was begun by the operator's command, or is the first one, as the settings name it.

    A later one that doesn't begin with a checkpoint of the one before isn't, whoever signed it: it forgets that one.
    """
    # The settings stand in for a signature: they aren't in the database, where the row could be changed.
    if origin.number == 1:
        return (origin.name, bytes(origin.after)) == (settings.LOG_ORIGIN, b"")
    before = LogOrigin.objects.filter(pk=origin.number - 1).values_list("name", flat=True).first()
    try:
        note = Checkpoint.of(bytes(origin.after))
    except Fault:
        return False
    # Even with the signature: a key that was used by mistake must not cut the log off from its past (0037).
    return note.origin == before and ed25519_holds(
        by.ed25519_public(), bytes(origin.signature), statement(origin)
    )


def carried_entry(count: int, *, at: datetime, clk: str) -> bytes:
    """Return the entry that says how many places a new origin has from the old one, by a writer of its own.

    It stands in the tree and in each export, in no table of entries: the sequencer may write none there.
    """
    values = dict.fromkeys(canonical.KEYS) | {
        "v": canonical.VERSION,
        "id": uuid4(),
        "salt": digest.random_bytes(16).hex(),
        "ts": canonical.instant(at),
        "mono": time.monotonic_ns() // 1000,
        "clk": clk,
        "w": uuid4(),
        "wseq": 1,
        "act": CARRIED,
        "obj": [],
        "fields": {},
        "why": events.Purpose.MAINTENANCE.value,
        "out": events.Outcome.ALLOW.value,
        "pol": events.policy(),
        "n": count,
    }
    # Canonical and with a MAC like any entry: the verifier needs no exception for it.
    return canonical.chained(values, b"")[0]


def records() -> dict[bytes, bytes]:
    """Return the bytes in the tree that are no rows of the table, by their leaf hashes."""
    rows = LogOrigin.objects.values_list("after", "carried")
    return {canonical.leaf_hash(bytes(one)): bytes(one) for row in rows for one in row if one}
