"""Charts, as coordinates of their shapes: SVG made by the server, with a table beside each.

One colour a chart, so that none depends on colour to be read; the table says what a shape means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

WIDTH: Final = 360
HEIGHT: Final = 96
LEFT: Final = 30
#: Height of the bars themselves; the days are written below.
PLOT: Final = 72
CELL: Final = 13


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A row of bars from one day to another, with the greatest number at its left."""

    bars: list[Bar]
    most: int
    total: int
    first: date
    last: date


def bars(numbers: Sequence[tuple[date, int]]) -> Bars:
    """Return the bars of a number a day."""
    most = max((count for _, count in numbers), default=0)
    step = (WIDTH - LEFT) / max(1, len(numbers))
    shapes = []
    for place, (_, count) in enumerate(numbers):
        if count:
            height = max(1.5, PLOT * count / most)
            width = max(1.0, step - 1)
            shapes.append(
                Bar(
                    round(LEFT + place * step, 1),
                    round(PLOT - height + 6, 1),
                    round(width, 1),
                    round(height, 1),
                )
            )
    return Bars(shapes, most, sum(count for _, count in numbers), numbers[0][0], numbers[-1][0])


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of a heat map: its place, and how dark it is, from 0 to 1."""

    x: int
    y: int
    shade: str


def cells(rows: Sequence[Sequence[int]]) -> list[Cell]:
    """Return the squares of a heat map, a row under another; a square of nothing is left out."""
    most = max((count for row in rows for count in row), default=0)
    return [
        Cell(LEFT + hour * CELL, row_number * (CELL + 1) + 14, f"{0.15 + 0.85 * count / most:.2f}")
        for row_number, row in enumerate(rows)
        for hour, count in enumerate(row)
        if count
    ]
