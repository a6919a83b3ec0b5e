"""Every refusal that an app can give has a status and sentences at the edge."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from config.error_messages import FAULTS, TITLES
from config.errors import status_of

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    f"{path.parent.name}.errors" for path in sorted(ROOT.glob("*/errors.py")) if path.parent.name != "config"
]


def refusals(module):
    """Return the classes of errors that a module defines, but for those that only begin a family."""
    found = importlib.import_module(module)
    return [
        kind
        for _, kind in inspect.getmembers(found, inspect.isclass)
        if issubclass(kind, Exception)
        and kind.__module__ == module
        and kind.__bases__ != (Exception,)
        and ("code" in vars(kind) or not kind.__subclasses__())
    ]


REFUSALS = [kind for module in MODULES for kind in refusals(module)]


def test_the_apps_have_refusals():
    assert {kind.__module__ for kind in REFUSALS} == set(MODULES)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_refusal_has_a_status_and_a_title_in_both_languages(kind):
    assert status_of(kind) is not None
    if status_of(kind) != 503 or kind.code in TITLES:
        assert kind.code in TITLES


def faults(path):
    """Return the literal codes of the faults that a module names: ``code="…"`` of an error or its detail."""
    found = set()
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and _called(call) in {"ErrorDetail", "ValidationError", "_refuse"}:
            found |= {key.value.value for key in call.keywords if key.arg == "code" and _is_text(key.value)}
            found |= {word.value for word in call.args[:1] if _called(call) == "_refuse" and _is_text(word)}
    return found


def _called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("app", ["audit", "accounts", "referrals"])
def test_every_fault_of_a_field_has_a_sentence(app):
    inputs = [
        ROOT / app / "inputs.py",
        *(ROOT / app / "api").rglob("*.py"),
        *(ROOT / app / "workflow").rglob("*.py"),
    ]
    named = set().union(*(faults(path) for path in inputs if path.exists()))

    assert named - set(FAULTS) == set()
