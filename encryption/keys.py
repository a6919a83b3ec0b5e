"""Key API: everything the other apps do with keys, by handle; no key bytes pass through it.

root key (provider) → one key per authority → two data keys per referral, *case* and *filer*. A filing seals them to the
authority's public key; the acknowledgement rewraps them under the authority key (``adopt``). A draft has one data key,
under the drafts key. Source: docs/decisions/0003-key-hierarchy.md, 0015-filing-to-a-public-key.md.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError, transaction

from encryption import keyring, rewrapping
from encryption.envelope import KEY_ID, OVERHEAD, padded
from encryption.errors import EncryptionError, KeysUnavailable, Unreadable
from encryption.fields import SealedField
from encryption.models import DATA_KINDS, WHOLE_SERVICE, Kind, Shredded, WrappedKey
from encryption.pairs import PublicKey
from encryption.sealed import Sealed
from encryption.unwrapped import SealingKey
from encryption.values import encoded

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DataKey:
    """Handle of a data key: its id and its owner. It holds no secret: each use asks the key cache."""

    id: UUID
    owner: UUID
    kind: Kind
    _id_bytes: bytes = dataclass_field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_id_bytes", self.id.bytes)

    def seal(self, field: SealedField, row: UUID, value: object) -> Sealed:
        """Return ``value`` sealed for one column of one row.

        Raises:
            Unsealable: the field doesn't take this value.
            ValueError: the field belongs to the referral's other key.
            Unreadable: the key was destroyed or lost.
            KeysUnavailable: the key must be fetched and the key store or provider doesn't answer.
            KeyExhausted: ``unwrapped.MAX_SEALINGS`` is reached.
        """
        # Who filed has a key of its own (0003): sealing it under the case key would open it to whoever reads the case.
        label, key_kind, kind, max_length = field.sealing
        if self.kind != key_kind and self.kind is not Kind.DRAFT:
            raise ValueError(f"{label} is sealed with the {key_kind} key.")
        plaintext = padded(encoded(kind, value, max_length))
        key = keyring.held(self._id_bytes) or keyring.fetch(self.id)
        return Sealed(label, key.seal(label, row, plaintext), row)

    def resealed(self, value: Sealed) -> Sealed:
        """Return the same value sealed with this key, for the same column and row; its plaintext stays in here.

        Raises:
            Unreadable: the value can't be opened, or its key is another owner's.
            KeysUnavailable: a key must be fetched and the key store or provider doesn't answer.
            ValueError: it doesn't know its row.
        """
        if value.row is None:
            raise ValueError("A value that doesn't know its row can't be sealed anew.")
        old, new = keyring.fetch(value.key_id), keyring.fetch(self.id)
        # Checked before anything is opened: resealing must not carry a value from one case into another.
        if old.owner != self.owner:
            raise Unreadable
        envelope = new.seal(value.label, value.row, old.open(value.label, value.row, value.ciphertext))
        return Sealed(value.label, envelope, value.row, self.owner)


def create_authority_key(authority_id: UUID) -> None:
    """Make sure that an authority has a key in use and a pair for its filings. Repeating it changes nothing.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    keyring.wrapping_key(Kind.AUTHORITY, authority_id)
    keyring.intake_key(authority_id)


def prepare() -> bool:
    """Fetch the keys of the filing side, which from then on stand in while the provider is out (SEC-FT8).

    To be called when a process begins to serve. False, without harm, where they can't be had now.
    """
    try:
        # The index key proves the public halves to which filings are sealed; the drafts key seals what is being typed.
        keyring.index_key()
        keyring.likeness_keys()
        keyring.wrapping_key(Kind.DRAFTS, WHOLE_SERVICE)
    except (EncryptionError, DatabaseError):
        logger.warning("keys not prepared")
        return False
    return True


def create_data_keys(owner: UUID, authority_id: UUID) -> dict[str, DataKey]:
    """Make the two data keys of a referral: ``{"case": …, "filer": …}``, sealed to its authority's public key.

    Both rows are committed in ``keys`` when this returns, before the caller's own transaction: a case without
    its keys can't exist, keys without a case are noise. (Within a transaction on ``keys`` they
    commit with that.) Each call makes new keys, so that an attempt which fails can destroy its own (``noted``).

    Neither provider nor private key is needed: whoever files can be heard while the key service is out.

    Raises:
        KeysUnavailable: the key store doesn't answer, or the authority's pair has yet to be made.
    """
    # The public half, not the authority's key: the process that takes filings can then open none of them (SEC-CR7).
    above = keyring.intake_key(authority_id)
    keys = _new((Kind.CASE, Kind.FILER), owner, above)
    return {str(key.kind): key for key in keys}


def create_draft_key(owner: UUID) -> DataKey:
    """Make the one data key of a draft, which seals fields of both kinds until it is submitted.

    Raises:
        KeysUnavailable: the key store doesn't answer, or the provider is needed and doesn't.
    """
    above = keyring.wrapping_key(Kind.DRAFTS, WHOLE_SERVICE)
    return _new((Kind.DRAFT,), owner, above)[0]


def create_key(owner: UUID, authority_id: UUID) -> DataKey:
    """Make one data key for a row that isn't a case, under its authority's own key.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    return _new((Kind.CASE,), owner, keyring.wrapping_key(Kind.AUTHORITY, authority_id))[0]


def data_key(key_id: UUID, owner: UUID) -> DataKey:
    """Return the handle of a key of ``owner``, after it was unwrapped and its commitment checked.

    Raises:
        Unreadable: missing, lost, substituted, or somebody else's; they look the same (SEC-CR14).
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    key = keyring.fetch(key_id)
    # Missing, lost, exchanged, somebody else's: one error. The difference would tell whether an id exists.
    if key.owner != owner or key.kind not in DATA_KINDS:
        raise Unreadable
    return _handle(key, owner)


