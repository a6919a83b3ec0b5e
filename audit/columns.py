"""Whether the columns by which entries are sought say what the entries say (SEC-AL22).

Columns prove nothing, but a page is found by them: who changes one hides an entry from a question, or shows it to
another authority. So they are compared with the bytes when the place is given, on every row shown, in each export, and
by passes over the last day and over all. A difference names entry and column, and costs no place.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from audit import canonical, events
from audit.models import EntrySubject, ReadSubject

#: Pairs of entry and subject that one statement is asked for.
_PAIRS: Final = 10_000
SUBJECTS: Final = "subjects"
#: The bytes themselves can't be read any more.
BODY: Final = "body"


def said_by(body: bytes) -> Mapping[str, Any] | None:
    """Return what the bytes of an entry say; None where they are no entry's."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) and said.keys() == canonical.KEYS else None


def tenant_of(row: Any) -> str | None:
    """Return the authority of a row by its bytes; of one that was pruned, or can't be read, none but its column."""
    said = said_by(bytes(row.body)) if row.body else None
    return _text(row.tenant) if said is None else said["tenant"]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def differing(row: Any, said: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns of a row that say something else than its bytes do."""
    objects = said["obj"]
    if str(row.pk) != said["id"]:
        yield "id"
    if row.at is None or canonical.instant(row.at) != said["ts"]:
        yield "at"
    if _text(row.actor) != said["actor"]:
        yield "actor"
    if _text(row.subject) != (objects[0] if len(objects) == 1 else None):
        yield "subject"
    if row.act != said["act"]:
        yield "act"
    if row.outcome != said["out"]:
        yield "outcome"
    if _text(row.tenant) != said["tenant"]:
        yield "tenant"
    if row.topic != events.topic_of(said["act"], said["from"] or ""):
        yield "topic"
    if str(row.writer) != said["w"]:
        yield "writer"
    if row.writer_seq != said["wseq"]:
        yield "writer_seq"
    if bytes(row.leaf_hash) != canonical.leaf_hash(bytes(row.body)):
        yield "leaf_hash"


def differences(
    rows: Iterable[Any],
    *,
    subjects: type[EntrySubject | ReadSubject] = ReadSubject,
    sought: UUID | None = None,
    read: Mapping[UUID, Mapping[str, Any]] = MappingProxyType({}),
) -> list[str]:
    """Return an alarm for each column that differs; pruned rows say nothing any more.

    ``sought`` is the subject by which the rows were found. Inside ``reading.as_auditor``, or with ``EntrySubject`` as
    the sequencer. ``read`` is what entries say that were read already. One query more where one has several subjects.
    """
    found: list[str] = []
    listed: dict[UUID, list[str]] = {}
    for row in rows:
        if not row.body:
            continue
        said = read.get(row.pk) or said_by(bytes(row.body))
        if said is None:
            found.append(key(row.pk, BODY))
            continue
        found += [key(row.pk, column) for column in differing(row, said)]
        if len(said["obj"]) > 1:
            listed[row.pk] = said["obj"]
        if sought is not None and str(sought) not in said["obj"]:
            found.append(key(row.pk, SUBJECTS))
    found += [key(pk, SUBJECTS) for pk in _unlisted(listed, subjects)]
    return list(dict.fromkeys(found))


def key(entry: UUID, column: str) -> str:
    """Return the key of the alarm that a column of an entry differs."""
    return f"column:{column}:{entry}"


def _unlisted(listed: Mapping[UUID, Sequence[str]], subjects: type[EntrySubject | ReadSubject]) -> list[UUID]:
    """Return the entries of which a subject has no row."""
    wanted = [(pk, one) for pk, objects in listed.items() for one in objects]
    there: set[tuple[UUID, str]] = set()
    for part in batched(wanted, _PAIRS):
        there.update(_pairs(part, subjects))
    return [pk for pk, objects in listed.items() if any((pk, one) not in there for one in objects)]


def _pairs(
    wanted: Sequence[tuple[UUID, str]], subjects: type[EntrySubject | ReadSubject]
) -> Iterator[tuple[UUID, str]]:
    """Yield those of some pairs of entry and subject that have a row: by hand, for a list may have thousands."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        for part in batched(wanted, 500):
            rows = subjects.objects.filter(
                entry__in=[pk for pk, _ in part], subject__in=[one for _, one in part]
            )
            yield from ((entry, str(one)) for entry, one in rows.values_list("entry_id", "subject"))
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.entry_id, s.subject::text FROM unnest(%s::uuid[], %s::uuid[]) AS asked (entry, subject)"  # noqa: S608
            f" JOIN {subjects._meta.db_table} s ON s.entry_id = asked.entry AND s.subject = asked.subject",
            [[pk for pk, _ in wanted], [one for _, one in wanted]],
        )
        yield from cursor.fetchall()
