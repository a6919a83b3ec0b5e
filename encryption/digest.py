"""Hashes, random bytes and constant-time comparison for the other apps, which import no cryptography (SEC-CR19)."""

import hashlib
import hmac
import secrets
from io import BufferedReader
from typing import Protocol


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 of ``data``, 32 bytes. For keyed values see ``encryption.index``."""
    return hashlib.sha256(data).digest()


def sha256_of(file: BufferedReader) -> bytes:
    """Return the SHA-256 of what a file holds from here on, 32 bytes, a piece at a time."""
    return hashlib.file_digest(file, "sha256").digest()


class Running(Protocol):
    """A digest of bytes that come in pieces."""

    def update(self, data: bytes, /) -> None:
        """Take more."""

    def hexdigest(self) -> str:
        """Return the digest of what came, in hexadecimal."""


def running_sha256() -> Running:
    """Return the SHA-256 of bytes that come in pieces."""
    return hashlib.sha256()


def token() -> str:
    """Return an unguessable URL-safe text of 256 bits."""
    return secrets.token_urlsafe(32)


def random_bytes(count: int) -> bytes:
    """Return ``count`` bytes from the system's generator, which is safe across a fork."""
    return secrets.token_bytes(count)


def equal(left: bytes, right: bytes) -> bool:
    """Compare in a time that doesn't depend on where the two differ."""
    # ``==`` stops at the first difference, and by its time a MAC could be guessed byte by byte.
    return hmac.compare_digest(left, right)


def mac(key: bytes, data: bytes) -> bytes:
    """Return the HMAC-SHA-256 of ``data`` under a key that the receiver holds too, 32 bytes (RFC 2104)."""
    return hmac.digest(key, data, hashlib.sha256)
