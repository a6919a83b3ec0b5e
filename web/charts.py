"""Charts, as coordinates of their shapes: SVG made by the server (``components/chart.html``), with a table beside each.

One colour a chart, so that none depends on colour to be read: of two series the second one is drawn as outlines. The
table says what a shape means. A number beside a name has its bar in the table itself (``components/bars.html``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 360
HEIGHT: Final = 96
LEFT: Final = 30
#: Height of the bars themselves, and where they begin; the labels are written below.
PLOT: Final = 72
TOP: Final = 6
CELL: Final = 13
#: From how many labels on the first and the last alone are written.
CROWDED: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place and size; ``second``: of the second series."""

    x: str
    y: str
    width: str
    height: str
    second: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on a chart: its place, and where it is anchored there."""

    x: str
    y: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart: the words of the columns, and a row for each label."""

    columns: Sequence[object]
    rows: Sequence[tuple[object, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Number:
    """A number beside a chart: how many, of what, and the address of the list that it counts."""

    count: int
    label: object
    address: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: a name for its ids, what it shows, that said in a sentence, and its shapes."""

    name: str
    title: object
    about: str
    bars: list[Bar]
    marks: list[Mark]
    said: str = ""
    table: Table | None = None
    beside: Number | None = None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = PLOT + TOP


def columns(
    name: str,
    title: object,
    about: str,
    numbers: Sequence[tuple[str, Sequence[int]]],
    *,
    said: str = "",
    table: Table | None = None,
    beside: Number | None = None,
) -> Chart:
    """Return the bars of some numbers in a row, one for each label or two side by side, the greatest at the left."""
    most = max((count for _, counts in numbers for count in counts), default=0)
    step = (WIDTH - LEFT) / max(1, len(numbers))
    bars = [
        _bar(LEFT + place * step, step, counts, series, most)
        for place, (_, counts) in enumerate(numbers)
        for series, count in enumerate(counts)
        if count
    ]
    marks = [
        Mark(f"{LEFT - 4}", "14", str(most), "end"),
        Mark(f"{LEFT - 4}", f"{PLOT + TOP + 2}", "0", "end"),
    ]
    marks += _labels([label for label, _ in numbers], step)
    return Chart(name, title, about, bars, marks, said=said, table=table, beside=beside)


def _bar(x: float, step: float, counts: Sequence[int], series: int, most: int) -> Bar:
    height = max(1.5, PLOT * counts[series] / most)
    width = max(1.0, (step - 1) / len(counts) - (len(counts) - 1))
    left = x + series * (width + 1)
    return Bar(f"{left:.1f}", f"{PLOT - height + TOP:.1f}", f"{width:.1f}", f"{height:.1f}", series > 0)


def _labels(labels: Sequence[str], step: float) -> list[Mark]:
    below = str(HEIGHT - 3)
    if len(labels) <= CROWDED:
        return [
            Mark(f"{LEFT + (place + 0.5) * step:.1f}", below, label, "middle")
            for place, label in enumerate(labels)
        ]
    return [Mark(f"{LEFT}", below, labels[0], "start"), Mark(f"{WIDTH - 1}", below, labels[-1], "end")]


@dataclass(frozen=True, slots=True)
class Row:
    """A number beside its name, and how long its bar is, of 100; no number where it isn't told."""

    label: object
    count: int | None
    length: int
    address: str = ""


def rows(numbers: Sequence[tuple[object, int | None]], *, addresses: Sequence[str] = ()) -> list[Row]:
    """Return the rows of a table with bars, the longest that of the greatest number."""
    most = max((count or 0 for _, count in numbers), default=0) or 1
    return [
        Row(label, count, round(100 * (count or 0) / most), addresses[place] if addresses else "")
        for place, (label, count) in enumerate(numbers)
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of a heat map: its place, and how dark it is, from 0 to 1."""

    x: int
    y: int
    shade: str


def cells(grid: Sequence[Sequence[int]]) -> list[Cell]:
    """Return the squares of a heat map, a row under another; a square of nothing is left out."""
    most = max((count for row in grid for count in row), default=0)
    return [
        Cell(LEFT + hour * CELL, row_number * (CELL + 1) + 14, f"{0.15 + 0.85 * count / most:.2f}")
        for row_number, row in enumerate(grid)
        for hour, count in enumerate(row)
        if count
    ]
