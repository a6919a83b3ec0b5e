"""Compares the search columns of entries with the entries' bytes (SEC-AL22).

Columns prove nothing, but pages are found by them: an attacker who changes one hides an entry from a question, or shows
it to another authority. So they are compared with the bytes when the entry gets its place, on every row shown, in each
export, and by passes over the last day and over all entries. A difference names entry and column, and costs no place.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
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


def entry_in(body: bytes) -> Mapping[str, Any] | None:
    """Return what the bytes of an entry say; None where they are no entry's."""
    try:
        entry = json.loads(body)
    except ValueError:
        return None
    # All keys, or it is none: otherwise a row with invented bytes would be compared as if the service had written it.
    return entry if isinstance(entry, dict) and entry.keys() == canonical.KEYS else None


def tenant_of(row: Any) -> str | None:
    """Return the authority of a row by its bytes; of one that was pruned, or can't be read, none but its column."""
    # By the bytes: a row moved under another authority by its column isn't shown there (SEC-AL22).
    entry = entry_in(bytes(row.body)) if row.body else None
    return _text(row.tenant) if entry is None else entry["tenant"]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


#: Stands between the columns of a row that is told as one text. No value of an entry holds it, and a column that does
#: makes one more part: so two texts are equal only where each column is.
_BETWEEN: Final = "\x1f"
#: The same text as the database makes it, of a row ``e``.
TEXT_IN_SQL: Final = """concat_ws(E'\\x1f', e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    coalesce(e.actor::text, ''), coalesce(e.subject::text, ''), e.act, e.outcome, coalesce(e.tenant::text, ''),
    coalesce(':' || e.topic, ''), encode(e.leaf_hash, 'hex'), e.writer, e.writer_seq)"""


def text_of(row: Any) -> str:
    """Return the columns of a row as one text, to be compared with ``expected_text``; its id is the first 36 signs."""
    nothing_or = ("" if one is None else str(one) for one in (row.actor, row.subject, row.tenant))
    actor, subject, tenant = nothing_or
    return _BETWEEN.join(
        (
            str(row.pk),
            canonical.instant(row.at),
            actor,
            subject,
            row.act,
            row.outcome,
            tenant,
            "" if row.topic is None else f":{row.topic}",
            bytes(row.leaf_hash).hex(),
            str(row.writer),
            str(row.writer_seq),
        )
    )


def expected_text(entry: Mapping[str, Any], leaf: bytes) -> str:
    """Return what ``text_of`` gives of a row whose columns repeat an entry that is the service's own.

    ``leaf`` is the hash of its bytes.
    """
    objects, topic = entry["obj"], events.topic_of(entry["act"], entry["from"] or "")
    return _BETWEEN.join(
        (
            entry["id"],
            entry["ts"],
            entry["actor"] or "",
            objects[0] if len(objects) == 1 else "",
            entry["act"],
            entry["out"],
            entry["tenant"] or "",
            f":{topic}" if topic else "",
            leaf.hex(),
            entry["w"],
            str(entry["wseq"]),
        )
    )


def key_of_text(text: str) -> tuple[str, str, str]:
    """Return id, writer and counter, out of a told row."""
    parts = text.split(_BETWEEN)
    return parts[0], parts[-2], parts[-1]


def differing(row: Any, entry: Mapping[str, Any]) -> Iterator[str]:
    """Return the columns of a row that say something else than its bytes do."""
    objects = entry["obj"]
    both = {
        "id": (str(row.pk), entry["id"]),
        "at": (canonical.instant(row.at) if row.at else b"", entry["ts"]),  # bytes: equal to no text
        "actor": (_text(row.actor), entry["actor"]),
        "subject": (_text(row.subject), objects[0] if len(objects) == 1 else None),
        "act": (row.act, entry["act"]),
        "outcome": (row.outcome, entry["out"]),
        "tenant": (_text(row.tenant), entry["tenant"]),
        # Computed from act and state, so an act may never change its topic: all its entries would then differ
        "topic": (row.topic, events.topic_of(entry["act"], entry["from"] or "")),
        "writer": (str(row.writer), entry["w"]),
        "writer_seq": (row.writer_seq, entry["wseq"]),
        "leaf_hash": (bytes(row.leaf_hash), canonical.leaf_hash(bytes(row.body))),
    }
    return (column for column, (column_says, entry_says) in both.items() if column_says != entry_says)


def differences(
    rows: Iterable[Any],
    *,
    subjects: type[EntrySubject | ReadSubject] = ReadSubject,
    sought: UUID | None = None,
) -> list[str]:
    """Return an alarm for each column that differs; pruned rows say nothing any more.

    ``sought`` is the subject by which the rows were found. Inside ``reading.as_auditor``, or with ``EntrySubject`` as
    the sequencer. One query more where one has several subjects.
    """
    keys: list[str] = []
    listed: dict[UUID, list[str]] = {}
    for row in rows:
        # Pruned: nothing is left to compare with. Whether it may be empty is asked in ``audit/comparing.py``.
        if not row.body:
            continue
        entry = entry_in(bytes(row.body))
        if entry is None:
            keys.append(key(row.pk, BODY))
            continue
        keys += [key(row.pk, column) for column in differing(row, entry)]
        if len(entry["obj"]) > 1:
            listed[row.pk] = entry["obj"]
        # The row was found by a column or by the table of subjects: neither is under the hash.
        if sought is not None and str(sought) not in entry["obj"]:
            keys.append(key(row.pk, SUBJECTS))
    keys += unlisted(listed, subjects)
    return list(dict.fromkeys(keys))


def key(entry: UUID | str, column: str) -> str:
    return f"column:{column}:{entry}"


def unlisted(listed: Mapping[Any, Sequence[str]], subjects: type[EntrySubject | ReadSubject]) -> list[str]:
    # A subject without its row hides the entry from every question about that file.
    wanted = ((pk, one) for pk, objects in listed.items() for one in objects)
    lacking = {pk for part in batched(wanted, _PAIRS) for pk in _lacking(part, subjects)}
    return [key(pk, SUBJECTS) for pk in listed if str(pk) in lacking]


def _lacking(wanted: Sequence[tuple[Any, str]], subjects: type[EntrySubject | ReadSubject]) -> Iterator[str]:
    """Yield the entries of some pairs of entry and subject that have no row: by hand, for a list may have thousands."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        for part in batched(wanted, 500):
            rows = subjects.objects.filter(
                entry__in=[pk for pk, _ in part], subject__in=[one for _, one in part]
            )
            there = {(str(entry), str(one)) for entry, one in rows.values_list("entry_id", "subject")}
            yield from (str(pk) for pk, one in part if (str(pk), one) not in there)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT asked.entry::text"  # noqa: S608 - a name of a table of ours
            " FROM unnest(%s::text::uuid[], %s::text::uuid[]) AS asked (entry, subject)"
            f" WHERE NOT EXISTS (SELECT FROM {subjects._meta.db_table} s"
            " WHERE s.entry_id = asked.entry AND s.subject = asked.subject)",
            [as_array(pk for pk, _ in wanted), as_array(one for _, one in wanted)],
        )
        yield from (entry for (entry,) in cursor.fetchall())


def as_array(values: Iterable[Any]) -> str:
    """Return ids as PostgreSQL writes an array of them; one text costs the driver less than a list."""
    return f"{{{','.join(map(str, values))}}}"
