"""Writes to the audit log: ``record`` is the only way in; an entry is one row of its act's own transaction.

If the entry can't be written there is no act: every failure here is a ``JournalUnavailable``. ``record_refusal`` writes
refusals in a transaction of its own, after the refused one has rolled back. Denials of unauthenticated callers are
aggregated, one entry a minute, so that a stranger can't fill the journal.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from itertools import batched
from threading import Lock
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import structlog
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import canonical, events, pseudonyms, row_writes, writer
from audit.errors import (
    EntryRefused,
    EntryTooLarge,
    JournalUnavailable,
    OutsideTransaction,
    PseudonymRefused,
    UnknownAct,
)
from audit.events import Acting, Origin, Outcome, Purpose
from audit.models import Entry, EntrySubject
from audit.pseudonyms import forget_subject, new_subject, subject, subject_row, subjects
from core.clock import instant
from encryption import digest, index
from encryption.errors import EncryptionError
from encryption.row_writes import Waiting

__all__ = [
    "JournalUnavailable",
    "count_anonymous_denial",
    "forget_subject",
    "is_committed",
    "new_subject",
    "record",
    "record_refusal",
    "subject",
    "subject_row",
    "subjects",
    "tell_rows",
]

_log = structlog.get_logger("audit")
_NOWHERE: Final = Origin()


class _Draft(NamedTuple):
    """An entry before it has its place: what it says, its only object if it has one, its topic."""

    values: dict[str, Any]
    only: UUID | None
    topic: events.Topic | None
    rows: Sequence[Waiting] = ()

    @property
    def listed(self) -> list[str]:
        objects: list[str] = self.values["obj"]
        return objects if len(objects) > 1 else []


def record(
    act: str,
    *,
    actor: Acting | None,
    at: datetime,
    objects: Sequence[UUID] = (),
    tenant: UUID | None = None,
    outcome: Outcome = Outcome.ALLOW,
    fields: Mapping[str, int] | Sequence[str] = (),
    purpose: Purpose | None = None,
    rule: str = "",
    from_state: str = "",
    to_state: str = "",
    version: int | None = None,
    count: int | None = None,
    payload: bytes | bytearray | None = None,
) -> Entry:
    """Write one entry, in the running transaction of ``default``.

    ``objects`` are pseudonyms of referrals, ≤ 100; who acts as filer is named by the first of them. ``fields`` names
    the sealed labels that were opened, with how many values of each. ``payload`` is never written: a keyed digest of
    it is. ``actor`` None is the service itself.

    Raises:
        OutsideTransaction: no transaction is open, so that entry and act could part.
        UnknownAct: nobody registered ``act``.
        EntryRefused: a rule, state or label isn't a code, or a number isn't whole; or who files acts on no case.
        EntryTooLarge: over 8 KiB, or more than 100 objects.
        JournalUnavailable: the database or the index key can't be reached; or the row of who acts was altered, so that
            the entry would stand under another's name (SEC-AL23).
    """
    connection = connections[DEFAULT_DB_ALIAS]
    # Without a transaction the entry would commit before the act, or the act without it (SEC-AL2).
    if not connection.in_atomic_block:
        raise OutsideTransaction
    # A closed register: auditors filter by acts, and a misspelt one would be found by nobody.
    if act not in events.ACTS:
        raise UnknownAct
    try:
        values = {
            **_who(actor, objects),
            "tenant": tenant,
            "act": act,
            "obj": _objects(objects),
            "fields": _fields(fields),
            "why": None if purpose is None else purpose.value,
            "out": outcome.value,
            "rule": _code(rule),
            "from": _code(from_state),
            "to": _code(to_state),
            "ver": version,
            "n": count,
            "pd": None if payload is None else digest_of(payload),
        }
        # A single object stands in the entry's own row, so that an act on one case stays one INSERT (0004).
        only = objects[0] if len(values["obj"]) == 1 else None
        draft = _Draft(values, only, events.topic_of(act, from_state))
        return _append(connection, [*_of_rows(connection), draft], at=at)
    # The writer goes on: no entry was sent to the database, so its counter is still right.
    except PseudonymRefused as refused:
        raise JournalUnavailable from refused
    except (Error, EncryptionError) as error:
        # Whether the row reached the database isn't known. A writer that went on could leave a gap, which reads as a
        # deletion.
        writer.retire(connection)
        raise JournalUnavailable from error


def tell_rows() -> None:
    """Write what the running transaction wrote of rows of rights, where no entry of its has said so yet (SEC-AZ22).

    Raises:
        JournalUnavailable: as ``record``.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        if drafts := _of_rows(connection):
            _append(connection, drafts, at=instant())
    except (Error, EncryptionError) as error:
        writer.retire(connection)
        raise JournalUnavailable from error


