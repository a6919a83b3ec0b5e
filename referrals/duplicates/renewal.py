"""Renewal of the record linkage index, while the service runs: after another version, length or key of its values.

An authority that grows past a step gets longer values (SEC-CR16), and the cases that have short ones are indexed anew.
Each case names version, length and key of its values, and that alone records the progress: interrupted, the work goes
on with what is left. Until then a search asks for every length that is still there, and finds no case of an earlier
version; it says so, and a case that was searched for meanwhile is searched for again at the end.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Final, cast
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import Q

from accounts.actor import SYSTEM
from accounts.models import Authority
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose, register
from encryption import index
from encryption.errors import KeysUnavailable
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.conflicts_of_interest import hits
from referrals.matching import buckets, candidates, indexing
from referrals.matching.blocking_keys import NORM
from referrals.models import Child, IndexSize, Referral
from referrals.vocabulary.oversight import LeftOut
from referrals.vocabulary.states import State

_log = structlog.get_logger("referrals")
INDEXED: Final = "index:made"
register(INDEXED)

#: How many cases one run does; the next run goes on.
_BATCH: Final = 4_000
#: How many are done in one transaction and told by one entry: whoever works on one of them waits for the others.
_TOGETHER: Final = 40
_COUNTED_EVERY: Final = timedelta(hours=6)
OUTSIDE: Final = (State.DRAFT, State.PURGED)
_READ: Final = (
    "authority", "case_key", "received_at", "created_at", "state", "transfer_open",
    "index_norm", "index_bits", "index_key",
)  # fmt: skip


@recurring("index:renewed", every=timedelta(minutes=1))
def renew_index(at: datetime, *, limit: int = _BATCH) -> int:
    """Index anew the cases whose values are of an earlier version or a shorter length; return how many.

    Where no earlier version is left, let the cases be searched for again that were searched for meanwhile.
    """
    with row_level_security.for_the_service():
        count_children(at)
        waiting: list[UUID] = []
        for size in IndexSize.objects.order_by("pk"):
            stale = Referral.objects.filter(_earlier() | _shorter(size.bits), authority=size.authority_id)
            waiting += stale.order_by("pk").values_list("pk", flat=True)[: limit - len(waiting)]
    done = renew(waiting, at)
    with row_level_security.for_the_service():
        again = Referral.objects.filter(searched_partly=LeftOut.NOT_INDEXED)
        again.exclude(authority__in=behind()).update(searched_at=None, searched_partly="")
    return done


def _earlier() -> Q:
    return Q(index_norm__gt=0, index_norm__lt=NORM)


def _shorter(bits: int) -> Q:
    return Q(index_norm=NORM, index_bits__lt=bits)


def behind() -> list[UUID]:
    """Return the authorities where a case has values of an earlier version, which no search finds."""
    authorities = Authority.objects.order_by("pk").values_list("pk", flat=True)
    return [pk for pk in authorities if Referral.objects.filter(_earlier(), authority=pk).exists()]


def count_children(at: datetime) -> None:
    """Count each authority's children now and then: from their number follows how short a value is cut (CR16)."""
    sizes = {size.authority_id: size for size in IndexSize.objects.all()}
    for authority in Authority.objects.all():
        size = sizes.get(authority.pk) or IndexSize(authority=authority, bits=buckets.SHORTEST)
        if not size._state.adding and size.counted_at > at - _COUNTED_EVERY:
            continue
        children = Child.objects.filter(referral__authority=authority, wrong_person=False)
        size.children = children.exclude(referral__state__in=OUTSIDE).count()
        size.bits = max(size.bits, buckets.length_for(size.children))
        size.counted_at = at
        size.save()


def each(
    waiting: Iterable[UUID],
    done: Callable[[UUID, datetime], bool],
    at: datetime,
    *,
    failed: Callable[[UUID], None] = lambda _pk: None,
) -> int:
    """Do the work on each case; return on how many. A fault of one holds up no other: it is logged, and its id told.

    Raises:
        OperationalError, InterfaceError, KeysUnavailable: a part of the service is out, for all of them.
    """
    count = 0
    for pk in waiting:
        try:
            count += done(pk, at)
        except (OperationalError, InterfaceError, KeysUnavailable):
            raise
        except Exception:  # the border of one case
            _log.exception("index:failed", row=pk)
            failed(pk)
    return count


def renew(waiting: Iterable[UUID], at: datetime) -> int:
    """Make the values of cases again, as they are made now, some in one transaction; return of how many.

    Raises:
        OperationalError, InterfaceError, KeysUnavailable: a part of the service is out, for all of them.
    """
    count = 0
    for part in batched(waiting, _TOGETHER, strict=False):
        try:
            done, locked = _renewed(part, at)
        except (OperationalError, InterfaceError, KeysUnavailable):
            raise
        except Exception:  # one of them is faulty, which is found out one by one
            done, locked = 0, set(part)
        # Whoever works on a case is waited for while no other is locked.
        count += done + each(sorted(locked), _renew_one, at, failed=_give_up)
    return count


def _renew_one(pk: UUID, at: datetime) -> bool:
    return _renewed([pk], at, wait=True)[0] > 0


def _give_up(pk: UUID) -> None:
    """Let a case whose values can't be made again hold up no search: it isn't found until somebody mends it."""
    with row_level_security.for_the_service():
        Referral.objects.filter(pk=pk).update(index_norm=0)


def _renewed(part: Sequence[UUID], at: datetime, *, wait: bool = False) -> tuple[int, set[UUID]]:
    """Make the values of some cases again; return of how many, and which are locked by somebody else."""
    with row_level_security.for_the_service():
        there = Referral.objects.select_for_update(of=("self",), skip_locked=not wait).filter(pk__in=part)
        bits = dict(IndexSize.objects.values_list("authority", "bits"))
        by_authority: dict[UUID, list[Referral]] = defaultdict(list)
        locked = set(part)
        for case in there.exclude(state__in=OUTSIDE).only(*_READ).order_by("pk"):
            locked.discard(case.pk)
            made = (case.index_key, case.index_norm, case.index_bits)
            authority = cast("UUID", case.authority_id)  # every case but a draft has one
            now = (index.likeness_keys()[0], NORM, bits.get(authority, buckets.SHORTEST))
            if case.index_key is not None and case.index_norm and made != now:
                by_authority[authority].append(case)
        for authority, cases in by_authority.items():
            make_values(cases, authority, at)
        return sum(map(len, by_authority.values())), locked


def make_values(cases: Sequence[Referral], authority: UUID, at: datetime) -> None:
    """Make the values of cases of one authority, opened once; one entry, whoever they are about.

    Whoever is tied to somebody of a case is barred, if it wasn't compared in the present version already.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    candidates.load(cases, narrowly=True)
    named, payload = list(journal.subjects({case.pk for case in cases}).values()), bytearray()
    with disclosure(
        actor=SYSTEM, purpose=Purpose.SEARCH, at=at, objects=named, tenant=authority, act=INDEXED, payload=payload,
        always=True,
    ) as scope:  # fmt: skip
        families = {}
        for case in cases:
            families[case], whole = candidates.opened_whole(case, scope)
            if case.index_norm != NORM:
                payload += b"".join(user.bytes for user in hits.exclude(case, whole, at=at))
    indexing.replace(families)
    made = cases[0]
    Referral.objects.filter(pk__in=[case.pk for case in cases]).update(
        index_norm=made.index_norm, index_bits=made.index_bits, index_key=made.index_key
    )
