"""The code, for tests that look for something in it: a module that lacks the words isn't parsed."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Between the word of an import statement and the name of a module are only names, dots, commas and spaces.
IMPORTED = r"\b(?:from|import)\b[\s\w.,\\]*\b(?:{})\b"


def nodes(paths: Iterable[Path], words: str) -> Iterator[tuple[Path, ast.AST]]:
    """Yield, each with its path, the nodes of the modules in whose text an expression finds such words."""
    wanted = re.compile(words)
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if wanted.search(text):
            yield from ((path, node) for node in ast.walk(ast.parse(text)))


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and those within them, without a look into expressions."""
    for one in body:
        yield one
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(one, name, ()))
