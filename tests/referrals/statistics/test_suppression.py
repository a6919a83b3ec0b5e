"""No number that isn't told can be worked out from those that are (domain.md §7.6): small tables, attacked exactly."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referrals.statistics.suppression import Counted, Period, codes_shown, totals_shown, year_of
from tests.referrals.statistics.attacker import TOTAL, Reader

pytestmark = pytest.mark.both_databases("counts in SQL")

#: A year of two halves, of two parts each: as deep as the real one, and small enough to be solved in a moment.
SHORT = Period("y", 0, 4, tuple(
    Period(f"h{half}", 2 * half, 2 * half + 2,
           tuple(Period(f"h{half}p{part}", 2 * half + part, 2 * half + part + 1) for part in (0, 1)))
    for half in (0, 1)
))  # fmt: skip
OFTEN_FEW = st.one_of(st.integers(0, 3), st.integers(0, 3), st.integers(0, 12), st.integers(5, 40))


@st.composite
def tables(draw, codes=(2, 4)):
    """A number for each code and smallest period, of sibling groups; and of the further children in them."""
    many = draw(st.integers(*codes))
    row = st.lists(OFTEN_FEW, min_size=4, max_size=4)
    # A code nobody has is usual, so is one that has nearly all.
    rows = [draw(st.one_of(row, row, st.just([0] * 4))) for _ in range(many)]
    groups = dict(zip("abcd", rows, strict=False))
    more = {code: [draw(st.integers(0, 3)) if one else 0 for one in row] for code, row in groups.items()}
    return groups, more


def value(layer, codes, period):
    return sum(sum(layer[code][period.first : period.end]) for code in codes)


def suppressed(units, least, year=SHORT):
    counted = Counted(units)
    totals = totals_shown(counted, year, least)
    return totals, codes_shown(counted, year, totals, least)


def narrowest(layer, year, totals, told):
    """Return the width of the number that the reader of all that is told knows best, of those that aren't told."""
    said = {
        code: {p.code: value(layer, [code], p) if code in told.get(p, ()) else None for p in year}
        for code in layer
    }
    said[TOTAL] = {p.code: value(layer, layer, p) if p in totals else None for p in year}
    return Reader(said, year).narrowest()


MANY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(tables(), st.integers(3, 6))
def test_what_is_told_is_nobody_or_enough(table, least):
    groups, more = table
    for units in ([groups], [groups, plus(groups, more)]):
        totals, told = suppressed(units, least)
        for unit in units:
            for period, codes in told.items():
                numbers = {value(unit, [code], period) for code in codes}
                assert not numbers & set(range(1, least))
                assert period in totals or numbers <= {0}
            assert all(value(unit, unit, period) >= least for period in totals)


@MANY
@given(tables(), st.integers(3, 6))
def test_whoever_knows_all_that_is_told_knows_nothing_else_closer_than_the_least(table, least):
    """The promise of ``referrals/statistics/suppression.py``, by exact bounds of each number that isn't told."""
    groups, _ = table

    assert narrowest(groups, SHORT, *suppressed([groups], least)) >= least


@MANY
@given(tables(), st.integers(3, 6))
def test_nor_from_children_and_sibling_groups_together(table, least):
    """What is told of children and of groups is told of groups and of the further children: the two are apart, and a
    number of children may lie as far apart as that of their groups."""
    groups, more = table

    assert narrowest(groups, SHORT, *suppressed([groups, plus(groups, more)], least)) >= least


def plus(one, other):
    return {code: [a + b for a, b in zip(one[code], other[code], strict=True)] for code in one}


# --- The attack itself ----------------------------------------------------------------------------------


def primary_alone(layer, least, year=SHORT):
    """Withhold small numbers, and nothing else."""
    totals = {period for period in year if value(layer, layer, period) >= least}
    told = {p: {c for c in layer if value(layer, [c], p) in (0, *range(least, 99))} for p in totals}
    return frozenset(totals), told


@pytest.mark.parametrize(
    "layer",
    [
        {"a": [9, 9, 9, 9], "b": [1, 0, 0, 0]},  # total less the other code
        {
            "a": [9, 9, 9, 9],
            "b": [8, 2, 8, 8],
            "c": [9, 9, 9, 9],
            "d": [7, 7, 7, 7],
        },  # year less the other parts
        {
            "a": [9, 9, 9, 9],
            "b": [1, 0, 0, 0],
            "c": [0, 0, 1, 0],
        },  # two that are 2 together, neither of them 0
    ],
)
def test_the_attack_finds_what_is_left_when_only_small_numbers_are_suppressed(layer):
    assert narrowest(layer, SHORT, *primary_alone(layer, 5)) == 0
    assert narrowest(layer, SHORT, *suppressed([layer], 5)) >= 5


# --- What is still told ---------------------------------------------------------------------------------


def test_enough_everywhere_is_told_everywhere():
    layer = {"a": [5, 6, 7, 8], "b": [9, 5, 5, 5]}

    totals, told = suppressed([layer], 5)

    assert totals == set(SHORT)
    assert all(told[period] == {"a", "b"} for period in SHORT)


def test_nobody_costs_nothing_and_one_small_number_its_smallest_neighbour():
    layer = {"girl": [40, 41, 42, 43], "boy": [11, 12, 13, 14], "other": [0] * 4, "unknown": [1, 0, 0, 1]}

    _, told = suppressed([layer], 5)

    assert told[SHORT] == {"girl", "other"}
    assert suppressed([{**layer, "unknown": [0] * 4}], 5)[1][SHORT] == set(layer)


def test_what_is_small_in_a_part_is_told_for_the_whole():
    layer = {"a": [9, 9, 9, 9], "b": [8, 2, 8, 8], "c": [7, 7, 7, 7]}

    _, told = suppressed([layer], 5)

    first, second = SHORT.parts
    assert told[SHORT] == told[first] == told[second] == {"a", "b", "c"}
    assert told[first.parts[0]] == told[first.parts[1]] == {"a"}
    assert told[second.parts[0]] == {"a", "b", "c"}


def test_a_place_with_few_is_told_nothing():
    assert suppressed([{"a": [1, 1, 1, 0], "b": [0, 0, 0, 1]}], 5) == (frozenset(), {})


def test_a_year_has_quarters_and_months_of_its_own():
    year = year_of(2025, by_month=True)

    assert [period.code for period in year][:6] == [
        "2025",
        "2025-Q1",
        "2025-01",
        "2025-02",
        "2025-03",
        "2025-Q2",
    ]
    assert len(list(year)) == 17
    assert all(q.end - q.first == 3 for q in year.parts)
    assert [(p.code, p.end) for p in year_of(2024, by_month=False)] == [("2024", 1)]


@settings(deadline=None, max_examples=4, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_it_holds_for_a_real_year_too(data):
    year = year_of(2025, by_month=True)
    layer = {
        code: data.draw(st.lists(st.one_of(st.integers(0, 2), st.integers(3, 30)), min_size=12, max_size=12))
        for code in ("a", "b", "c")
    }

    assert narrowest(layer, year, *suppressed([layer], 5, year)) >= 5
