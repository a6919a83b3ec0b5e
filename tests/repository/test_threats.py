"""The ledger of security requirements can neither boast nor lag: what it says is what the tests carry."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "docs" / "threats.md"
LINE = re.compile(r"^\| (SEC-[A-Z]{2}\d+) \| ([^|]+) \| (done|part|later) \|([^|]*)\|$", re.MULTILINE)
FAMILIES = {
    "DC": 2,
    "AU": 10,
    "AZ": 26,
    "CR": 21,
    "AL": 28,
    "IN": 13,
    "FI": 6,
    "CF": 11,
    "FT": 17,
}


def ledger():
    """Return status and place by id."""
    return {
        found[1]: (found[3], found[4].strip()) for found in LINE.finditer(LEDGER.read_text(encoding="utf-8"))
    }


@cache
def proved():
    """Return the ids that tests carry as a marker: ``@pytest.mark.sec("SEC-…")`` or in ``pytestmark``."""
    found = set()
    for _, node in nodes((ROOT / "tests").rglob("*.py"), r"\.\s*sec\b"):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sec":
            found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return found


def test_the_ledger_holds_every_requirement_once():
    text = LEDGER.read_text(encoding="utf-8")
    expected = {f"SEC-{family}{number}" for family, last in FAMILIES.items() for number in range(1, last + 1)}

    assert set(ledger()) == expected
    assert len(re.findall(r"^\| SEC-", text, re.MULTILINE)) == len(expected)


def of(*states):
    return {name for name, (state, _) in ledger().items() if state in states}


def test_a_requirement_said_done_is_carried_by_a_test():
    assert of("done", "part") - proved() == set()


def test_a_requirement_carried_by_a_test_is_not_said_later():
    assert of("later") & proved() == set()


def test_a_test_carries_only_requirements_of_the_ledger():
    assert proved() - set(ledger()) == set()


def test_what_is_done_in_part_says_what_is_missing_and_every_place_named_exists():
    for name, (state, place) in ledger().items():
        assert place or state != "part", name
        assert all((ROOT / path).exists() for path in re.findall(r"`([\w/.-]+)`", place)), name
