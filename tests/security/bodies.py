"""Any JSON, and what isn't JSON, in place of a body or of an object or list within it (SEC-IN13).

``operations`` says what each address takes, as the schema has it; ``swept`` sends a write with one thing after the other
in the place of what is due, and holds each answer against that.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from time import process_time
from typing import Any
from unittest.mock import patch

from django.test import RequestFactory

from tests.night import NIGHT, some
from tests.schema import document
from tests.selection import vendor
from tests.shared_fixtures import undone

type Path = tuple[str | int, ...]
type Change = Callable[[bytes], bytes]

JSON = "application/json"
PROBLEM = "application/problem+json"
LONGEST_SECONDS = 2
#: What is sent, and what it is: a kind of JSON, or the code with which the parser refuses it.
SENT: dict[bytes, str] = {
    b"[]": "array",
    b"[{}]": "array",
    b'""': "string",
    b'"x"': "string",
    b"0": "number",
    b"-1": "number",
    b"1.5": "number",
    b"true": "boolean",
    b"null": "null",
    b"{}": "object",
    b"": "body-not-json",
    b" \t\r\n": "body-not-json",
    b"\xef\xbb\xbf{}": "body-not-json",
    b"[" * 21 + b"]" * 21: "body-too-deep",
    b'{"x":' * 10_000 + b"0" + b"}" * 10_000: "body-too-deep",
    b"[" + b"0," * 4_999 + b"0]": "body-too-many-values",
}
#: An id that nothing has, sent where an id is due.
UNKNOWN = b'"00000000-0000-4000-8000-00000000dead"'
_HERE = "put here what is sent"
_ANYTHING = frozenset({"array", "string", "number", "boolean", "null", "object"})
#: Answers that say of a caller that the body wasn't looked at.
_NOT_LET_IN = (401, 403, 404, 412, 415, 428, 429)


@cache
def operations() -> Mapping[str, Any]:
    """Return the schema of each body, by verb and address; None where something else than JSON is taken."""
    found = {}
    for path, verbs in document()["paths"].items():
        for verb, one in verbs.items():
            if "requestBody" in one:
                taken = one["requestBody"]["content"].get(JSON)
                route = f"{verb.upper()} {re.sub(r'{\w+}', '{id}', path)}"
                found[route] = (
                    _resolved(taken["schema"], document()["components"]["schemas"]) if taken else None
                )
    return found


def _resolved(schema: Any, named: Any) -> Any:
    """Return a schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_resolved(one, named) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(named[schema["$ref"].rpartition("/")[2]], named)
    found = {name: _resolved(inner, named) for name, inner in schema.items()}
    return found | (found["allOf"][0] if len(found.get("allOf", ())) == 1 else {})


def _kinds(schema: Any) -> frozenset[str]:
    """Return which kinds of JSON are due; all where a schema doesn't say."""
    if any_of := schema.get("oneOf") or schema.get("anyOf"):
        return frozenset().union(*map(_kinds, any_of))
    said = schema.get("type", ())
    kinds = frozenset([said] if isinstance(said, str) else said)
    if "enum" in schema and not kinds:
        return frozenset({"string"})
    return kinds or _ANYTHING


def members(schema: Any, path: Path = ()) -> Iterator[tuple[Path, frozenset[str]]]:
    """Yield each object and list within a body, with the kinds that are due there."""
    for name, inner in _within(schema):
        kinds = _kinds(inner)
        if kinds & {"object", "array"}:
            yield (*path, name), kinds
            for one in (inner, *inner.get("oneOf", ()), *inner.get("anyOf", ())):
                yield from members(one, (*path, name))


def ids(schema: Any, path: Path = ()) -> Iterator[Path]:
    """Yield where an id is due within a body."""
    for name, inner in _within(schema):
        for one in (inner, *inner.get("oneOf", ()), *inner.get("anyOf", ())):
            if one.get("format") == "uuid":
                yield (*path, name)
            yield from ids(one, (*path, name))


def _within(schema: Any) -> Iterator[tuple[str | int, Any]]:
    yield from schema.get("properties", {}).items()
    if "items" in schema:
        yield 0, schema["items"]


def placed(body: Any, path: Path, value: Any) -> Any:
    """Return a copy of a body with a value at a path, whose containers are made where there are none."""
    if not path:
        return value
    step, *rest = path
    if step == 0:
        items = list(body) if isinstance(body, list) and body else [None]
        return [placed(items[0], tuple(rest), value), *items[1:]]
    inner = body if isinstance(body, dict) else {}
    return inner | {step: placed(inner.get(step), tuple(rest), value)}


