"""Canonical encoding of an entry: closed schema, canonical JSON, leaf hash, and the writer's MAC.

The format is final (``docs/decisions/0004-journal-format.md``): keys sorted, no white space, UTF-8, whole
numbers only, at most 8 KiB; every entry has every key, and what doesn't apply is null (lists and maps:
empty).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from audit.errors import EntryRefused, EntryTooLarge
from encryption import digest, index

VERSION: Final = 1
MAX_BYTES: Final = 8 * 1024
MAX_OBJECTS: Final = 100
KEYS: Final = frozenset(
    {"v", "id", "salt", "ts", "mono", "clk", "w", "wseq", "wmac"}  # the entry and its place
    | {"actor", "role", "org", "tenant", "obo"}  # who
    | {"act", "obj", "fields", "why", "out", "rule", "pol", "from", "to", "ver", "pd", "n"}  # what
    | {"ip", "ua", "dev", "rid", "trace", "auth"}  # from where
)
# RFC 6962 §2.1: a leaf and a node of the tree never hash the same bytes.
_LEAF: Final = b"\x00"
NO_MAC: Final = b'"wmac":null'


def _identifier(value: object) -> str:
    """Spell an identifier for the encoder, which asks for whatever JSON has no type for."""
    if isinstance(value, UUID):
        return str(value)
    raise EntryRefused


_encode: Final = json.JSONEncoder(
    # The bytes are hashed: any choice here, once changed, makes every later entry differ from its own re-encoding.
    ensure_ascii=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
    check_circular=False,
    default=_identifier,
).encode


def instant(at: datetime) -> str:
    """Return an instant as the journal writes it: UTC, always six decimals (SEC-AL19).

    Raises:
        EntryRefused: without a zone, an instant is a guess.
    """
    if at.tzinfo is None:
        raise EntryRefused
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def encode(values: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of an entry; identifiers may be UUIDs still.

    Raises:
        EntryRefused: a key is missing or too many, a number isn't whole, or a value is of another kind.
        EntryTooLarge: more than 8 KiB.
    """
    # Closed schema: an optional key would be a place in which something can be left out unnoticed.
    if values.keys() != KEYS:
        raise EntryRefused
    for number in (values["mono"], values["wseq"], values["ver"], values["n"], *values["fields"].values()):
        # Whole numbers below 2^53 alone: floats, and larger ones, read differently in other JSON readers.
        if number is not None and (type(number) is not int or not 0 <= number < 2**53):
            raise EntryRefused
    body = _encode(values).encode()
    if len(body) > MAX_BYTES:
        raise EntryTooLarge
    return body


def chained(values: Mapping[str, Any], previous: bytes) -> tuple[bytes, bytes]:
    """Return the bytes of an entry, whose ``wmac`` is null, with that key filled in; and the MAC, 32 bytes.

    The MAC covers the writer's previous MAC and this entry's bytes with ``wmac`` null, under a key that the
    database doesn't hold: who owns the tables can't re-make a writer's entries. ``previous`` is empty
    for a writer's first entry.
    """
    body = encode(values)
    mac = mac_of(previous, body)
    # After this key come numbers only, and inside a string each quote is escaped: the last match is the key.
    head, _, tail = body.rpartition(NO_MAC)
    whole = b'%b"wmac":"%b"%b' % (head, mac.hex().encode(), tail)
    # Asked again, for the MAC adds 62 bytes; the verifier refuses what is longer.
    if len(whole) > MAX_BYTES:
        raise EntryTooLarge
    return whole, mac


def mac_of(previous: bytes, body: bytes) -> bytes:
    """Return the MAC of an entry whose ``wmac`` is null, after the writer's MAC before it, 32 bytes.

    Raises:
        KeysUnavailable: the index key can't be had.
    """
    return index.keyed("journal.writer", previous + body)


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of an entry as a leaf of the tree, 32 bytes. Source: RFC 6962 §2.1."""
    return digest.sha256(_LEAF + body)
