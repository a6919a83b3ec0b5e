"""Every refusal that an app can give has a status and sentences at the edge, in both languages."""

import ast
import importlib
import inspect
import json
import re
from pathlib import Path

import pytest
from django.test import RequestFactory

from config.error_messages import FAULTS, TITLES
from config.errors import answer_to, status_of
from core.languages import in_both
from referrals.errors import FileRefused
from tests.sources import nodes

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


#: Arguments of the errors that take some, by name; a sentence that whoever raises it gives is one of the service's.
ARGUMENTS = {
    "fields": {"name": ["blank"]},
    "missing": (),
    "most": 3,
    "reason": TITLES["not-allowed"],
    "roles": (),
    "version": 1,
    "wait": 7,
    "why": "malware",
}


def raised(kind):
    """Return an error of this class; each argument without a default is of ``ARGUMENTS``, or a code."""
    taken = inspect.signature(kind).parameters.values()
    needed = [one for one in taken if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    return kind(**{one.name: ARGUMENTS.get(one.name, "code") for one in needed})


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_refusal_says_the_same_in_both_languages(kind):
    french, english = in_both(next(iter(raised(kind).args), "")).values()

    assert bool(french) == bool(english)
    assert not french or french != english
    assert not re.search(r"[{}%<>]", french + english)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_refusal_is_answered_in_the_language_of_its_reader(kind):
    """Title and detail alike; there is no detail where the title says it already, or where nothing is told."""
    error = raised(kind)
    details = in_both(next(iter(error.args), ""))
    titles = in_both(TITLES.get(kind.code, TITLES["unavailable"]))
    for language in ("fr", "en"):
        request = RequestFactory().get("/api/v1/me", headers={"accept-language": language})
        document = json.loads(answer_to(error, request).content)
        if set(document) != {"type", "title", "status", "code"}:  # but for what is out (config/closed.py)
            assert document["title"] == titles[language]
            said = details[language] in ("", titles[language]) or document["status"] == 404
            assert document.get("detail") == (None if said else details[language])


def test_why_a_file_is_refused_is_said_in_both_languages():
    for french, english in (in_both(sentence).values() for sentence in FileRefused.WHY.values()):
        assert english not in ("", french)


@pytest.mark.parametrize("app", ["accounts", "audit", "directory", "outbox", "referrals", "web"])
def test_no_refusal_is_worded_in_one_language(app):
    """A sentence is marked where it is raised; of a code there is no sentence to mark."""
    names = {kind.__name__ for kind in REFUSALS}
    unmarked = [
        f"{path}:{call.lineno}"
        for path, call in nodes((ROOT / app).rglob("*.py"), rf"\b(?:{'|'.join(names)})\s*\(")
        if isinstance(call, ast.Call) and _called(call) in names
        for word in (*call.args, *(key.value for key in call.keywords))
        if _is_text(word) and " " in word.value
    ]

    assert unmarked == []


def faults(paths):
    """Return the literal codes of the faults that modules name: ``code="…"`` of an error or its detail."""
    found = set()
    for _, call in nodes(paths, r"\b(?:ErrorDetail|ValidationError|_refuse)\s*\("):
        if isinstance(call, ast.Call) and _called(call) in {"ErrorDetail", "ValidationError", "_refuse"}:
            found |= {key.value.value for key in call.keywords if key.arg == "code" and _is_text(key.value)}
            found |= {word.value for word in call.args[:1] if _called(call) == "_refuse" and _is_text(word)}
    return found


def _called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("app", ["audit", "accounts", "directory", "referrals"])
def test_every_fault_of_a_field_has_a_sentence(app):
    inputs = [
        ROOT / app / "inputs.py",
        *(ROOT / app / "api").rglob("*.py"),
        *(ROOT / app / "workflow").rglob("*.py"),
    ]
    named = faults(path for path in inputs if path.exists())

    assert named - set(FAULTS) == set()