def _of_rows(connection: BaseDatabaseWrapper) -> list[_Draft]:
    """Return the entries that say what was written of rows of rights; they name nobody and no authority."""
    nothing = dict.fromkeys(("tenant", "rule", "from", "to", "ver", "pd"))
    return [
        _Draft(
            {
                **_who(None, ()),
                **nothing,
                "act": row_writes.WRITTEN,
                "obj": [],
                "fields": row_writes.fields_of([one.step for one in some]),
                "why": Purpose.MAINTENANCE.value,
                "out": Outcome.ALLOW.value,
                "n": len(some),
            },
            None,
            events.topic_of(row_writes.WRITTEN, ""),
            some,
        )
        for some in batched(row_writes.waiting(connection), row_writes.STEPS)
    ]


def digest_of(payload: bytes | bytearray) -> str:
    """Return what an entry says of a payload, in hexadecimal.

    Raises:
        KeysUnavailable: as ``index.keyed``.
    """
    # Keyed: a plain digest of a name or a date could be guessed from a list of names.
    return index.keyed("journal.payload", bytes(payload)).hex()


def _code(value: str) -> str | None:
    if value:
        events.check_codes([value])
    return value or None


def _objects(objects: Sequence[UUID]) -> list[str]:
    if len(objects) > canonical.MAX_OBJECTS:
        raise EntryTooLarge
    if not all(isinstance(one, UUID) for one in objects):
        raise EntryRefused
    # A set in a fixed order: the format has one spelling for the same objects (0004).
    return sorted({str(one) for one in objects})


def _fields(fields: Mapping[str, int] | Sequence[str]) -> dict[str, int]:
    counts = dict(fields) if isinstance(fields, Mapping) else {label: fields.count(label) for label in fields}
    # Labels too are checked: one that came from a value would put text into a journal that can't be changed.
    events.check_codes(counts)
    return counts


def _who(actor: Acting | None, objects: Sequence[UUID]) -> dict[str, Any]:
    """Return the part of an entry that says who acts, for whom, and from where; of who files a case only in which role.

    Raises:
        EntryRefused: who files acts on no case.
    """
    origin = actor.origin if actor else _NOWHERE
    user_id, obo = (actor.user_id, actor.obo) if actor else (None, None)
    organisation_id = actor.organisation_id if actor else None
    # One pseudonym a case for who files: equal values would join a person's filings in a stolen copy (SEC-AL20).
    named = pseudonyms.actor
    if actor and actor.filing:
        if not objects:
            raise EntryRefused
        named = partial(pseudonyms.filer, case=objects[0])
        # Network, browser and institution go too: any of them would join the filing to a sign-in (0040).
        origin, organisation_id = Origin(rid=origin.rid, auth=origin.auth), None
    return {
        "actor": None if user_id is None else named(user_id),
        "obo": None if obo is None else named(obo),
        "role": _code(actor.role) if actor else None,
        "org": _institution(organisation_id),
        "ip": origin.ip or None,
        "ua": origin.ua or None,
        "dev": origin.dev or None,
        "rid": origin.rid or None,
        "trace": origin.trace or None,
        "auth": origin.auth or None,
    }


