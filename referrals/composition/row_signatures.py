"""Nightly check of the rows that give rights, and one-time signing of those written before (SEC-AZ22).

The service signs what it writes (``encryption/authentic.py``). A row that fails counts for nothing where it is read,
and the log says so at once; the nightly pass finds those that nobody reads. A row that was deleted, or rolled back to
what the service once wrote, fails nothing: accounts, memberships, tokens and calendar feeds are compared every hour
with the last entries of the journal about them, and a seventh of the cases every night.
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts import acts
from accounts.actor import SYSTEM
from accounts.models import Authority, CalendarFeed, Membership, Token, User
from audit import events, journal, reading
from audit.events import Outcome, Purpose, Topic
from audit.models import ReadEntry, SubjectPseudonym
from encryption import cells
from encryption.authentic import Authentic, tables
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.models import Referral
from referrals.vocabulary.states import Machine, State

SIGNED: Final = "rows:signed"
REFUSED: Final = "rows:refused"
events.register(SIGNED, REFUSED)
events.file_under(Topic.RIGHTS, SIGNED, REFUSED)
#: What became of a row that fails nothing.
DELETED: Final = "deleted"
SET_BACK: Final = "set-back"
#: So many rows are read at once, and so many cases with all their entries.
_AT_ONCE: Final = 1_000
_CASES_AT_ONCE: Final = 200
#: In so many nights all cases are compared.
NIGHTS: Final = 7
_log = logging.getLogger("referrals")


#: A table, and the column in which its rows bear an HMAC.
type Table = tuple[type[Any], str]
CELLS: Final = "cells"


def signed_tables() -> list[Table]:
    """Return where rows bear an HMAC: those of rights, and the sealed cells of cases."""
    return [*((model, "mac") for model in tables()), *((model, CELLS) for model in cells.tables())]


class AlreadySigned(Exception):
    """The table already has signed rows, so that a row without an HMAC may be a forged one."""


@recurring("rows:checked", every=timedelta(days=1), lease=timedelta(hours=2))
def check(at: datetime) -> int:
    """Look through all rows that give rights; return how many fail. An entry for each table tells all auditors."""
    return sum(_check(model, at=at) for model in tables())


def _check(model: type[Authentic], *, at: datetime) -> int:
    with for_the_service():
        count = 0
        for row in rows_of(model).iterator(_AT_ONCE):
            if not row.is_authentic:
                count += 1
        if count:
            for authority in Authority.objects.order_by("code"):
                journal.record(
                    REFUSED,
                    actor=None,
                    at=at,
                    tenant=authority.pk,
                    outcome=Outcome.FAIL,
                    purpose=Purpose.MAINTENANCE,
                    rule=model._meta.db_table,
                    count=count,
                )
    return count


# --- Against the journal ----------------------------------------------------------------------------------


#: By act, of which table the row is that it leaves.
_OF: Final[Mapping[str, type[Authentic]]] = {
    acts.MEMBERSHIP_GRANTED: Membership,
    acts.MEMBERSHIP_REVIEWED: Membership,
    acts.MEMBERSHIP_ENDED: Membership,
    acts.MEMBERSHIP_LAPSED: Membership,
    acts.TOKEN_MADE: Token,
    acts.TOKEN_REVOKED: Token,
    acts.FEED_MADE: CalendarFeed,
    acts.FEED_REVOKED: CalendarFeed,
    acts.USER_CLOSED: User,
    acts.USER_REOPENED: User,
    acts.USER_SUSPENDED: User,
    acts.USER_RESTORED: User,
}


def _is_set_back(row: Any, act: str, at: datetime) -> bool:
    """Tell whether a row says what held before the last act on it, which was at ``at``."""
    match act:
        case acts.MEMBERSHIP_REVIEWED:
            return bool(row.reviewed_at < at)
        case acts.MEMBERSHIP_ENDED | acts.MEMBERSHIP_LAPSED:
            return row.valid_to is None or bool(row.valid_to > max(at, row.valid_from))
        case acts.TOKEN_REVOKED:
            return row.revoked_at is None
        case acts.FEED_REVOKED:
            return row.revoked_on is None
        case acts.USER_CLOSED | acts.USER_SUSPENDED:
            return bool(row.is_active)
        case acts.USER_REOPENED | acts.USER_RESTORED:
            return not row.is_active
    return False


@recurring("rows:compared", every=timedelta(hours=1))
def compare(at: datetime) -> int:
    """Compare accounts, roles, tokens and calendar feeds with the last entries about them; return how many differ.

    An entry that was pruned tells nothing any more: what ended longer ago than entries are kept isn't compared.
    """
    with for_the_service():
        with reading.as_auditor():
            last = _last_entries()
        rows = {
            journal.digest_of(row.pk.bytes): row
            for model in (CalendarFeed, Membership, Token, User)
            for row in rows_of(model)
        }
        differences: Counter[tuple[UUID | None, str, str]] = Counter()
        for thing, (act, tenant, instant) in last.items():
            row, table = rows.get(thing), _OF[act]._meta.db_table
            if row is None:
                differences[tenant, table, DELETED] += 1
            elif _is_set_back(row, act, instant):
                differences[tenant, table, SET_BACK] += 1
        for (tenant, table, what), count in sorted(differences.items(), key=str):
            journal.record(
                REFUSED,
                actor=None,
                at=at,
                tenant=tenant,
                outcome=Outcome.FAIL,
                purpose=Purpose.MAINTENANCE,
                rule=table,
                to_state=what,
                count=count,
            )
    return differences.total()


def _last_entries() -> dict[str, tuple[str, UUID | None, datetime]]:
    """Return, by the digest of a row's id, the last act on it, whose it was and when."""
    entries = ReadEntry.objects.filter(topic=Topic.RIGHTS, act__in=sorted(_OF)).order_by("at", "id")
    last_by_row = {}
    for act, tenant, instant, body in entries.values_list("act", "tenant", "at", "body").iterator(_AT_ONCE):
        thing = json.loads(bytes(body)).get("pd") if body else None
        if thing:
            last_by_row[thing] = act, tenant, instant
    return last_by_row


