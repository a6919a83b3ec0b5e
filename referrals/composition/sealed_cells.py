"""Compares the sealed cells of cases with their signatures: reports alteration, deletion and rollback (SEC-CR21).

Nothing is opened: the signature covers the digests of the cells (``encryption/cells.py``), and whose the keys are that
sealed them is asked of the key store. So each night shows, of all rows, cells that aren't those that the service wrote
into the row, and rows that went from one owner to another: a joining seals anew what it takes along.

That can't show that a row was deleted, or rolled back whole with its signature and counter. For that the pass stores,
signed, what it saw of each case (``CaseWatch``), and compares a seventh of the cases each night, with them those whose
row bears another HMAC under the same version, and each hour those that it never saw or whose version has changed. Each
night leaves an entry in the journal; a case that is older than the last one and has no ``CaseWatch`` is reported too.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import F, Q

from audit import alarms, journal, pseudonyms, reading
from audit.errors import UnknownSubject
from audit.events import Outcome, Purpose, Topic, file_under, register
from audit.models import ReadEntry
from encryption import keys
from encryption.cells import Celled, counter_of, tables
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.composition.row_signatures import DELETED, NIGHTS, REFUSED, SET_BACK, cells_of
from referrals.models import Attachment, CaseWatch, Joining, Referral
from referrals.vocabulary.states import State

LOOKED: Final = "cells:looked"
register(LOOKED)
file_under(Topic.RIGHTS, LOOKED)
#: Cells that aren't those that the service wrote into the row.
ALTERED: Final = "altered"
#: A row of another case, or of another owner, than the service wrote it for.
MOVED: Final = "moved"
#: So many rows are read at once.
_ROWS: Final = 1_000
#: So many cases are looked through under one lock, which makes whoever writes in one of them wait.
_AT_ONCE: Final = 25
#: So many rows of a table have an entry each, in one night; the others are counted.
_NAMED: Final = 50
#: A case may be in use during a night, and is seen in the next.
_SEEN_WITHIN: Final = timedelta(days=3)
_log = logging.getLogger("referrals")

#: In what was seen of a case, where the HMAC of its own row stands.
_CASES: Final = Referral._meta.db_table

#: Counters by row, by table, by case.
type Seen = dict[UUID, dict[str, dict[str, int]]]


class Finding(NamedTuple):
    """A row that isn't as it was left: whose case it is of, which table and id, and what became of it."""

    tenant: UUID | None
    case: UUID | None
    table: str
    row: UUID
    what: str


@recurring("cells:looked", every=timedelta(days=1), lease=timedelta(hours=6))
def look(at: datetime) -> int:
    """Look through the cells of the cases whose turn it is; return how many rows aren't as the service left them."""
    with for_the_service():
        last, turn = _last_night(), _turn(at)
    findings = [one for model in tables() for one in _all_rows(model)]
    existing = {(one.table, one.row) for one in findings}
    findings += [one for one in _look_through(turn, last, at=at) if (one.table, one.row) not in existing]
    with for_the_service():
        _tell(findings, at=at)
        journal.record(LOOKED, actor=None, at=at, purpose=Purpose.MAINTENANCE, count=len(turn))
    return len(findings)


def _all_rows(model: type[Celled]) -> list[Finding]:
    """Look through the cells of a table, without a lock: each row is judged by what one statement read of it."""
    findings: list[Finding] = []
    last: UUID | None = None
    while True:
        # A transaction for each of them: one over the whole table would hold up the database's cleaning.
        with for_the_service():
            rows = cells_of(model) if last is None else cells_of(model).filter(pk__gt=last)
            some = list(rows[:_ROWS])
            faults = dict(_faults(some))
            cases = [row.referral_id for row in some if row.pk in faults] if _of_a_case(model) else []
            tenants = dict(Referral._base_manager.filter(pk__in=cases).values_list("pk", "authority_id"))
        for row in some:
            if row.pk in faults:
                case = row.referral_id if _of_a_case(model) else None
                findings.append(
                    Finding(tenants.get(case), case, model._meta.db_table, row.pk, faults[row.pk])
                )
        if len(some) < _ROWS:
            return findings
        last = some[-1].pk


def _faults(rows: Iterable[Any]) -> Iterator[tuple[UUID, str]]:
    """Yield the rows of a table whose cells aren't as the service left them, or whose keys are another owner's."""
    whole = []
    for row in rows:
        if row.cells_hold():
            whole.append((row, row.cell_keys()))
        else:
            yield row.pk, ALTERED
    owners = keys.owners_of(key for _, named in whole for key in named)
    for row, named in whole:
        # A key that was destroyed is nobody's any more: its values read as unreadable, and tell nothing.
        owner = getattr(row, "sealed_owner", None)
        if owner and any(owners.get(key, getattr(row, owner)) != getattr(row, owner) for key in named):
            yield row.pk, MOVED