def swept(name: str, make_ready: Callable[[], Callable[[], Any]], *, probe: bool = True) -> int:
    """Send a write with everything in place of its body and of what lies in it; return how many were sent.

    ``name`` is the verb and address, as ``operations`` has them. Where an id is due, one that nothing has is sent too. By
    day, and on PostgreSQL, two are sent in place of what lies in it, or one in place of a body in which nothing lies, and
    one unknown id, the same in each run. ``probe``: send an unknown member first, which shows that the body is looked at.

    Raises:
        AssertionError: an answer isn't what is due.
    """
    schema = operations()[name]
    if probe and schema is not None:
        answer = _sent(make_ready, lambda _: b'{"nowhere":0}')
        assert [e["code"] for e in answer.json().get("errors", ()) if e["field"] == "nowhere"] == ["unknown"], (
            name, "the body wasn't looked at", answer.status_code, answer.content[:300],
        )  # fmt: skip
    tries = _tries(name, schema or {})
    for path, kinds, raw in tries:
        before = process_time()
        answer = _sent(make_ready, _change(path, raw))
        spent = process_time() - before
        where = name, path, raw[:20], answer.status_code, answer.content[:300]
        assert spent < LONGEST_SECONDS, where
        if schema is None:
            assert (answer.status_code in (400, 415), answer["Content-Type"]) == (True, PROBLEM), where
        else:
            _require_due(answer, path, kinds, raw, where)
    return len(tries)


def _tries(name: str, schema: Any) -> list[tuple[Path, frozenset[str], bytes]]:
    whole = [((), frozenset({"object"}), raw) for raw in SENT]
    within = [(path, kinds, raw) for path, kinds in members(schema) for raw in SENT]
    unknown = [(path, frozenset({"string"}), UNKNOWN) for path in ids(schema)]
    full = NIGHT and vendor() == "sqlite"  # no database answers otherwise
    if full:
        return [*whole, *within, *unknown]
    picked = some(within, name, 2, full=full) or some(whole, name, full=full)
    return [*picked, *some(unknown, name, full=full)]


def _require_due(answer: Any, path: Path, kinds: frozenset[str], raw: bytes, where: Any) -> None:
    """Hold an answer against what was due and what was sent."""
    assert answer.status_code < 500, where
    if answer.status_code >= 400:
        assert answer["Content-Type"] == PROBLEM, where
    if raw == UNKNOWN:  # also: not found, or not allowed there
        return
    assert answer.status_code not in _NOT_LET_IN, where
    kind, is_first_item = SENT[raw], path[-1:] == (0,)
    # What is due may be refused for what it says, or for what it doesn't; and no body, no item are something due.
    if kind in kinds or (raw == b"" and not path) or (not raw.strip() and is_first_item):
        return
    assert answer.status_code == 400, where
    said = answer.json()
    if kind.startswith("body-"):
        assert said["code"] == kind, where
    elif not path:
        assert said["code"] == "not-object", where
    else:
        member = ".".join(map(str, path))
        codes = {
            e["code"]
            for e in said["errors"]
            if f"{e['field']}.".startswith(f"{member}.") or f"{member}.".startswith(f"{e['field']}.")
        }
        assert codes, where
        if kinds - {"null"} == {"object"} and kind != "null":
            assert codes == {"not-object"}, where


def _change(path: Path, raw: bytes) -> Change:
    if not path:
        return lambda _: raw
    marked = json.dumps(_HERE).encode()
    return lambda body: json.dumps(placed(json.loads(body), path, _HERE)).encode().replace(marked, raw)


def _sent(make_ready: Callable[[], Callable[[], Any]], change: Change) -> Any:
    """Send a write with other bytes; what it did is undone."""
    act = make_ready()
    with undone(), _changing(change):
        return act()


@contextmanager
def _changing(change: Change) -> Iterator[None]:
    """Let the test client send other bytes than it was given."""
    generic = RequestFactory.generic

    def changed(self: Any, method: str, path: str, data: bytes, _: str, **more: Any) -> Any:
        return generic(self, method, path, change(data), JSON, **more)

    with patch.object(RequestFactory, "generic", changed):
        yield