def _institution(organisation_id: UUID | None) -> UUID | None:
    """Return an institution's pseudonym: by its id anybody could look up which school filed, or who holds a child."""
    if organisation_id is None:
        return None
    return pseudonyms.keyed_id("journal.org", organisation_id)


def _append(connection: BaseDatabaseWrapper, drafts: Sequence[_Draft], *, at: datetime) -> Entry:
    """Place entries in their writer's chain, hash and insert them; return the last. One is one statement."""
    place, previous = writer.next_place(connection)
    entries: list[Entry] = []
    for draft in drafts:
        entry = _made(connection, draft, place, previous, at=at)
        entries.append(entry)
        place, previous = writer.Place(place.writer, place.seq + 1), place.mac
    # INSERT alone: the role of the service may neither read nor change an entry.
    if len(entries) == 1:
        _insert(connection, entries[0], drafts[0].listed)
    else:
        Entry.objects.using(connection.alias).bulk_create(entries)
        for draft, entry in zip(drafts, entries, strict=True):
            _list_subjects(connection, entry.pk, draft.listed)
    for draft, entry in zip(drafts, entries, strict=True):
        # After the INSERT: a statement that fails must use up no number.
        assert entry.place is not None  # noqa: S101 - it was made with one
        writer.take(connection, entry.place)
        for one in draft.rows:
            one.place = entry.place
    return entries[-1]


def _made(
    connection: BaseDatabaseWrapper, draft: _Draft, place: writer.Place, previous: bytes, *, at: datetime
) -> Entry:
    entry_id = uuid4()
    values = draft.values | {
        "v": canonical.VERSION,
        "id": entry_id,
        # Leaf hashes leave the house and outlive the bytes: without salt a pruned entry could be guessed from its hash.
        "salt": digest.random_bytes(16).hex(),
        "ts": canonical.instant(at),
        "mono": time.monotonic_ns() // 1000,
        # An auditor has to know how far the instant may be trusted (SEC-AL19).
        "clk": "process" if connection.vendor == "sqlite" else "db",
        "w": place.writer.id,
        "wseq": place.seq,
        "wmac": None,
        "pol": events.policy(),
    }
    body, place.mac = canonical.chained(values, previous)
    place.leaf = canonical.leaf_hash(body)
    entry = Entry(
        id=entry_id,
        at=at,
        actor=values["actor"],
        subject=draft.only,
        act=values["act"],
        outcome=values["out"],
        tenant=values["tenant"],
        topic=draft.topic,
        writer=place.writer.id,
        writer_seq=place.seq,
        body=body,
        leaf_hash=place.leaf,
    )
    entry.place = place
    return entry


def _insert(connection: BaseDatabaseWrapper, entry: Entry, listed: Sequence[str]) -> None:
    """Insert an entry, with a row for each of several objects.

    By hand: the ORM takes longer to make the statement than PostgreSQL to carry it out, and every act waits for it. On
    PostgreSQL the rows go with it: a second statement costs a list as much as its fifty MACs.
    """
    attributes = entry.__dict__
    # As ``save``: whoever catches the error goes on with no transaction that lacks the entry.
    with transaction.mark_for_rollback_on_error(using=connection.alias):
        if connection.vendor == "postgresql":
            # The driver takes the values as they are; to have each prepared costs as much as the entry's MAC.
            values = [attributes[name] for name in _columns()]
            statement = _statement(connection.vendor)
            if listed:
                statement = f"WITH entry AS ({statement}) {_SUBJECTS_TOGETHER}"
                values += [",".join(listed), entry.pk]
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
        else:
            fields = Entry._meta.concrete_fields
            values = [field.get_db_prep_save(attributes[field.attname], connection) for field in fields]
            with connection.cursor() as cursor:
                cursor.execute(_statement(connection.vendor), values)
            _list_subjects(connection, entry.pk, listed)
    entry._state.adding, entry._state.db = False, connection.alias


@cache
def _columns() -> tuple[str, ...]:
    return tuple(field.attname for field in Entry._meta.concrete_fields)


