"""Wording of each rule: in French the sentences of its refusals, in English the first line of its docstring.

The French is read out of the rule itself, so that the published sentence (``GET /workflow``, ``docs/workflow.md``) is
the one it refuses with. A figure that depends on the authority or the case appears as « … ».
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

GAP: Final = "…"
#: How a rule, or a function that it asks, says that it answers with a sentence.
_ANSWERS: Final = ("str | None", "str")

type Rule = Callable[..., Any]


def english(rule: Rule) -> str:
    """Return the rule in one English sentence."""
    return (inspect.getdoc(rule) or "").split("\n", 1)[0]


@cache
def french(rule: Rule) -> tuple[str, ...]:
    """Return the French sentences with which a rule refuses, each once; none where it names fields instead."""
    return tuple(dict.fromkeys(_sentences(rule, set())))


def _sentences(rule: Rule, seen: set[Rule]) -> Iterator[str]:
    if rule in seen:
        return
    seen.add(rule)
    # Read, not called: a rule answers about a case, and here there is none.
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(rule)))):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _texts(node.value, rule)
        elif (called := _asked(_meant(node, rule))) is not None:
            yield from _sentences(called, seen)


def _meant(node: ast.AST, rule: Rule) -> Any:
    """Return what a name, or the member of a module that is named, stands for where the rule is written."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = rule.__globals__.get(node.value.id)
        return getattr(module, node.attr, None) if inspect.ismodule(module) else None
    return rule.__globals__.get(node.id) if isinstance(node, ast.Name) else None


def _texts(value: ast.expr, rule: Rule) -> Iterator[str]:
    """Yield the sentences that an expression may be."""
    if isinstance(value, ast.IfExp):
        yield from _texts(value.body, rule)
        yield from _texts(value.orelse, rule)
    elif isinstance(value, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in value.values)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.Name) and isinstance(text := rule.__globals__.get(value.id), str):
        yield text


def _asked(found: object) -> Rule | None:
    """Return a function of ours that a rule asks and whose answer is a sentence, or None."""
    if not inspect.isfunction(found) or not found.__module__.startswith("referrals."):
        return None
    return found if str(found.__annotations__.get("return")) in _ANSWERS else None
