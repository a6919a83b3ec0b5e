"""Statistical disclosure control: which numbers of a table may be published (domain.md §7.6, §1.3 *counts*).

A table has the codes of one fact, and periods: a year, its quarters, their months. A reader who subtracts published
numbers from each other must not learn a suppressed one. So each suppressed number has this guarantee:

    Among all tables of whole numbers from 0 on that agree with everything published, it takes values that lie at least
    ``least`` apart.

Three rules ensure it.

1. Numbers of a period are published for all its parts or for none: the total of each month of a quarter, and each
   code's.
2. What is left of a period, once the published codes are subtracted, is at least ``least``. In the year, where 0 is
   published (nobody can be recognised among nobody), it is more by one for each suppressed code; so these are two or
   more.
3. Codes that are published for a period and not for its parts are two or more, or stand beside codes that are
   suppressed for the period too.

Why that is enough: the suppressed numbers of a period's parts make a table of rows (codes) and columns (parts), of
which the reader knows the margins at most: rows by (1), columns by (2). A number of such a table with row margin r,
column margin c and total N may be anything between max(0, r + c - N) and min(r, c); that is min(r, c, N - r, N - c)
wide (Fréchet), and all four are at least ``least``: r and c by (2), N - r and N - c since there is another row (3) and
another column. Codes suppressed for the period itself share one row of that table; any of them may have all of it, or
none. One level down the margin of a row moves by ``least`` already, and the same widths follow.

What isn't promised: ``docs/decisions/0027-figures.md``. Attacked by ``tests/referrals/statistics``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

#: For each code a number for each of the smallest periods.
type Numbers = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the smallest periods, from ``first`` up to ``end``, which isn't in it; and what it consists of."""

    code: str
    first: int
    end: int
    parts: tuple["Period", ...] = ()

    def __iter__(self) -> Iterator["Period"]:
        """Yield the period, then all within it."""
        return chain([self], *self.parts)


def year_of(year: int, *, by_month: bool) -> Period:
    """Return a year with its quarters and months, twelve numbers; or the year alone, one number."""
    if not by_month:
        return Period(str(year), 0, 1)
    months = [Period(f"{year}-{month + 1:02}", month, month + 1) for month in range(12)]
    quarters = [
        Period(
            f"{year}-Q{number + 1}", 3 * number, 3 * number + 3, tuple(months[3 * number : 3 * number + 3])
        )
        for number in range(4)
    ]
    return Period(str(year), 0, 12, tuple(quarters))


class Counted:
    """Counts of one fact, in one unit or in several: sibling groups, and the children in them.

    Where several units are told, a number is told in all of them or in none, and the smallest decides. So the promise
    holds for each although they go together: of any tables that agree with what is told, those in which every group
    keeps the number of children that it has agree too.
    """

    def __init__(self, units: Sequence[Numbers]) -> None:
        """Count in ``units``, which have the same codes."""
        self.units = units
        self.codes: Final = tuple(units[0])

    def size(self, codes: Collection[str], period: Period) -> int:
        """Return how many these codes have together in a period, in the unit that has least."""
        return min(sum(sum(unit[code][period.first : period.end]) for code in codes) for unit in self.units)

    def nobody(self, code: str, period: Period) -> bool:
        """Tell whether a code has nobody, in no unit."""
        return not any(any(unit[code][period.first : period.end]) for unit in self.units)


def totals_shown(whole: Counted, year: Period, least: int) -> frozenset[Period]:
    """Return the periods whose total is told: a period's parts all together, or none of them."""
    if whole.size(whole.codes, year) < least:
        return frozenset()
    published, open_ = {year}, [year]
    while open_:
        period = open_.pop()
        if all(whole.size(whole.codes, part) >= least for part in period.parts):
            published.update(period.parts)
            open_.extend(period.parts)
    return frozenset(published)


def codes_shown(
    counted: Counted, year: Period, totals: frozenset[Period], least: int
) -> dict[Period, frozenset[str]]:
    """Return the codes that are told in each period; where the total isn't, those alone that have nobody all year.

    ``totals`` is what ``totals_shown`` gave for the same cases, in no larger a unit.
    """
    if year not in totals:
        return {}
    nobody = frozenset(code for code in counted.codes if counted.nobody(code, year))
    of_year = _of_year(counted, nobody, year, least)
    nobody &= of_year  # none, where nothing but the total is told
    by_period = dict.fromkeys(year, nobody) | {year: of_year}
    for period in year:
        if period in totals and period.parts and period.parts[0] in totals:
            split = _of_parts(counted, nobody, period, by_period[period] - nobody, least)
            by_period |= dict.fromkeys(period.parts, split | nobody)
    return by_period


def _of_year(counted: Counted, nobody: frozenset[str], year: Period, least: int) -> frozenset[str]:
    left = set(counted.codes) - nobody
    counted_codes = {code for code in left if counted.size([code], year) >= least}
    while (hidden := left - counted_codes) and counted.size(hidden, year) - len(hidden) < least:
        if not counted_codes:
            return frozenset()
        counted_codes.remove(_smallest(counted, counted_codes, year))
    return frozenset(counted_codes | nobody)


def _of_parts(
    counted: Counted, nobody: frozenset[str], period: Period, told: frozenset[str], least: int
) -> frozenset[str]:
    """Return which of the codes told for a period are told for its parts as well."""
    unknown = set(counted.codes) - told - nobody
    split = {code for code in told if all(counted.size([code], part) >= least for part in period.parts)}
    while hidden := (told - split) | unknown:
        alone = len(hidden) == 1 and not unknown
        if not alone and all(counted.size(hidden, part) >= least for part in period.parts):
            break
        if not split:
            break  # only totals are told of the parts, and each of these is large enough
        split.remove(_smallest(counted, split, period))
    return frozenset(split)


def _smallest(counted: Counted, codes: Collection[str], period: Period) -> str:
    return min(codes, key=lambda code: (counted.size([code], period), counted.codes.index(code)))
