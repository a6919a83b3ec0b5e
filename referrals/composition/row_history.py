"""Nightly comparison of the rows of rights with what the journal was told of each (SEC-AZ22).

A row that was deleted, or put back as the service once wrote it, has no HMAC that fails. The entries ``rows:written``
hold each write as a step from one state to another (``audit/row_writes.py``); a row is expected in a state into which
more steps lead than out of it. So no order of entries is needed, and one that was pruned alarms nobody: what it said
isn't expected any more. Where two writers read the same state there are several such; the last step's counts too.

A row of which nothing is told, because it was written before or the entry was pruned, is told as it is by the pass.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from accounts.models import Authority
from audit import alarms, journal, reading, row_writes
from audit.events import Outcome, Purpose
from encryption.authentic import Authentic, tables
from encryption.row_writes import ABSENT, Audited, row_of, table_of
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.composition.row_signatures import DELETED, REFUSED, SET_BACK, rows_of

_AT_ONCE: Final = 1_000
_log = logging.getLogger("referrals")

#: A row, by what stands for its table and its id.
type Row = tuple[bytes, bytes]
#: The steps of each row, from one state to the next.
type Steps = Mapping[Row, list[tuple[bytes, bytes]]]


class Finding(NamedTuple):
    """A row that isn't as the journal says: its table, its id, and what became of it."""

    table: str
    pk: object
    what: str
    state: bytes


@recurring("rows:followed", every=timedelta(days=1), lease=timedelta(hours=2))
def follow(at: datetime) -> int:
    """Compare all rows of which the journal is told; return how many are gone or set back.

    Each is named in the log, and an alarm by the digest of its id; all auditors are told how many of a table.
    """
    with for_the_service():
        before = _steps()
        findings = list(_compare(before))
        if findings:
            # Rows were written meanwhile: what a step led to that wasn't told before is no finding.
            now = _steps()
            findings = [one for one in findings if not _was_reached(one, before, now)]
        _tell(findings, at=at)
    return len(findings)


def _steps() -> Steps:
    steps: Steps = defaultdict(list)
    with reading.as_auditor():
        for one in row_writes.steps():
            steps[one.table, one.row].append((one.before, one.after))
    return steps


def _compare(steps: Steps) -> Iterator[Finding]:
    """Yield the rows that are in another state than was told, and note those of which nothing is.

    One that fails is named where it is read.
    """
    there: set[Row] = set()
    audited_models = {
        table_of(model._meta.db_table): model for model in tables() if _audited(model) != Audited.NOTHING
    }
    for code, model in audited_models.items():
        field = model.mac_field()
        for row in rows_of(model).iterator(_AT_ONCE):
            key, state = (code, row_of(row.pk)), field.state(row._read)
            there.add(key)
            if key not in steps:
                if _audited(model) == Audited.WHOLE and row.is_authentic:
                    field.note(row.pk, None, row._read, DEFAULT_DB_ALIAS)
            elif state not in _expected(steps[key]) and row.is_authentic:
                yield Finding(model._meta.db_table, row.pk, SET_BACK, state)
    for key in steps.keys() - there:
        if (
            key[0] in audited_models
            and _audited(audited_models[key[0]]) == Audited.WHOLE
            and ABSENT not in _expected(steps[key])
        ):
            yield Finding(audited_models[key[0]]._meta.db_table, UUID(bytes=key[1]), DELETED, ABSENT)


def _audited(model: type[Authentic]) -> Audited | tuple[str, ...]:
    return model.mac_field().audited


def _expected(steps: list[tuple[bytes, bytes]]) -> set[bytes]:
    """Return the states in which a row may be after these steps."""
    # No id is used twice.
    if any(after == ABSENT for _, after in steps):
        return {ABSENT}
    balance = Counter(after for _, after in steps)
    balance.subtract(before for before, _ in steps)
    return {state for state, count in balance.items() if count > 0} | {steps[-1][1]}


def _was_reached(found: Finding, before: Steps, now: Steps) -> bool:
    """Tell whether a step that wasn't told before led to the state in which a row was found."""
    key = table_of(found.table), row_of(found.pk)
    was, is_ = (sum(after == found.state for _, after in steps.get(key, ())) for steps in (before, now))
    return is_ > was


def _tell(findings: list[Finding], *, at: datetime) -> None:
    for one in findings:
        _log.error("row refused", extra={"label": one.table, "row": str(one.pk), "code": one.what})
    alarms.raise_all((f"row:{one.table}:{journal.digest_of(_bytes(one.pk))}" for one in findings), at=at)
    counts = Counter((one.table, one.what) for one in findings)
    for (table, what), count in sorted(counts.items()):
        for authority in Authority.objects.order_by("code"):
            journal.record(
                REFUSED,
                actor=None,
                at=at,
                tenant=authority.pk,
                outcome=Outcome.FAIL,
                purpose=Purpose.MAINTENANCE,
                rule=table,
                to_state=what,
                count=count,
            )


def _bytes(pk: Any) -> bytes:
    return pk.bytes if isinstance(pk, UUID) else str(pk).encode()
