"""An assertion that can't fail proves nothing: ``assert x, 403`` and its kin are refused."""

import ast
from pathlib import Path

import pytest

from tests.night import one_in
from tests.sources import statements

TESTS = Path(__file__).resolve().parents[1]


def vacuous(source):
    """Yield the line of each assertion that holds whatever the code does."""
    for node in statements(ast.parse(source).body):
        if not isinstance(node, ast.Assert):
            continue
        always = isinstance(node.test, ast.Constant | ast.Tuple | ast.Lambda) and bool(_held(node.test))
        misread = isinstance(node.msg, ast.Constant) and not isinstance(node.msg.value, str)
        if always or misread:
            yield node.lineno


def _held(test):
    return (
        test.value if isinstance(test, ast.Constant) else True if isinstance(test, ast.Lambda) else test.elts
    )


@pytest.mark.parametrize(
    "source", ["assert x, 403", "assert (x, 403)", "assert True", "assert 'x'", "assert lambda: x"]
)
def test_such_assertions_are_found(source):
    assert list(vacuous(source)) == [1]


def test_no_test_has_one():
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in one_in(4, sorted(TESTS.rglob("*.py")))
        for line in vacuous(path.read_text(encoding="utf-8"))
    ]

    assert found == []
