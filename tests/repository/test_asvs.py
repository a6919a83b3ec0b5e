"""The map of ASVS holds each requirement of its chapters once, and names tests that there are."""

import ast
import re
from collections import Counter
from functools import cache

from accounts.passwords import CONTEXT_WORDS
from tests.repository.test_threats import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
LINE = re.compile(
    r"^\| ((\d+)\.\d+\.\d+) \| ([123]) \| ([^|]+) \| (met|not met|n\.a\.) \| ([^|]+) \|$", re.MULTILINE
)
LINES = LINE.findall(PAGE)
STATES = ("met", "not met", "n.a.")
#: Of each section of ASVS 5.0.0, the levels of its requirements in their order.
LEVELS = {
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
}  # fmt: skip


@cache
def parsed(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def there(name):
    """Tell whether ``path`` or ``path::test`` or ``path::Class::test`` is one of our tests."""
    path, *inner = name.split("::")
    if not (ROOT / path).is_file():
        return not inner and (ROOT / path).is_dir()
    body = parsed(path).body
    for word in inner:
        found = [one for one in body if isinstance(one, ast.ClassDef | ast.FunctionDef) and one.name == word]
        if not found or not word.lower().startswith("test"):
            return False
        body = found[0].body
    return True


def test_each_requirement_of_the_four_chapters_stands_once_with_its_level():
    expected = [
        (f"{section}.{number}", level)
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, 1)
    ]

    assert [(pk, level) for pk, _, level, *_ in LINES] == expected
    assert len(re.findall(r"^\| \d+\.", PAGE, re.MULTILINE)) == len(expected) == 115


def test_each_is_told_in_few_words():
    assert [pk for pk, _, _, words, *_ in LINES if len(words.split()) > 15] == []


def test_each_test_that_is_named_exists():
    named = re.findall(r"`(tests/[^`]+)`", PAGE)

    assert len(named) > 100
    assert [name for name in named if not there(name)] == []


def test_what_is_met_names_its_proof_and_what_is_not_its_reason():
    for pk, _, _, _, state, proof in LINES:
        assert proof.strip(), pk
        assert state != "met" or "`tests/" in proof or "above (*" in proof, pk


def test_the_sums_are_right():
    counted = Counter((chapter, level, state) for _, chapter, level, _, state, _ in LINES)
    for chapter in ("6", "7", "8", "10"):
        for level in "123":
            sums = " | ".join(str(counted[chapter, level, state]) for state in STATES)
            assert f"| V{chapter} | {level} | {sums} |" in PAGE
    of_all = Counter(state for *_, state, _ in LINES)
    assert f"| all | | {' | '.join(str(of_all[state]) for state in STATES)} |" in PAGE


def test_the_words_are_those_that_are_refused():
    told = re.search(r"\*\*Words\*\*[^:]+:([^.]+)\.", PAGE)

    assert tuple(re.split(r",\s+", told[1].strip())) == CONTEXT_WORDS


def test_a_name_that_is_none_is_seen():
    here = "tests/repository/test_asvs.py"

    assert there(f"{here}::test_a_name_that_is_none_is_seen")
    assert not there(f"{here}::test_that_there_is_not")
    assert not there("tests/repository/test_nowhere.py")
