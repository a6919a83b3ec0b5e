"""Keyring: loads keys from the key store, makes new ones, and caches unwrapped keys for a minute.

Only this module and ``opening``, ``pairs`` and ``unwrapped`` beside it handle the bytes of a key. None raises while it
holds the bytes of a stored key; a new key whose wrapping fails is never stored.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from os import urandom
from typing import cast
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from encryption import provider, suites
from encryption.cache import KeyCache
from encryption.errors import KeysUnavailable, Unreadable
from encryption.models import DATA_KINDS, REPLACED, WHOLE_SERVICE, Kind, WrappedKey
from encryption.opening import Above, opened, provider_context, raw_of, usable_above
from encryption.pairs import PURPOSE, Mac, PairKey, PublicKey, new_seeds, proved, public_key
from encryption.suites import KEY_BYTES
from encryption.unwrapped import (
    IndexKey,
    LostKey,
    SealingKey,
    commitment,
    commits,
    sealing_key,
    usable_index,
)

logger = logging.getLogger(__name__)


def _unwrap(row: WrappedKey, parent: Above | None) -> SealingKey | PairKey:
    """Return the row's key, by the key above it or, on the first level, by the provider.

    Raises:
        KeysUnavailable: the provider doesn't answer. That isn't remembered; a lost key is.
    """
    key: SealingKey | PairKey | None = opened(row, parent, usable_above)
    if key is None:
        _give_up(row)
        return LostKey(row.pk)
    return key


def _give_up(row: WrappedKey) -> None:
    """Retire a key above data keys that is lost, and the pair under it, so that filings get others (SEC-CR14).

    It loses nothing: if the key can be unwrapped again, so can all that it wrapped. The index key is
    never given up: another would silently find nothing.
    """
    # Retiring is safe: rows name the key that wrapped them, so a restored one opens its own again (0003).
    if row.kind not in REPLACED or row.kind == Kind.INDEX or row.retired_at is not None:
        return
    named = Q(pk=row.pk) | Q(kind=Kind.INTAKE, wrapped_by=row.pk)
    with store():
        WrappedKey.objects.filter(named, retired_at=None).update(retired_at=Now())
    _in_use.drop((Kind(row.kind), row.owner))
    _likeness.drop(Kind.LIKENESS)
    _intake.drop(row.owner)


# --- Where usable keys are kept --------------------------------------------------------------------

# Data keys and the keys above them apart: a page of a thousand cases must not push its authority's key out.
_data: KeyCache[bytes, SealingKey] = KeyCache()
_above: KeyCache[bytes, Above] = KeyCache()
_in_use: KeyCache[tuple[Kind, UUID], SealingKey] = KeyCache()
_intake: KeyCache[UUID, PublicKey] = KeyCache()
# Of one key: None, for a member of an enumeration hashes by a call, and each row that gives a right asks here.
_index: KeyCache[None, IndexKey] = KeyCache()
_likeness: KeyCache[Kind, dict[UUID, IndexKey]] = KeyCache()

# ``held(id_bytes)`` is the way of every opening: one look into a dictionary, no call in between.
held = _data.get


@contextmanager
def store() -> Iterator[None]:
    """Turn a key store that doesn't answer into ``KeysUnavailable``."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise KeysUnavailable from error


def fetch(key_id: UUID) -> SealingKey:
    """Return a data key, from memory or the key store."""
    # ``LostKey`` is kept as well, so that a page of a lost key's values asks the key store once.
    return _data.get(key_id.bytes) or load((key_id,))[key_id]


def load(key_ids: Collection[UUID]) -> dict[UUID, SealingKey]:
    """Unwrap data keys into memory and return them: one query; more where a key above must be read again.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    wanted = WrappedKey.objects.filter(pk__in=key_ids)
    whole = wanted if len(_above) else _with_those_above(wanted)
    with store():
        rows = {row.pk: row for row in whole}
        if orphans := complete(rows):
            # Wrapped anew since it was read, and the key that wrapped it destroyed? Then it reads otherwise now.
            rows |= {row.pk: row for row in WrappedKey.objects.filter(pk__in=orphans)}
            complete(rows)
    keys = {key_id: _from_row(key_id, rows) for key_id in key_ids}
    for key_id, key in keys.items():
        _data.put(key_id.bytes, key)
    return keys


def complete(rows: dict[UUID, WrappedKey]) -> list[UUID]:
    """Add to ``rows`` the keys above them that aren't in memory; return the rows that have none."""
    requested: set[UUID] = set()
    while missing := {row.wrapped_by for row in _without(rows) if row.wrapped_by} - requested:
        requested |= missing
        rows |= {row.pk: row for row in WrappedKey.objects.filter(pk__in=missing)}
    return [row.pk for row in _without(rows)]


