"""How long what was verified may be trusted (field.md A.8): 6 and 12 months, 1 and 3 for emergencies, a week for places."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from directory import freshness
from directory.codes import Means, Need
from directory.freshness import Freshness, freshness_of, oldest, sentence, vacancy_counts
from directory.models import Capacity, Service

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("verified", "today", "emergency", "expected"),
    [
        ("2026-05-24", "2026-11-24", False, "fresh"),  # six months to the day
        ("2026-05-24", "2026-11-25", False, "to_check"),
        ("2025-11-24", "2026-11-24", False, "to_check"),  # twelve months to the day
        ("2025-11-24", "2026-11-25", False, "stale"),
        ("2026-10-24", "2026-11-24", True, "fresh"),  # one month to the day
        ("2026-10-24", "2026-11-25", True, "to_check"),
        ("2026-08-24", "2026-11-24", True, "to_check"),  # three months to the day
        ("2026-08-24", "2026-11-25", True, "stale"),
        ("2024-02-29", "2025-02-28", False, "to_check"),  # a year after a leap day
        ("2024-02-29", "2025-03-01", False, "stale"),
        ("2023-08-31", "2024-02-29", False, "fresh"),  # six months that end in a short month
        ("2023-08-31", "2024-03-01", False, "to_check"),
        ("2024-01-31", "2024-02-29", True, "fresh"),
        ("2024-01-31", "2024-03-01", True, "to_check"),
        ("2026-11-30", "2026-11-24", False, "fresh"),  # the editor's day may be ahead of ours
    ],
)
def test_the_day_on_which_a_limit_is_reached_still_counts(verified, today, emergency, expected):
    found = freshness_of(date.fromisoformat(verified), emergency=emergency, today=date.fromisoformat(today))

    assert found == expected


@pytest.mark.parametrize("emergency", [True, False])
def test_what_nobody_ever_verified_is_stale(emergency):
    assert freshness_of(None, emergency=emergency, today=NOON.date()) is Freshness.STALE


@given(DAYS, DAYS, st.booleans())
def test_a_query_and_the_rule_say_the_same(verified, today, emergency):
    limits = freshness.limits_of(emergency=emergency)
    state = freshness_of(verified, emergency=emergency, today=today)

    assert (state is not Freshness.STALE) == (verified >= oldest(limits.stale, today=today))
    assert (state is Freshness.FRESH) == (verified >= oldest(limits.check, today=today))


@given(DAYS, DAYS, st.integers(0, 400), st.booleans())
def test_nothing_grows_fresher_by_waiting(verified, today, days, emergency):
    order = list(Freshness)
    now, later = (
        order.index(freshness_of(verified, emergency=emergency, today=day))
        for day in (today, today + timedelta(days=days))
    )

    assert later >= now


@given(DAYS, DAYS)
def test_an_emergency_service_is_never_trusted_longer_than_another(verified, today):
    order = list(Freshness)
    usual, short = (
        order.index(freshness_of(verified, emergency=emergency, today=today)) for emergency in (False, True)
    )

    assert short >= usual


@pytest.mark.parametrize("need", list(Need))
def test_each_need_that_asks_for_a_place_has_the_short_limits(need):
    expected = need in {"tonight_shelter", "distance_shelter"}

    assert freshness.is_emergency([str(need)]) is expected
    assert freshness.is_emergency([str(need)], distance_placement=True)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Paris", Freshness.TO_CHECK),
        ("America/Cayenne", Freshness.FRESH),
        ("Indian/Mayotte", "to_check"),
    ],
)
def test_today_is_the_day_of_the_authority_that_keeps_the_entry(world, zone, expected):
    """00:30 in Paris on the 25th is still the 24th in Cayenne."""
    authority = world.authorities["93"]
    authority.timezone = zone
    service = Service(authority=authority, verified_on=date(2026, 5, 24), verified_by=Means.PHONE)

    assert freshness.freshness(service, at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("told", "until", "known"),
    [
        (timedelta(), None, True),
        (timedelta(days=7), None, True),
        (timedelta(days=7, microseconds=1), None, False),
        (timedelta(microseconds=-1), None, False),  # it isn't told yet
        (timedelta(days=1), timedelta(), True),
        (timedelta(days=1), timedelta(microseconds=-1), False),
        (timedelta(days=8), timedelta(days=1), False),  # whoever told it for a month says nothing of today
    ],
)
def test_places_told_a_week_ago_are_not_known_any_more(told, until, known):
    told_at, valid_until = NOON - told, None if until is None else NOON + until
    row = Capacity(vacancy=2, told_at=told_at, valid_until=valid_until)

    assert vacancy_counts(told_at, valid_until, at=NOON) is known
    assert freshness.vacancy(row, at=NOON) == (2 if known else None)


def test_places_that_nobody_told_are_not_known():
    assert not vacancy_counts(None, None, at=NOON)


@pytest.mark.parametrize(
    ("day", "means", "state", "words"),
    [
        (date(2026, 10, 3), Means.PHONE, "fresh", "Vérifié le 3 octobre 2026 par téléphone"),
        (date(2026, 10, 1), Means.LINK, "fresh", "Vérifié le 1er octobre 2026 par la structure elle-même"),
        (date(2026, 10, 3), Means.TYPED, "fresh", "Vérifié le 3 octobre 2026"),
        (date(2026, 2, 3), Means.VISIT, "to_check", "À vérifier : dernière vérification le 3 février 2026 sur place"),
        (date(2026, 2, 3), "", "to_check", "À vérifier : dernière vérification le 3 février 2026"),
        (
            date(2025, 2, 3), Means.MAIL, "stale",
            "Trop ancien pour être proposé : dernière vérification le 3 février 2025 par courriel",
        ),
        (date(2025, 2, 3), "", "stale", "Trop ancien pour être proposé : dernière vérification le 3 février 2025"),
        (None, "", "stale", "Jamais vérifié"),
    ],
)  # fmt: skip
def test_a_badge_says_when_and_how(day, means, state, words):
    with override("fr"):
        assert sentence(day, means, Freshness(state)) == words


@pytest.mark.parametrize("means", list(Means))
def test_each_way_of_verifying_has_words(means):
    said = sentence(NOON.date(), means, Freshness.FRESH)

    assert said.startswith("Vérifié le 24 novembre 2026")
    assert (said == "Vérifié le 24 novembre 2026") is (means == Means.TYPED)