@recurring("cases:compared", every=timedelta(days=1), lease=timedelta(hours=2))
def compare_cases(at: datetime) -> int:
    """Compare a seventh of the cases with the last entries about them; return how many are gone or set back (SEC-CR21).

    Nothing is opened: a case's version is below one that an entry tells, its state isn't that to which its last step
    led (its HMAC doesn't cover the version), or its row isn't there. One that was shredded has no name in the journal
    any more; any other that has none lost it, and can't be read.
    """
    differences: Counter[tuple[UUID | None, str, str]] = Counter()
    cases = Referral._meta.db_table
    with for_the_service():
        pseudonyms = SubjectPseudonym.objects.order_by("pk").values_list("referral_id", "pseudonym")
        today = at.toordinal() % NIGHTS
        turn = (one for one in pseudonyms.iterator(_AT_ONCE) if one[0].int % NIGHTS == today)
        for some in batched(turn, _CASES_AT_ONCE):
            differences.update((tenant, cases, what) for tenant, what in _set_back(dict(some)))
        differences.update((tenant, SubjectPseudonym._meta.db_table, DELETED) for tenant in _nameless())
        for (tenant, table, what), count in sorted(differences.items(), key=str):
            journal.record(
                REFUSED,
                actor=None,
                at=at,
                tenant=tenant,
                outcome=Outcome.FAIL,
                purpose=Purpose.MAINTENANCE,
                rule=table,
                to_state=what,
                count=count,
            )
    return differences.total()


def _nameless() -> Iterator[UUID]:
    """Yield whose it is for each case whose row of pseudonyms is gone."""
    name = SubjectPseudonym.objects.filter(pk=OuterRef("pk"))
    lost = Referral.objects.exclude(state=State.PURGED).filter(~Exists(name))
    for pk, tenant in lost.values_list("pk", "authority_id").iterator(_AT_ONCE):
        yield tenant
        _log.error("case nameless", extra={"row": str(pk)})


