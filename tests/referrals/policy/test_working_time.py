"""Open hours, working days and holidays: the hand-typed table, and an oracle that walks minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Authority
from referrals.policy.definitions import DEFAULTS, Protocol
from referrals.policy.field_types import minutes
from referrals.policy.working_time import Calendar, calendar_of, end_of, public_holidays
from tests.expected import working_time
from tests.expected.settings import DEFAULTS as TYPED
from tests.night import NIGHT

OFFICE = minutes(TYPED["opening_hours"])
MINUTE = timedelta(minutes=1)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def instant(text):
    return datetime.fromisoformat(text)


def calendar(place, week=None, holidays="territory"):
    code, zone = place
    chosen = Protocol(holiday_calendar=holidays, opening_hours=OFFICE if week is None else minutes(week))
    return calendar_of(Authority(code=code, timezone=zone), chosen)


# --- Holidays -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", working_time.OWN)
def test_the_holidays_of_every_year_are_those_of_the_table(name):
    """A release of the library that adds, moves or drops a day shows here."""
    friday, own = working_time.OWN[name]
    for year, (good_friday, *movable) in working_time.MOVABLE.items():
        typed = [*working_time.FIXED, *movable, *own, *([good_friday] if friday else [])]
        typed += [working_time.MID_LENT[year]] if name == "971" else []
        assert public_holidays(name, year) == {date.fromisoformat(f"{year}-{day}") for day in typed}, year


def test_an_authority_keeps_the_holidays_of_its_territory_unless_it_chooses_others():
    for code, wanted in working_time.TERRITORIES.items():
        assert calendar_of(Authority(code=code), DEFAULTS).holidays == wanted
        assert calendar_of(Authority(code=code), Protocol(holiday_calendar="6AE")).holidays == "6AE"
    assert calendar_of(None, DEFAULTS) == Calendar(ZoneInfo("Europe/Paris"), OFFICE, "FR")


# --- The table ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "place", "start", "wall", "utc"), working_time.OPEN_HOURS)
def test_open_hours_end_where_the_table_says(hours, place, start, wall, utc):
    found = calendar(place).after_open_hours(instant(start), hours)

    assert found == instant(utc)
    assert found.astimezone(ZoneInfo(place[1])).replace(tzinfo=None) == instant(wall)


@pytest.mark.parametrize(("week", "hours", "place", "start", "wall", "utc"), working_time.OTHER_WEEKS)
def test_open_hours_are_those_of_the_authority(week, hours, place, start, wall, utc):
    found = calendar(place, week).after_open_hours(instant(start), hours)

    assert found == instant(utc)
    assert found.astimezone(ZoneInfo(place[1])).replace(tzinfo=None) == instant(wall)


@pytest.mark.parametrize(("days", "place", "start", "day"), working_time.WORKING_DAYS)
def test_working_days_end_where_the_table_says(days, place, start, day):
    found = calendar(place).after_working_days(instant(start), days)

    assert found.astimezone(ZoneInfo(place[1])).replace(tzinfo=None) == instant(f"{day}T23:59:59")


@pytest.mark.parametrize(("place", "due", "before"), working_time.DAY_BEFORE)
def test_the_last_working_day_before_is_that_of_the_table(place, due, before):
    found = calendar(place).working_day_before(end_of(date.fromisoformat(due), ZoneInfo(place[1])))

    assert found == (date.fromisoformat(before) if before else None)


def test_a_saturday_of_work_is_a_working_day():
    open_on_saturdays = calendar(working_time.PARIS, working_time.SATURDAYS)

    assert open_on_saturdays.is_working(date(2026, 11, 21))
    assert not open_on_saturdays.is_working(date(2026, 8, 15)), "a holiday"
    assert not calendar(working_time.PARIS).is_working(date(2026, 11, 21))


# --- The oracle ---------------------------------------------------------------------------------------


def easter(year):
    """Return Easter Sunday by the anonymous Gregorian rule."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day):
    fixed = f"{day:%m-%d}" in working_time.FIXED
    return fixed or (day - easter(day.year)).days in (1, 39, 50)


def is_open(at, zone, week):
    """Tell whether an authority on the mainland's holidays is open in the minute that begins at ``at``."""
    wall = at.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    return not is_holiday(wall.date()) and any(
        opens <= minute < closes for opens, closes in week[wall.weekday()]
    )


ZONES = st.sampled_from(
    ["Europe/Paris", "Indian/Reunion", "America/Cayenne", "America/Miquelon", "Indian/Mayotte"]
).map(ZoneInfo)
STARTS = st.integers(0, 17 * 365 * 24 * 60).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + n * MINUTE)
#: A day's spans within daylight, or the whole day: what a wall shows twice isn't the oracle's business.
DAYLIGHT = st.lists(st.integers(12, 44), min_size=2, max_size=4, unique=True).map(
    lambda halves: tuple(
        (a * 30, b * 30) for a, b in zip(sorted(halves)[::2], sorted(halves)[1::2], strict=False)
    )
)
WEEKS = st.lists(st.one_of(st.just(()), DAYLIGHT, st.just(((0, 1440),))), min_size=7, max_size=7).filter(
    lambda days: sum(b - a for day in days for a, b in day) >= 20 * 60
)


@settings(max_examples=40 if NIGHT else 12, deadline=None)
@given(start=STARTS, hours=st.integers(1, 24), zone=ZONES, week=WEEKS.map(tuple))
def test_open_hours_are_as_many_open_minutes(start, hours, zone, week):
    due = Calendar(zone, week, "FR").after_open_hours(start, hours)

    walked = [start + n * MINUTE for n in range((due - start) // MINUTE)]
    assert sum(is_open(at, zone, week) for at in walked) == hours * 60
    assert is_open(walked[-1], zone, week), "it ends as soon as the last minute is over"


@settings(deadline=None)
@given(start=STARTS, first=st.integers(1, 40), second=st.integers(1, 40), zone=ZONES)
def test_open_hours_add_up(start, first, second, zone):
    office = Calendar(zone, OFFICE, "FR")

    halfway = office.after_open_hours(start, first)

    assert office.after_open_hours(halfway, second) == office.after_open_hours(start, first + second)


@settings(deadline=None)
@given(start=STARTS, days=st.integers(1, 20), zone=ZONES)
def test_working_days_are_as_many_days_of_work(start, days, zone):
    due = Calendar(zone, OFFICE, "FR").after_working_days(start, days).astimezone(zone)

    first = start.astimezone(zone).date()
    passed = [first + timedelta(days=n) for n in range(1, (due.date() - first).days + 1)]
    assert sum(day.weekday() < 5 and not is_holiday(day) for day in passed) == days
    assert due.time() == time(23, 59, 59)
    assert due.weekday() < 5
    assert not is_holiday(due.date())


@settings(deadline=None)
@given(start=STARTS, zone=ZONES)
def test_the_last_working_day_before_leaves_none_between(start, zone):
    due = start.astimezone(zone).date()

    found = Calendar(zone, OFFICE, "FR").working_day_before(end_of(due, zone))

    off = [due - timedelta(days=n) for n in range((due - found).days)] if found else []
    assert all(day.weekday() >= 5 or is_holiday(day) for day in off)
    last = found or due
    assert last.weekday() < 5
    assert not is_holiday(last)
