"""Hours are read in the service's own zone, with its own public holidays; what can't be told is unknown (field.md A.9 R8)."""

import json
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts import territory
from directory import opening
from directory.opening import UNKNOWN, Hours, Opening, clock_department, hours_of, opening_at, zone_of

PARIS = ZoneInfo("Europe/Paris")


def at(text, department="75"):
    """Return an instant by the clock of a département."""
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(department))


def asked(hours, when, department="75"):
    return opening_at(hours, at=at(when, department), zone=zone_of(department), department=department)


def told(found):
    """Return an opening in short: open, until, next, by the clock of the place."""
    return (
        found.open,
        found.until and found.until.strftime("%Y-%m-%d %H:%M"),
        found.next_open and found.next_open.strftime("%Y-%m-%d %H:%M"),
    )


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ("24/7", "2026-11-24 03:00", (True, None, None)),
        ("Mo-Su 00:00-24:00", "2026-11-24 03:00", (True, None, None)),
        ("Mo-Fr 09:00-18:00", "2026-11-24 10:00", (True, "2026-11-24 18:00", None)),
        ("Mo-Fr 09:00-12:30,14:00-18:00", "2026-11-24 13:00", (False, None, "2026-11-24 14:00")),
        ("Mo-Fr 09:00-18:00", "2026-11-27 18:00", (False, None, "2026-11-30 09:00")),  # a Friday, at the minute
        ("Mo-Fr 09:00-18:00", "2026-11-27 17:59", (True, "2026-11-27 18:00", None)),
        ("Mo-Fr 22:00-06:00", "2026-11-24 02:00", (True, "2026-11-24 06:00", None)),  # since Monday night
        ("Mo-Fr 22:00-06:00", "2026-11-28 02:00", (True, "2026-11-28 06:00", None)),  # a Saturday, since Friday
        ("Mo-Fr 22:00-06:00", "2026-11-29 02:00", (False, None, "2026-11-30 22:00")),
        ("24/7 off", "2026-11-24 03:00", (False, None, None)),
        ("Mo-Fr 09:00-18:00; Aug off", "2026-08-03 10:00", (False, None, "2026-09-01 09:00")),
    ],
)  # fmt: skip
def test_hours_are_open_until_and_open_next(hours, when, expected):
    assert told(asked(hours, when)) == expected


@pytest.mark.parametrize(
    "hours",
    [
        "", "   ", "du lundi au vendredi", "9h-18h", "Mo-Fr 9h-18h", '"sur rendez-vous"', 'Mo-Fr "sur appel"',
        "Mo-Fr unknown", "Mo-Fr 09:00-18:00; SH off", "sunrise-sunset", "Mo-Fr 09:00-18:00" + " " * 500,
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_unknown(hours):
    assert asked(hours, "2026-11-24 10:00") == UNKNOWN


@pytest.mark.parametrize("department", ["75", "973", "976"])
@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("24/7", (True, None, None)),
        ("Mo-Su,PH 20:00-08:00", (True, "2026-12-25 08:00", None)),
        ("Mo-Su 20:00-08:00; PH 20:00-08:00", (None, None, None)),  # the night before, or the holiday
        ("Mo-Su 20:00-08:00; PH off", (None, None, None)),
        ("Mo-Su 20:00-02:00; PH off", (False, None, None)),  # that night is over; of the next, one can't tell
        ("Mo-Su 08:00-24:00; PH off", (False, None, "2026-12-26 08:00")),
        ("Mo-Fr 09:00-18:00; PH off", (False, None, "2026-12-28 09:00")),
        ("Mo-Fr,PH 08:00-20:00", (False, None, "2026-12-25 08:00")),
        ("Mo-Fr 09:00-18:00", (False, None, None)),  # whether it opens on Christmas day, its hours don't say
        (
            "Mo-Su 20:00-08:00",
            (None, None, None),
        ),  # open since the evening before, if that is one of its nights
    ],
)
def test_christmas_at_three_in_the_morning(department, hours, expected):
    """field.md A.10, test 7: in Paris, Cayenne and Mayotte alike, each by its own clock."""
    assert told(asked(hours, "2026-12-25 03:00", department)) == expected


@pytest.mark.parametrize(("when", "expected"), [("01:00", None), ("03:00", False), ("20:30", True)])
def test_the_night_after_a_holiday_is_unknown_until_it_would_be_over(when, expected):
    """The library has the night of the closed 25 December go on after midnight: nobody must be sent there by it."""
    assert asked("Mo-Su 20:00-02:00; PH off", f"2026-12-26 {when}").open is expected


def test_the_same_instant_is_another_hour_elsewhere():
    three_in_cayenne = at("2026-12-26 03:00", "973")

    found = {
        department: opening_at(
            "Mo-Sa 09:00-18:00; PH off", at=three_in_cayenne, zone=zone_of(department), department=department
        ).open
        for department in ("973", "75", "976")
    }

    assert found == {"973": False, "75": False, "976": True}  # 3 h, 7 h, 9 h


