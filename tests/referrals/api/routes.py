"""Every address of the service as the URLconf has it, and how an answer is compared with another."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections
from django.urls import URLPattern, get_resolver

VERBS = ("get", "post", "put", "patch", "delete")
ABSENT = "00000000-0000-4000-8000-00000000dead"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Route:
    """One address and verb; ``path`` has its ids in angle brackets."""

    path: str
    verb: str
    view: Any

    def at(self, *ids: Any) -> str:
        """Return the address under /api/v1/ with these ids in turn, the last one for all that follow."""
        left = list(ids)
        return re.sub(r"<uuid:\w+>", lambda _: str(left.pop(0) if len(left) > 1 else left[0]), self.path)

    @property
    def name(self) -> str:
        return f"{self.verb} {self.path}"


def routes(under: str = "", verbs: tuple[str, ...] = VERBS) -> list[Route]:
    """Return the addresses of the API whose path begins with ``under``."""
    return [route for route in _routes() if route.path.startswith(under) and route.verb in verbs]


@cache
def _routes() -> list[Route]:
    return [
        Route(path.removeprefix("api/v1/"), verb, getattr(pattern.callback, "cls", None))
        for path, pattern in _patterns(get_resolver().url_patterns)
        if path.startswith("api/v1/")
        for verb in VERBS
        if hasattr(getattr(pattern.callback, "cls", None), verb)
    ]


def of_a_case(*verbs: str) -> list[Route]:
    """Return the addresses that name a case."""
    return routes("referrals/<uuid:pk>", verbs or VERBS)


def _patterns(patterns: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path, one
        else:
            yield from _patterns(one.url_patterns, path)


def ask(caller: Any, route: Route, path: str, body: Any = None, *, version: Any = 1) -> Any:
    """Ask an address as a careful client does."""
    if route.verb == "get":
        return caller.get(path)
    return caller._send(route.verb, path, body, version, "abcdefgh12345678")


def masked(answer: Any) -> tuple[int, str, dict[str, str]]:
    """Return status, body and headers without what differs by nature: ids, references, instants."""
    body = _ID.sub("ID", answer.content.decode())
    body = re.sub(r'"reference":"[^"]+"', '"reference":"R"', body)
    body = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "T", body)
    headers = {name: _ID.sub("ID", value) for name, value in answer.headers.items() if name != "X-Request-Id"}
    headers.pop("Content-Length", None)
    return answer.status_code, body, headers


@contextmanager
def counting() -> Iterator[list[int]]:
    """Count the statements of the block on both databases, into the list that is given."""
    total: list[int] = []
    seen = 0

    def count(execute: Any, *asked: Any) -> Any:
        nonlocal seen
        seen += 1
        return execute(*asked)

    with connections["default"].execute_wrapper(count), connections["keys"].execute_wrapper(count):
        yield total
    total.append(seen)
