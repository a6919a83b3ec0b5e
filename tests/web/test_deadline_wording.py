"""How long until a deadline, in one wording on every page: by the days of the calendar where the authority is."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from web.days import left

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("due", "french", "english"),
    [
        ("2026-11-22T23:59", "en retard de 2 jours", "2 days late"),
        ("2026-11-23T23:59", "en retard de 1 jour", "1 day late"),
        ("2026-11-24T09:00", "dépassée aujourd'hui", "passed today"),
        ("2026-11-24T23:59", "aujourd'hui", "today"),
        ("2026-11-25T00:01", "demain", "tomorrow"),
        ("2026-11-27T12:00", "dans 3 jours", "in 3 days"),
    ],
)
def test_what_is_left_is_told_by_days_of_the_calendar(due, french, english):
    for language, words in (("fr", french), ("en", english)):
        with translation.override(language):
            assert left(datetime.fromisoformat(due).replace(tzinfo=PARIS), NOW, PARIS) == words


def test_the_day_is_that_of_the_zone():
    due = datetime(2026, 11, 25, 2, 0, tzinfo=PARIS)
    with translation.override("fr"):
        assert left(due, NOW, PARIS) == "demain"
        assert left(due, NOW, ZoneInfo("America/Cayenne")) == "aujourd'hui"
