"""Envelope of a sealed value: its byte format and its associated data. Pure functions: no key, no database.

    version (1) | suite (1) | key id (16) | nonce (12) | ciphertext | tag (16)

The same frame carries a sealed field and a wrapped key; the associated data tell them apart.
Source: docs/decisions/0002-sealed-field-format.md.
"""

from typing import Final
from uuid import UUID

from encryption.suites import NONCE_BYTES, TAG_BYTES

VERSION: Final = 1
HEAD: Final = slice(0, 18)
KEY_ID: Final = slice(2, 18)
NONCE: Final = slice(18, 18 + NONCE_BYTES)
BODY: Final = slice(NONCE.stop, None)
OVERHEAD: Final = NONCE.stop + TAG_BYTES

_LARGE_BUCKET: Final = 4096
MARK: Final = b"\x80"
_FILL: Final = MARK.ljust(_LARGE_BUCKET, b"\0")


def length_prefixed(*parts: bytes) -> bytes:
    """Join byte strings so that no two different lists give the same bytes (4-byte big-endian lengths)."""
    return b"".join(len(part).to_bytes(4) + part for part in parts)


def field_binding(suite: int, label: str, key_id: UUID) -> bytes:
    """Return the associated data of a sealed field, up to the 16 bytes of its row, which come last.

    Length-prefixed: format, frozen label, key, row. A ciphertext moved to another column, table, row or key
    is authenticated against other bytes than it was made with. Referral and authority are bound one
    level up, in the key's own wrap.
    """
    # The row comes last and is appended by the caller: the rest is the same for a column and is computed once a key.
    prefix = length_prefixed(b"repere field", bytes((VERSION, suite)), label.encode(), key_id.bytes)
    return prefix + (16).to_bytes(4)


def padded(plaintext: bytes) -> bytes:
    """Fill to 64, 256, 1024 bytes, then to a multiple of 4096, so that the length says little.

    ISO/IEC 7816-4: one byte 0x80, then zeros. Nothing is ever compressed: a compressed length would
    say something of the content.
    """
    size = len(plaintext)
    # ``<``, not ``<=``: the mark needs a byte of its own, or a full bucket couldn't be told from a filled one.
    if size < 64:
        fill = 64 - size
    elif size < 256:
        fill = 256 - size
    elif size < 1024:
        fill = 1024 - size
    else:
        fill = _LARGE_BUCKET - size % _LARGE_BUCKET
    return plaintext + _FILL[:fill]


def unpadded(filled: bytes) -> bytes:
    """Undo ``padded``. The bytes were authenticated before, so a missing mark is our own fault."""
    # From the right: the plaintext may contain 0x80, the filling can't.
    return filled[: filled.rindex(MARK)]
