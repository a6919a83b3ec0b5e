"""docs/runbook.md explains each number that a check of the service may say, and docs give commands that can work."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
RUNBOOK = DOCS["runbook.md"]
CODE = {
    path: path.read_text(encoding="utf-8")
    for app in (
        "core",
        "outbox",
        "audit",
        "accounts",
        "encryption",
        "directory",
        "referrals",
        "web",
        "config",
    )
    for path in (ROOT / app).rglob("*.py")
}


def numbers():
    """Yield each id of a check, as it is said without the name of the service: E001, W010, I001."""
    for path, text in CODE.items():
        yield from re.findall(r"\brepere\.([EWI]\d{3})\b", text)
        if path.parent.name == "checks":
            for kind, number in re.findall(r"\b(error|warning|_not_own)\(\s*(\d+)", text):
                yield f"{'W' if kind == 'warning' else 'E'}{int(number):03}"


IDS = sorted(set(numbers()))


def explained():
    """Return the ids that the runbook lists with a meaning, those in ranges too; Django's own are written with its name."""
    found = set()
    for first, last in re.findall(r"(?<![.\w])([EWI]\d{3})(?:–([EWI]\d{3}))?", RUNBOOK):
        kind, begin, end = first[0], int(first[1:]), int((last or first)[1:])
        found |= {f"{kind}{number:03}" for number in range(begin, end + 1)}
    return found


def test_the_code_says_numbers_of_each_kind():
    assert {one[0] for one in IDS} == {"E", "W", "I"}
    assert len(IDS) > 70


@pytest.mark.parametrize("number", IDS)
def test_each_number_is_in_the_runbook(number):
    assert number in explained()


@pytest.mark.parametrize("number", [one for one in IDS if one[0] == "W"])
def test_of_each_warning_the_runbook_says_what_it_means_and_what_to_do(number):
    """Of an error the sentence itself names the setting to change, for nothing starts until then."""
    rows = re.findall(rf"^\| {number} \| (.{{15,}}?) \| (.{{5,}}) \|$", RUNBOOK, re.MULTILINE)

    assert len(rows) == 1
    if rows[0][1] == "see below":
        assert re.search(rf"^\*\*{number}\.\*\* .{{40,}}$", RUNBOOK, re.MULTILINE)


def test_the_runbook_explains_no_number_that_nothing_says():
    assert set(re.findall(r"^\| ([EWI]\d{3}) \|", RUNBOOK, re.MULTILINE)) <= set(IDS)


def test_each_replay_that_is_shown_names_what_was_witnessed():
    """After a restore the mark in the journal is the copy's own: without it the command refuses (``replay.py``)."""
    shown = [
        line
        for text in DOCS.values()
        for line in re.findall(r"^ *(deploy/repere owner replay.*)$", text, re.M)
    ]

    assert shown
    assert all("--witnessed" in line for line in shown)
