"""Bands and flags of age: what is derived from a birth date or an estimate, and kept in clear (domain.md §4.1)."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from referrals.vocabulary import ages
from referrals.vocabulary.ages import AgeBand

TODAY = date(2026, 11, 24)
births = st.dates(date(2000, 1, 1), date(2026, 11, 24))
days = st.dates(date(2026, 11, 24), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2011-11-24", "2026-11-24", 15),
        ("2011-11-25", "2026-11-24", 14),
        ("2012-02-29", "2026-02-28", 13),
        ("2012-02-29", "2026-03-01", 14),
        ("2012-02-29", "2028-02-29", 16),
        ("2026-11-24", "2026-11-24", 0),
        ("2008-11-24", "2026-11-23", 17),
        ("2008-11-24", "2026-11-24", 18),
    ],
)
def test_an_age_counts_completed_years(birth, on, age):
    assert ages.age_on(date.fromisoformat(birth), date.fromisoformat(on)) == age


@pytest.mark.parametrize(
    ("age", "band", "under_2", "under_15"),
    [
        (0, "0-2", True, True), (1, "0-2", True, True), (2, "0-2", False, True), (3, "3-5", False, True),
        (5, "3-5", False, True), (6, "6-10", False, True), (10, "6-10", False, True), (11, "11-15", False, True),
        (14, "11-15", False, True), (15, "11-15", False, False), (16, "16-17", False, False),
        (17, "16-17", False, False), (18, "18+", False, False), (30, "18+", False, False),
    ],
)  # fmt: skip
def test_bands_are_those_of_the_observatory(age, band, under_2, under_15):
    """ONPE: <3, 3–5, 6–10, 11–15, 16–17 (domain.md §11.1 AGE_BANDS)."""
    born = date(TODAY.year - age, TODAY.month, TODAY.day)

    expected = ages.AgeFacts(age_band=AgeBand(band), under_2=under_2, under_15=under_15)

    assert ages.facts(born, None, None, on=TODAY) == expected
    assert ages.facts(None, age, None, on=TODAY) == expected


@given(births, days)
@example(date(2012, 2, 29), date(2027, 3, 1))
def test_flags_and_band_tell_the_same_age(birth, on):
    found, age = ages.facts(birth, None, None, on=on), ages.age_on(birth, on)

    assert found.under_2 is (age < 2)
    assert found.under_15 is (age < 15)
    assert (found.age_band == AgeBand.ADULT) is (age >= 18)
    assert not found.under_2 or found.age_band == AgeBand.UNDER_3


@given(births, days)
def test_nobody_gets_younger(birth, on):
    order = list(AgeBand)

    today, tomorrow = (ages.facts(birth, None, None, on=day) for day in (on, on + timedelta(days=1)))

    assert order.index(AgeBand(tomorrow.age_band)) >= order.index(AgeBand(today.age_band))
    assert today.under_15 or not tomorrow.under_15


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_range_counts_by_its_lower_end_and_alone_the_upper_end_is_a_minors(low, more):
    """In doubt a person is treated as the younger, and as a minor."""
    assert ages.facts(None, low, low + more, on=TODAY) == ages.facts(None, low, None, on=TODAY)
    assert ages.facts(None, None, low, on=TODAY) == ages.facts(None, min(low, 17), None, on=TODAY)


@given(births, st.integers(0, 30))
def test_a_birth_date_beats_an_estimate(birth, low):
    assert ages.facts(birth, low, low, on=TODAY) == ages.facts(birth, None, None, on=TODAY)


def test_of_an_unknown_age_nothing_is_derived():
    assert ages.facts(None, None, None, on=TODAY) == ages.AgeFacts(
        AgeBand.UNKNOWN, under_2=False, under_15=False
    )
