"""Key rotation while the service runs (SEC-CR10). Cases aren't touched: keys are rewrapped under other keys.

The rows alone record the progress of a rotation: which key wraps them, which root wrapped the first level. So when a
process is killed at any batch, the next one continues there. A replaced key still unwraps until ``destroy_retired`` has
proved that nothing needs it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from encryption import keyring, provider
from encryption.cache import forget_all
from encryption.envelope import KEY_ID
from encryption.errors import KeysUnavailable, Unreadable
from encryption.models import FIRST_LEVEL, REPLACED, WHOLE_SERVICE, Kind, WrappedKey
from encryption.opening import provider_context
from encryption.rewrapping import Moved, move
from encryption.roots import root_of

BATCH: Final = 500
#: How long a retired key is kept at least: other processes may still wrap under it for the life of their memory.
REST: Final = timedelta(minutes=10)
#: What can be replaced by another key. The index key can only be wrapped anew: see docs/decisions/0016-rotation.md.
REPLACEABLE: Final = (Kind.AUTHORITY, Kind.INTAKE, Kind.DRAFTS, Kind.LIKENESS)
#: Of these nothing in the key store hangs: who uses them says how much (``counted_by``).
USED_ELSEWHERE: Final = (Kind.LIKENESS,)

type Count = Callable[[], Mapping[UUID, int]]
_counts: dict[Kind, Count] = {}


def counted_by(kind: Kind, count: Count) -> None:
    """Register who counts what stands under keys of a kind outside the key store; without a count none is destroyed."""
    _counts[kind] = count


@dataclass(frozen=True, slots=True)
class Use:
    """One wrapping key, and how many keys it still wraps."""

    id: UUID
    kind: Kind
    owner: UUID
    retired_at: datetime | None
    wraps: int
    """Rows that say that it wrapped them, and rows whose envelope says so: the larger of the two. Of a key that makes
    values elsewhere, how many cases have some."""


@dataclass(frozen=True, slots=True)
class Report:
    """The wrapping keys with what each wraps, and the roots that wrapped the first level."""

    uses: tuple[Use, ...]
    roots: dict[tuple[int, int], int]
    """(format, version) of a root key → how many keys it wraps; a root that isn't here is needed by none."""
    current: tuple[int, int] | None
    """The root that wraps now; None when the key service doesn't say."""

    def unfinished(self) -> list[Use]:
        """Return the retired keys that still wrap something."""
        return [use for use in self.uses if use.retired_at and use.wraps]


def begin(kind: Kind, owner: UUID = WHOLE_SERVICE) -> WrappedKey:
    """Retire the key in use and put a new one in its place, in one transaction; return the new one.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer; nothing was changed.
        ValueError: a key of this kind isn't replaced.
    """
    if kind not in REPLACEABLE:
        raise ValueError(f"{kind} isn't replaced by another key.")
    # Made before the transaction: the provider may take its time, and no transaction of the key store should wait for
    # it.
    row = keyring.new_row(kind, owner)
    with keyring.store(), transaction.atomic(using="keys"):
        # First retired, then added: the constraint allows one key in use for each kind and owner.
        WrappedKey.objects.filter(kind=kind, owner=owner, retired_at=None).update(retired_at=Now())
        row.save(force_insert=True)
    forget_all()
    return row


def pending(kind: Kind, owner: UUID = WHOLE_SERVICE) -> bool:
    """Tell whether a retired key of this kind and owner still wraps something."""
    with keyring.store():
        return _under_retired(kind, owner).exists()


def carry_over(kind: Kind, owner: UUID = WHOLE_SERVICE, *, batch: int = BATCH) -> Iterator[Moved]:
    """Put all that retired keys wrap under the key in use, a batch a transaction; yield what each did.

    What was sealed to a retired pair goes under its authority's own key. What can't be unwrapped stays where it is,
    is named once, and keeps the key above it from being destroyed.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer; another run goes on from there.
    """
    above_kind = Kind.AUTHORITY if kind is Kind.INTAKE else kind
    last = UUID(int=0)
    while True:
        # Asked anew each time: its handle lives a minute, and counts its uses.
        above = keyring.wrapping_key(above_kind, owner)
        with keyring.store():
            chosen = list(
                _under_retired(kind, owner)
                .filter(pk__gt=last)
                .order_by("pk")
                .values_list("pk", flat=True)[:batch]
            )
        if not chosen:
            return
        last = chosen[-1]
        # Asked with its condition again, under the lock: what was destroyed or adopted since isn't touched.
        yield move(_under_retired(kind, owner).filter(pk__in=chosen), above)


def rewrap_roots(*, batch: int = BATCH) -> Iterator[Moved]:
    """Wrap the keys of the first level anew under the provider's current root, a batch a transaction.

    What the provider before the configured one wrapped comes to the configured one by this.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer; another run goes on from there.
    """
    holder = provider.configured()
    current, last = (holder.format, holder.current_version()), UUID(int=0)
    while True:
        with keyring.store(), transaction.atomic(using="keys"):
            following = WrappedKey.objects.filter(kind__in=FIRST_LEVEL, pk__gt=last).select_for_update()
            rows = list(following.order_by("pk")[:batch])
            # Rows under the current root are skipped, which makes the command repeatable after a crash.
            old = [row for row in rows if root_of(bytes(row.wrapped)) != current]
            done = [row for row in old if _wrapped_anew(row)]
            WrappedKey.objects.bulk_update(done, ["wrapped"])
        if not rows:
            return
        last = rows[-1].pk
        done_ids = {row.pk for row in done}
        yield Moved(len(done), tuple(str(row.pk) for row in old if row.pk not in done_ids))


