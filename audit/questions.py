"""Auditors' ready-made questions: each is one call and one index scan (SEC-AL17, domain.md §7.4).

An answer is a page of entries, newest first, of the caller's own authorities; the question itself is an entry.
``ask`` and ``table`` are for the API and for pages alike.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import IO, Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit import events, reading
from audit.events import Topic
from audit.inspection import Auditing, authorities_of, record, shown_of
from audit.models import ReadEntry
from core.languages import Text
from core.paging import Page
from core.query import InvalidQuery
from core.spreadsheets import inert

# Bounded, for the entries stand in memory; the cursor leads on.
ROWS_MAX: Final = 20_000
_IN_MEMORY: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: its place in an address, its words, what must be given, and what it looks for."""

    name: str
    label: Text
    needs: str = ""
    filters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def _of(topic: Topic) -> Mapping[str, Any]:
    return MappingProxyType({"topic": topic})


# By act and not by topic: the index of topics stays small because few entries have one (0023).
_OPENINGS: Final = MappingProxyType({"acts": events.OPENINGS})
# None counts what one agent gets done (docs/audit.md): such a figure would serve supervision, not the protection of
# files.
QUESTIONS: Final[tuple[Question, ...]] = (
    Question(
        name="file-openings",
        label=_("Qui a ouvert ce dossier ?"),
        needs="subject",
        filters=_OPENINGS,
    ),
    Question(
        name="person-openings",
        label=_("Qu'a ouvert cette personne ?"),
        needs="actor",
        filters=_OPENINGS,
    ),
    Question(
        name="refusals", label=_("Qu'est-ce qui a été refusé ?"), filters=MappingProxyType({"refused": True})
    ),
    Question(
        name="break-glass",
        label=_("Quelles ouvertures d'urgence ont eu lieu, et quel en a été l'examen ?"),
        filters=_of(Topic.GLASS),
    ),
    Question(name="exports", label=_("Quels exports ont été faits ?"), filters=_of(Topic.EXPORT)),
    Question(name="searches", label=_("Quelles recherches ont été faites ?"), filters=_of(Topic.SEARCH)),
    Question(
        name="rights",
        label=_("Quels droits ont été donnés ou retirés ?"),
        filters=_of(Topic.RIGHTS),
    ),
    Question(
        name="closed-readings",
        label=_("Quels dossiers ont été lus après leur clôture ?"),
        filters=_of(Topic.CLOSED),
    ),
)
BY_NAME: Final = MappingProxyType({question.name: question for question in QUESTIONS})


def ask(question: Question, query: Mapping[str, Any], *, actor: Auditing | None, at: datetime) -> Page:
    """Return one page of the answer, and write down that it was asked.

    ``query``: ``cursor``, ``limit``, and among ``actor``, ``subject``, ``since``, ``until`` what narrows it; what the
    question needs is there.

    Raises:
        NotAuditor: the caller holds ``audit.read`` nowhere.
        InvalidQuery: the cursor is of another question.
        JournalUnavailable: the question can't be written down, so there is no answer.
    """
    authorities = authorities_of(actor)
    # Cursor and size of a page change nothing of what is asked: the same question has the same digest on each page.
    filters = {name: value for name, value in query.items() if name not in ("cursor", "limit")}
    question_text = json.dumps({"question": question.name, **filters}, default=str, sort_keys=True)
    page = reading.page(
        authorities,
        {**filters, **question.filters},
        limit=query["limit"],
        cursor=query.get("cursor"),
        # A cursor of another question would show entries that this one's entry doesn't tell of (SEC-IN3).
        bound_to=json.dumps([sorted(map(str, authorities)), question_text]),
        at=at,
    )
    counts = shown_of(page.items)
    subjects = [filters["subject"]] if "subject" in filters else []
    record(question_text, actor=actor, authorities=authorities, counts=counts, subjects=subjects, at=at)
    return page


# --- As a table ---------------------------------------------------------------------------------------


COLUMNS: Final = (
    "id",
    "ts",
    "act",
    "out",
    "tenant",
    "actor",
    "obo",
    "role",
    "obj",
    "fields",
    "why",
    "rule",
    "pol",
    "from",
    "to",
    "ver",
    "n",
    "rid",
    "set_apart",
)


def table(query: Mapping[str, Any], *, actor: Auditing | None, at: datetime) -> tuple[IO[bytes], str | None]:
    """Return entries as CSV, to be closed, and the cursor of what comes after ``ROWS_MAX`` rows.

    ``query``: as of ``inspection.entries``, and ``question`` for those that answer one. It is whole when this returns:
    the entry that says so is written before a byte of it leaves.

    Raises:
        NotAuditor: the caller holds ``audit.read`` nowhere.
        InvalidQuery: the cursor is of another list, or what the question needs isn't there.
        JournalUnavailable: the export can't be written down, so there is none.
    """
    authorities = authorities_of(actor)
    filters = {name: value for name, value in query.items() if name not in ("cursor", "limit")}
    question = BY_NAME.get(filters.get("question", ""))
    # A question about one file without the file would be the whole journal.
    if question is not None and question.needs and question.needs not in filters:
        raise InvalidQuery({question.needs: "required"})
    question_text = json.dumps({"csv": filters}, default=str, sort_keys=True)
    # The file is closed unless the entry of the export could be written (SEC-AL17).
    with ExitStack() as unless_whole:
        file = unless_whole.enter_context(SpooledTemporaryFile(_IN_MEMORY))
        page = reading.page(
            authorities,
            {**filters, **(question.filters if question else {})},
            limit=query.get("limit", ROWS_MAX),
            cursor=query.get("cursor"),
            bound_to=json.dumps([sorted(map(str, authorities)), question_text]),
            at=at,
        )
        for line in _lines(page.items):
            file.write(line)
        counts = shown_of(page.items)
        subjects: Sequence[UUID] = [filters["subject"]] if "subject" in filters else []
        record(
            question_text,
            actor=actor,
            authorities=authorities,
            counts=counts,
            subjects=subjects,
            at=at,
            act="audit:exported",
        )
        file.seek(0)
        unless_whole.pop_all()
    return file, page.next


def _lines(entries: Sequence[ReadEntry]) -> Iterator[bytes]:
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    text.write("\ufeff")  # spreadsheets take it for UTF-8
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([inert(cell) for cell in cells(entry)])
        # In pieces: twenty thousand entries would otherwise stand in memory twice.
        if text.tell() > 1 << 16:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def cells(entry: ReadEntry) -> list[str]:
    """Return the cells of an entry: of one whose content was pruned, what the columns still say."""
    apart = "yes" if entry.set_apart else ""
    if not entry.body:
        columns = {
            "id": entry.pk,
            "ts": entry.at.isoformat(),
            "act": entry.act,
            "out": entry.outcome,
            "set_apart": apart,
        }
        return [str(columns.get(name, "")) for name in COLUMNS]
    # From the bytes, for columns may have been changed; columns serve only where the content was pruned (SEC-AL22).
    body = json.loads(bytes(entry.body))
    body["set_apart"] = apart
    body["obj"] = " ".join(body["obj"])
    body["fields"] = " ".join(f"{label}:{count}" for label, count in body["fields"].items())
    return ["" if body[name] is None else str(body[name]) for name in COLUMNS]