@pytest.mark.parametrize(
    ("department", "day", "holiday"),
    [
        ("973", "2026-06-10", True),  # Guyane: the end of slavery
        ("976", "2026-04-27", True),  # Mayotte
        ("974", "2026-12-20", True),  # Réunion (a Sunday)
        ("67", "2026-04-03", True),  # Good Friday in Alsace-Moselle
        ("57", "2026-12-26", True),
        ("75", "2026-06-10", False),
        ("93", "2026-12-26", False),
        ("974", "2026-06-10", False),
    ],
)
def test_a_departement_keeps_its_own_holidays(department, day, holiday):
    closed = asked("Mo-Su 09:00-18:00; PH off", f"{day} 10:00", department)
    only_then = asked("Mo-Sa 09:00-18:00; PH 10:00-12:00", f"{day} 13:00", department)
    listed = asked("PH 10:00-12:00", f"{day} 11:00", department)

    assert closed.open is not holiday
    assert only_then.open is not holiday
    assert listed.open is holiday


def test_a_rule_for_holidays_that_cannot_be_carried_over_is_unknown_on_that_day_alone():
    hours = "Mo-Fr 09:00-18:00, PH 10:00-12:00"

    assert asked(hours, "2026-06-10 10:00", "973") == UNKNOWN
    assert asked(hours, "2026-06-11 10:00", "973").open is True
    assert asked(hours, "2026-06-10 10:00", "75").open is True


def test_an_office_that_says_nothing_of_holidays_is_unknown_on_one():
    assert asked("Mo-Fr 09:00-18:00", "2026-12-25 10:00") == UNKNOWN
    assert asked("Mo-Fr 09:00-18:00", "2026-06-10 10:00", "973") == UNKNOWN
    assert asked("Mo-Fr 09:00-18:00", "2026-12-24 20:00") == Opening(open=False)
    assert asked("Mo-Fr 09:00-18:00", "2026-12-25 20:00").open is False


def test_the_night_on_which_the_clocks_change_has_an_hour_more():
    before = asked("Mo-Su 22:00-06:00", "2026-10-24 23:00")  # back to winter time at three o'clock

    assert (before.until - at("2026-10-24 23:00")).total_seconds() == 7 * 3600  # on the wall
    assert before.until.timestamp() - at("2026-10-24 23:00").timestamp() == 8 * 3600


def test_the_zones_are_those_of_the_authorities():
    zones = {entry["code"]: entry.get("timezone") for entry in _authorities()}

    assert {code: zones[code] for code in opening.OWN_ZONES if code in zones} == {
        code: zone for code, zone in opening.OWN_ZONES.items() if code in zones
    }
    assert {"971", "972", "973", "974", "976"} <= zones.keys() & opening.OWN_ZONES.keys()
    assert zone_of("2A") == zone_of("93") == PARIS


def _authorities():
    found = json.loads(Path(territory.AUTHORITIES).read_text(encoding="utf-8"))
    return found["authorities"] if isinstance(found, dict) else found


_TOKENS = st.sampled_from(
    ["Mo", "Tu", "Fr", "Su", "PH", "SH", "off", "open", "unknown", "09:00", "18:00", "26:00", "-", ",", ";", "||", "+",
     " ", "/", "2026", "9999", "1900-9999", "Jan", "Feb 30", "Dec 25", "week", "1-53/2", "easter", "+1 day", "[-1]",
     '"x"', "24/7", "99999999999", "(sunrise+01:00)", "00:00-48:00/00:01", ":", "é", "\x00", "\n"]
)  # fmt: skip


@given(
    hours=st.one_of(st.text(max_size=600), st.lists(_TOKENS, max_size=200).map("".join)),
    department=st.sampled_from(["75", "973", "57"]),
)
@example(hours="Mo-Su 00:00-23:59/00:01;" * 20, department="973")
@example(hours="PH off;" * 71, department="973")
@example(hours="2026-9999 week 1-53/2 Mo[1]-Su[-1] 00:00-00:01;" * 10, department="75")
@example(hours="(" * 500, department="75")
@example(hours="easter -99999 days", department="973")
def test_no_text_breaks_it_or_takes_long(hours, department):
    """Anybody may type hours: a second for one service would stop the list for all."""
    opening._read.cache_clear()
    started = time.process_time()

    found = asked(hours, "2026-12-25 03:00", department)

    assert found.open in (True, False, None)
    assert time.process_time() - started < 0.25


def test_no_more_expressions_are_kept_than_allowed():
    for number in range(opening.CACHE_SIZE + 10):
        asked(f'Mo-Fr 09:00-18:00; 2026 Jan 01 off "{number}"', "2026-11-24 10:00")

    assert opening._read.cache_info().currsize == opening.CACHE_SIZE


@pytest.mark.parametrize(
    ("own", "its", "shown"),
    [
        (("", ""), ("24/7", "jour et nuit"), ("24/7", "jour et nuit")),
        (("", "le mardi soir"), ("24/7", ""), ("", "le mardi soir")),
        (("Mo 09:00-12:00", ""), ("24/7", "jour et nuit"), ("Mo 09:00-12:00", "")),
    ],
)
def test_a_services_own_hours_in_either_form_hide_those_of_its_structure(own, its, shown):
    assert hours_of(Hours(*own), Hours(*its)) == shown


def test_hours_go_by_the_clock_of_the_keeper_where_no_departement_is_known():
    assert clock_department("976", "973") == "976"
    assert clock_department("", "973") == "973"