def _set_back(cases: Mapping[UUID, UUID]) -> Iterator[tuple[UUID | None, str]]:
    """Yield whose it is, and which of both, for each that is gone or set back of some cases, by id with pseudonyms."""
    with reading.as_auditor():
        entries = ReadEntry.objects.filter(subject__in=cases.values()).values_list(
            "subject", "tenant", "act", "body"
        )
        recorded: dict[UUID, _Recorded] = defaultdict(_Recorded)
        for subject, tenant, act, body in entries.iterator(_AT_ONCE):
            if subject is not None and body:
                recorded[subject].add(act, tenant, json.loads(bytes(body)))
    rows = {
        pk: (version, str(state))
        for pk, version, state in Referral.objects.filter(pk__in=cases).values_list("pk", "version", "state")
    }
    for pk, pseudonym in cases.items():
        versions = recorded[pseudonym]
        if pk not in rows:
            yield versions.tenant, DELETED
            _log.error("case gone", extra={"row": str(pk)})
        elif not versions.fits(*rows[pk]):
            yield versions.tenant, SET_BACK
            _log.error("case set back", extra={"row": str(pk)})


@dataclass
class _Recorded:
    """What the entries about one case say of its row: the highest version, and where its last step led.

    ``states``: those in which the steps of that version left it, for one act may do several.
    """

    version: int = 0
    tenant: UUID | None = None
    moved: int = 0
    states: set[str] = field(default_factory=set)

    def add(self, act: str, tenant: UUID | None, body: Mapping[str, Any]) -> None:
        """Take in one entry."""
        version = body.get("ver")
        if version is None:
            return
        if version > self.version:
            self.version, self.tenant = version, tenant
        of_case = act.partition(":")[0] == Machine.REFERRAL and body.get("to") in State
        if not of_case or version < self.moved:
            return
        if version > self.moved:
            self.moved, self.states = version, set()
        self.states.add(body["to"])

    def fits(self, version: int, state: str) -> bool:
        """Tell whether a row isn't one of before."""
        return version >= self.version and (not self.states or state in self.states)


# --- Of before --------------------------------------------------------------------------------------------


def sign(table: Table, *, at: datetime, again: bool = False) -> int:
    """Sign the rows of a table that have no HMAC at all, as the operator; return how many. It is an entry.

    A row that has one and fails stays as it is.

    Raises:
        AlreadySigned: the table has signed rows, and it wasn't asked for ``again``.
    """
    model, name = table
    with for_the_service():
        rows = cells_of(model) if name == CELLS else rows_of(model)
        unsigned = rows.filter(**{name: None})
        if not again and unsigned.exists() and rows.exclude(**{name: None}).exists():
            raise AlreadySigned
        count = 0
        for row in _one_by_one(unsigned):
            row.sign_cells_as_they_are(at=at) if name == CELLS else row.sign_as_it_is()
            count += 1
        if count:
            journal.record(
                SIGNED,
                actor=SYSTEM,
                at=at,
                purpose=Purpose.MAINTENANCE,
                rule=model._meta.db_table,
                count=count,
            )
    return count


def _one_by_one(unsigned: Any) -> Iterator[Any]:
    """Yield rows under their locks, of which each is signed before the next is asked for: a table may be long."""
    while rows := list(unsigned.select_for_update(of=("self",))[:_AT_ONCE]):
        yield from rows


def rows_of(model: type[Authentic]) -> Any:
    """Return all rows of a table, those that fail too, as far as it counts."""
    everything: Any = model._base_manager
    return everything.order_by("pk").only(*model.counted())


def cells_of(model: "type[cells.Celled]") -> Any:
    """Return all rows of a table, as far as their sealed cells go, and whose they are."""
    everything: Any = model._base_manager
    owner = getattr(model, "sealed_owner", None)
    return everything.order_by("pk").only(CELLS, *model.cells_field().cells, *([owner] if owner else ()))
