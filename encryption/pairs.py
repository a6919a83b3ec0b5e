"""Intake key pair of an authority: filings seal data keys to the public key; the private key unwraps them (SEC-CR7).

Single-shot HPKE (RFC 9180): ML-KEM-768 with X25519, HKDF-SHA-256, AES-256-GCM. ``cryptography`` takes no associated
data for it, so the binding of a wrap goes into ``info``, which the key schedule authenticates as well:

    version 2 (1) | suite (1) | id of the pair (16) | encapsulated key (1120) | ciphertext and tag

The hybrid private key has no serialised form: its two seeds are stored, wrapped as one. The public key has an HMAC
under a key of the filing side, so that an attacker who writes to the key store can't substitute a public key. Source:
docs/decisions/0015-filing-to-a-public-key.md.
"""

import hmac
from collections.abc import Callable
from typing import Final, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from encryption.envelope import HEAD, length_prefixed
from encryption.errors import Unreadable
from encryption.models import Kind, WrappedKey

VERSION: Final = 2
SUITE: Final = 1
PURPOSE: Final = "intake.public"
_MLKEM_SEED: Final = 64
_MLKEM_PUBLIC: Final = 1184
_PUBLIC_BYTES: Final = _MLKEM_PUBLIC + 32
_hpke: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

#: ``mac(value)``: the HMAC of the filing side under which public halves are proved.
type Mac = Callable[[bytes], bytes]


def _head(pair_id: UUID) -> bytes:
    return bytes((VERSION, SUITE)) + pair_id.bytes


def _info(pair_id: UUID, authority: UUID, row: WrappedKey) -> bytes:
    """Return what a wrap is bound to: the pair and its authority, and the key inside and whose it is."""
    # Owner and kind are bound here, because HPKE in ``cryptography`` takes no associated data.
    above = (Kind.INTAKE.encode(), authority.bytes, pair_id.bytes)
    below = (row.kind.encode(), row.owner.bytes, row.pk.bytes, bytes((row.suite,)))
    return length_prefixed(b"repere sealed to", _head(pair_id)[:2], *above, *below)


class PublicKey:
    """The public half: it wraps, and opens nothing."""

    __slots__ = ("_key", "id", "owner")

    def __init__(self, pair_id: UUID, owner: UUID, public: bytes) -> None:
        self.id = pair_id
        self.owner = owner
        self._key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:_PUBLIC_BYTES]),
        )

    def wrap(self, raw: bytes, row: WrappedKey) -> bytes:
        """Return the envelope of a data key's bytes, bound to that key's row and to this pair."""
        return _head(self.id) + _hpke.encrypt(raw, self._key, _info(self.id, self.owner, row))


class PairKey:
    """The private half, unwrapped: it opens what was sealed to its pair, and never leaves the process."""

    __slots__ = ("_key", "id", "kind", "owner")

    def __init__(self, row: WrappedKey, key: MLKEM768X25519PrivateKey) -> None:
        self.id: UUID = row.pk
        self.owner: UUID = row.owner
        self.kind: str = Kind.INTAKE
        self._key = key

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An unwrapped key stays in its process.")

    def unwrap(self, row: WrappedKey) -> bytes:
        """Return the bytes of the key in ``row``.

        Raises:
            Unreadable: not sealed to this pair, or for another id, kind, owner or authority.
        """
        wrapped = bytes(row.wrapped)
        # Version and pair are compared before the decapsulation, the expensive part.
        if wrapped[HEAD] != _head(self.id):
            raise Unreadable
        try:
            return _hpke.decrypt(wrapped[HEAD.stop :], self._key, _info(self.id, self.owner, row))
        except InvalidTag:
            raise Unreadable from None


def new_seeds() -> tuple[bytes, bytes]:
    """Return the private half of a new pair, as its two seeds, and its public half."""
    one, other = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    return one.private_bytes_raw() + other.private_bytes_raw(), _public(one, other)


def private_key(seeds: bytes, row: WrappedKey) -> PairKey | None:
    """Return the private half; None when it isn't that of the public half in ``row``."""
    if len(seeds) != _MLKEM_SEED + 32:
        return None
    one = MLKEM768PrivateKey.from_seed_bytes(seeds[:_MLKEM_SEED])
    other = X25519PrivateKey.from_private_bytes(seeds[_MLKEM_SEED:])
    # Otherwise the public half could be exchanged, and filings be sealed to a key that this private half doesn't open.
    if not hmac.compare_digest(_public(one, other), bytes(row.public or b"")[:_PUBLIC_BYTES]):
        return None
    return PairKey(row, MLKEM768X25519PrivateKey(one, other))


def proved(row: WrappedKey, public: bytes, mac: Mac) -> bytes:
    """Return what is stored of a public half: its bytes, and the HMAC that binds them to pair and authority."""
    return public + mac(_claim(row, public))


def public_key(row: WrappedKey, mac: Mac) -> PublicKey | None:
    """Return the public half in ``row``; None when it wasn't made here for this pair and authority."""
    stored = bytes(row.public or b"")
    public = stored[:_PUBLIC_BYTES]
    # Whoever can only write to the key store has no index key: their own public half fails here (0015).
    if not hmac.compare_digest(mac(_claim(row, public)), stored[_PUBLIC_BYTES:]):
        return None
    return PublicKey(row.pk, row.owner, public)


def _claim(row: WrappedKey, public: bytes) -> bytes:
    # The owner is under the HMAC: the pair of one authority can't be put in the place of another's.
    return length_prefixed(row.pk.bytes, row.owner.bytes, public)


def _public(one: MLKEM768PrivateKey, other: X25519PrivateKey) -> bytes:
    return one.public_key().public_bytes_raw() + other.public_key().public_bytes_raw()
