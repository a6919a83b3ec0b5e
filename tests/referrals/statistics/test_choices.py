"""What an authority chooses of its figures: COUNT_UNIT, SMALL_CELL_MIN, PUBLIC_GRAIN, AGE_BANDS (domain.md §11.1)."""

import pytest

from accounts.models import AuthorityTerritory
from referrals.statistics import queries as statistics_queries
from referrals.vocabulary import ages
from tests.factories.world import LONG_AGO
from tests.referrals.statistics.counted import BEYOND, SHELL, ask, in_each_month, names, received, table

pytestmark = pytest.mark.both_databases("counts in SQL")

# --- What the authority chose -------------------------------------------------------------------------


def test_the_least_number_is_the_authoritys(world, choose):
    received(world, 30, "2025-03-03")
    received(world, 8, "2025-03-03", channel="phone")
    received(world, 8, "2025-03-03", channel="letter")
    assert table(ask(world), "channel")["phone"]["2025"] == 8
    choose("2025-06-01", small_cell_min=9)

    answer = ask(world)

    assert answer.json()["least"] == 9
    assert table(answer, "channel")["phone"]["2025"] is table(answer, "channel")["letter"]["2025"] is None
    assert table(answer, "channel")["online"]["2025"] == 30
    assert table(ask(world, code="75", of="75"), "channel")["total"]["2025"] is None


def test_a_year_keeps_the_choices_with_which_it_ended(world, choose):
    """The same cases told by two rules would be two tables to subtract."""
    received(world, 30, "2025-03-03")
    before = ask(world).json()
    choose(
        "2026-02-01", small_cell_min=11, count_unit="child", public_grain="authority_year", age_bands=["15"]
    )

    assert ask(world).json() == before


@pytest.mark.parametrize(
    ("unit", "facts"),
    [
        ("child", {(fact, unit) for fact, unit in SHELL | BEYOND if unit != "sibling_group"}),
        ("sibling_group", {("outcome", "sibling_group"), ("channel", "sibling_group"), ("age", "sibling_group"),
                           ("urgency_ever", "sibling_group"), ("status_ever", "sibling_group"),
                           *((fact, unit) for fact, unit in BEYOND if unit not in ("child", "sibling_group"))}),
        ("both", SHELL | BEYOND),
    ],
)  # fmt: skip
def test_the_unit_is_the_authoritys(world, choose, unit, facts):
    received(world, 9, "2025-03-03", children=({}, {"age_band": "3-5"}), age_band="3-5")
    choose("2025-01-02", count_unit=unit)

    answer = ask(world)

    assert names(answer) == facts
    of_a_group = unit == "sibling_group"
    ages_told = table(answer, "age", "sibling_group" if of_a_group else "child")
    assert ages_told["3-5"]["2025"] == 9
    assert ages_told["11-15"]["2025"] == (0 if of_a_group else 9)
    assert ages_told["total"]["2025"] == (9 if of_a_group else 18)


def test_the_age_bands_are_the_authoritys(world, choose):
    told = {"under_15": False, "age_band": "11-15"}
    for child in ({"age_band": "0-2", "under_2": True}, {"age_band": "6-10"}, told, {"age_band": "18+"}):
        received(world, 10, "2025-03-03", children=({"under_15": True} | child,))
    assert list(table(ask(world), "age"))[:5] == ["0-2", "3-5", "6-10", "11-15", "16-17"]
    choose("2025-01-02", age_bands=["2", "15"])

    ages_told = {code: numbers["2025"] for code, numbers in table(ask(world), "age").items()}

    assert ages_told == {
        "0-1": 10, "2-14": 10, "15-17": 10, "18+": 10, "unknown": 0, "not_recorded": 0, "total": 40
    }  # fmt: skip


def test_bands_cover_every_age_once():
    for cuts in ([3, 6, 11, 16], [2], [15], [2, 3, 6, 11, 15, 16]):
        parts = [part for found in ages.bands(cuts).values() for part in found]
        assert parts == list(ages.FINEST.values())


@pytest.mark.parametrize(
    ("grain", "departments"), [("department_year", ["93", "95", None]), ("authority_year", [None])]
)
def test_territories_share_no_case_and_are_not_summed(world, choose, grain, departments):
    AuthorityTerritory.objects.create(
        authority=world.authorities["93"], department_code="95", valid_from=LONG_AGO.date()
    )
    choose("2025-01-02", public_grain=grain)
    for department, many in (("93", 20), ("95", 10), ("75", 6)):
        received(world, many, "2025-03-03", department=department)

    answer = ask(world)

    found = answer.json()["territories"]
    assert [place["department"] for place in found] == departments
    assert [place["elsewhere"] for place in found] == [False] * (len(found) - 1) + [len(found) > 1]
    totals = [table(answer, "outcome", place=place)["total"]["2025"] for place in range(len(found))]
    assert totals == ([20, 10, 6] if len(found) > 1 else [36])


def test_an_authority_of_one_department_is_one_territory(world):
    received(world, 20, "2025-03-03")
    received(world, 10, "2025-03-03", department="75")

    (place,) = ask(world).json()["territories"]

    assert (place["department"], place["elsewhere"]) == ("93", False)
    assert table(ask(world), "outcome")["total"]["2025"] == 30


# --- For publication ----------------------------------------------------------------------------------


def test_what_may_be_published_is_the_year_rounded(world):
    in_each_month(world, 6)
    received(world, 8, "2025-03-03", channel="phone")
    received(world, 3, "2025-03-03", channel="letter")
    received(world, 13, "2025-03-03", channel="email")

    answer = ask(world, publishable="true")

    assert answer.json()["periods"] == ["2025"]
    told = {
        code: numbers["2025"] for code, numbers in table(answer, "channel").items() if numbers["2025"] != 0
    }
    assert told == {"online": 72, "phone": None, "letter": None, "email": 15, "total": 96}
    inside = {code: numbers["2025"] for code, numbers in table(ask(world), "channel").items()}
    assert {code for code, number in inside.items() if number is None} == {"phone", "letter"}


@pytest.mark.parametrize(
    ("count", "least", "said"),
    [(0, 5, 0), (5, 5, 5), (7, 5, 5), (8, 5, 10), (12, 5, 10), (13, 5, 15), (27, 5, 25), (29, 5, 30), (30, 5, 30),
     (31, 5, 31), (3, 3, 5), (4, 3, 5), (11, 11, 15), (12, 11, 15)],
)  # fmt: skip
def test_rounding_stays_at_or_above_the_least(count, least, said):
    assert statistics_queries.rounded(count, least) == said
