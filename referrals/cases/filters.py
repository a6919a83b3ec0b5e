"""Filters of the list of cases: each a condition that tells the reader no more than the lines themselves."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, override
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework import serializers

from accounts.actor import Actor
from core.inputs import Code, Day, Flag, Id, Text, Whole
from core.query import PagedQuery
from referrals.access import visibility
from referrals.cases import sorting, unread
from referrals.duplicates import queries as duplicates_queries
from referrals.models import DuplicateCandidate, Referral
from referrals.reading import clocks, owners
from referrals.vocabulary import formats
from referrals.vocabulary.filing_answers import FilerProfession
from referrals.vocabulary.states import State, Urgency

#: The zone in which the days of a filter begin.
ZONE: Final = ZoneInfo("Europe/Paris")
ME, NOBODY = "me", "nobody"
#: What a saved view keeps: codes, days and ids, and nothing that somebody typed.
VIEWED: Final = (
    "state",
    "urgency",
    "unit",
    "department",
    "runaway",
    "majority_near",
    "overdue",
    "owner",
    "filer",
    "received_from",
    "received_to",
    "due_within",
    "similar",
    "unread",
    "sort",
    "limit",
)
#: Filters that compare a column of the case.
OF_COLUMNS: Final = ("state", "urgency", "department", "runaway", "majority_near", "unit")
#: Of as many cases at most a part of a reference is looked up among those that the reader sees.
REFERENCES_MAX: Final = 1_000


class OwnerField(serializers.CharField):
    """Who is in charge: ``me``, ``nobody``, or the id of a person."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        """Return the word, or the id.

        Raises:
            ValidationError: it is neither.
        """
        return str(data) if data in (ME, NOBODY) else UUID(str(Id().to_internal_value(data)))


class CaseQuery(PagedQuery):
    """Filters and order of the list of cases on which the caller works.

    ``reference``: a whole one, or a part that begins with one of its groups of four signs. ``owner``: ``me``,
    ``nobody``, or a person's id. ``due_within``: days until a deadline ends, what is late included. ``similar``: with a
    match that nobody has looked at. ``unread``: open ones with messages or files that are news to the caller.
    ``details``: each line has its ``facts`` too.
    """

    state = Code(State.choices, required=False)
    urgency = Code(Urgency.choices, required=False)
    unit = Id(required=False)
    department = Text(max_length=3, required=False)
    reference = Text(max_length=30, required=False)
    runaway = Flag(in_query=True, required=False)
    majority_near = Flag(in_query=True, required=False)
    overdue = Flag(in_query=True, required=False)
    owner = OwnerField(required=False)
    filer = Code(FilerProfession.choices, required=False)
    received_from = Day(required=False)
    received_to = Day(required=False)
    due_within = Whole(in_query=True, required=False, max_value=366)
    similar = Flag(in_query=True, required=False)
    unread = Flag(in_query=True, required=False)
    sort = Code(sorting.SORTS, required=False, default="due")
    names = Flag(in_query=True, required=False, default=False)
    details = Flag(in_query=True, required=False, default=False)


def filtered(
    rows: "QuerySet[Referral]", asked: Mapping[str, Any], *, actor: Actor, at: datetime
) -> "QuerySet[Referral]":
    """Return the rows that answer all filters of ``asked``."""
    rows = rows.filter(**{name: asked[name] for name in OF_COLUMNS if name in asked})
    for name, condition in _CONDITIONS.items():
        if name in asked:
            rows = rows.filter(condition(asked[name], actor, at))
    return rows


def are_plain(asked: Mapping[str, Any]) -> bool:
    """Tell whether columns of the case alone are compared."""
    return _CONDITIONS.keys().isdisjoint(asked)


def _overdue(wanted: bool, actor: Actor, at: datetime) -> Q:
    late = clocks.is_late(actor, at=at)
    return late if wanted else ~late


def _reference(said: str, actor: Actor, at: datetime) -> Q:  # noqa: ARG001 - as all conditions
    # Of a case taken over from another authority, also the reference that it had there, and its filer keeps.
    meant = formats.read_reference(said)
    if meant:
        return Q(reference=meant) | (~Q(filed_reference="") & Q(filed_reference=meant))
    part = formats.read_reference_part(said)
    if not part:
        return Q(pk__in=[])
    group = part[: formats.GROUP]
    begins = Q(reference_1=group) | Q(reference_2=group) | Q(reference_3=group)
    named = Referral.objects.filter(
        Q(begins, reference__contains=part) | (~Q(filed_reference="") & Q(filed_reference__contains=part))
    )
    # Looked up first: beside the other conditions the database would walk the whole queue for it.
    return Q(pk__in=list(named.order_by().values_list("pk", flat=True)[:REFERENCES_MAX]))


def _owner(who: str | UUID, actor: Actor, at: datetime) -> Q:
    on_it = owners.current(actor, at=at)
    if who == NOBODY:
        return Q(~Exists(on_it.filter(referral=OuterRef("pk"))))
    person: Any = actor.user_id if who == ME else who
    return Q(pk__in=on_it.filter(user=person).values("referral"))


def _filer(profession: str, actor: Actor, at: datetime) -> Q:
    return Q(concern__filer_profession=profession) & _reading("C", actor, at)


def _similar(wanted: bool, actor: Actor, at: datetime) -> Q:
    visible = visibility.visible_to(actor, at=at).order_by()
    pairs = DuplicateCandidate.objects.filter(duplicates_queries.UNSEEN)
    one = pairs.filter(Exists(visible.filter(pk=OuterRef("other_id")))).values("referral")
    other = pairs.filter(Exists(visible.filter(pk=OuterRef("referral_id")))).values("other")
    # Of all reasons for which two files may be alike, the reader must be one who may be told.
    with_one = (Q(pk__in=one) | Q(pk__in=other)) & _reading("BFG", actor, at)
    return with_one if wanted else ~with_one


def _unread(wanted: bool, actor: Actor, at: datetime) -> Q:
    with_news = Q(pk__in=unread.unread(actor, at=at))
    return with_news if wanted else ~with_news


def _reading(classes: str, actor: Actor, at: datetime) -> Q:
    """Return the condition of cases in which the actor reads these classes by one tie."""
    readable = Q(pk__in=[])
    for _, cases, read in visibility.readable_by_class(actor, at=at):
        if read.issuperset(classes):
            readable |= Q(pk__in=cases.values("pk"))
    return readable


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


_CONDITIONS: Final[Mapping[str, Callable[[Any, Actor, datetime], Q]]] = {
    "reference": _reference,
    "overdue": _overdue,
    "owner": _owner,
    "filer": _filer,
    "similar": _similar,
    "unread": _unread,
    "received_from": lambda day, *_: Q(received_at__gte=_day(day)),
    "received_to": lambda day, *_: Q(received_at__lt=_day(day) + timedelta(days=1)),
    "due_within": lambda days, actor, at: clocks.is_due(actor, before=at + timedelta(days=days), at=at),
}
