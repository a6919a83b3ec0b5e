"""Rows of cases that may be counted for a reader, of all their tables, by one statement."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    JSONField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from core.compiled_queries import AmongGiven, CompiledQuery, Given
from referrals.models import (
    Approval,
    Assignment,
    Attachment,
    Complement,
    FeedbackTask,
    FilerMessage,
    InformationRequest,
    LastVisit,
    Measure,
    StepRecord,
    TeamMessage,
)
from referrals.visits.actions import reader_of
from referrals.vocabulary.states import ApprovalState, FeedbackState

#: Kinds of rows. The channels of a case are read in one place: all that is written there is a message.
MESSAGE, ATTACHMENT, STEP, MEASURE = "message", "file", "step", "measure"
TO_SIGN, ASSIGNED, VISIT = "sign", "assigned", "visit"
#: What others may add between two visits.
NEWS: Final = (MESSAGE, ATTACHMENT, STEP)


class Item(NamedTuple):
    """One row of a case; ``since``: as in ``LastVisit``.

    ``word``: the step, whom a question was put to, or the name of who is assigned; ``machine``: that, or their role.
    """

    kind: str
    pk: UUID
    case: UUID
    at: datetime
    since: datetime | None
    by: UUID | None
    access_class: str
    children: list[str]
    child: UUID | None
    part: UUID | None
    machine: str
    word: str
    moved: bool


def items_of(
    cases: Collection[UUID], kinds: Collection[str], *, user_id: UUID, at: datetime, new: bool = False
) -> Iterator[Item]:
    """Yield the rows of some kinds of these cases, and when this person last visited each.

    ``new``: those alone that others added since; of a case never visited, all that they wrote and sent.
    """
    readers = [reader_of(case, user_id) for case in cases]
    item_query = _items_of(frozenset(kinds), new)
    for row in item_query.rows(cases=list(cases), readers=readers, user=user_id, at=at):
        yield Item(*row)


@cache
def _items_of(kinds: frozenset[str], new: bool) -> CompiledQuery[Any]:
    return CompiledQuery(lambda: _items(kinds, new=new))


def _items(kinds: Collection[str], *, new: bool) -> QuerySet[Any, Any]:
    visits = LastVisit.objects.filter(AmongGiven("reader", "readers"))
    user = Given("user", UUIDField())
    bounds = {
        TO_SIGN: Q(approver=user, expires_at__gt=Given("at", DateTimeField())),
        VISIT: Q(AmongGiven("reader", "readers")),
    }
    parts = []
    for kind, model, which, columns in _SOURCES:
        if kind not in kinds:
            continue
        item_columns = {**_BARE, **columns}
        rows = model._default_manager.filter(which, bounds.get(kind, Q()), AmongGiven("referral", "cases"))
        rows = rows.order_by()
        if new and kind in NEWS:
            # A filer's row names nobody.
            others = Q(told_by=None) | ~Q(told_by=user)
            rows = _unseen(
                rows.annotate(told_at=item_columns["at"], told_by=item_columns["by"]).filter(others),
                visits,
                kind,
            )
        parts.append(
            rows.values_list(Value(kind, CharField()), *(item_columns[name] for name in Item._fields[1:]))
        )
    return parts[0].union(*parts[1:], all=True).order_by()


def _unseen(rows: QuerySet[Any], visits: QuerySet[LastVisit], kind: str) -> QuerySet[Any]:
    """Leave what was there at the last visit; a step is news to who was there before alone."""
    of_case = visits.filter(referral=OuterRef("referral"))
    if kind == STEP:
        return rows.filter(Exists(of_case.filter(at__lt=OuterRef("told_at"))))
    return rows.exclude(Exists(of_case.filter(at__gte=OuterRef("told_at"))))


def _text(word: str) -> Value:
    return Value(word, CharField())


#: The columns of ``Item`` after its kind, where a table has none of its own.
_BARE: Final[Mapping[str, Any]] = {
    "pk": F("pk"),
    "case": F("referral_id"),
    "at": F("at"),
    "since": Cast(Value(None), DateTimeField()),
    "by": Cast(Value(None), UUIDField()),
    "access_class": _text("D"),
    "children": Value([], JSONField()),
    "child": Cast(Value(None), UUIDField()),
    "part": Cast(Value(None), UUIDField()),
    "machine": _text(""),
    "word": _text(""),
    "moved": Value(False, BooleanField()),
}
_OWN: Final[Mapping[str, Any]] = {"by": F("by"), "children": F("children")}
#: Of each table: the kind of its rows, which of them, and its own columns.
_SOURCES: Final[Sequence[tuple[str, type[Model], Q, Mapping[str, Any]]]] = (
    (
        STEP,
        StepRecord,
        Q(),
        {
            "by": F("by"),
            "access_class": F("access_class"),
            "child": F("child"),
            "part": F("part"),
            "machine": F("machine"),
            "word": F("step"),
            "moved": ExpressionWrapper(~Q(from_state=F("to_state")), BooleanField()),
        },
    ),
    (
        MESSAGE,
        InformationRequest,
        Q(),
        {
            "at": F("asked_at"),
            "by": F("asked_by"),
            "children": F("children"),
            "part": F("partner_id"),
            "word": F("recipient"),
        },
    ),
    (MESSAGE, Complement, Q(), _OWN),
    (MESSAGE, FilerMessage, Q(), {**_OWN, "access_class": _text("C")}),
    (MESSAGE, TeamMessage, Q(), _OWN),
    (
        MESSAGE,
        FeedbackTask,
        Q(state=FeedbackState.SENT),
        {"at": Coalesce("decided_at", "opened_at"), "by": F("by"), "access_class": _text("C")},
    ),
    (ATTACHMENT, Attachment, Q(waiting_since=None), {**_OWN, "access_class": F("access_class")}),
    (MEASURE, Measure, Q(), {"at": F("proposed_at"), "child": F("child_id")}),
    (
        TO_SIGN,
        Approval,
        Q(state=ApprovalState.REQUESTED),
        {"at": F("requested_at"), "children": F("children"), "part": F("part")},
    ),
    (
        ASSIGNED,
        Assignment,
        Q(until_at=None),
        {"at": F("since_at"), "child": F("child_id"), "machine": F("role"), "word": F("user__full_name")},
    ),
    (VISIT, LastVisit, Q(), {"since": F("since"), "pk": Cast(Value(None), UUIDField())}),
)