@recurring("cells:moved", every=timedelta(hours=1))
def look_at_moved(at: datetime) -> int:
    """Look through the cells of the cases that have moved since they were seen; return how many rows are named."""
    with for_the_service():
        last, moved = _last_night(), _moved()
    findings = _look_through(moved, last, at=at)
    with for_the_service():
        _tell(findings, at=at)
    return len(findings)


def _last_night() -> datetime | None:
    """Return when all cases that there were had a watch: what is older and has none has lost it."""
    with reading.as_auditor():
        return ReadEntry.objects.filter(act=LOOKED).order_by("-at").values_list("at", flat=True).first()


def _turn(at: datetime) -> list[UUID]:
    """Return the cases of this night, and those that were never seen or have moved since they were."""
    cases = Referral.objects.exclude(state=State.PURGED).order_by("pk").values_list("pk", flat=True)
    tonight = [pk for pk in cases.iterator() if pk.int % NIGHTS == at.toordinal() % NIGHTS]
    return sorted({*tonight, *_moved(), *_signed_otherwise()})


def _signed_otherwise() -> Iterator[UUID]:
    """Yield the cases whose own row doesn't bear the HMAC that was seen with its version."""
    rows = Referral.objects.exclude(state=State.PURGED).filter(watch__version=F("version")).order_by("pk")
    for pk, mac, watched in rows.values_list("pk", "mac", "watch__rows").iterator(_ROWS):
        if watched.get(_CASES, {}).get(pk.hex, _stamp(mac)) != _stamp(mac):
            yield pk


def _stamp(mac: Any) -> int:
    """Return what a watch holds of the HMAC of its case's own row: each change of it has a version of its own."""
    return int.from_bytes(bytes(mac or b"")[:6])


def _moved() -> list[UUID]:
    filed = Referral.objects.exclude(state__in=(State.DRAFT, State.PURGED))
    return list(filed.exclude(watch__version=F("version")).order_by("pk").values_list("pk", flat=True))


def _look_through(cases: Iterable[UUID], last: datetime | None, *, at: datetime) -> list[Finding]:
    findings: list[Finding] = []
    for some in batched(cases, _AT_ONCE):
        with for_the_service():
            findings += _look(some, last, at=at)
    return findings


def _of_a_case(model: type[Celled]) -> bool:
    return getattr(model, "sealed_owner", None) == "referral_id"


def _look(wanted: Iterable[UUID], last: datetime | None, *, at: datetime) -> list[Finding]:
    """Look through some cases under their locks, and keep what was seen; one in use waits for the next night."""
    locked = Referral.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=wanted)
    cases = {case.pk: case for case in locked.exclude(state=State.PURGED).order_by("pk")}
    findings: list[Finding] = []
    seen: Seen = {pk: defaultdict(dict) for pk in cases}
    for model in filter(_of_a_case, tables()):
        table = model._meta.db_table
        rows = list(cells_of(model).filter(referral__in=cases))
        faults = dict(_faults(rows))
        for row in rows:
            of = row.referral_id
            if row.pk in faults:
                findings.append(Finding(cases[of].authority_id, of, table, row.pk, faults[row.pk]))
            # What is another case's isn't missing from this one once it is back where it belongs.
            if faults.get(row.pk) != MOVED:
                seen[of][table][row.pk.hex] = counter_of(row.cells)
    for row in Attachment.objects.filter(referral__in=cases, waiting_since__isnull=False):
        # It goes by itself where nothing follows.
        del seen[row.referral_id][Attachment._meta.db_table][row.pk.hex]
    for pk, case in cases.items():
        seen[pk][_CASES][pk.hex] = _stamp(case.mac)
    watches = {watch.pk: watch for watch in CaseWatch.objects.filter(pk__in=cases)}
    findings += _compare(cases, seen, watches, last, {one.row for one in findings})
    new_watches = [
        CaseWatch(pk=pk, version=_version(case, watches.get(pk)), seen_at=at, rows=dict(seen[pk]))
        for pk, case in cases.items()
        if case.state != State.DRAFT  # whose lists are replaced as they are typed
    ]
    # Made anew: a later write doesn't sign what somebody else has changed.
    CaseWatch.objects.filter(pk__in=cases).delete()
    CaseWatch.objects.bulk_create(new_watches)
    return findings


def _version(case: Referral, watch: CaseWatch | None) -> int:
    return max(case.version, watch.version) if watch is not None and watch.is_authentic else case.version


