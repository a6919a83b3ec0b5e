"""News of cases: what others wrote, sent and did since the reader's last visit, and how much there is in all.

Counted is only what the reader would be shown: by class, and by child (SEC-AZ20). Of the steps, only those of which no
body has to be opened to know that: a count is the same whether or not it would have told of a child out of sight.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from rest_framework import serializers

from accounts.actor import Actor
from referrals.access import case_ties, child_sight
from referrals.access.child_sight import Sight
from referrals.access.matrix import NOBODY, Relation
from referrals.access.relations import CaseAccess
from referrals.models import LastVisit, Referral
from referrals.reading.timeline import about_files
from referrals.visits.actions import ONE_VISIT
from referrals.visits.items import (
    ASSIGNED,
    ATTACHMENT,
    MEASURE,
    MESSAGE,
    NEWS,
    STEP,
    TO_SIGN,
    VISIT,
    Item,
    items_of,
)
from referrals.vocabulary.case_answers import Recipient
from referrals.vocabulary.states import Machine
from referrals.workflow.step import steps


@dataclass(frozen=True, slots=True)
class News:
    """How much others added to a case since its reader's last visit; ``since``: None where there was none.

    Of a case never visited all messages and attachments of others are news, and no step.
    """

    since: datetime | None = None
    messages: int = 0
    attachments: int = 0
    steps: int = 0

    def __bool__(self) -> bool:
        return bool(self.messages or self.attachments or self.steps)


@dataclass(frozen=True, slots=True)
class Contents:
    """How much a case holds for its reader, who works on it by role and name, and what of it is news.

    ``new``: the ids of the rows that are; ``last``: the row of the last visit.
    """

    news: News
    messages: int
    attachments: int
    measures: int
    to_sign: int
    people: Sequence[tuple[str, str]]
    new: frozenset[str]
    last: LastVisit | None


def news_of(referrals: Collection[Referral], *, actor: Actor, at: datetime) -> dict[UUID, News]:
    """Return the news of the cases of a list that ``visible_to`` gave, by id; a filer's own have none.

    Two statements for a page, and one more for a service.
    """
    ties = {row.pk: case_ties.ties_of(row, actor) for row in referrals}
    cases = {row.pk: row for row in referrals if not (ties[row.pk].coarse or ties[row.pk].draft)}
    if actor.user_id is None or not cases:
        return {}
    items: dict[UUID, list[Item]] = {pk: [] for pk in cases}
    for item in items_of(cases, (*NEWS, VISIT), user_id=actor.user_id, at=at, new=True):
        items[item.case].append(item)
    # Of a row that names no child or part the ties alone decide; so the children of few cases are asked for.
    about_children = [
        cases[pk] for pk, rows in items.items() if any(i.child or i.part or i.children for i in rows)
    ]
    serves = any(
        relation is Relation.EXECUTING for row in about_children for _, relation in ties[row.pk].pairs
    )
    prefetch_related_objects(about_children, "children", *(("measures",) if serves else ()))
    sights = {pk: Sight(ties[pk]) for pk in cases}
    sights |= {row.pk: child_sight.sight_of(row, ties[row.pk], actor) for row in about_children}
    return {pk: _news_among(rows, sights[pk], actor.user_id) for pk, rows in items.items()}


def _news_among(items: list[Item], sight: Sight, user_id: UUID) -> News:
    since = next((item.at for item in items if item.kind == VISIT), None)
    return _news([item for item in items if item.kind != VISIT and _shown(item, sight, user_id)], since)


def contents_of(referral: Referral, sight: Sight, *, actor: Actor, at: datetime) -> Contents:
    """Return how much a case holds for its reader, and what of it is news in the visit that goes on; one statement."""
    reader = actor.user_id or NOBODY
    kinds = (*NEWS, MEASURE, TO_SIGN, ASSIGNED, VISIT)
    items = list(items_of([referral.pk], kinds, user_id=reader, at=at))
    last = next((LastVisit(at=item.at, since=item.since) for item in items if item.kind == VISIT), None)
    since = ended(last, at=at)
    shown = [item for item in items if item.kind != VISIT and _shown(item, sight, reader)]
    new = [item for item in shown if item.kind in NEWS and item.by != reader and _is_new(item, since)]
    count = Counter(item.kind for item in shown)
    return Contents(
        news=_news(new, since),
        messages=count[MESSAGE],
        attachments=count[ATTACHMENT],
        measures=count[MEASURE],
        to_sign=count[TO_SIGN],
        people=[(item.machine, item.word) for item in shown if item.kind == ASSIGNED],
        new=frozenset(str(item.pk) for item in new),
        last=last,
    )


def ended(last: LastVisit | None, *, at: datetime) -> datetime | None:
    """Return when the visit before the one that goes on now, or begins, ended; None where there was none."""
    if last is None:
        return None
    return last.since if at - last.at < ONE_VISIT else last.at


def _is_new(item: Item, since: datetime | None) -> bool:
    return item.at > since if since is not None else item.kind != STEP


def _news(items: Sequence[Item], since: datetime | None) -> News:
    count = [sum(item.kind == kind for item in items) for kind in NEWS]
    return News(since, *count)


# --- Who is shown what --------------------------------------------------------------------------------


def _shown(item: Item, sight: Sight, user_id: UUID) -> bool:
    """Tell whether the reader would be shown a row where it stands (the tests compare both)."""
    named = [UUID(pk) for pk in item.children]
    if item.kind == MESSAGE:
        return _reads_message(item, named, sight, user_id)
    if item.kind == STEP:
        return _reads_step(item, sight)
    if item.kind == ATTACHMENT:
        return all(sight.reads(item.access_class, child) for child in (named or (None,)))
    if item.kind == MEASURE:
        access = _of_measure(sight, item.pk, item.child)
        return "J" in access.reads or "J" in access.partial
    if item.kind == ASSIGNED:
        return sight.reads("D", item.child)  # as the names of colleagues elsewhere
    # To be signed; of a part it isn't known here on whom it hangs.
    about_seen = not named or any(sight.reads("A", child) for child in named)
    return about_seen and (item.part is None or not sight.children)


def _reads_message(item: Item, named: list[UUID], sight: Sight, user_id: UUID) -> bool:
    """Tell whether a line of a channel is shown: see ``referrals/messages/queries.py``."""
    ties = sight.ties
    mine = item.word == Recipient.PARTNER and item.part == user_id and item.access_class in ties.partial
    if item.access_class not in ties.reads and not mine:
        return False
    unread = sight.unread(item.access_class, partly=True)
    return not named or not unread.issuperset(named)


def _reads_step(item: Item, sight: Sight) -> bool:
    """Tell whether the history surely shows a step: what moved the case, or names no row of it but its own child."""
    if item.access_class not in sight.ties.reads:
        return False
    if item.machine == Machine.REFERRAL and item.moved:
        return item.child is None or sight.reads(item.access_class, item.child)
    if (item.machine, item.word) not in _plain():
        return False
    if item.machine == Machine.MEASURE:
        return item.access_class in _of_measure(sight, item.part, item.child).reads
    return sight.reads(item.access_class, item.child)


def _of_measure(sight: Sight, measure: UUID | None, child: UUID | None) -> CaseAccess:
    """Return the ties that count for a measure, by its id: as ``Sight.of_measure``."""
    access = sight.of(child)
    return access if not sight.children or measure in sight.confided else access.without_service


@cache
def _plain() -> frozenset[tuple[str, str]]:
    """Return the steps, by machine, whose record names no row of the case, and that aren't told of apart."""
    return frozenset(
        (str(step.machine), step.name)
        for step in steps.all()
        if step.machine in (Machine.REFERRAL, Machine.ASSESSMENT, Machine.MEASURE)
        and not step.of_the_list
        and step.name not in about_files()
        and not _names_rows(step.takes())
    )


def _names_rows(declared: Any) -> bool:
    if isinstance(declared, serializers.Serializer):
        return any(map(_names_rows, declared.fields.values()))
    child = getattr(declared, "child", None)
    return isinstance(declared, serializers.UUIDField) or (child is not None and _names_rows(child))
