"""Let the content of entries go when their time is over; what was there stays provable (SEC-AL15).

An entry about files (access) and one about none (technical) have times of their own. Pruned are the bytes with their
salt, and the pseudonyms beside them; the hash, the tree and its tiles stay, so that every proof holds. An entry
``journal:pruned`` says how many, and bears the digest of the list of their places, which goes with each export as
``pruned/<id of that entry>``: so a verifier tells what was pruned from what is missing (docs/audit.md).
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import batched, pairwise
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from audit import appendonly, checkpoints, events, journal, reading, tree
from audit.errors import HoldStands
from audit.events import Acting, Purpose
from audit.models import Leaf, LegalHold, LogOrigin, PrunedRun, PruneMark, ReadEntry
from encryption import digest

PRUNED: Final = "journal:pruned"
HELD, LIFTED = "journal:held", "journal:lifted"
events.register(PRUNED, HELD, LIFTED)
BATCH: Final = 5_000
#: Under what an authority's mark stands that is of none.
NOBODY: Final = UUID(int=0)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def prune(tenant: UUID | None, *, access_before: datetime, technical_before: datetime, at: datetime) -> int:
    """Prune an authority's entries from before these instants, a batch of them; return how many.

    Within a transaction that sees the authority's entries. What has no place in a signed tree yet, and what is under
    a legal hold, stays.
    """
    origin = tree.newest()
    last = None if origin is None else checkpoints.last(origin.number)
    if origin is None or last is None:
        return 0
    mark, _ = PruneMark.objects.get_or_create(
        pk=tenant or NOBODY, defaults={"access_before": _EPOCH, "technical_before": _EPOCH}
    )
    gone: list[UUID] = []
    for technical, before in ((True, technical_before), (False, access_before)):
        since = mark.technical_before if technical else mark.access_before
        found, reached = _old(tenant, since, before, technical=technical)
        gone += found
        if technical:
            mark.technical_before = reached
        else:
            mark.access_before = reached
    free = _not_held(tenant, gone)
    places = dict(
        Leaf.objects.filter(origin=origin.number, entry__in=free, place__lt=last.size).values_list(
            "entry", "place"
        )
    )
    if places:
        _forget([pk for pk in free if pk in places])
        _say(sorted(places.values()), origin, tenant, at=at)
    mark.save()
    return len(places)


def _old(
    tenant: UUID | None, since: datetime, before: datetime, *, technical: bool
) -> tuple[list[UUID], datetime]:
    """Return the entries of a kind between two instants, a batch of them, and the instant up to which it looked."""
    with reading.as_auditor():
        rows = ReadEntry.objects.filter(at__gte=since, at__lt=before).exclude(act=PRUNED)
        rows = rows.filter(tenant__isnull=True) if tenant is None else rows.filter(tenant=tenant)
        found = list(rows.order_by("at", "id")[:BATCH])
    reached = found[-1].at if len(found) == BATCH else max(since, before)
    return [
        row.pk for row in found if row.body and (not json.loads(bytes(row.body))["obj"]) is technical
    ], reached


def _not_held(tenant: UUID | None, entries: Collection[UUID]) -> list[UUID]:
    holds = list(
        LegalHold.objects.filter(tenant=tenant or NOBODY, lifted_at=None).values_list("subject", flat=True)
    )
    if None in holds:
        return []
    with reading.as_auditor():
        rows = ReadEntry.objects.filter(pk__in=entries).values_list("pk", "body")
        held = set(map(str, holds))
        return [pk for pk, body in rows if not held.intersection(json.loads(bytes(body))["obj"])]


def _forget(entries: Sequence[UUID]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_prune(%s)", [list(entries)])
        return
    with appendonly.lifted(), connection.cursor() as cursor:
        for start in range(0, len(entries), 500):
            part = [one.hex for one in entries[start : start + 500]]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"UPDATE audit_entry SET body = x'', actor = NULL, subject = NULL WHERE id IN ({marks})",  # noqa: S608
                part,
            )
            cursor.execute(f"DELETE FROM audit_entrysubject WHERE entry_id IN ({marks})", part)  # noqa: S608


def _say(places: Sequence[int], origin: LogOrigin, tenant: UUID | None, *, at: datetime) -> None:
    """Write the entry that says what was pruned, and the list that it bears the digest of."""
    runs = list(runs_of(places))
    entry = journal.record(
        PRUNED,
        actor=None,
        at=at,
        tenant=tenant,
        purpose=Purpose.MAINTENANCE,
        to_state=digest.sha256(listed(origin.name, runs)).hex(),
        count=len(places),
    )
    PrunedRun.objects.bulk_create(
        PrunedRun(entry=entry.pk, origin=origin.number, first=first, last=last) for first, last in runs
    )


def runs_of(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the runs of consecutive places, first and last, of places in order."""
    first = places[0]
    for one, other in pairwise(places):
        if other != one + 1:
            yield first, one
            first = other
    yield first, places[-1]