def _wrapped_anew(row: WrappedKey) -> bool:
    wrapped, context, holder = bytes(row.wrapped), provider_context(row), provider.configured()
    try:
        former = provider.that_wrapped(wrapped)
        # Within one service the key needn't leave it; between two it passes through this process's memory once.
        if former.format == holder.format:
            row.wrapped = holder.rewrap(wrapped, context)
        else:
            row.wrapped = holder.wrap(former.unwrap(wrapped, context), context)
    except Unreadable:
        return False
    return True


def retired(kind: Kind, owner: UUID = WHOLE_SERVICE) -> set[UUID]:
    """Return the keys of a kind and owner that were replaced and aren't destroyed yet, lost ones too.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        keys = WrappedKey.objects.filter(kind=kind, owner=owner, retired_at__isnull=False)
        return set(keys.values_list("pk", flat=True))


def made_at(key_id: UUID) -> datetime:
    """Return when a key was put in its place.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    with keyring.store():
        created_at: datetime = WrappedKey.objects.values_list("created_at", flat=True).get(pk=key_id)
    return created_at


def report() -> Report:
    """Return what every key above data keys is needed for, out of one look at the whole key store.

    Both what a row says of its wrapping key and what stands in its envelope count, so that neither alone can make a
    key look unneeded.
    """
    wrapped_counts: Counter[UUID] = Counter()
    in_store: Counter[UUID] = Counter()
    roots: Counter[tuple[int, int]] = Counter()
    above = []
    with keyring.store(), transaction.atomic(using="keys"):
        rows = WrappedKey.objects.order_by("pk").only("kind", "owner", "retired_at", "wrapped_by", "wrapped")
        for row in rows.iterator(chunk_size=2_000):
            wrapped = bytes(row.wrapped)
            if row.kind in REPLACED:
                above.append(row)
            if row.wrapped_by is None:
                roots[root_of(wrapped)] += 1
            else:
                wrapped_counts[row.wrapped_by] += 1
                if len(wrapped) >= KEY_ID.stop:
                    # The column could be changed by hand. The envelope can't, without the key.
                    in_store[UUID(bytes=wrapped[KEY_ID])] += 1
    # None, not 0, where nobody counts: a missing registration must keep the key, not destroy it.
    elsewhere = {kind: _counts[kind]() if kind in _counts else None for kind in USED_ELSEWHERE}

    def wraps(row: WrappedKey) -> int:
        counted = elsewhere.get(Kind(row.kind), {})
        if counted is None:
            return 1  # nobody says: it may be needed
        return max(wrapped_counts[row.pk], in_store[row.pk], counted.get(row.pk, 0))

    uses = tuple(Use(row.pk, Kind(row.kind), row.owner, row.retired_at, wraps(row)) for row in above)
    return Report(uses, dict(roots), _current_root())


def _current_root() -> tuple[int, int] | None:
    holder = provider.configured()
    try:
        return holder.format, holder.current_version()
    except KeysUnavailable:
        return None


def destroy_retired(*, at: datetime) -> tuple[list[Use], list[Use]]:
    """Destroy the retired keys that nothing needs any more; return them, and those that stay.

    ``at`` is the instant of the act. A key stays while the report counts anything under it, or until it has
    rested for ``REST``. The last word has the statement that deletes: it finds no row if one has come under the
    key since.

    Raises:
        KeysUnavailable: the key store doesn't answer.
    """
    destroyed, retained = [], []
    for use in sorted(
        # Pairs first: they stand under an authority's key, which is needed until they are gone.
        (use for use in report().uses if use.retired_at),
        key=lambda use: use.kind != Kind.INTAKE,
    ):
        if use.wraps or use.retired_at is None or at - use.retired_at < REST or not _deleted(use.id):
            retained.append(use)
        else:
            destroyed.append(use)
    forget_all()
    return destroyed, retained


def _deleted(key_id: UUID) -> bool:
    # In the deleting statement: between the report and here another process may have wrapped something under this key.
    under = WrappedKey.objects.filter(wrapped_by=OuterRef("pk"))
    with keyring.store():
        count, _ = (
            WrappedKey.objects.filter(~Exists(under), pk=key_id, retired_at__isnull=False)
            # Said once more in the last statement: without the index key no filer, cursor or code of the journal is
            # ever found again.
            .exclude(kind=Kind.INDEX)
            .delete()
        )
    return count == 1


def _under_retired(kind: Kind, owner: UUID) -> QuerySet[WrappedKey]:
    retired = WrappedKey.objects.filter(kind=kind, owner=owner, retired_at__isnull=False)
    return WrappedKey.objects.filter(wrapped_by__in=retired.values("pk"))