def _compare(
    cases: Mapping[UUID, Referral],
    seen: Seen,
    watches: Mapping[UUID, CaseWatch],
    last: datetime | None,
    altered: set[UUID],
) -> Iterator[Finding]:
    """Yield what isn't as it was seen before, ``altered`` rows left out; such rows stay in ``seen`` as they were."""
    gone: dict[str, dict[UUID, tuple[UUID, int]]] = defaultdict(dict)
    for pk, case in cases.items():
        watch = watches.get(pk)
        if watch is None or not watch.is_authentic:
            begun = max(case.submitted_at or case.created_at, case.created_at)
            # A draft has none: it is kept from the first night after it was filed.
            due = case.state != State.DRAFT and last is not None and begun < last - _SEEN_WITHIN
            if watch is not None or due:
                what = DELETED if watch is None else ALTERED
                yield Finding(case.authority_id, pk, CaseWatch._meta.db_table, pk, what)
            continue
        rows_seen = dict(watch.rows)
        stamp = rows_seen.pop(_CASES, {}).get(pk.hex, _stamp(case.mac))
        same = case.version == watch.version
        if case.version < watch.version or (same and stamp != _stamp(case.mac)):
            yield Finding(case.authority_id, pk, _CASES, pk, SET_BACK)
            seen[pk][_CASES][pk.hex] = stamp
        for table, rows in rows_seen.items():
            for row, counter in rows.items():
                now = seen[pk][table].get(row)
                if now is None:
                    gone[table][UUID(row)] = pk, counter
                elif now < counter:
                    if UUID(row) not in altered:
                        yield Finding(case.authority_id, pk, table, UUID(row), SET_BACK)
                    seen[pk][table][row] = counter
    yield from _gone(gone, cases, seen)


def _gone(
    rows: Mapping[str, Mapping[UUID, tuple[UUID, int]]], cases: Mapping[UUID, Referral], seen: Seen
) -> Iterator[Finding]:
    """Yield the rows that are nowhere, went where no joining takes them, or were set back where one has moved them.

    A row that went elsewhere is named once, and belongs there from then on: the cells of most say more
    (``_all_rows``).
    """
    joined: dict[UUID, set[UUID]] = {}
    for model in filter(_of_a_case, tables()):
        wanted = rows.get(table := model._meta.db_table, {})
        everything: Any = model._base_manager
        there = {row.pk: row for row in everything.filter(pk__in=wanted).only("referral_id", "cells")}
        for row, (pk, counter) in wanted.items():
            now = there.get(row)
            if now is None or counter_of(now.cells) < counter:
                yield Finding(cases[pk].authority_id, pk, table, row, DELETED if now is None else SET_BACK)
                seen[pk][table][row.hex] = counter
            elif now.referral_id not in (joined.get(pk) or joined.setdefault(pk, _joined_with(pk))):
                yield Finding(cases[pk].authority_id, pk, table, row, MOVED)


def _joined_with(case: UUID) -> set[UUID]:
    """Return the cases that were ever joined with a case, by way of others too, and the case itself."""
    joined_ids: set[UUID] = set()
    new = {case}
    while new:
        joined_ids |= new
        joinings = Joining.objects.filter(Q(referral__in=new) | Q(target__in=new)).only(*Joining.counted())
        new = {
            pk for one in joinings if one.is_authentic for pk in (one.referral_id, one.target_id)
        } - joined_ids
    return joined_ids


def _tell(found: Iterable[Finding], *, at: datetime) -> None:
    """Name each row to the operator and, by its digest, to the auditors of its authority; count those past many.

    Each that is named is an alarm, as a row that gives a right.
    """
    counts: Counter[tuple[UUID | None, str, str]] = Counter()
    keys_of_alarms = []
    for one in found:
        group = one.tenant, one.table, one.what
        counts[group] += 1
        if counts[group] <= _NAMED:
            _log.error("cells refused", extra={"label": one.table, "row": str(one.row), "code": one.what})
            _record(group, at=at, count=1, case=one.case, row=one.row)
            keys_of_alarms.append(f"row:{one.table}:{journal.digest_of(one.row.bytes)}")
    alarms.raise_all(keys_of_alarms, at=at)
    for group, count in sorted(counts.items(), key=str):
        if count > _NAMED:
            _log.error("cells refused", extra={"label": group[1], "code": group[2], "count": count})
            _record(group, at=at, count=count - _NAMED)


def _record(
    group: tuple[UUID | None, str, str],
    *,
    at: datetime,
    count: int,
    case: UUID | None = None,
    row: UUID | None = None,
) -> None:
    tenant, table, what = group
    try:
        objects = [pseudonyms.subject(case)] if case is not None else []
    except UnknownSubject:
        objects = []
    journal.record(
        REFUSED,
        actor=None,
        at=at,
        objects=objects,
        tenant=tenant,
        outcome=Outcome.FAIL,
        purpose=Purpose.MAINTENANCE,
        rule=table,
        to_state=what,
        count=count,
        payload=row.bytes if row is not None else None,
    )