@cache
def _statement(_vendor: str) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = [quote(str(field.column)) for field in Entry._meta.concrete_fields]
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(Entry._meta.db_table)} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our table


_SUBJECTS: Final = f'INSERT INTO "{EntrySubject._meta.db_table}" (subject, entry_id)'
_SUBJECTS_TOGETHER: Final = f"{_SUBJECTS} SELECT unnest(string_to_array(%s, ',')::uuid[]), %s"


def _list_subjects(connection: BaseDatabaseWrapper, entry_id: UUID, objects: Sequence[str]) -> None:
    """Insert a row for each subject of an entry that has several.

    By hand: on a page of fifty lines the ORM takes as long over these rows as over all the rest of the entry.
    """
    if not objects:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_SUBJECTS_TOGETHER, [",".join(objects), entry_id])
        else:
            cursor.executemany(
                f"{_SUBJECTS} VALUES (%s, %s)", [(UUID(one).hex, entry_id.hex) for one in objects]
            )


def is_committed(entry: Entry) -> bool:
    """Tell whether an entry of this process is committed, or will be with the running transaction."""
    return entry.place is not None and entry.place.is_committed(connections[DEFAULT_DB_ALIAS])


def record_refusal(
    *,
    actor: Acting | None,
    at: datetime,
    rule: str,
    outcome: Outcome = Outcome.DENY,
    objects: Sequence[UUID] = (),
    tenant: UUID | None = None,
    purpose: Purpose | None = None,
    count: int | None = None,
) -> Entry:
    """Write that a request was denied, or failed, in a transaction of its own (SEC-AL3).

    To be called when the refused request's transaction has rolled back. ``rule`` is the code of the refusal.
    ``tenant`` is the authority whose auditors shall see it. The act is ``request:denied`` or
    ``request:failed``.

    Raises:
        JournalUnavailable: the refusal can't be written; the answer is then 503, not the refusal.
    """
    act = "request:failed" if outcome is Outcome.FAIL else "request:denied"
    try:
        # Durable: inside the refused request's transaction the entry would be rolled back with it (SEC-AL3).
        with transaction.atomic(using=DEFAULT_DB_ALIAS, durable=True):
            return record(
                act,
                actor=actor,
                at=at,
                objects=objects,
                tenant=tenant,
                outcome=outcome,
                purpose=purpose,
                rule=rule,
                count=count,
            )
    # The commit itself failed: the answer is 503 and not the refusal, for no request goes unrecorded (SEC-AL4).
    except Error as error:
        raise JournalUnavailable from error


class _AnonymousDenials:
    """Count the denials that are not yet in the journal; ``due`` gives them at most once a minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting = 0
        self._minute: datetime | None = None

    def due(self, at: datetime) -> int:
        """Count one more; return how many to write now, 0 while this minute has its entry."""
        minute = at.replace(second=0, microsecond=0)
        with self._lock:
            self._waiting += 1
            # Per minute and not per denial: otherwise a stranger decides how much the journal grows.
            if minute == self._minute:
                return 0
            self._minute, waiting, self._waiting = minute, self._waiting, 0
            return waiting

    def give_back(self, count: int) -> None:
        """Take back what couldn't be written: the next denial tries again."""
        with self._lock:
            self._waiting += count
            self._minute = None


_anonymous: Final = _AnonymousDenials()


def count_anonymous_denial(*, at: datetime, rule: str, origin: Origin = _NOWHERE) -> None:
    """Log the denial of a caller whom nobody knows, and count it: one entry a minute and process.

    The entry's ``n`` counts this denial and those since the process's last such entry; the log has each one.

    Raises:
        JournalUnavailable: the count can't be written.
    """
    # The log, which is deleted in time, has each denial; the journal has their number.
    _log.info("request.denied", rid=origin.rid, rule=rule)
    if waiting := _anonymous.due(at):
        try:
            record_refusal(actor=None, at=at, rule="anonymous", count=waiting)
        except JournalUnavailable:
            # Counted again: the number in the journal may be late, but must not be too small.
            _anonymous.give_back(waiting)
            raise
