"""Names say what a thing holds: words that say only that something happened to it stay rare."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests import sources

APPS = ("encryption", "core", "outbox", "audit", "accounts", "directory", "referrals", "web", "config")

#: Words of a name that leave a reader guessing: `told` of what, `held` by whom?
VAGUE = re.compile(
    r"(?:^|_)(?:told|said|heard|kept|held|asked|found|known|stands|owed|lent|let_go|at_hand|surroundings|painting)(?:_|$)",
    re.IGNORECASE,
)
#: Their greatest shares, in per cent. What is left are published fields and codes: `asked_at`, `NOT_KNOWN`.
MOST_DEFINITIONS = 2.0
MOST_ASSIGNMENTS = 1.5


def modules() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def excess(names: list[str], most: float) -> list[str]:
    """Return the vague ones among the names where they are more than so many per cent."""
    vague = [name for name in names if VAGUE.search(name)]
    return sorted(vague) if len(vague) > most * len(names) / 100 else []


@pytest.mark.slow("it parses every module")
def test_vague_names_are_rare() -> None:
    """Definitions and assignments are counted apart: a definition is read by more people."""
    definitions: list[str] = []
    assigned: list[str] = []
    for _, node in sources.nodes(modules(), ""):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            definitions.append(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            assigned.append(node.id)
    assert not excess(definitions, MOST_DEFINITIONS)
    assert not excess(assigned, MOST_ASSIGNMENTS)


@pytest.mark.parametrize("name", ["told_rows", "asked", "let_go", "NOT_KNOWN"])
def test_the_list_sees_a_vague_name(name: str) -> None:
    assert excess([name], MOST_DEFINITIONS) == [name]


@pytest.mark.parametrize("name", ["asking", "foundation", "unknown", "holder", "threshold"])
def test_the_list_lets_a_clear_name_be(name: str) -> None:
    assert not excess([name], MOST_DEFINITIONS)
