"""Keyed hashes (HMAC): equal inputs give equal outputs, and nobody computes or guesses one without the key.

``keyed`` is permanent: filers and the journal's own codes are found by equal values only and can't be recomputed.
``likened`` serves record linkage and can be: its key is replaced (docs/decisions/0022-another-index-key.md).
"""

import re
from typing import Final
from uuid import UUID

from encryption import keyring
from encryption.errors import KeysUnavailable

_PURPOSE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
#: Purposes that were looked at: they are constants, and few.
_checked_purposes: set[str] = set()


def likeness_keys() -> tuple[UUID, ...]:
    """Return the keys under which values of the likeness index may stand: the one in use, then those it replaced.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    return tuple(keyring.likeness_keys())


def likened(under: UUID, value: bytes, *, owner: UUID) -> bytes:
    """Return HMAC-SHA-256 of ``value``, 32 bytes, under one of ``likeness_keys``, of an authority's own (SEC-CR16).

    Raises:
        KeysUnavailable: as ``likeness_keys``, or that key is gone.
    """
    key = keyring.likeness_keys().get(under)
    # ``KeysUnavailable``, not an empty answer: a search that skipped a key would miss duplicates without a word.
    if key is None:
        raise KeysUnavailable
    return key.mac("likeness", value, owner=owner)


def keyed(purpose: str, value: bytes, *, owner: UUID | None = None) -> bytes:
    """Return HMAC-SHA-256 of ``value``, 32 bytes, under the key of ``purpose`` (HKDF of the index key).

    A purpose is a constant of the code, as ``filer`` or ``cursor``: the same value under two purposes can't
    be matched. With an ``owner``, an authority's id, the key is the authority's own: what two authorities hold
    can't be matched either (SEC-CR16).

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer, or the index key is lost.
    """
    # Looked at once per purpose: this is called for each row that gives a right.
    if purpose not in _checked_purposes:
        if not _PURPOSE.fullmatch(purpose):
            raise ValueError("A purpose is a short constant in lower case.")
        _checked_purposes.add(purpose)
    return keyring.index_key().mac(purpose, value, owner=owner)
