"""Encryption under a bearer secret: the service hands the secret out and doesn't keep it.

Session data are sealed this way: the cookie holds the secret, the table its hash and the ciphertext. Neither the table
nor all keys of the service open them.

    version (1) | suite (1) | nonce (12) | ciphertext and tag
"""

from os import urandom
from typing import Final

from cryptography.exceptions import InvalidTag

from encryption import suites
from encryption.envelope import length_prefixed
from encryption.errors import Unreadable
from encryption.suites import NONCE_BYTES, Aead
from encryption.unwrapped import hkdf

VERSION: Final = 1
_HEAD_BYTES: Final = 2


def _cipher(secret: bytes, purpose: str, suite: int) -> tuple[Aead, bytes]:
    # Purpose, version and suite are in the derivation and in the associated data: a secret's ciphertext for one use
    # opens for no other, and no key works in two suites.
    bound = length_prefixed(b"repere bearer", bytes((VERSION, suite)), purpose.encode())
    # HKDF without a slow hash: the secret is random, 160 bits or more, so there is nothing to guess.
    return suites.SUITES[suite](hkdf(secret, bound)), bound


def sealed(secret: bytes, purpose: str, plain: bytes) -> bytes:
    """Return ``plain`` sealed under a secret of 160 random bits or more; ``purpose`` is a constant of the code."""
    cipher, bound = _cipher(secret, purpose, suites.DEFAULT)
    nonce = urandom(NONCE_BYTES)
    return bytes((VERSION, suites.DEFAULT)) + nonce + cipher.encrypt(nonce, plain, bound)


def opened(secret: bytes, purpose: str, data: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        Unreadable: it was sealed under another secret or for another purpose, or isn't whole.
    """
    # One error for every reason (SEC-CR4): which check failed would help whoever alters the bytes.
    if len(data) < _HEAD_BYTES + NONCE_BYTES or data[0] != VERSION or data[1] not in suites.SUITES:
        raise Unreadable
    cipher, bound = _cipher(secret, purpose, data[1])
    nonce, rest = data[_HEAD_BYTES : _HEAD_BYTES + NONCE_BYTES], data[_HEAD_BYTES + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, rest, bound)
    except InvalidTag as error:
        raise Unreadable from error