def _without(rows: Mapping[UUID, WrappedKey]) -> list[WrappedKey]:
    """Return the rows whose key above is neither in memory nor among them; above a pair in memory none is needed."""
    return [
        row
        for row in rows.values()
        if row.wrapped_by and row.wrapped_by not in rows
        if _above.get(row.wrapped_by.bytes) is None and _above.get(row.pk.bytes) is None
    ]


def _with_those_above(rows: QuerySet[WrappedKey]) -> QuerySet[WrappedKey]:
    # A union, for each part finds its rows by their key: joined by OR they would be sought in the whole store.
    above = WrappedKey.objects.filter(pk__in=rows.values("wrapped_by"))
    return rows.union(above, WrappedKey.objects.filter(pk__in=above.values("wrapped_by")))


def _from_row(key_id: UUID, rows: Mapping[UUID, WrappedKey]) -> SealingKey:
    row = rows.get(key_id)
    if row is None:
        logger.error("key missing", extra={"key_id": str(key_id)})
        return LostKey(key_id)
    # A key above in the place of a data key is a row that was altered: it must seal and open no field.
    if row.kind not in DATA_KINDS:
        return LostKey(key_id)
    return cast("SealingKey", _unwrap(row, parent_of(row, rows)))


def parent_of(row: WrappedKey, rows: Mapping[UUID, WrappedKey]) -> Above | None:
    """Return the key above a row, from memory or unwrapped out of ``rows``."""
    if row.wrapped_by is None:
        return None
    # Whoever can write the key store could point rows at one another. ``_fits_under`` and the table's constraint on
    # parents end every such walk.
    key = _above.get(row.wrapped_by.bytes)
    if key is None and (above := rows.get(row.wrapped_by)) is not None and _fits_under(row, above):
        key = _unwrap(above, parent_of(above, rows))
        _above.put(row.wrapped_by.bytes, key)
    return key


def _fits_under(row: WrappedKey, above: WrappedKey) -> bool:
    """Tell whether the kinds of two keys may wrap one another so: no row leads in a circle."""
    return above.kind == Kind.AUTHORITY if row.kind == Kind.INTAKE else above.kind not in DATA_KINDS


def forget(key_ids: Collection[UUID]) -> None:
    """Drop data keys from this process's memory."""
    for key_id in key_ids:
        _data.drop(key_id.bytes)


def rewrapped(row: WrappedKey, above: SealingKey, rows: Mapping[UUID, WrappedKey]) -> bool:
    """Put the key of ``row`` under ``above``, unsaved; False when it can't be unwrapped by what it is under now.

    Raises:
        KeysUnavailable: the provider doesn't answer.
        KeyExhausted: ``above`` has wrapped as often as it may.
    """
    parent = parent_of(row, rows)
    above.count()
    try:
        raw = raw_of(row, parent)
    except Unreadable:
        return False
    # What doesn't fit its commitment stays where it is: wrapped anew it would look sound.
    if not commits(raw, row):
        return False
    row.wrapped, row.wrapped_by = above.wrap_counted(raw, row), above.id
    return True


# --- How new keys are made -------------------------------------------------------------------------


def new_data_keys(kinds: Collection[Kind], owner: UUID, above: SealingKey | PublicKey) -> list[SealingKey]:
    """Make one key per kind and insert all rows with one statement.

    On the alias ``keys`` that statement commits by itself, whatever transaction is open on ``default``.
    """
    # Committed before the case, whatever becomes of the caller's transaction: the other order would leave cases that
    # nobody can read (0003).
    rows, keys = zip(*(_new(kind, owner, above) for kind in kinds), strict=True)
    with store():
        WrappedKey.objects.bulk_create(rows)
    for key in keys:
        _data.put(key.id.bytes, key)
    return list(keys)


def _new(kind: Kind, owner: UUID, above: SealingKey | PublicKey | None) -> tuple[WrappedKey, SealingKey]:
    row = WrappedKey(pk=uuid4(), kind=kind, owner=owner, suite=suites.DEFAULT)
    # From here on nothing may raise but the wrapping, and then the key was never stored.
    raw = urandom(KEY_BYTES)
    row.commitment = commitment(raw, row)
    if above is None:
        row.wrapped = provider.configured().wrap(raw, provider_context(row))
    else:
        row.wrapped_by = above.id
        row.wrapped = above.wrap(raw, row)
    return row, sealing_key(raw, row)


