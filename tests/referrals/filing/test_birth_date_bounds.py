"""Bounds of a birth date to the day, and in whose zone the day is (§4.1)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from referrals.vocabulary import ages
from referrals.workflow import births

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion", "America/Martinique"])
def test_the_day_is_that_of_the_authority(zone):
    late = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # 25 November in Réunion
    days = births.days_at(late, ZoneInfo(zone))
    born = date(2026, 11, 25)

    assert births.fault_of(born, days) == ("" if zone == "Indian/Reunion" else births.BORN_LATER)
    assert births.fault_of(born, births.days_at(late)) == "", "as long as nobody knows which authority it is"
    assert births.fault_of(born + timedelta(days=1), births.days_at(late)) == births.BORN_LATER


def test_the_bounds_to_the_day():
    days = births.Days(TODAY, TODAY)
    for age in range(25):
        eve, birth = (ages.birthday(TODAY, -age) + timedelta(days=n) for n in (1, 0))
        assert births.is_young_adult(birth, days) is (18 <= age < 21), age
        assert births.fault_of(birth, days) == (births.BEYOND_21 if age >= 21 else ""), age
        assert births.fault_of(eve, days) == (
            births.BORN_LATER if age == 0 else births.BEYOND_21 if age > 21 else ""
        ), age
