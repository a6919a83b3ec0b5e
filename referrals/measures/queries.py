"""Measures over all that an actor may see: those decided and not begun, and a board of all that aren't over.

That a measure agreed or ordered isn't carried out is a known failure (domain.md §2.6 ``awaiting_start``): the queue
shows how many wait, for how long, with which service. Nothing sealed is opened: a line is the shell of a measure (type,
state, dates, service) and of its case.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, override
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from core.paging import page_of
from encryption.authentic import CheckedRows
from referrals.access import exceptions as access_exceptions
from referrals.access import hanging_rows, visibility
from referrals.access import people as access_people
from referrals.access.matrix import Relation
from referrals.models import Measure
from referrals.reading import clocks
from referrals.reading.disclosures import record_listed
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import ALIVE, Coded, MeasureState, Urgency


def waiting_page(
    request: ServiceRequest, asked: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the waiting measures that the caller of ``request`` reads, and the next cursor."""
    actor, at = actor_in(request), request.at
    page = page_of(
        lines_of(measures_for(actor, asked, at=at), actor, at=at),
        limit=asked["limit"],
        order=("waits_since", "id"),
        cursor=asked.get("cursor"),
        bound_to=repr(sorted((k, str(v)) for k, v in asked.items() if k not in ("cursor", "limit"))),
    )
    record_listed(page.items, actor=actor, at=at)
    return [line(row, at=at) for row in page.items], page.next


#: Decided and not begun, in the order in which a measure goes through them.
WAITING: Final = (MeasureState.AGREED, MeasureState.ORDERED, MeasureState.AWAITING_START)
#: By what the queue is counted: the name of a group's key in the answer, and its columns.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "service": ("service_id", "service__name"),
    "unit": ("referral__unit_id", "referral__unit__name"),
    "type": ("type_id", "type__label_fr"),
    "state": ("state",),
}


def measures_for(
    actor: Actor, asked: Mapping[str, Any], *, at: datetime, states: Collection[MeasureState] = WAITING
) -> "QuerySet[Measure]":
    """Return the waiting measures of the cases in which the actor reads class J, those filtered for alone.

    A service sees its own measures and no other of the case (domain.md §1.1); those of a child that is restricted to
    others are neither listed nor counted.
    """
    seen = Q(pk__in=[])
    for relation, cases in visibility.seen_with(actor, "J", at=at):
        rule = Q(referral__in=cases.values("pk"))
        if relation is Relation.EXECUTING:
            rule &= Q(service__in=sorted(access_people.services_of(actor)))
        seen |= rule
    named = Q(child__restricted=False) | Q(
        referral__in=sorted(access_exceptions.exceptional(actor, at=at).unlocked)
    )
    rows = Measure.objects.filter(seen, named, state__in=[asked["state"]] if asked.get("state") else states)
    for name in ("service", "type", "judicial"):
        if asked.get(name) is not None:
            rows = rows.filter(**{name: asked[name]})
    if asked.get("unit"):
        rows = rows.filter(referral__unit=asked["unit"])
    return rows


def lines_of(rows: "QuerySet[Measure]", actor: Actor, *, at: datetime) -> "QuerySet[Measure]":
    """Return the same rows with all that a line shows, so that a page is one query.

    A measure that isn't as it was written is confided to no service, and a restriction that was lifted by hand stands.
    """
    services, unlocked = (
        access_people.services_of(actor),
        access_exceptions.exceptional(actor, at=at).unlocked,
    )

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            if row.child.bar_was_lifted and row.referral_id not in unlocked:
                return False
            return row.is_authentic or row.service_id not in services

    joined = rows.select_related("child", "type", "service", "referral__authority", "referral__unit")
    return hanging_rows.shown_with(Rows.of(joined), actor, at=at)


def line(measure: Measure, *, at: datetime) -> dict[str, Any]:
    """Return one waiting measure: its shell, since when it waits, and whose it is; nothing is opened."""
    case = measure.referral
    today = at.astimezone(ZoneInfo(case.authority.timezone)).date()
    since = measure.waits_since
    return {
        "id": str(measure.pk),
        "child": str(measure.child_id),
        "type": {"code": measure.type_id, "label": measure.type.labels_by_language},
        "judicial": measure.judicial,
        "state": labelled(MeasureState(measure.state)),
        "service": _named(measure.service),
        "unit": _named(case.unit),
        "waits_since": moment(since),
        "waiting_days": (today - since).days if since is not None else None,
        "referral": str(case.pk),
        "reference": case.reference,
        "urgency": labelled(Urgency(case.urgency)),
    }


def _named(place: Any) -> dict[str, str] | None:
    return {"id": str(place.pk), "name": place.name} if place is not None else None


def counts(rows: "QuerySet[Measure]", by: str) -> list[dict[str, Any]]:
    """Return how many wait in each group, and since when the longest does; the most first."""
    columns = GROUPS[by]
    grouped = (
        rows.order_by()
        .values(*columns)
        .annotate(count=Count("pk"), longest_since=Min("waits_since"))
        .order_by("-count", F(columns[0]).asc(nulls_last=True))
    )
    return [
        {
            by: str(group[columns[0]]) if group[columns[0]] is not None else None,
            "label": group[columns[-1]],
            "count": group["count"],
            "longest_since": moment(group["longest_since"]),
        }
        for group in grouped
    ]