def listed(origin: str, runs: Sequence[tuple[int, int]]) -> bytes:
    """Return the list as an export holds it: the origin, then a run a line."""
    return "".join([f"{origin}\n", *(f"{first}-{last}\n" for first, last in runs)]).encode()


def lists_of(origin: LogOrigin) -> Iterator[tuple[UUID, bytes]]:
    """Yield the lists of an origin and of those before it, each under the id of its entry.

    An entry of an earlier origin stands in a later one too, and bears the digest of a list of the earlier one's places.
    """
    for one in LogOrigin.objects.filter(number__lte=origin.number).order_by("number"):
        by_entry: dict[UUID, list[tuple[int, int]]] = {}
        rows = PrunedRun.objects.filter(origin=one.number).order_by("entry", "first")
        for entry, first, last in rows.values_list("entry", "first", "last"):
            by_entry.setdefault(entry, []).append((first, last))
        for entry, runs in by_entry.items():
            yield entry, listed(one.name, runs)


def restate(tenant: UUID | None, *, at: datetime) -> int:
    """Say once more, in the places of a new origin, what was pruned under earlier ones; return how many entries."""
    origin = tree.newest()
    last = None if origin is None else checkpoints.last(origin.number)
    if origin is None or last is None or origin.number == 1:
        return 0
    known: set[int] = set()
    for first, end in PrunedRun.objects.filter(origin=origin.number).values_list("first", "last"):
        known.update(range(first, end + 1))
    with reading.as_auditor():
        rows = ReadEntry.objects.filter(body=b"")
        rows = rows.filter(tenant__isnull=True) if tenant is None else rows.filter(tenant=tenant)
        gone = list(rows.values_list("pk", flat=True))
    found: set[int] = set()
    for part in batched(gone, BATCH):  # a statement takes 65,535 values at most
        placed = Leaf.objects.filter(origin=origin.number, entry__in=part, place__lt=last.size)
        found.update(placed.values_list("place", flat=True))
    places = sorted(found - known)
    if places:
        _say(places, origin, tenant, at=at)
    return len(places)


# --- Legal holds ---------------------------------------------------------------------------------------


def hold(tenant: UUID, subject: UUID | None, *, actor: Acting | None, at: datetime) -> LegalHold:
    """Keep the content of an authority's entries, or of those about one file, until the hold is lifted.

    Raises:
        HoldStands: there is one already.
    """
    if LegalHold.objects.filter(tenant=tenant, subject=subject, lifted_at=None).exists():
        raise HoldStands
    made = LegalHold.objects.create(tenant=tenant, subject=subject, placed_at=at)
    _note(HELD, made, actor=actor, at=at)
    return made


def lift(found: LegalHold, *, actor: Acting | None, at: datetime) -> None:
    """Lift a hold: what it kept beyond its time is looked at again by the next pruning."""
    LegalHold.objects.filter(pk=found.pk).update(lifted_at=at)
    PruneMark.objects.filter(pk=found.tenant).delete()
    _note(LIFTED, found, actor=actor, at=at)


def _note(act: str, found: LegalHold, *, actor: Acting | None, at: datetime) -> None:
    with transaction.atomic():
        journal.record(
            act,
            actor=actor,
            at=at,
            objects=[] if found.subject is None else [found.subject],
            tenant=found.tenant,
            purpose=Purpose.AUDIT,
        )
