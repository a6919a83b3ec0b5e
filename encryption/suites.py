"""Cipher suites, each under the number stored in a ciphertext. A number never changes meaning.

A suite is an AEAD with a 256-bit key, a 96-bit nonce and a 128-bit tag. A key belongs to one suite for
life: it is derived for that suite (``encryption/keyring.py``), so no key works in two algorithms.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305


class Aead(Protocol):
    """What the two classes of ``cryptography`` have in common."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return ciphertext and tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the plaintext, or raise ``InvalidTag``."""


AES_256_GCM: Final = 1
CHACHA20_POLY1305: Final = 2
SUITES: Final[Mapping[int, Callable[[bytes], Aead]]] = MappingProxyType(
    {AES_256_GCM: AESGCM, CHACHA20_POLY1305: ChaCha20Poly1305}
)
# Only new keys take it. A stored key names its suite, so that a change here breaks nothing that is there.
DEFAULT: int = AES_256_GCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