def warm(key_ids: Iterable[UUID]) -> None:
    """Unwrap many data keys with one query, or none; values of a lost one read as unreadable later.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    missing = {key_id for key_id in key_ids if keyring.held(key_id.bytes) is None}
    if missing:
        keyring.load(missing)


def warm_for(values: Iterable[Sealed | None]) -> None:
    """Do ``warm`` for the keys of sealed values, a page of them at once.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    named = {value.ciphertext[KEY_ID] for value in values if value and len(value.ciphertext) >= OVERHEAD}
    warm(UUID(bytes=key_id) for key_id in named)


def adopt(key_ids: Iterable[UUID], authority_id: UUID) -> int:
    """Put data keys that a filing sealed to the public key under the authority's own; return how many.

    Openings then cost microseconds instead of a decapsulation. Repeating it changes nothing; a key that can't be
    unwrapped stays as it is.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer; nothing was changed, and nothing is lost.
    """
    # The owner is in the condition: an acknowledgement by one authority can't move what was sealed to another.
    sealed_to = WrappedKey.objects.filter(kind=Kind.INTAKE, owner=authority_id).values("pk")
    chosen = WrappedKey.objects.filter(pk__in=set(key_ids), kind__in=DATA_KINDS, wrapped_by__in=sealed_to)
    return rewrapping.move(chosen, keyring.wrapping_key(Kind.AUTHORITY, authority_id)).moved


def destroy(key_ids: Iterable[UUID]) -> None:
    """Delete data keys: at once in the key store, and from this process's memory.

    Other processes forget them within ``settings.KEY_CACHE_SECONDS``. Keys above data keys are not
    deleted by this.

    Raises:
        KeysUnavailable: the key store doesn't answer; nothing was destroyed.
    """
    named = set(key_ids)
    with keyring.store():
        WrappedKey.objects.filter(pk__in=named, kind__in=DATA_KINDS).delete()
    keyring.forget(named)


def shred(owner: UUID, token: UUID) -> int:
    """Destroy all data keys of ``owner`` and note ``token`` for it, both or none; return how many keys.

    Doing it again destroys what a restored backup brought back.

    Raises:
        KeysUnavailable: the key store doesn't answer; nothing was destroyed.
    """
    with keyring.store(), transaction.atomic(using="keys"):
        rows = WrappedKey.objects.filter(owner=owner, kind__in=DATA_KINDS)
        named = set(rows.values_list("pk", flat=True))
        Shredded.objects.bulk_create([Shredded(token=token)], ignore_conflicts=True)
        rows.delete()
    keyring.forget(named)
    return len(named)


def all_data_keys() -> set[UUID]:
    """Return every data key of the key store: for whoever compares it with the cases, after a restore.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        return set(WrappedKey.objects.filter(kind__in=DATA_KINDS).values_list("pk", flat=True))


def shredded() -> set[UUID]:
    """Return the tokens of all that was shredded, as far as this key store knows.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        return set(Shredded.objects.values_list("token", flat=True))


def count_shredded() -> int:
    """Return how many tokens ``shredded`` gives.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        return Shredded.objects.count()


def note_shredded(tokens: Iterable[UUID]) -> None:
    """Note what was shredded, where the keys are gone already.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        Shredded.objects.bulk_create([Shredded(token=token) for token in tokens], ignore_conflicts=True)


def owned_by(owner: UUID) -> set[UUID]:
    """Return all data keys of ``owner``: those in use, and any that an act which came to nothing left behind.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        return set(WrappedKey.objects.filter(owner=owner, kind__in=DATA_KINDS).values_list("pk", flat=True))


def owners_of(key_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return whose each of some data keys is, as the key store says; one that was destroyed is left out.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        return dict(
            WrappedKey.objects.filter(pk__in=set(key_ids), kind__in=DATA_KINDS).values_list("pk", "owner")
        )


def older_than(key_ids: Iterable[UUID], instant: datetime) -> set[UUID]:
    """Return those of some keys that were made before ``instant``.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        return set(
            WrappedKey.objects.filter(pk__in=set(key_ids), created_at__lt=instant).values_list(
                "pk", flat=True
            )
        )


class MadeKeys:
    """Data keys created for one transaction of ``default``, and committed before it."""

    def __init__(self) -> None:
        self._ids: list[UUID] = []

    def add(self, key_ids: Iterable[UUID]) -> None:
        self._ids += key_ids

    def take_back(self) -> None:
        """Destroy them: the transaction was rolled back, so that nothing is sealed under them.

        Not to be called where the end of a commit isn't known. A key store that doesn't answer keeps noise.
        """
        if self._ids:
            try:
                destroy(self._ids)
            except KeysUnavailable:
                logger.warning("keys left without a case", extra={"count": len(self._ids)})


_made: Final[ContextVar[MadeKeys | None]] = ContextVar("encryption_made", default=None)


@contextmanager
def noted() -> Iterator[MadeKeys]:
    """Note the data keys that are made in the block; see ``MadeKeys.take_back``."""
    new_keys = MadeKeys()
    token = _made.set(new_keys)
    try:
        yield new_keys
    finally:
        _made.reset(token)


def _new(kinds: tuple[Kind, ...], owner: UUID, above: SealingKey | PublicKey) -> list[DataKey]:
    keys = [_handle(key, owner) for key in keyring.new_data_keys(kinds, owner, above)]
    if noting := _made.get():
        noting.add(key.id for key in keys)
    return keys


def _handle(key: SealingKey, owner: UUID) -> DataKey:
    return DataKey(id=key.id, owner=owner, kind=Kind(key.kind))
