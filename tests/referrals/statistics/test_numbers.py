"""What figures count, of which years, and which numbers they suppress."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest

from referrals.models import Child, EliminatedCount, FiguresKept, Referral
from referrals.policy.definitions import SETTINGS
from referrals.statistics import aggregates
from referrals.statistics.suppression import year_of
from tests.conftest import see_all
from tests.night import some
from tests.referrals.statistics.attacker import Reader
from tests.referrals.statistics.counted import NOW, ask, in_each_month, received, table, with_parts

pytestmark = pytest.mark.both_databases("counts in SQL")

HALF_A_YEAR_AGO = NOW - timedelta(days=180)


# --- What is counted ----------------------------------------------------------------------------------


def test_concerns_and_children_by_month_quarter_and_year(world):
    two = ({"sex": "girl"}, {"sex": "boy", "kind": "household", "age_band": "3-5"})
    in_each_month(world, 7, children=two)

    answer = ask(world)

    groups, children = table(answer, "outcome", "sibling_group"), table(answer, "outcome")
    assert answer.json()["periods"][:5] == ["2025", "2025-Q1", "2025-01", "2025-02", "2025-03"]
    assert groups["closed_no_action"] == groups["total"]
    assert {groups["total"][p] for p in ("2025-01", "2025-12")} == {7}
    assert (groups["total"]["2025"], groups["total"]["2025-Q4"]) == (84, 21)
    assert children["total"] == {period: 2 * many for period, many in groups["total"].items()}
    for fact, codes in (
        ("sex", ("girl", "boy")),
        ("kind", ("subject", "household")),
        ("age", ("11-15", "3-5")),
    ):
        told = table(answer, fact)
        assert {told[code]["2025-06"] for code in codes} == {7}, fact
        assert told["not_recorded"]["2025-06"] == 0


def test_each_fact_is_counted_by_its_codes(world):
    said = {"channel": "phone", "urgency_ever": "U2", "state": "archived", "archived_from": "ended"}
    child = {"status_ever": "suspected", "decision": "judicial", "danger_level": "danger"}
    with_parts(received(world, 30, "2025-05-05", children=(child,), **said))
    received(world, 25, "2025-05-05", channel="online")

    answer = ask(world)

    for fact, unit, code in (
        ("outcome", "sibling_group", "ended"), ("channel", "child", "phone"), ("urgency_ever", "child", "U2"),
        ("status_ever", "child", "suspected"), ("decision", "child", "judicial"), ("danger_level", "child", "danger"),
        ("measure_type", "measure", "aed"), ("measure_state", "measure", "active"),
        ("judicial_state", "judicial_referral", "sent"),
    ):  # fmt: skip
        assert table(answer, fact, unit)[code]["2025"] == 30, fact
    assert table(answer, "channel")["online"]["2025"] == 25
    assert table(answer, "danger_level")["not_recorded"]["2025"] == 25
    labels = next(t for t in answer.json()["territories"][0]["tables"] if t["fact"]["code"] == "sex")
    assert labels["rows"][0] | {"numbers": 0} == {
        "code": "girl", "label": {"fr": "Fille", "en": "Girl"}, "numbers": 0
    }  # fmt: skip


def test_a_case_counts_in_the_month_of_its_receipt_where_the_authority_is(world):
    received(world, 9, datetime(2025, 12, 31, 22, 59, tzinfo=UTC))
    received(world, 8, datetime(2025, 12, 31, 23, 1, tzinfo=UTC))
    received(world, 7, datetime(2024, 12, 31, 23, 1, tzinfo=UTC))

    assert table(ask(world), "outcome")["total"]["2025"] == 16


def test_drafts_and_destroyed_cases_are_no_living_ones(world):
    received(world, 10, "2025-02-02")
    see_all()
    Referral.objects.bulk_create(
        Referral(
            reference=uuid4().hex[:16],
            created_at=NOW,
            filed_by=b"0" * 32,
            case_key=uuid4(),
            filer_key=uuid4(),
        )
        for _ in range(9)
    )

    assert table(ask(world), "outcome")["total"]["2025"] == 10


def test_what_was_destroyed_still_counts_by_year(world, clock):
    """§2.8 no. 10. No month is kept of it: the year alone is told."""
    cases = received(world, 20, "2019-02-02")
    clock.now = HALF_A_YEAR_AGO
    before = ask(world, year=2019).json()
    destroy(cases[:12])
    clock.now = NOW

    answer = ask(world, year=2019)

    assert answer.json() == before
    assert answer.json()["periods"] == ["2019"]
    assert table(answer, "outcome")["closed_no_action"]["2019"] == 20
    assert EliminatedCount.objects.filter(what="child.sex", code="girl", department="93").get().count == 12


def destroy(cases):
    """Let of these cases be left what is left when they are destroyed: their counts."""
    see_all()
    for case in cases:
        aggregates.keep_counts(case)
        Child.objects.filter(referral=case).delete()
        case.delete()


def test_of_a_year_with_destroyed_cases_no_month_is_told(world, clock):
    """No setting lets a case be destroyed so early; if one ever is, its month is nowhere."""
    cases = in_each_month(world, 6)
    clock.now = HALF_A_YEAR_AGO
    assert len(ask(world).json()["periods"]) == 17
    destroy(cases[:1])
    clock.now = NOW

    answer = ask(world)

    assert answer.json()["periods"] == ["2025"]
    assert table(answer, "outcome")["total"]["2025"] == 72


def test_what_is_told_of_a_year_stays_for_half_a_year(world, clock):
    """Who reads each day would see one child's birthday: one band loses one, the next gains one (SEC-AZ16)."""
    cases = received(world, 20, "2025-03-03", children=({"age_band": "6-10"},), age_band="6-10")
    clock.now = HALF_A_YEAR_AGO
    before = ask(world).json()
    see_all()
    Child.objects.filter(referral=cases[0]).update(age_band="11-15")
    Referral.objects.filter(pk=cases[0].pk).update(age_band="11-15")
    received(world, 12, "2025-03-03")

    assert ask(world).json() == before
    clock.now = NOW
    assert table(ask(world), "outcome")["total"]["2025"] == 32
    see_all()
    assert FiguresKept.objects.get().half == "2026-2", "what was told before is gone"


