"""Unwrapped keys: their operations, derivation and verification.

A function that holds raw key bytes in a local variable never raises once it does: a traceback keeps the
variables of its frames, and error reports print them (SEC-CR9).
"""

import hmac
import itertools
from os import urandom
from typing import Final, NoReturn, override
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from encryption import suites
from encryption.envelope import BODY, HEAD, NONCE, OVERHEAD, VERSION, field_binding, length_prefixed
from encryption.errors import KeyExhausted, Unreadable
from encryption.models import WHOLE_SERVICE, Kind, WrappedKey
from encryption.pairs import PairKey, private_key
from encryption.suites import KEY_BYTES, NONCE_BYTES, Aead

# Random 96-bit nonces: NIST SP 800-38D §8.3 allows 2^32 sealings per key. A referral has some hundred
# values, each written a few times; an authority key wraps two keys per filing. A handle lives a minute
# at most, so this cap keeps a runaway loop thousands of handles away from the bound.
MAX_SEALINGS: Final = 2**20


class _Bindings(dict[str, bytes]):
    """The associated data of one key's fields up to the row, by label: there are as many as columns."""

    __slots__ = ("_key",)

    def __init__(self, suite: int, key_id: UUID) -> None:
        self._key = suite, key_id

    def __missing__(self, label: str) -> bytes:
        self[label] = binding = field_binding(self._key[0], label, self._key[1])
        return binding


class SealingKey:
    """An unwrapped key of one suite: the cipher object, not the bytes. It never leaves the process."""

    __slots__ = ("_bindings", "_decrypt", "_encrypt", "_head", "_uses", "id", "kind", "owner", "suite")

    def __init__(self, row: WrappedKey, aead: Aead) -> None:
        self.id: UUID = row.pk
        self.kind: str = Kind(row.kind)
        self.owner: UUID | None = row.owner
        self.suite = row.suite
        self._encrypt, self._decrypt = aead.encrypt, aead.decrypt
        # Built once: an envelope's head is compared with it whole, at each opening.
        self._head = bytes((VERSION, row.suite)) + self.id.bytes
        self._bindings = _Bindings(row.suite, self.id)
        self._uses = itertools.count(1)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An unwrapped key stays in its process.")

    # ``seal`` and ``open`` are written out in one frame each: they run hundreds of times a request, and a
    # call in Python costs a tenth of the encryption itself.

    def seal(self, label: str, row: UUID, plaintext: bytes) -> bytes:
        """Return the envelope of padded bytes, bound to column and row.

        Raises:
            KeyExhausted: this handle has sealed ``MAX_SEALINGS`` times.
        """
        if next(self._uses) > MAX_SEALINGS:
            raise KeyExhausted
        nonce = urandom(NONCE_BYTES)
        # ``row.bytes``, without the call that it costs
        return (
            self._head + nonce + self._encrypt(nonce, plaintext, self._bindings[label] + row.int.to_bytes(16))
        )

    def open(self, label: str, row: UUID, envelope: bytes) -> bytes:
        """Return the padded bytes.

        Raises:
            Unreadable: not sealed by this key for this column and row, or not as it was sealed.
        """
        # The head is compared whole: another version, suite or key id isn't tried with anything.
        if not envelope.startswith(self._head) or len(envelope) < OVERHEAD:
            raise Unreadable
        try:
            return self._decrypt(
                envelope[NONCE], envelope[BODY], self._bindings[label] + row.int.to_bytes(16)
            )
        except InvalidTag:
            raise Unreadable from None

    def wrap(self, raw: bytes, row: WrappedKey) -> bytes:
        """Return the envelope of another key's bytes, bound to that key's row and to this one."""
        self.count()
        return self.wrap_counted(raw, row)

    def count(self) -> None:
        """Count one use, before any bytes are there that a traceback could keep.

        Raises:
            KeyExhausted: this handle has sealed ``MAX_SEALINGS`` times.
        """
        if next(self._uses) > MAX_SEALINGS:
            raise KeyExhausted

    def wrap_counted(self, raw: bytes, row: WrappedKey) -> bytes:
        """Do ``wrap`` for a use that was counted."""
        nonce = urandom(NONCE_BYTES)
        return self._head + nonce + self._encrypt(nonce, raw, self._wrap_binding(row))

    def unwrap(self, row: WrappedKey) -> bytes:
        """Return the bytes of the key in ``row``.

        Raises:
            Unreadable: not wrapped by this key, or for another id, kind, owner or authority.
        """
        wrapped = bytes(row.wrapped)
        # Version, suite and id of this key: anything else is refused before a decryption.
        if wrapped[HEAD] != self._head or len(wrapped) < OVERHEAD:
            raise Unreadable
        try:
            return self._decrypt(wrapped[NONCE], wrapped[BODY], self._wrap_binding(row))
        except InvalidTag:
            raise Unreadable from None

    def _wrap_binding(self, row: WrappedKey) -> bytes:
        # Kind and owner of both keys: a wrapped key can't be moved to another case, or under another authority
        # (SEC-CR3).
        above = (self.kind.encode(), (self.owner or WHOLE_SERVICE).bytes, self.id.bytes)
        below = (row.kind.encode(), row.owner.bytes, row.pk.bytes, bytes((row.suite,)))
        return length_prefixed(b"repere wrap", self._head[:2], *above, *below)


