"""What a line of the list of cases tells beside its shell: next deadline, who is in charge, what is new or alike.

For a whole page at once: the number of queries is the same for one line and for a hundred.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects

from accounts.actor import Actor
from core.compiled_queries import AmongGiven, CompiledQuery
from referrals.access import child_sight
from referrals.access import people as access_people
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.attachments import rights
from referrals.duplicates import queries as duplicates_queries
from referrals.models import Assignment, Attachment, Referral
from referrals.reading import clocks, owners
from referrals.visits import queries as visits_queries
from referrals.vocabulary.filing_answers import FilerProfession
from referrals.vocabulary.formats import labelled, moment


def add_facts(
    rows: Sequence[Referral],
    ties: Mapping[UUID, CaseAccess],
    lines: Sequence[dict[str, Any]],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Add ``facts`` to the lines of a page, each as far as the actor may read it; coarse lines and drafts have none.

    The rows come ``shell.with_filers``.
    """
    cases = {row.pk: row for row in rows if not (ties[row.pk].coarse or ties[row.pk].draft)}
    due = clocks.next_of(cases, actor, at=at)
    people = owners.owners_of(cases, actor, at=at)
    similar = duplicates_queries.unseen_matches({pk: ties[pk] for pk in cases}, actor, at=at)
    news = visits_queries.news_of(list(cases.values()), actor=actor, at=at)
    files = _attachments(cases, ties, actor)
    answers = bool(actor.holding(access_people.ANSWERING))
    for line in lines:
        pk = UUID(line["id"])
        if pk not in cases:
            continue
        # The names of colleagues are for readers of the facts, and for who answers for them.
        named = answers or "D" in ties[pk].reads
        line["facts"] = {
            "next_due": _due_line(due.get(pk), at=at),
            "owners": [_person(one) for one in people.get(pk, ())] if named else None,
            "filer": _filer(cases[pk], ties[pk]),
            "attachments": files[pk],
            "new_attachments": news[pk].attachments if pk in news else 0,
            "unread": news[pk].messages if pk in news else 0,
            "similar": similar.get(pk, 0),
        }


def _due_line(due: clocks.Due | None, *, at: datetime) -> dict[str, Any] | None:
    """Return a next deadline as a line tells it; None where none runs."""
    if due is None:
        return None
    return {
        "code": due.code,
        "label": due.code.labels_by_language,
        "due_at": moment(due.at),
        "reduced": due.reduced,
        "overdue": due.at < at,
    }


def _person(assignment: Assignment) -> dict[str, str]:
    return {
        "user": str(assignment.user_id),
        "name": assignment.user.full_name,
        "role": assignment.role,
    }


def _filer(row: Any, ties: CaseAccess) -> dict[str, Any] | None:
    """Return what kind of person filed a case, to who reads class C."""
    profession = row.filed_as_profession if "C" in ties.reads else ""
    return labelled(FilerProfession(profession)) if profession else None


def _attachments(
    cases: Mapping[UUID, Referral], ties: Mapping[UUID, CaseAccess], actor: Actor
) -> Counter[UUID]:
    """Return how many files of each case the actor may read, by class and by child (SEC-AZ20)."""
    rows = _ATTACHED.rows(cases=list(cases))
    # Children are asked for where a file is about one, and for all such cases at once.
    about = [cases[pk] for pk in {row.referral_id for row in rows if row.children}]
    serves = bool(access_people.services_of(actor))
    prefetch_related_objects(about, "children", *(["measures"] if serves else []))
    of_children = {row.pk for row in about}
    sights = {
        pk: child_sight.sight_of(cases[pk], ties[pk], actor) if pk in of_children else Sight(ties[pk])
        for pk in {row.referral_id for row in rows}
    }
    return Counter(row.referral_id for row in rows if rights.reads(row, sights[row.referral_id]))


def _attached() -> "QuerySet[Attachment]":
    rows = Attachment.objects.filter(AmongGiven("referral", "cases"), waiting_since=None, destroyed_at=None)
    return rows.only("referral_id", "access_class", "children", "waiting_since")


_ATTACHED: Final = CompiledQuery(_attached)
