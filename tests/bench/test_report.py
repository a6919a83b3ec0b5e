"""``make bench`` says of each target whether it is met, and by which of the two measures it isn't."""

import copy
from typing import Any

from bench import report


def side(rate: float, cpu: float) -> dict[str, float]:
    return {"rate": rate, "cpu": cpu, "p50": 10, "p99": 20, "count": 100}


def result(size: int) -> dict[str, Any]:
    sides = {"ours": side(100, 9), "bare": side(100, 9), "packages": side(100, 9)}
    page = {"cpu95": 50, "more": 2}
    return {
        "size": size, "memory": [150.0, 160.0], "statements": {"list": 19, "detail": 12, "filing": 18},
        "pages": {"queue": page},
    } | {what: copy.deepcopy(sides) for what in report.ENDPOINTS}  # fmt: skip


SMALL = {what: {"ours": side(100, 1), "bare": side(100, 1)} for what in ("sealing", "appending")}
VERIFIER = {
    "entries": 1_000_000,
    "verify": {"seconds": 4, "cpu": 5, "mib": 100},
    "verify --strict": {"seconds": 9, "cpu": 12, "mib": 100},
}


def found(*results: dict[str, Any], verifier: dict[str, Any] = VERIFIER) -> list[report.Row]:
    return report.rows(list(results), SMALL, verifier)


def missed(rows: list[report.Row]) -> dict[str, list[str]]:
    return {row.what: row.missed for row in rows if row.missed}


def test_what_is_as_fast_as_its_baselines_misses_nothing():
    rows = found(result(10_000), result(1_000_000))

    assert not missed(rows)
    assert not report.is_missed(rows)
    assert "missed" not in report.table(rows)


def test_a_ratio_must_meet_its_target_by_clock_and_by_cpu_at_each_size():
    slow = result(1_000_000)
    slow["detail"]["bare"] = side(100 / 0.69, 9 * 0.71)
    slow["filing"]["packages"] = side(100, 9 * 0.49)

    rows = found(result(10_000), slow)

    assert missed(rows) == {
        "detail at 1,000,000": ["bare by clock"],
        "filing at 1,000,000": ["packages by CPU"],
    }
    assert report.is_missed(rows)
    assert "detail 0.71 (≥ 0.7) of bare" in report.line([slow])


def test_an_aim_that_is_not_reached_is_told_and_binds_nobody():
    many = result(10_000)
    many["statements"]["detail"] = 13
    many["pages"]["queue"]["cpu95"] = 61

    rows = found(many)

    assert list(missed(rows)) == ["detail at 10,000, statements", "queue page at 10,000, p95 of CPU"]
    assert "aim missed" in report.table(rows)
    assert not report.is_missed(rows)


def test_growth_and_the_verifier_bind():
    grown = result(1_000_000)
    grown["list"] |= {"ours": side(80, 12), "bare": side(80, 12), "packages": side(80, 12)}

    assert missed(found(result(10_000), grown)) == {
        "list at 1,000,000 in its time at 10,000": ["by clock", "by CPU"]
    }
    slow = VERIFIER | {"verify --strict": {"seconds": 11, "cpu": 12, "mib": 301}}
    assert missed(found(result(10_000), verifier=slow)) == {
        "verify --strict, 1,000,000 entries": ["entries/s", "memory"]
    }
    assert report.is_missed(found(result(10_000), verifier=slow))
