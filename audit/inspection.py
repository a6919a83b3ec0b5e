"""Auditors' access to the audit log and its proofs. Each query is itself an entry."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from audit import columns, journal, reading
from audit.errors import NotAuditor
from audit.events import Acting, Purpose
from audit.models import ReadEntry
from core.paging import Page

READ = "audit.read"


class Auditing(Acting, Protocol):
    """An actor who may be an auditor (``accounts.actor.Actor`` is one)."""

    def may(self, permission: str) -> frozenset[UUID]:
        """Return the authorities in which a permission is held."""


def entries(query: Mapping[str, Any], *, actor: Auditing | None, at: datetime) -> Page:
    """Return one page of the entries that match, newest first, and write down that they were asked for.

    An auditor of several authorities leaves an entry in each. ``query`` is what ``EntriesQuery`` gives.

    Raises:
        NotAuditor: the caller holds ``audit.read`` nowhere.
        InvalidQuery: the cursor is of another list.
        JournalUnavailable: the question can't be written down, so there is no answer.
    """
    authorities = authorities_of(actor)
    filters = {name: value for name, value in query.items() if name not in ("cursor", "limit")}
    question = json.dumps(filters, default=str, sort_keys=True)
    # A cursor holds for one question and one set of authorities (SEC-IN3).
    bound_to = json.dumps([sorted(map(str, authorities)), question])
    page = reading.page(
        authorities, filters, limit=query["limit"], cursor=query.get("cursor"), bound_to=bound_to, at=at
    )
    counts = shown_of(page.items)
    subjects = [filters["subject"]] if "subject" in filters else []
    # After the reading and before the answer, in one transaction: without the entry there is no page (SEC-AL17).
    record(question, actor=actor, authorities=authorities, counts=counts, subjects=subjects, at=at)
    return page


def shown_of(rows: Sequence[ReadEntry]) -> Counter[UUID | None]:
    """Return how many of some entries are of each authority, by their bytes."""
    return Counter(UUID(tenant) if (tenant := columns.tenant_of(row)) else None for row in rows)


def authorities_of(actor: Auditing | None) -> frozenset[UUID]:
    """Return the authorities whose entries the caller reads.

    Raises:
        NotAuditor: the caller holds ``audit.read`` nowhere.
    """
    authorities = actor.may(READ) if actor else frozenset()
    if not authorities:
        raise NotAuditor
    return authorities


def record(
    question: str,
    *,
    actor: Auditing | None,
    authorities: Collection[UUID],
    counts: Mapping[UUID | None, int],
    at: datetime,
    subjects: Sequence[UUID] = (),
    act: str = "audit:queried",
) -> None:
    """Write in the journal of each authority that its auditor asked, and how many entries were shown."""
    # One entry for each authority: its own auditors see that their entries were read, and how many.
    for authority in sorted(authorities):
        journal.record(
            act,
            actor=actor,
            at=at,
            objects=subjects,
            tenant=authority,
            purpose=Purpose.AUDIT,
            rule=READ,
            count=counts.get(authority, 0),
            payload=question.encode(),
        )
