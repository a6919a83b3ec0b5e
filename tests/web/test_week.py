"""Opening hours day by day: what an editor types, and OpenStreetMap's form (field.md A.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import validate
from rest_framework.exceptions import ValidationError

from web.directory import week
from web.directory.hours import DAYS


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9h-12h30", "09:00-12:30"),
        ("9:00 – 12:30, 14h – 18h", "09:00-12:30,14:00-18:00"),
        ("9 h à 17 h", "09:00-17:00"),
        ("0h-24h", "00:00-24:00"),
        ("Fermé", "off"),
        ("", ""),
    ],
)
def test_a_day_is_read_as_people_write_it(typed, kept):
    assert week.Week.read({"hours_mo": typed})["hours_mo"] == kept


@pytest.mark.parametrize("typed", ["le matin", "9h", "18h-9h", "9h-25h", "9h-12h75", "9h-12h,"])
def test_what_is_no_span_is_refused_at_its_day(typed):
    with pytest.raises(ValidationError) as refused:
        week.Week.read({"hours_tu": typed})
    assert set(refused.value.detail) == {"hours_tu"}


def test_days_of_the_same_hours_are_one_rule_and_read_back():
    typed = dict.fromkeys(map(week.name_of, DAYS[:5]), "09:00-12:00,14:00-18:00") | {
        "hours_sa": "09:00-12:00", "hours_ph": "off",
    }  # fmt: skip

    hours = week.written(typed)

    assert hours == "Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00; PH off"
    assert week.read(hours) == typed


SPANS = st.sampled_from(["", "off", "09:00-12:00", "09:00-12:00,14:00-18:00", "00:00-24:00"])


@given(st.fixed_dictionaries(dict.fromkeys(week.NAMES, SPANS)))
def test_every_week_is_valid_and_reads_back(typed):
    hours = week.written(typed)

    assert not hours or validate(hours)
    assert week.read(hours) == {name: spans for name, spans in typed.items() if spans}
    # What the page shows is read as what was kept.
    shown = week.Week.read(week.values_of(hours))
    assert week.written(shown) == hours


@pytest.mark.parametrize(
    ("before", "said", "kept"),
    [
        ("", {"hours_mo": "9h-12h"}, "Mo 09:00-12:00"),
        ("Mo-Fr 09:00-12:00", {"hours_mo": ""}, ""),
        ("SH Mo-Fr 09:00-12:00", {"hours_mo": ""}, None),
        ("SH Mo-Fr 09:00-12:00", {"hours_mo": "9h-12h"}, "Mo 09:00-12:00"),
        ("Mo 09:00-12:00", {"hours_mo": "9:00–12:00"}, None),
    ],
)
def test_hours_that_say_more_than_days_can_stay_until_days_are_typed(before, said, kept):
    assert week.into(dict(said), before).get("opening_hours") == kept
