"""Figures of an authority: how many concerns, children and measures, by one coded fact at a time (domain.md §7.6).

A year has one fixed set of tables, which no parameter changes: each fact by year, quarter and month of receipt. None
crosses two facts. ``suppression`` decides which numbers are published. A year is published once it is over: a reader
who kept an earlier part of it could subtract. It then stays the same for half a year: a daily reader would see one
child's birthday. Its months are published only during the year after it, because for cases destroyed later no month is
stored. What the authority chose about figures (§11.1) counts for a year as it stood when the year ended, so that the
same cases aren't published twice under two rules.

Numbers name nobody, so that a person excluded from a case reads the same ones as everybody: a figure without the case
would be one less than a colleague's, and would so reveal it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from operator import eq
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.actor import Actor
from accounts.models import Authority
from accounts.territory import department_of
from audit import journal
from audit.events import Purpose, register
from core.inputs import LATEST, Flag, Whole
from core.languages import in_both
from core.query import InvalidQuery, Query
from referrals.access import matrix
from referrals.policy.definitions import Protocol, protocol_of
from referrals.policy_changes.actions import authority_for
from referrals.statistics import aggregates
from referrals.statistics.aggregates import Fact
from referrals.statistics.dimensions import FIGURES, UNITS, WHOLE, Coding, Figure, Label, codings
from referrals.statistics.suppression import Counted, Numbers, Period, codes_shown, totals_shown, year_of

JUNE: Final = 6
READ: Final = "figures.read"
READING: Final = "figures:read"
#: The first year of which figures may be asked for.
FIRST_YEAR: Final = 2000
#: Below ``ROUNDED_BELOW`` what is published is a multiple of ``ROUNDED_TO`` (domain.md §7.6).
ROUNDED_BELOW: Final = 30
ROUNDED_TO: Final = 5
register(READING)


class FigureQuery(Query):
    """Which year, and whether for publication."""

    year = Whole(
        in_query=True,
        required=False,
        min_value=FIRST_YEAR,
        max_value=LATEST.year,
        help_text="A year that is over; by default the last one.",
    )
    publishable = Flag(
        in_query=True,
        required=False,
        default=False,
        help_text="Only the year's own numbers, those below 30 rounded to 5: what may be published.",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where what is counted together was received; ``covers`` tells of a département whether it belongs there."""

    department: str | None
    elsewhere: bool
    covers: Callable[[str], bool]


def of_year(
    authority_id: UUID, year: int | None, *, publishable: bool, actor: Actor, at: datetime
) -> dict[str, Any]:
    """Return an authority's figures of a year that is over, by default the last one, and write down who read them.

    ``publishable`` leaves the year's own numbers, and rounds them.

    Raises:
        NotVisible, NotAllowed: see ``authority_for``.
        InvalidQuery: the year isn't over where the authority is.
    """
    authority = authority_for(actor, authority_id, READ)
    zone = ZoneInfo(authority.timezone)
    last = at.astimezone(zone).year - 1
    year = last if year is None else year
    if year > last:
        raise InvalidQuery({"year": "too-late"})
    protocol = protocol_of(authority, datetime(year + 1, 1, 1, tzinfo=zone) - timedelta(microseconds=1))
    reader = next(role for role in matrix.FIGURES if role in actor.roles_in(authority_id))
    actor = actor.acting_as(reader, authority_id=authority_id)
    today = at.astimezone(zone).date()
    half = f"{today.year}-{1 if today.month <= JUNE else 2}"
    counts, known_month_count = aggregates.of_year(authority_id, year, zone, half=half)
    by_month = year == last and known_month_count and not publishable
    tables = Tables(
        protocol, year_of(year, by_month=by_month), frozenset(matrix.FIGURES[reader]), publishable=publishable
    )
    territories = [
        {
            "department": place.department,
            "elsewhere": place.elsewhere,
            "tables": tables.of(
                {fact: count for fact, count in counts.items() if place.covers(fact.department)}
            ),
        }
        for place in places(authority, protocol, year)
    ]
    journal.record(
        READING,
        actor=actor,
        at=at,
        tenant=authority_id,
        purpose=Purpose.STATISTICS,
        rule=READ,
        count=len(territories),
        payload=f"{year}/{publishable}".encode(),
    )
    return {
        "authority": str(authority_id),
        "year": year,
        "publishable": publishable,
        "count_unit": protocol.count_unit,
        "least": protocol.small_cell_min,
        "grain": protocol.public_grain,
        "periods": [period.code for period in tables.year],
        "territories": territories,
    }


