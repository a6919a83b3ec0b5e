"""Streaming encryption of objects too large for a column: segments under a key of their own (SEC-CR15).

    version (1) | suite (1) | nonce prefix (7) | segment … | last segment

A segment is 65,536 bytes of plaintext and its tag; the last one is shorter, or as long, or empty. The nonce is the
prefix, the segment's number (4 bytes, big-endian) and one byte that is 1 for the last: so a segment that was dropped,
duplicated, moved or truncated, or that belongs to another object, doesn't open. Memory use is bounded. This is the
STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, 2015).

The key of an object is random and sealed in a column of kind ``key``: shredding the case's data key shreds its objects.
Source: docs/decisions/0020-attachments.md.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from os import urandom
from typing import Final, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag

from encryption import suites
from encryption.envelope import length_prefixed
from encryption.errors import Unreadable
from encryption.suites import KEY_BYTES, TAG_BYTES, Aead
from encryption.unwrapped import hkdf

VERSION: Final = 1
SEGMENT_BYTES: Final = 64 * 1024
SEALED_BYTES: Final = SEGMENT_BYTES + TAG_BYTES
HEAD_BYTES: Final = 9
MOST_SEGMENTS: Final = 2**32 - 1


class ObjectKey:
    """The key of one attachment's objects, as opaque as Python lets it be: it shows, compares and pickles as nothing.

    Each object's own key is derived from it and from the object's name, so that two objects never share one.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    @classmethod
    def new(cls) -> "ObjectKey":
        return cls(urandom(KEY_BYTES))

    def __repr__(self) -> str:
        return "<ObjectKey>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An unwrapped key stays in its process.")

    def _cipher(self, name: UUID, suite: int) -> tuple[Aead, bytes]:
        # The name is in the derivation: two objects of one attachment have two keys, so that their nonces can't meet.
        bound = length_prefixed(b"repere object", bytes((VERSION, suite)), name.bytes)
        return suites.SUITES[suite](hkdf(self._raw, bound)), bound

    def sealing(self, name: UUID) -> "Sealing":
        """Begin to seal the object ``name``; to be done once for each name."""
        return Sealing(*self._cipher(name, suites.DEFAULT), suites.DEFAULT)

    def opened(self, name: UUID, sealed: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the plaintext of the object ``name``, segment by segment, out of its bytes in pieces of any size.

        Nothing is yielded of a segment that isn't whole. That the object is whole is known at its end only.

        Raises:
            Unreadable: it isn't the object that was sealed under this key and name, or not all of it.
        """
        return _opened(self, name, sealed)


def bytes_of(key: ObjectKey) -> bytes:
    """Return what a sealed column holds of a key; for ``encryption.values`` alone."""
    return key._raw


class Sealing:
    """An object being sealed: call ``update`` with each piece, then ``finish`` once."""

    def __init__(self, aead: Aead, bound: bytes, suite: int) -> None:
        self._aead, self._bound = aead, bound
        # Random all the same: if an upload under one name is begun again, its segments must not repeat a nonce
        # (SEC-CR5).
        self._prefix = urandom(HEAD_BYTES - 2)
        self._waiting = bytearray()
        self._head = bytes((VERSION, suite)) + self._prefix
        self._count = 0

    def update(self, plaintext: bytes) -> bytes:
        """Take more plaintext; return the bytes that are ready to be stored, which may be none."""
        self._waiting += plaintext
        out = bytearray(self._begin())
        # A full segment waits until more follows: only then is it known not to be the last.
        # Memory stays bounded by one segment, whatever the caller hands over at once.
        while len(self._waiting) > SEGMENT_BYTES:
            out += self._seal(bytes(self._waiting[:SEGMENT_BYTES]), last=False)
            del self._waiting[:SEGMENT_BYTES]
        return bytes(out)

    def finish(self) -> bytes:
        """Return the end of the object, without which none of it counts."""
        return self._begin() + self._seal(bytes(self._waiting), last=True)

    def _begin(self) -> bytes:
        head, self._head = self._head, b""
        return head

    def _seal(self, segment: bytes, *, last: bool) -> bytes:
        nonce = nonce_of(self._prefix, self._count, last=last)
        self._count += 1
        return self._aead.encrypt(nonce, segment, self._bound)


def nonce_of(prefix: bytes, number: int, *, last: bool) -> bytes:
    """Return the nonce of a segment.

    Raises:
        OverflowError: the number doesn't fit: an object has at most 2^32 segments.
    """
    return prefix + number.to_bytes(4) + bytes((last,))


def _opened(key: ObjectKey, name: UUID, sealed: Iterable[bytes]) -> Iterator[bytes]:
    pieces = _Pieces(sealed)
    head = pieces.take(HEAD_BYTES)
    if len(head) < HEAD_BYTES or head[0] != VERSION or head[1] not in suites.SUITES:
        raise Unreadable
    aead, bound = key._cipher(name, head[1])
    number = 0
    segment = pieces.take(SEALED_BYTES)
    while True:
        # One segment ahead: whether a segment is the last is in its nonce, so it must be known before it is opened. A
        # file that was cut at a segment's end fails by this (SEC-CR15).
        following = pieces.take(SEALED_BYTES) if len(segment) == SEALED_BYTES else b""
        last = not following
        if number > MOST_SEGMENTS:
            raise Unreadable
        plaintext = None
        with suppress(InvalidTag, ValueError):
            plaintext = aead.decrypt(nonce_of(head[2:], number, last=last), segment, bound)
        # Raised outside the handler, so that no exception context keeps the piece that was tried.
        if plaintext is None:
            raise Unreadable
        yield plaintext
        if last:
            return
        segment, number = following, number + 1


class _Pieces:
    """Bytes that come in pieces of any size, taken by the count."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = bytearray()

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes; fewer at the end alone."""
        while len(self._left) < count:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._left += piece
        taken = bytes(self._left[:count])
        del self._left[:count]
        return taken
