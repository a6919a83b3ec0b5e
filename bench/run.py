"""One size: ours and both baselines, turn by turn, for list, detail and filing; pages. Prints JSON on the last line."""

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

from bench import database, load, pages, server
from bench.concern import concern
from bench.load import Request, Taken
from bench.report import ENDPOINTS

SIDES = {"ours": "/api/v1", "bare": "/api/v1/bare", "packages": "/api/v1/packages"}
QUERY = "state=triage&limit=50"


def requests(found: dict[str, Any], base: str) -> dict[str, Request]:
    """Return what the clients send for each line of the table."""
    coordinator, filer = found["coordinator"]["secret"], found["filer"]["secret"]
    ids = itertools.cycle(found["sample"])
    body = json.dumps(concern()).encode()
    the_list = load.get(f"{base}/referrals?{QUERY}", coordinator)
    return {
        "list": lambda: the_list,
        "detail": lambda: load.get(f"{base}/referrals/{next(ids)}", coordinator),
        "filing": lambda: load.post(f"{base}/referrals", filer, body, uuid4().hex),
    }


def measure(
    sides: dict[str, Callable[[float], Taken]], running: server.Server, seconds: float, rounds: int
) -> dict[str, Taken]:
    """Let the sides take turns, so that whatever slows the machine slows each of them."""
    found = {side: Taken() for side in sides}
    for turn in sides.values():
        turn(min(2.0, seconds / 2))  # warm: caches, connections, plans
    for _ in range(rounds):
        for side, turn in sides.items():
            before = running.cpu()
            taken = turn(seconds)
            taken.cpu = running.cpu() - before
            found[side].add(taken)
    return found


class Asking:
    """Asks the endpoints in this process, as the clients do."""

    def __init__(self, found: dict[str, Any]) -> None:
        from django.test import Client

        self.sample = found["sample"]
        self.callers = {
            name: Client(headers={"authorization": f"Bearer {found[name]['secret']}"})
            for name in ("coordinator", "filer")
        }

    def get(self, base: str, path: str) -> Any:
        return self.callers["coordinator"].get(f"{base}/referrals{path}")

    def file(self, base: str) -> Any:
        return self.callers["filer"].post(
            f"{base}/referrals", concern(), content_type="application/json",
            headers={"idempotency-key": uuid4().hex},
        )  # fmt: skip


def require_same_answers(asking: Asking) -> None:
    """Refuse to compare endpoints that don't answer the same: of a list and a case all, of a filing the members.

    Raises:
        SystemExit: they differ; the members that do are named.
    """
    for path in (f"?{QUERY}", *(f"/{pk}" for pk in asking.sample[:3])):
        ours, *others = (asking.get(base, path).json() for base in SIDES.values())
        for side, other in zip(list(SIDES)[1:], others, strict=True):
            # The cursor names the list that gave it.
            names = sorted(n for n in (ours.keys() | other.keys()) - {"next"} if ours.get(n) != other.get(n))
            if names:
                raise SystemExit(f"ours and {side} answer differently to {path[:1]}…: {names}")
    ours, *others = (asking.file(base) for base in SIDES.values())
    for side, other in zip(list(SIDES)[1:], others, strict=True):
        if ours.status_code != 201 or ours.json().keys() != other.json().keys():
            raise SystemExit(
                f"ours and {side} answer differently to a filing: {ours.content[:300]!r}, {other.content[:300]!r}"
            )


@contextmanager
def counted() -> Iterator[list[str]]:
    """Gather the statements that are sent to either database in the block."""
    from django.db import connections

    sent: list[str] = []

    def keep(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        sent.append(statement)
        return execute(statement, parameters, many, context)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(keep))
        yield sent


def statements(asking: Asking) -> dict[str, int]:
    """Return how many statements our endpoints send for one request, when those before it have warmed what is kept."""
    acts: dict[str, Callable[[], Any]] = {
        "list": lambda: asking.get(SIDES["ours"], f"?{QUERY}"),
        "detail": lambda: asking.get(SIDES["ours"], f"/{asking.sample[3]}"),
        "filing": lambda: asking.file(SIDES["ours"]),
    }
    found = {}
    for what, act in acts.items():
        act()
        with counted() as sent:
            act()
        found[what] = len(sent)
    return found


def main(dsn: str, size: int, seconds: float, rounds: int) -> None:
    found = database.world_of(size)
    environment = database.environment(dsn, size)
    os.environ.update(environment)
    import django

    django.setup()
    from django.db import connections

    asking = Asking(found)
    require_same_answers(asking)
    result: dict[str, Any] = {"size": size, "statements": statements(asking)}
    session = pages.Session(found["coordinator"]["id"])
    case = found["sample"][3]
    more = {what: counted_page(session, path) for what, path in pages.paths(case).items()}
    for what, twins in pages.TWINS.items():
        more[what] -= sum(counted_page(session, f"/api/v1/{twin.format(case=case)}") for twin in twins)
    connections.close_all()
    with server.serving(environment) as (address, running):
        sent = {side: requests(found, base) for side, base in SIDES.items()}
        for what in ENDPOINTS:
            sides: dict[str, Callable[[float], Taken]] = {
                side: lambda t, r=each[what]: load.run(address, r, t)  # type: ignore[misc]
                for side, each in sent.items()
            }
            taken = measure(sides, running, seconds, rounds)
            for side, one in taken.items():
                if one.failures:
                    raise SystemExit(f"{what}, {side}: {len(one.failures)} failed: {one.failures[0]!r}")
            result[what] = {side: _said(one) for side, one in taken.items()}
            print(f"  {size:,} {what}: {time.strftime('%H:%M:%S')}", file=sys.stderr)
        result["pages"] = pages.measure((address, running), found["sample"], session.cookie, seconds)
        for what, count in more.items():
            result["pages"][what]["more"] = count
        result["memory"] = running.memory()
    print(json.dumps(result))


def counted_page(session: pages.Session, path: str) -> int:
    """Return how many statements a page takes, when the one before it has warmed what is kept."""
    session.get(path)
    with counted() as sent:
        session.get(path)
    return len(sent)


def _said(one: Taken) -> dict[str, float]:
    return {
        "rate": one.rate,
        "p50": one.percentile(0.5),
        "p99": one.percentile(0.99),
        "count": len(one.latencies),
        "cpu": 1000 * one.cpu / len(one.latencies),
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
