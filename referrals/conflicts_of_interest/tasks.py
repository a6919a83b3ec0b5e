"""Recurring conflict check: compares each member of staff with the existing cases, in batches.

It runs for new staff at an authority, for new declarations, and for changed names. It shows that person only that a
case is absent; and since they may read the journal or count entries, it opens as many cases whether one is found or
not, and writes one entry whatever the result. If interrupted, it continues after the last case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.actor import SYSTEM
from accounts.models import Membership, User
from audit import journal, pseudonyms
from audit.disclosure import disclosure
from audit.events import Purpose, register
from encryption import keys
from encryption.sealed import OpenScope
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.conflicts_of_interest import declarations, hits
from referrals.matching import buckets, candidates, encodings, identity, relatives
from referrals.matching.blocking_keys import Scheme, Trait
from referrals.models import (
    DeclaredTie,
    IndexValue,
    KinSearch,
    KinValue,
    Measure,
    Referral,
    SheetReader,
    TransferRequest,
)
from referrals.vocabulary.states import ALIVE, OPEN_TRANSFER, State

COMPARED: Final = "kin:compared"
register(COMPARED)

_NOBODY: Final = UUID(int=0)
#: How many people are begun, and how many cases opened, in one run; the next run goes on.
_PEOPLE: Final = 200
_CASES: Final = 400
#: How many cases are opened for one person at a time: always so many, as far as the authority has them.
STRIDE: Final = 50
#: A filing that began before a tie was kept doesn't know it: its case is there when this is over.
SETTLED: Final = timedelta(minutes=1)
_OUTSIDE: Final = (State.DRAFT, State.PURGED)


@recurring("kin:begun", every=timedelta(minutes=1))
def begin(at: datetime) -> int:
    """Begin with those who have a role on the staff and were never compared at that authority; return how many."""
    with row_level_security.for_the_service():
        memberships = Membership.objects.in_force(at).filter(role__in=sorted(declarations.STAFF))
        searched = KinSearch.objects.filter(user=OuterRef("user"), authority=OuterRef("authority"))
        new = (
            memberships.filter(~Exists(searched))
            .order_by("user", "authority")
            .values_list("user", "authority")
            .distinct()
        )
        begun = list(new[:_PEOPLE])
        people = User.objects.in_bulk({user for user, _ in begun})
        KinSearch.objects.bulk_create(
            [KinSearch(user_id=user, authority_id=place, asked_at=at, own=b"") for user, place in begun],
            ignore_conflicts=True,
        )
        for user in people.values():
            _keep_own(user)
    return len(begun)


@recurring("kin:renamed", every=timedelta(days=1))
def rename(at: datetime) -> int:
    """Begin anew with those whose name or number is another one since; return how many."""
    count = 0
    with row_level_security.for_the_service():
        marks = dict(KinSearch.objects.order_by("user").values_list("user", "own"))
        for user in User.objects.filter(pk__in=marks).iterator():
            if bytes(marks[user.pk]) != encodings.mark_of_own(user.full_name, user.phone):
                _keep_own(user)
                KinSearch.objects.filter(user=user).update(asked_at=at, after=None, done_at=None)
                count += 1
    return count


def _keep_own(user: User) -> None:
    values = encodings.of_own(user.full_name, user.phone)
    KinValue.objects.filter(user=user, tie=None).delete()
    KinValue.objects.bulk_create([KinValue(user=user, value=value) for value in sorted(values)])
    mark = encodings.mark_of_own(user.full_name, user.phone)
    KinSearch.objects.filter(user=user).update(own=mark)


@recurring("kin:compared", every=timedelta(minutes=1))
def compare(at: datetime) -> int:
    """Compare those who wait with the cases that are there, the longest waiting first; return how many cases."""
    with row_level_security.for_the_service():
        waiting = KinSearch.objects.filter(done_at=None, asked_at__lte=at - SETTLED)
        ids = list(waiting.order_by("asked_at", "id").values_list("pk", flat=True)[:_PEOPLE])
    opened = 0
    for pk in ids:
        while opened < _CASES and (done := _one(pk, at)):
            opened += done
    return opened


def _one(pk: UUID, at: datetime) -> int:
    """Compare one person with the next cases, in a transaction of its own; return with how many, 0 at the end."""
    with row_level_security.for_the_service():
        search = KinSearch.objects.select_for_update(of=("self",)).filter(pk=pk, done_at=None).first()
        return 0 if search is None else _stride(search, at)


@dataclass(frozen=True, slots=True, repr=False)
class _Wanted:
    """What one person is found by: keyed pairs of names, and numbers."""

    pairs: frozenset[str]
    phones: frozenset[str]

    def traits(self) -> list[Trait]:
        kin = [Trait(_NOBODY, Scheme.KIN, pair) for pair in sorted(self.pairs)]
        return kin + [Trait(_NOBODY, Scheme.CONTACT, phone) for phone in sorted(self.phones)]


def _stride(search: KinSearch, at: datetime) -> int:
    user = User.objects.get(pk=search.user_id)
    named = pseudonyms.acted_on(user.pk, by=None)
    payload = bytearray()
    with disclosure(
        actor=SYSTEM,
        purpose=Purpose.SEARCH,
        at=at,
        objects=named,
        tenant=search.authority_id,
        act=COMPARED,
        payload=payload,
        always=True,
    ) as scope:
        part, more = _next(_wanted(user, scope), search)
        named += sorted(journal.subjects(set(part)).values())
        for pk in part:
            payload += _compare(pk, user.pk, scope, at=at)
    search.after, search.done_at = (part[-1], None) if more else (None, at)
    search.save(update_fields=["after", "done_at"])
    return len(part)


def _wanted(user: User, scope: OpenScope) -> _Wanted:
    """Return what a person is found by: the own name and number, and those of the ties, opened by the service."""
    people, phones = [relatives.of_whole(user.full_name)], {identity.phone(user.phone)}
    rows = list(DeclaredTie.objects.filter(user=user, removed_at=None))
    keys.warm(row.key for row in rows if row.key)
    for row in rows:
        content = (
            declarations.opened(row, scope) or {}
        )  # whose key is lost finds nothing; what is filed is compared with it still
        people.append(declarations.person_of(content))
        phones.add(identity.phone(content.get("phone", "")))
    return _Wanted(
        frozenset(pair for one in people for pair in relatives.coarse(one)), frozenset(phones - {""})
    )


def _next(wanted: _Wanted, search: KinSearch) -> tuple[list[UUID], bool]:
    """Return the next cases to open, as many whoever is looked for, and whether there are more."""
    after = search.after or _NOBODY
    there = Referral.objects.filter(authority=search.authority_id).exclude(state__in=_OUTSIDE)
    lengths = candidates.size_of(search.authority_id).lengths
    numbers = buckets.numbers(search.authority_id, wanted.traits(), lengths)
    ids = set(
        IndexValue.objects.filter(bucket__in=list(numbers), referral__authority=search.authority_id)
        .filter(referral_id__gt=after)
        .values_list("referral_id", flat=True)
    )
    # Children that are kept apart stand in no index.
    ids |= set(there.filter(pk__gt=after, children__restricted=True).values_list("pk", flat=True))
    ids |= {pk for pk in _crossing(search) if pk > after}
    likely = sorted(ids)
    part = likely[:STRIDE]
    if len(likely) > STRIDE:
        return part, True
    others = there.exclude(pk__in=[*part, _NOBODY]).order_by("-submitted_at", "pk")
    part += list(others.values_list("pk", flat=True)[: STRIDE - len(part)])
    return sorted(part), False  # mixed: which of them the index gave isn't to be read off the entry


def _crossing(search: KinSearch) -> set[UUID]:
    """Return the cases of other authorities of which people of this one read something (domain.md §1.3 rule 1)."""
    services = Membership.objects.filter(user=search.user_id, authority=search.authority_id).exclude(
        organisation=None
    )
    executed = Measure.objects.filter(service__in=services.values("organisation"), state__in=ALIVE)
    requests = TransferRequest.objects.filter(target=search.authority_id, state__in=OPEN_TRANSFER)
    sheets = SheetReader.objects.filter(authority=search.authority_id, sheet__closed_at=None)
    return {pk for rows in (executed, requests, sheets) for pk in rows.values_list("referral_id", flat=True)}


def _compare(pk: UUID, user: UUID, scope: OpenScope, *, at: datetime) -> bytes:
    """Compare a person with one case; return what the entry keeps a digest of."""
    referral = Referral.objects.exclude(state__in=_OUTSIDE).filter(pk=pk).first()
    if referral is None:
        return b""
    candidates.load([referral])
    _, family = candidates.opened_whole(referral, scope)
    barred = hits.exclude(referral, family, at=at, among=[user])
    return b"".join((referral.pk.bytes, *(one.bytes for one in barred)))
