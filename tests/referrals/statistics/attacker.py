"""A reader who has every number that is told, and works out by exact linear programming what the others may be.

Nothing of ``referrals/statistics/suppression.py`` is used: numbers told are equations between unknown whole numbers from 0 on.
Each equation takes a rectangle of one of two nested partitions, so that the least and the greatest solution are whole.
"""

from fractions import Fraction
from math import inf

#: The name of the sum over all codes.
TOTAL = "total"


class Reader:
    """Knows ``told``: by code, and as ``TOTAL`` for all of them, the number of each period, None where it isn't told.

    Where 0 is told of a year's codes, the reader knows of those suppressed that they aren't 0.
    """

    def __init__(self, told, year):
        self.told, self.year = told, year
        self.codes = [code for code in told if code != TOTAL]
        equations = [
            (self._cells(code, period), number)
            for code, numbers in told.items()
            for period in year
            if (number := numbers[period.code]) is not None
        ]
        size = len(self.codes) * year.end
        if any(told[code][year.code] is not None for code in self.codes):
            for code in self.codes:
                if told[code][year.code] is None:
                    equations.append(
                        (self._cells(code, year) | {size: -1}, 1)
                    )  # its sum is 1 and something more
                    size += 1
        self._solutions = Solutions(size, equations)

    def _cells(self, code, period):
        """Return the places of the numbers of a code, or of all, in a period."""
        firsts = [self.codes.index(one) * self.year.end for one in (self.codes if code == TOTAL else [code])]
        return {first + place: 1 for first in firsts for place in range(period.first, period.end)}

    def width(self, code, period):
        """Return how far apart the numbers lie that a code may have in a period; infinite if there is no end."""
        least, greatest = self._solutions.bounds(self._cells(code, period))
        return inf if greatest is None else greatest - least

    def narrowest(self):
        """Return the width of the number that the reader knows best of those suppressed; infinite where none is."""
        hidden = [
            (code, period)
            for code, numbers in self.told.items()
            for period in self.year
            if numbers[period.code] is None
        ]
        return min((self.width(code, period) for code, period in hidden), default=inf)


class Solutions:
    """All vectors x ≥ 0 of ``size`` numbers that meet every equation: (factor by place, value of the sum)."""

    def __init__(self, size, equations):
        self.size = size
        rows = _independent(size, equations)
        width = size + len(rows)
        self.rows, self.basis = [], []
        for number, row in enumerate(rows):
            sign = -1 if row[-1] < 0 else 1
            extra = [Fraction(other == number) for other in range(len(rows))]
            self.rows.append([sign * value for value in row[:-1]] + extra + [sign * row[-1]])
            self.basis.append(size + number)
        assert self._least([Fraction(place >= size) for place in range(width)]) == 0, (
            "what is told is contradictory"
        )
        for number, place in enumerate(self.basis):
            if place >= size:
                self._pivot(number, next(i for i in range(size) if self.rows[number][i]))
        self.rows = [row[:size] + row[-1:] for row in self.rows]

    def bounds(self, cells):
        """Return the least and the greatest value of the sum of ``cells``; None for no greatest."""
        cost = [Fraction(place in cells) for place in range(self.size)]
        least = self._least(cost)
        greatest = self._least([-one for one in cost])
        return least, None if greatest is None else -greatest

    def _least(self, cost):
        reduced = [*cost, Fraction(0)]
        for row, place in zip(self.rows, self.basis, strict=True):
            factor = reduced[place]
            if factor:
                reduced = [a - factor * b for a, b in zip(reduced, row, strict=True)]
        while True:
            # Bland's rule: the first column that helps, the first row that binds; so it never goes in circles.
            enters = next((i for i, value in enumerate(reduced[:-1]) if value < 0), None)
            if enters is None:
                return -reduced[-1]
            binding = [
                (row[-1] / row[enters], self.basis[number], number)
                for number, row in enumerate(self.rows)
                if row[enters] > 0
            ]
            if not binding:
                return None
            self._pivot(min(binding)[2], enters)
            row = self.rows[min(binding)[2]]
            factor = reduced[enters]
            reduced = [a - factor * b for a, b in zip(reduced, row, strict=True)]

    def _pivot(self, number, enters):
        by = self.rows[number][enters]
        self.rows[number] = pivot = [value / by for value in self.rows[number]]
        for other, row in enumerate(self.rows):
            if other != number and (factor := row[enters]):
                self.rows[other] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        self.basis[number] = enters


def _independent(size, equations):
    """Return as many equations as say all, each as its coefficients and its value."""
    rows = []
    for factors, value in equations:
        row = [Fraction(factors.get(i, 0)) for i in range(size)] + [Fraction(value)]
        for lead, kept in rows:
            if row[lead]:
                factor = row[lead]
                row = [a - factor * b for a, b in zip(row, kept, strict=True)]
        lead = next((i for i in range(size) if row[i]), None)
        if lead is None:
            assert not row[-1], "what is told is contradictory"
            continue
        by = row[lead]
        row = [a / by for a in row]
        rows = [
            (at, [a - kept[lead] * b for a, b in zip(kept, row, strict=True)] if kept[lead] else kept)
            for at, kept in rows
        ] + [(lead, row)]
    return [row for _, row in rows]