def new_row(kind: Kind, owner: UUID) -> WrappedKey:
    """Return the row of a new key above data keys, not yet in the store: a pair under its authority's key.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    if kind is not Kind.INTAKE:
        return _new(kind, owner, None)[0]
    above, mac = wrapping_key(Kind.AUTHORITY, owner), _mac_of_public_halves()
    row = WrappedKey(pk=uuid4(), kind=kind, owner=owner, suite=suites.DEFAULT, wrapped_by=above.id)
    seeds, public = new_seeds()
    row.commitment = commitment(seeds, row)
    row.wrapped = above.wrap(seeds, row)
    row.public = proved(row, public, mac)
    return row


def wrapping_key(kind: Kind, owner: UUID) -> SealingKey:
    """Return the key of the first level that is in use, made when there is none.

    A key that is lost was retired by that, and another is made, so that work goes on while what the lost one
    wrapped reads as unreadable (SEC-CR14).

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    key = _in_use.get((kind, owner))
    if key is not None:
        return key
    current = _unwrap(_row_in_use(kind, owner), None)
    # A second look: losing the first one retired it, and the second call makes the key that follows.
    if isinstance(current, LostKey):
        current = _unwrap(_row_in_use(kind, owner), None)
    if isinstance(current, LostKey | PairKey):
        raise KeysUnavailable
    _in_use.put((kind, owner), current)
    _above.put(current.id.bytes, current)
    return current


def intake_key(authority_id: UUID) -> PublicKey:
    """Return the public half to which an authority's filings are sealed, made with its pair when there is none.

    Once there is a pair, neither the provider nor any private key is needed for this (SEC-CR7). A public half
    that wasn't made here is refused, and its pair retired.

    Raises:
        KeysUnavailable: the key store doesn't answer, or a pair must be made and the provider doesn't.
    """
    key = _intake.get(authority_id)
    if key is None:
        # A refused public half was retired by the first call; the second one makes another pair (0015).
        key = _public_in_use(authority_id) or _public_in_use(authority_id)
        if key is None:
            raise KeysUnavailable
        _intake.put(authority_id, key)
    return key


def _public_in_use(authority_id: UUID) -> PublicKey | None:
    # Without the private half: a process that files never loads it (SEC-CR7).
    row = _row_in_use(Kind.INTAKE, authority_id, without=("wrapped", "commitment"))
    key = public_key(row, _mac_of_public_halves())
    if key is None:
        logger.error("key refused", extra={"key_id": str(row.pk), "key_kind": row.kind})
        _give_up(row)
    return key


def _mac_of_public_halves() -> Mac:
    return partial(index_key().mac, PURPOSE)


def index_key() -> IndexKey:
    """Return the index key. It is never replaced: another one would find nothing of what was stored.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer, or the key is lost.
    """
    key = _index.get(None)
    if key is None:
        key = opened(_row_in_use(Kind.INDEX, WHOLE_SERVICE), None, usable_index)
        # A lost index key is an outage, and no other is made: filers and the journal's codes are found by equal values
        # only, and a new key would silently find nothing (0016).
        if key is None:
            raise KeysUnavailable
        _index.put(None, key)
    return key


def opens_index_key() -> bool:
    """Tell whether the provider opens the index key now, whatever this process remembers; True before there is one.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    with store():
        row = WrappedKey.objects.filter(kind=Kind.INDEX, owner=WHOLE_SERVICE, retired_at=None).first()
    try:
        return row is None or usable_index(raw_of(row, None), row) is not None
    except Unreadable:
        return False


def likeness_keys() -> dict[UUID, IndexKey]:
    """Return the keys of the index of likeness by id: the one in use first, then those that it replaced.

    A lost one is retired by that, and another made: what it made is made anew from the cases themselves.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    keys = _likeness.get(Kind.LIKENESS)
    if keys is None:
        row = _row_in_use(Kind.LIKENESS, WHOLE_SERVICE)
        key = opened(row, None, usable_index)
        if key is None:
            _give_up(row)
            row = _row_in_use(Kind.LIKENESS, WHOLE_SERVICE)
            key = opened(row, None, usable_index)
        if key is None:
            raise KeysUnavailable
        keys = {row.pk: key} | _likeness_before()
        _likeness.put(Kind.LIKENESS, keys)
    return keys


def _likeness_before() -> dict[UUID, IndexKey]:
    with store():
        rows = list(WrappedKey.objects.filter(kind=Kind.LIKENESS, retired_at__isnull=False).order_by("pk"))
    keys_by_id = {row.pk: opened(row, None, usable_index) for row in rows}
    return {key_id: key for key_id, key in keys_by_id.items() if key is not None}


def _row_in_use(kind: Kind, owner: UUID, *, without: Collection[str] = ()) -> WrappedKey:
    """Return the one row in use. Of two processes that make it together, the constraint lets one win."""
    in_use = WrappedKey.objects.filter(kind=kind, owner=owner, retired_at=None)
    if without:
        in_use = in_use.defer(*without)
    with store():
        # In no order: the constraint lets one be there.
        row = next(iter(in_use[:1]), None)
        if row is None:
            # Two processes may come here together. The constraint keeps one row, and ``get`` reads the winner's in
            # both.
            WrappedKey.objects.bulk_create([new_row(kind, owner)], ignore_conflicts=True)
            row = in_use.get()
    return row
