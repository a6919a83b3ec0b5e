"""Unwraps a row of the key store: the provider unwraps the first level, the parent key every other."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from encryption import provider, suites
from encryption.cache import StandingCache
from encryption.envelope import length_prefixed
from encryption.errors import KeysUnavailable, Unreadable
from encryption.models import SERVICE_KINDS, Kind, WrappedKey
from encryption.pairs import PairKey
from encryption.unwrapped import IndexKey, SealingKey, usable, usable_pair

logger = logging.getLogger(__name__)

#: What unwraps the keys under it.
Above = SealingKey | PairKey

# The drafts key and the index key, by row and commitment: another key in the same row is another name.
_standing: StandingCache[tuple[UUID, bytes], Above | IndexKey] = StandingCache()


def provider_context(row: WrappedKey) -> bytes:
    """Return what the provider authenticates with a key of the first level."""
    return length_prefixed(
        b"repere root", row.kind.encode(), row.owner.bytes, row.pk.bytes, bytes((row.suite,))
    )


def usable_above(raw: bytes, row: WrappedKey) -> Above | None:
    """Return the key that the bytes make, a pair or another; None when the row isn't committed to them."""
    return usable_pair(raw, row) if row.kind == Kind.INTAKE else usable(raw, row)


def opened(
    row: WrappedKey, parent: Above | None, make: Callable[[bytes, WrappedKey], Above | IndexKey | None]
) -> Any:
    """Return what ``make`` makes of the row's bytes; None when they are lost.

    A key of the filing side that this process had before stands in while the provider is out, or holds
    another root: filings must go on (SEC-FT8).

    Raises:
        KeysUnavailable: the provider doesn't answer, and nothing stands in.
    """
    key, out, name = None, False, (row.pk, bytes(row.commitment))
    try:
        # An unknown suite reads as lost (SEC-CR4): nothing else is tried with the bytes.
        if row.suite in suites.SUITES:
            key = make(raw_of(row, parent), row)
    except Unreadable:
        key = None
    except KeysUnavailable:
        out = True
    if key is not None:
        # Only keys of the whole service, which filing needs: an authority's key mustn't outlive its minute (SEC-CR9).
        if row.kind in SERVICE_KINDS:
            _standing.put(name, key)
        return key
    logger.error("key out" if out else "key refused", extra={"key_id": str(row.pk), "key_kind": row.kind})
    # For a row that was refused too: otherwise whoever spoils the wrapped bytes of the index key's row stops all
    # filings.
    if (substitute := _standing.held(name)) is not None:
        return substitute
    if out:
        raise KeysUnavailable
    return None


def raw_of(row: WrappedKey, parent: Above | None) -> bytes:
    """Return the bytes of the row's key.

    Raises:
        Unreadable: they can't be unwrapped by what is said to have wrapped them.
        KeysUnavailable: the provider doesn't answer.
    """
    if row.wrapped_by is None:
        wrapped = bytes(row.wrapped)
        return provider.that_wrapped(wrapped).unwrap(wrapped, provider_context(row))
    # The key above is missing or stands in a circle. That is a lost key, not an outage: waiting wouldn't help.
    if parent is None:
        raise Unreadable
    return parent.unwrap(row)