def test_no_setting_lets_a_case_be_destroyed_while_its_months_are_told():
    """Figures have months until the end of the second year: 24 months at most after receipt."""
    least = {
        key: setting.bounds["minimum"] for key, setting in SETTINGS.items() if key.startswith("retention_")
    }
    active = min(least[f"retention_{name}_months"] for name in ("set_aside", "closed", "measure"))
    archive = min(many for key, many in least.items() if key.startswith("retention_archive"))

    assert active + archive > 24


# --- Which years --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("year", "code"), [(2026, "too-late"), (2027, "too-late"), (1999, "malformed"),
                                            ("", "malformed"), ("2025.0", "malformed")])  # fmt: skip
def test_a_year_that_is_not_over_is_not_told(world, year, code):
    """Whoever kept a part of it would subtract."""
    answer = ask(world, year=year)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-query")
    assert code in answer.content.decode()


def test_a_year_is_over_where_the_authority_is(world, clock):
    received(world, 9, "2026-03-03")
    clock.now = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
    assert ask(world).json()["year"] == 2025
    clock.now = datetime(2026, 12, 31, 23, 1, tzinfo=UTC)

    answer = ask(world)

    assert (answer.json()["year"], table(answer, "outcome")["total"]["2026"]) == (2026, 9)


def test_months_are_told_for_the_last_year_alone(world):
    in_each_month(world, 6, year=2024)

    assert ask(world, year=2024).json()["periods"] == ["2024"]
    assert table(ask(world, year=2024), "outcome")["total"]["2024"] == 72


@pytest.mark.parametrize("said", [{"fact": "sex"}, {"department": "93"}, {"month": 3}, {"unit": "child"}])
def test_no_parameter_asks_for_other_tables(world, said):
    """Tables that overlap could be subtracted from each other."""
    assert ask(world, **said).status_code == 400


# --- What isn't told ----------------------------------------------------------------------------------


def test_small_numbers_are_suppressed_and_what_would_give_them_away(world):
    in_each_month(world, 6)
    received(world, 4, "2025-03-03", channel="letter")
    received(world, 7, "2025-03-03", channel="phone")

    answer = ask(world)

    for unit in ("child", "sibling_group"):
        told = table(answer, "channel", unit)
        assert told["total"]["2025"] == 83
        assert told["online"]["2025"] == 72
        assert (told["letter"]["2025"], told["phone"]["2025"]) == (None, None)
        assert told["email"]["2025"] == 0
        assert told["letter"]["2025-03"] is told["phone"]["2025-03"] is None


def test_a_number_is_told_of_children_and_groups_or_of_neither(world):
    in_each_month(world, 6)
    received(world, 4, "2025-03-03", children=({},) * 3, channel="letter")
    received(world, 7, "2025-03-03", channel="phone")
    answer = ask(world)

    groups, children = (table(answer, "channel", unit) for unit in ("sibling_group", "child"))

    hidden = [
        {(code, period) for code, numbers in told.items() for period, one in numbers.items() if one is None}
        for told in (groups, children)
    ]
    assert hidden[0] == hidden[1]
    assert ("letter", "2025") in hidden[0], "twelve children, in four files"


def test_of_few_cases_nothing_is_told(world):
    """Nor whether there are any."""
    received(world, 4, "2025-03-03")

    (few,), (none,) = (ask(world, code=code, of=code).json()["territories"] for code in ("93", "59"))

    numbers = {
        number
        for one in few["tables"]
        for row in [*[row["numbers"] for row in one["rows"]], one["total"]]
        for number in row
    }
    assert numbers == {None}
    assert few["tables"] == none["tables"]


@pytest.mark.parametrize("seed", some([1, 2, 3], "seed"))
def test_whoever_has_the_whole_answer_works_out_none_of_the_numbers_suppressed(world, seed):
    """From outside: each table of children as it was answered, attacked with all of its totals."""
    drawn = Random(seed)  # noqa: S311 - the same tables each time
    for month in range(1, 13):
        for sex, usual in (("girl", 9), ("boy", 6), ("other", 1), ("", 1)):
            child = {"sex": sex, "kind": drawn.choice(["subject", "subject", "household"])}
            received(world, max(0, usual + drawn.randint(-3, 4)), f"2025-{month:02}-11", children=(child,))

    answer = ask(world)

    for fact in ("sex", "kind"):
        told = table(answer, fact)
        assert any(number is None for numbers in told.values() for number in numbers.values())
        assert Reader(told, year_of(2025, by_month=True)).narrowest() >= 5, fact
