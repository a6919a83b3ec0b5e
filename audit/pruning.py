"""Pruning: removes the content of entries whose retention has ended; their existence stays provable (SEC-AL15).

Entries about files (access) and about none (technical) have different retention. Pruning removes the bytes with their
salt, and the pseudonyms beside them; the hash, the tree and its tiles stay, so that every proof holds. An entry
``journal:pruned`` says how many, and has the digest of the list of their places, which each export carries as
``pruned/<id of that entry>``: so a verifier distinguishes pruned from missing (docs/audit.md). The list also gives, for
each place, its writer and counter, and the instant of the youngest entry of a run (SEC-AL24). All that is read from the
bytes: a column that somebody changed makes no entry old.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched, groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from audit import appendonly, checkpoints, events, journal, reading, tree
from audit.canonical import instant
from audit.errors import HoldStands
from audit.events import Acting, Purpose
from audit.models import Leaf, LegalHold, LogOrigin, PrunedRun, PruneMark, ReadEntry
from audit.verifier import RETENTION_MONTHS, is_canonical, months_before
from encryption import digest

PRUNED: Final = "journal:pruned"
HELD, LIFTED = "journal:held", "journal:lifted"
events.register(PRUNED, HELD, LIFTED)
BATCH: Final = 5_000
BATCH_OF_LISTS: Final = 50
OF_ONE_LIST: Final = (
    10_000  # places, as many as a batch of both kinds; who verifies holds a few lists in memory
)
#: Under what an authority's mark stands that is of none.
NOBODY: Final = UUID(int=0)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Old:
    """An entry whose retention has ended, read from its bytes: writer, instant, files."""

    at: datetime
    writer: str
    seq: int
    objects: frozenset[str] = frozenset()


def prune(tenant: UUID | None, *, access_before: datetime, technical_before: datetime, at: datetime) -> int:
    """Prune an authority's entries from before these instants, a batch of them; return how many.

    Within a transaction that sees the authority's entries. What has no place in a signed tree yet, what is under a
    legal hold, and what is younger than six months whatever was asked, stays.
    """
    origin = tree.newest()
    last = None if origin is None else checkpoints.last(origin.number)
    if origin is None or last is None:
        return 0
    mark, _ = PruneMark.objects.get_or_create(
        pk=tenant or NOBODY, defaults={"access_before": _EPOCH, "technical_before": _EPOCH}
    )
    gone: dict[UUID, Old] = {}
    for technical, before in ((True, technical_before), (False, access_before)):
        since = mark.technical_before if technical else mark.access_before
        # Whatever an authority set: younger entries are evidence, and the database refuses them too (0023).
        before = min(before, months_before(at, RETENTION_MONTHS))
        old, reached = _old(tenant, since, before, technical=technical)
        gone |= old
        if technical:
            mark.technical_before = reached
        else:
            mark.access_before = reached
    free = _free_of_holds(tenant, gone)
    # Only under a signed checkpoint: pruned before that, an entry could have said anything.
    places = _places(origin.number, free, below=last.size)
    if places:
        # Forgetting and saying are one transaction: content that is gone without a list reads as tampering (SEC-AL24).
        _forget(list(places.values()))
        _say({place: gone[pk] for place, pk in sorted(places.items())}, origin, tenant, at=at)
    mark.save()
    return len(places)


def _places(origin: int, entries: Collection[UUID], *, below: int | None = None) -> dict[int, UUID]:
    """Return the places of entries in an origin; with ``below``, those that a tree of that size covers."""
    leaves = Leaf.objects.filter(origin=origin, entry__in=entries)
    if below is not None:
        leaves = leaves.filter(place__lt=below)
    return {place: entry for place, entry in leaves.values_list("place", "entry") if entry is not None}


def _old(
    tenant: UUID | None, since: datetime, before: datetime, *, technical: bool
) -> tuple[dict[UUID, Old], datetime]:
    """Return the entries of a kind between two instants, a batch of them, and the instant up to which it looked."""
    with reading.as_auditor():
        # The entries about pruning stay: they vouch for the lists.
        rows = ReadEntry.objects.filter(at__gte=since, at__lt=before).exclude(act=PRUNED)
        rows = rows.filter(tenant__isnull=True) if tenant is None else rows.filter(tenant=tenant)
        batch = list(rows.order_by("at", "id")[:BATCH])
    reached = batch[-1].at if len(batch) == BATCH else max(since, before)
    # Bytes that aren't an entry's are somebody else's: they stay, to be named.
    entries = {row.pk: json.loads(bytes(row.body)) for row in batch if is_canonical(bytes(row.body))}
    return {
        pk: Old(datetime.fromisoformat(one["ts"]), one["w"], one["wseq"], frozenset(one["obj"]))
        for pk, one in entries.items()
        # All conditions once more by the bytes: a changed instant or authority must make no entry old.
        if (not one["obj"]) is technical
        and one["ts"] < instant(before)
        and one["tenant"] == (None if tenant is None else str(tenant))
        and one["act"] != PRUNED
    }, reached


def _free_of_holds(tenant: UUID | None, entries: Mapping[UUID, Old]) -> list[UUID]:
    holds = list(
        LegalHold.objects.filter(tenant=tenant or NOBODY, lifted_at=None).values_list("subject", flat=True)
    )
    # A hold without a file holds the whole authority.
    if None in holds:
        return []
    blocked = set(map(str, holds))
    return [pk for pk, old in entries.items() if not blocked & old.objects]


def _forget(entries: Sequence[UUID]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # The owner's function, which checks age and place itself: the service may change no entry.
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


def _say(places: Mapping[int, Old], origin: LogOrigin, tenant: UUID | None, *, at: datetime) -> None:
    """Write the entry that says what was pruned, and the list that it bears the digest of; ``places`` are in order."""
    runs = list(runs_of(places))
    entry = journal.record(
        PRUNED,
        actor=None,
        at=at,
        tenant=tenant,
        purpose=Purpose.MAINTENANCE,
        # The list lies in a table that can be changed. Its digest is in an entry, which can't (0023).
        to_state=digest.sha256(listed(origin.name, runs)).hex(),
        count=len(places),
    )
    for run in runs:
        run.entry, run.origin = entry.pk, origin.number
    PrunedRun.objects.bulk_create(runs)


def runs_of(places: Mapping[int, Old]) -> Iterator[PrunedRun]:
    """Yield the runs of consecutive places, of places in order."""
    run: PrunedRun | None = None
    counters: list[tuple[str, int, int]] = []  # writer, first and last of consecutive counters
    for place, old in places.items():
        if run is None or run.youngest is None or place != run.last + 1:
            if run is not None:
                yield _with_writers(run, counters)
            run, counters = PrunedRun(first=place, last=place, youngest=old.at), []
        run.last, run.youngest = place, max(run.youngest or old.at, old.at)
        # Runs of one writer are one line: a list of ten million hashes would be 320 MB in every export.
        if counters and counters[-1][0] == old.writer and counters[-1][2] + 1 == old.seq:
            counters[-1] = (old.writer, counters[-1][1], old.seq)
        else:
            counters.append((old.writer, old.seq, old.seq))
    if run is not None:
        yield _with_writers(run, counters)


def _with_writers(run: PrunedRun, counters: Sequence[tuple[str, int, int]]) -> PrunedRun:
    run.writers = " ".join(f"{writer}:{low}-{high}" for writer, low, high in counters)
    return run


def listed(origin: str, runs: Sequence[PrunedRun]) -> bytes:
    """Return the list as an export holds it: the origin, then a line a run.

    A line is ``first-last instant writer:low-high …``: the places, the instant of the youngest entry, and in their
    order who wrote them, with the counters from low to high.
    """
    lines = (
        f"{run.first}-{run.last} {instant(run.youngest)} {run.writers}\n" for run in runs if run.youngest
    )
    return "".join([f"{origin}\n", *lines]).encode()


def speaks_of_a_list(body: bytes) -> bool:
    """Tell whether an entry vouches for a list of pruned places."""
    return f'"act":"{PRUNED}"'.encode() in body


def lists_of(entries: Collection[UUID]) -> Iterator[tuple[UUID, bytes]]:
    """Yield the lists that entries ``journal:pruned`` speak of, each under the id of its entry.

    An entry of an earlier origin stands in a later one too, and bears the digest of a list of the earlier one's places.
    """
    names = dict(LogOrigin.objects.values_list("number", "name"))
    for some in batched(sorted(entries), BATCH_OF_LISTS):
        for entry, runs in runs_by_entry(some):
            yield entry, listed(names[runs[0].origin], runs)


def runs_by_entry(entries: Collection[UUID]) -> Iterator[tuple[UUID, list[PrunedRun]]]:
    """Yield entries ``journal:pruned`` with the runs of their lists, in order."""
    rows = PrunedRun.objects.filter(entry__in=entries).order_by("entry", "first")
    return ((entry, list(runs)) for entry, runs in groupby(rows, attrgetter("entry")))


def vouches(body: bytes, runs: Sequence[PrunedRun]) -> bool:
    """Tell whether an entry speaks of this very list, and each of its places was old enough (SEC-AL24)."""
    name = LogOrigin.objects.filter(pk=runs[0].origin).values_list("name", flat=True).first()
    if not is_canonical(body) or name is None:
        return False
    entry = json.loads(body)
    old = instant(months_before(datetime.fromisoformat(entry["ts"]), RETENTION_MONTHS))
    # A list that names what was too young is refused whatever its digest says: it was made to hide something.
    young = any(run.youngest is None or instant(run.youngest) > old for run in runs)
    return not young and (entry["act"], entry["to"]) == (PRUNED, digest.sha256(listed(name, runs)).hex())


def named_in_lists(entries: Collection[UUID]) -> set[UUID]:
    """Return which of some entries a list of pruned places names, of whatever origin."""
    named: set[UUID] = set()
    for origin in LogOrigin.objects.order_by("-number").values_list("number", flat=True):
        if not (rest := [one for one in entries if one not in named]):
            break
        places = _places(origin, rest)
        if places:
            first, last = min(places), max(places)
            # Lists are bounded in width, so that only the neighbourhood of these places is read.
            near = PrunedRun.objects.filter(origin=origin, first__gt=first - OF_ONE_LIST, first__lte=last)
            runs = near.filter(last__gte=first).values_list("first", "last")
            named_places = {
                place for low, high in runs for place in range(max(low, first), min(high, last) + 1)
            }
            named |= {pk for place, pk in places.items() if place in named_places}
    return named


def restate(tenant: UUID | None, *, at: datetime) -> int:
    """Say once more, in the places of a new origin, what was pruned under earlier ones; return how many entries.

    What no list of an earlier one names isn't said: it was emptied by somebody else.
    """
    origin = tree.newest()
    last = None if origin is None else checkpoints.last(origin.number)
    if origin is None or last is None or origin.number == 1:
        return 0
    stated: set[int] = set()
    for first, end in PrunedRun.objects.filter(origin=origin.number).values_list("first", "last"):
        stated.update(range(first, end + 1))
    with reading.as_auditor():
        rows = ReadEntry.objects.filter(body=b"")
        rows = rows.filter(tenant__isnull=True) if tenant is None else rows.filter(tenant=tenant)
        columns = rows.values_list("pk", "at", "writer", "writer_seq")
        gone = {pk: Old(when, str(writer), seq) for pk, when, writer, seq in columns}
    named: dict[int, UUID] = {}
    for part in batched(gone, BATCH):  # a statement takes 65,535 values at most
        named |= _places(origin.number, named_in_lists(part), below=last.size)
    untold = sorted(named.keys() - stated)
    for some in batched(untold, OF_ONE_LIST):
        _say({place: gone[named[place]] for place in some}, origin, tenant, at=at)
    return len(untold)


# --- Legal holds ---------------------------------------------------------------------------------------


def hold(tenant: UUID, subject: UUID | None, *, actor: Acting | None, at: datetime) -> LegalHold:
    """Keep the content of an authority's entries, or of those about one file, until the hold is lifted.

    Raises:
        HoldStands: there is one already.
    """
    if LegalHold.objects.filter(tenant=tenant, subject=subject, lifted_at=None).exists():
        raise HoldStands
    legal_hold = LegalHold.objects.create(tenant=tenant, subject=subject, placed_at=at)
    _note(HELD, legal_hold, actor=actor, at=at)
    return legal_hold


def lift(legal_hold: LegalHold, *, actor: Acting | None, at: datetime) -> None:
    """Lift a hold: what it kept beyond its time is looked at again by the next pruning."""
    LegalHold.objects.filter(pk=legal_hold.pk).update(lifted_at=at)
    # The mark lies behind what was held: without it the next pruning begins anew.
    PruneMark.objects.filter(pk=legal_hold.tenant).delete()
    _note(LIFTED, legal_hold, actor=actor, at=at)


def _note(act: str, legal_hold: LegalHold, *, actor: Acting | None, at: datetime) -> None:
    with transaction.atomic():
        journal.record(
            act,
            actor=actor,
            at=at,
            objects=[] if legal_hold.subject is None else [legal_hold.subject],
            tenant=legal_hold.tenant,
            purpose=Purpose.AUDIT,
        )