def places(authority: Authority, protocol: Protocol, year: int) -> list[Place]:
    """Return the places by which an authority's figures are told: they share no case, and no sum of them is told.

    The whole authority where it answers for one département or has chosen so (PUBLIC_GRAIN); else each département,
    and what was received for none of them.
    """
    rows = authority.territories.in_force(date(year, 12, 31))
    codes = rows.values_list("department_code", "commune_insee")
    own = sorted({department or department_of(commune) for department, commune in codes})
    by_department = protocol.public_grain == "department_year"
    if not by_department or len(own) < 2:
        only = own[0] if by_department and own else None
        return [Place(only, False, lambda _: True)]
    return [
        *(Place(code, False, partial(eq, code)) for code in own),
        Place(None, True, lambda place: place not in own),
    ]


class Tables:
    """How the counts of one place become tables."""

    def __init__(
        self, protocol: Protocol, year: Period, classes: frozenset[str], *, publishable: bool
    ) -> None:
        """Tell facts of these access classes by the periods of ``year``, as the protocol says."""
        self.protocol = protocol
        self.year = year
        self.figures = [figure for figure in FIGURES if figure.access_class in classes]
        self.codings = codings(protocol)
        self.publishable = publishable

    def of(self, counts: Mapping[Fact, int]) -> list[dict[str, Any]]:
        """Return the tables: one for each fact and unit."""
        by_name: dict[str, Counter[tuple[str, int]]] = {}
        for fact, count in counts.items():
            by_name.setdefault(fact.what, Counter())[fact.code, fact.month] += count
        return [table for figure in self.figures for table in self._of_figure(figure, by_name)]

    def _of_figure(
        self, figure: Figure, by_name: Mapping[str, Counter[tuple[str, int]]]
    ) -> Iterable[dict[str, Any]]:
        units = figure.units(self.protocol.count_unit)
        if not units:
            return
        # All facts of the same cases suppress the same totals.
        least, root = self.protocol.small_cell_min, WHOLE[units[0]]
        whole = {unit: self._numbers(root, unit, by_name) for unit in root.units(self.protocol.count_unit)}
        totals = totals_shown(Counted(list(whole.values())), self.year, least)
        own = {unit: self._numbers(figure, unit, by_name) for unit in units}
        codes = codes_shown(Counted(list(own.values())), self.year, totals, least)
        coding = self.codings[figure.code]
        for unit, numbers in own.items():
            sums = [sum(column) for column in zip(*numbers.values(), strict=True)]
            yield {
                "fact": coded(figure.code, in_both(figure.label)),
                "unit": coded(unit, in_both(UNITS[unit])),
                "total": [self._described(sums, period, period in totals) for period in self.year],
                "rows": [
                    coded(code, coding.labels[code])
                    | {
                        "numbers": [
                            self._described(numbers[code], p, code in codes.get(p, ())) for p in self.year
                        ]
                    }
                    for code in coding.labels
                ],
            }

    def _numbers(self, figure: Figure, unit: str, by_name: Mapping[str, Counter[tuple[str, int]]]) -> Numbers:
        coding: Coding = self.codings[figure.code]
        numbers = {code: [0] * self.year.end for code in coding.labels}
        for (code, month), count in by_name.get(figure.counted[unit], Counter()).items():
            numbers[coding.of(code)][month - 1 if self.year.parts else 0] += count
        return numbers

    def _described(self, numbers: Sequence[int], period: Period, told: bool) -> int | None:
        if not told:
            return None
        total = sum(numbers[period.first : period.end])
        return rounded(total, self.protocol.small_cell_min) if self.publishable else total


def rounded(count: int, least: int) -> int:
    """Return a number as it is published: below 30 the nearest multiple of 5 that isn't below ``least``; 0 stays."""
    if count == 0 or count >= ROUNDED_BELOW:
        return count
    nearest = (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
    return nearest if nearest >= least else nearest + ROUNDED_TO


def coded(code: str, label: Label) -> dict[str, Any]:
    """Return a code with its label, as an answer has it."""
    return {"code": code, "label": label}
