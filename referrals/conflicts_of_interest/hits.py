"""Conflict check: bars staff tied to the people of a case, when it is filed and whenever it is indexed.

A hit is a keyed value that a case and a member of staff share: no tie is opened. The statements are the same whoever
the case is about; a hit costs two more, which the filer can't tell from anything else (SEC-AZ8).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, Q, QuerySet, UUIDField

from accounts.models import Membership
from core.compiled_queries import CompiledQuery, Given
from referrals.matching import encodings, identity
from referrals.matching.identity import Family
from referrals.vocabulary.states import Cause

if TYPE_CHECKING:
    from referrals.models import Referral
    from referrals.workflow.context import StepContext


def compare_filing(act: "StepContext") -> None:
    """Bar whoever is tied to somebody of a concern, while what it says is at hand (T02, T03)."""
    referral = act.case.referral
    day = (referral.received_at or act.at).date()
    family = identity.family(list(identity.rows_of(referral, apart=True)), act.case.plain or {}, on=day)
    if ties := tied(family, _places(referral), at=act.at):
        act.case.flush()  # whom it bars is told by rows that hang on it
        _bar(referral, ties, at=act.at)


def exclude(
    referral: "Referral", family: Family, *, at: datetime, among: Collection[UUID] | None = None
) -> list[UUID]:
    """Bar from a case whoever is tied to somebody of it; return their accounts. Repeating it changes nothing.

    ``among``: nobody else. A declared tie bars wherever the member works, the own name where the case may be read. Who
    was barred for the same thing, and let in again by two, isn't barred again for that; another tie bars anew.
    """
    tied_people = tied(family, _places(referral), at=at)
    ties_by_user = {user: ties for user, ties in tied_people.items() if among is None or user in among}
    return _bar(referral, ties_by_user, at=at) if ties_by_user else []


def tied(family: Family, places: Sequence[UUID], *, at: datetime) -> dict[UUID, set[UUID | None]]:
    """Return who is tied to somebody of a family, by which ties; None: by the own name, of who works at a place."""
    values = sorted(encodings.of_family(family))
    given: dict[str, object] = {f"value{number}": value for number, value in enumerate(values)}
    given |= {f"place{number}": place for number, place in enumerate(places)}
    ties_by_user: dict[UUID, set[UUID | None]] = {}
    for user, tie in _hits(len(values), len(places)).rows(at=at, **given):
        ties_by_user.setdefault(user, set()).add(tie)
    return ties_by_user


@lru_cache(maxsize=200)
def _hits(values: int, places: int) -> CompiledQuery[tuple[UUID, UUID | None]]:
    """Return the query of accounts and ties that share one of so many values, at so many places."""
    wanted = [Given(f"value{number}", BigIntegerField()) for number in range(values)]
    theirs = [Q(authority=Given(f"place{number}", UUIDField())) for number in range(places)]

    def make() -> "QuerySet[Any, tuple[UUID, UUID | None]]":
        rows: Any = apps.get_model("referrals", "KinValue").objects
        memberships = Membership.objects.in_force(Given("at", DateTimeField())).filter(user=OuterRef("user"))
        here = Exists(memberships.filter(reduce(or_, theirs)))
        hits = rows.filter(Q(tie__isnull=False) | here, value__in=wanted)
        pairs: QuerySet[Any, tuple[UUID, UUID | None]] = hits.values_list("user_id", "tie_id").distinct()
        return pairs

    return CompiledQuery(make)


def _places(referral: "Referral") -> list[UUID]:
    """Return the authorities whose people may read of the case: its own, and those asked to take it over."""
    targets = referral.transfer_requests.values_list("target_id", flat=True) if referral.transfer_open else ()
    return sorted({referral.authority_id, *targets})


def _bar(referral: "Referral", found: dict[UUID, set[UUID | None]], *, at: datetime) -> list[UUID]:
    table: Any = referral.exclusions.model
    # Under the case's lock, as every exclusion is made; only now, for most comparing ends without a hit.
    type(referral)._default_manager.select_for_update(of=("self",)).get(pk=referral.pk)
    exclusions = list(referral.exclusions.filter(user_id__in=sorted(found)))
    barred = {row.user_id: row for row in exclusions if row.lifted_at is None}
    settled = {
        (row.user_id, row.tie)
        for row in exclusions
        if row.lifted_at is not None and row.cause != Cause.PERSON
    }
    rows = []
    for user, ties in sorted(found.items()):
        left = sorted((tie for tie in ties if (user, tie) not in settled), key=lambda tie: (tie is None, tie))
        if not left:
            continue
        cause = Cause.TIE if left[0] is not None else Cause.NAME
        if user not in barred:
            rows.append(table(referral=referral, user_id=user, cause=cause, tie=left[0], since_at=at))
        elif barred[user].cause == Cause.NAME and cause is Cause.TIE:
            barred[user].cause, barred[user].tie = cause, left[0]
            barred[user].save(update_fields=["cause", "tie"])
    table.objects.bulk_create(rows)
    gone = [row.user_id for row in rows]
    if gone:
        referral.assignments.filter(user_id__in=gone, until_at=None).update(until_at=at)
    return gone