class LostKey(SealingKey):
    """Stands for a key that can't be unwrapped, so that a page of its values asks for it only once.

    It is kept as long as a good one, then looked for again: after a restore, values come back by themselves.
    """

    __slots__ = ()

    def __init__(self, key_id: UUID) -> None:
        self.id = key_id
        self.kind = ""
        self.owner = None

    @override
    def seal(self, label: str, row: UUID, plaintext: bytes) -> NoReturn:
        raise Unreadable

    @override
    def open(self, label: str, row: UUID, envelope: bytes) -> NoReturn:
        raise Unreadable

    @override
    def unwrap(self, row: WrappedKey) -> NoReturn:
        raise Unreadable


class IndexKey:
    """The key of keyed values, which derives one key per purpose, and per owner where one is named, and keeps those."""

    __slots__ = ("_by_purpose", "_root")

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._by_purpose: dict[tuple[str, UUID | None], bytes] = {}

    def __reduce__(self) -> NoReturn:
        raise TypeError("An unwrapped key stays in its process.")

    def mac(self, purpose: str, value: bytes, *, owner: UUID | None = None) -> bytes:
        """Return HMAC-SHA-256 of ``value`` under the key of ``purpose``, of one owner's where it is named."""
        key = self._by_purpose.get((purpose, owner))
        if key is None:
            # The owner has a part of its own, length-prefixed: no owner and purpose together spell another purpose.
            whose = () if owner is None else (owner.bytes,)
            key = self._by_purpose[purpose, owner] = hkdf(
                self._root, b"repere index", purpose.encode(), *whose
            )
        return hmac.digest(key, value, "sha256")


# --- How a row becomes a key -----------------------------------------------------------------------


def hkdf(raw: bytes, *info: bytes) -> bytes:
    """Derive 32 bytes with HKDF-SHA-256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=length_prefixed(*info)).derive(raw)


def _derived(raw: bytes, use: bytes, row: WrappedKey) -> bytes:
    """Derive one key for one use, bound to the row's id, kind, owner and suite."""
    # The suite is an input of the derivation: with another number in the row comes another key, never the same key in
    # two ciphers.
    suite = bytes((row.suite,))
    return hkdf(raw, b"repere key", use, row.pk.bytes, row.kind.encode(), row.owner.bytes, suite)


def commitment(raw: bytes, row: WrappedKey) -> bytes:
    return _derived(raw, b"commitment", row)


def sealing_key(raw: bytes, row: WrappedKey) -> SealingKey:
    return SealingKey(row, suites.SUITES[row.suite](_derived(raw, b"sealing", row)))


def usable(raw: bytes, row: WrappedKey) -> SealingKey | None:
    """Return the key, or None when the row isn't committed to these bytes (the caller then raises)."""
    # None instead of an exception: this frame holds the bytes, and a traceback would keep them (SEC-CR9).
    return sealing_key(raw, row) if commits(raw, row) else None


def usable_index(raw: bytes, row: WrappedKey) -> IndexKey | None:
    """Return the index key, or None as ``usable`` does."""
    return IndexKey(_derived(raw, b"index", row)) if commits(raw, row) else None


def usable_pair(raw: bytes, row: WrappedKey) -> PairKey | None:
    """Return the private half of a pair, or None as ``usable`` does."""
    return private_key(raw, row) if commits(raw, row) else None


def commits(raw: bytes, row: WrappedKey) -> bool:
    return hmac.compare_digest(commitment(raw, row), bytes(row.commitment))