# --- The board ----------------------------------------------------------------------------------------


class Column(Coded):
    """Where a measure stands on the board: by its state, and one that runs by what is due next."""

    PROPOSED = "proposed", pgettext_lazy("measures", "Proposées")
    DECIDED = "decided", pgettext_lazy("measures", "Décidées")
    AWAITING = "awaiting", _("En attente de place")
    ACTIVE = "active", pgettext_lazy("measures", "En cours")
    REVIEW = "review", _("À revoir")
    ENDING = "ending", _("Bientôt à échéance")
    SUSPENDED = "suspended", pgettext_lazy("measures", "Suspendues")


#: The deadlines with which a measure is over, unless somebody renews it or decides.
ENDS: Final = (
    ClockCode.C10,
    ClockCode.C11,
    ClockCode.C12,
    ClockCode.C13,
    ClockCode.C15,
    ClockCode.C15B,
    ClockCode.C17B,
)
#: What runs is to be reviewed when its next deadline is as near as this, and is ending when its end is.
REVIEW_WITHIN: Final = timedelta(days=30)
ENDING_WITHIN: Final = timedelta(days=60)
#: As many cards of a column stand on the board; a column by itself has all.
CARDS: Final = 8


def on_board(actor: Actor, asked: Mapping[str, Any], *, at: datetime) -> "QuerySet[Any]":
    """Return the measures that aren't over, by the rule of ``measures_for``, each with its column.

    ``due_at``, ``due_code``: the deadline of the measure that ends first, of those that the actor reads.
    """
    own = clocks.running_clocks(actor, state=None, code=None, at=at).filter(
        clocks.tells_its_day(at), stopped_at=None, referral=OuterRef("referral"), part=OuterRef("pk")
    )
    first = own.order_by("due_at", "id")
    running = Q(state=MeasureState.ACTIVE)
    column = Case(
        When(state=MeasureState.PROPOSED, then=Value(Column.PROPOSED)),
        When(state__in=[MeasureState.AGREED, MeasureState.ORDERED], then=Value(Column.DECIDED)),
        When(state=MeasureState.AWAITING_START, then=Value(Column.AWAITING)),
        When(state=MeasureState.SUSPENDED, then=Value(Column.SUSPENDED)),
        When(running & Q(due_code__in=ENDS, due_at__lt=at + ENDING_WITHIN), then=Value(Column.ENDING)),
        When(running & Q(until_majority=True, child__majority_near=True), then=Value(Column.ENDING)),
        When(running & ~Q(due_code__in=ENDS) & Q(due_at__lt=at + REVIEW_WITHIN), then=Value(Column.REVIEW)),
        default=Value(Column.ACTIVE),
        output_field=CharField(),
    )
    rows = measures_for(actor, asked, at=at, states=ALIVE).annotate(
        due_at=Subquery(first.values("due_at")[:1]), due_code=Subquery(first.values("code")[:1])
    )
    return rows.annotate(column=column)


def column_counts(actor: Actor, asked: Mapping[str, Any], *, at: datetime) -> dict[str, int]:
    """Return how many measures stand in each column of the board."""
    rows = on_board(actor, asked, at=at).order_by().values("column").annotate(count=Count("pk"))
    return {row["column"]: row["count"] for row in rows}


def board_page(request: ServiceRequest, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return the first cards of each column, what is due first coming first; of one that is asked for, a page."""
    actor, at = actor_in(request), request.at
    rows = on_board(actor, asked, at=at)
    order = ("due_at", "id")
    if column := asked.get("column"):
        filters = sorted((k, str(v)) for k, v in asked.items() if k not in ("cursor", "limit"))
        page = page_of(
            lines_of(rows.filter(column=column), actor, at=at),
            limit=asked["limit"],
            order=order,
            cursor=asked.get("cursor"),
            bound_to=f"board/{filters!r}",
        )
        cards, following = page.items, page.next
    else:
        rank = Window(
            RowNumber(),
            partition_by=F("column"),
            order_by=[F("due_at").asc(nulls_last=True), F("waits_since").asc(nulls_last=True), F("id").asc()],
        )
        ranked = rows.annotate(rank=rank).filter(rank__lte=CARDS)
        ordered: QuerySet[Any] = lines_of(ranked, actor, at=at)
        cards, following = list(ordered.order_by("column", "rank")), None
    record_listed(cards, actor=actor, at=at)
    return [card(row, at=at) for row in cards], following


def card(measure: Any, *, at: datetime) -> dict[str, Any]:
    """Return one measure of the board: its line, the age band of its child, and the deadline that ends first."""
    return line(measure, at=at) | {
        "column": measure.column,
        "age_band": labelled(AgeBand(measure.child.age_band)),
        "next_due": _due(measure.due_code, measure.due_at, at) if measure.due_at else None,
    }


def _due(code: str, due: datetime, at: datetime) -> dict[str, Any]:
    """Return a deadline as the lines of cases tell it; those of a measure have no reduced date."""
    label = ClockCode(code).labels_by_language
    return {"code": code, "label": label, "due_at": moment(due), "reduced": False, "overdue": due < at}
