"""One size: ours and both baselines, turn by turn, for list, detail and filing; pages. Prints JSON on the last line.

A page is asked for as a browser does, one after another, in a session. With ``--small`` seal and open beside the plain
cipher, and the audit log beside a plain insert, are measured instead.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connections
from django.test import Client

from accounts.models import User
from accounts.signin import PROVED
from bench import appending, common, database, load, sealing, server
from bench.load import Request, Taken, concern
from bench.report import ENDPOINTS

SIDES = {"ours": "/api/v1", "bare": "/api/v1/bare", "packages": "/api/v1/packages"}
QUERY = "state=triage&limit=50"
#: Of each page its address, and the addresses of the API that tell the same.
PAGES = {
    "queue": ("/dossiers?limit=50", ("referrals?details=true&limit=50", "saved-views")),
    "queue with names": (
        "/dossiers?limit=50&names=true",
        ("referrals?details=true&names=true&limit=50", "saved-views"),
    ),
    "case": ("/dossiers/{case}", ("referrals/{case}",)),
}


def requests(world: dict[str, Any], base: str) -> dict[str, Request]:
    """Return what the clients send for each line of the table."""
    coordinator, filer = (
        f"Authorization: Bearer {world[name]['secret']}" for name in ("coordinator", "filer")
    )
    ids = itertools.cycle(world["sample"])
    body = json.dumps(concern()).encode()
    the_list = load.get(f"{base}/referrals?{QUERY}", coordinator)
    return {
        "list": lambda: the_list,
        "detail": lambda: load.get(f"{base}/referrals/{next(ids)}", coordinator),
        "filing": lambda: load.post(f"{base}/referrals", filer, body, uuid4().hex),
    }


def by_turns(
    sides: dict[str, Callable[[float], Taken]], running: server.Server, seconds: float, rounds: int
) -> dict[str, Taken]:
    """Let the sides take turns, so that whatever slows the machine slows each of them."""
    sums = {side: Taken() for side in sides}
    for turn in sides.values():
        turn(min(2.0, seconds / 2))  # warm: caches, connections, plans
    for _ in range(rounds):
        for side, turn in sides.items():
            before = running.cpu()
            taken = turn(seconds)
            taken.cpu = running.cpu() - before
            sums[side].add(taken)
    return sums


class Callers:
    """Who asks the endpoints in this process, as the clients do: coordinator, filer, a browser with both factors."""

    def __init__(self, world: dict[str, Any]) -> None:
        self.sample = world["sample"]
        self.coordinator, self.filer = (
            Client(headers={"authorization": f"Bearer {world[name]['secret']}"})
            for name in ("coordinator", "filer")
        )
        self.browser = Client()
        self.browser.force_login(User.objects.get(pk=world["coordinator"]["id"]))
        session = self.browser.session
        session[PROVED] = time.time()
        session.save()
        name = settings.SESSION_COOKIE_NAME
        self.cookie = f"Accept: text/html\r\nCookie: {name}={self.browser.cookies[name].value}"

    def get(self, base: str, path: str) -> Any:
        return self.coordinator.get(f"{base}/referrals{path}")

    def file(self, base: str) -> Any:
        return self.filer.post(
            f"{base}/referrals", concern(), content_type="application/json",
            headers={"idempotency-key": uuid4().hex},
        )  # fmt: skip


def require_same_answers(callers: Callers) -> None:
    """Refuse to compare endpoints that don't answer the same: of a list and a case all, of a filing the members."""
    for path in (f"?{QUERY}", *(f"/{pk}" for pk in callers.sample[:3])):
        ours, *others = (callers.get(base, path).json() for base in SIDES.values())
        for side, other in zip(list(SIDES)[1:], others, strict=True):
            # The cursor names the list that gave it.
            names = sorted(n for n in (ours.keys() | other.keys()) - {"next"} if ours.get(n) != other.get(n))
            if names:
                raise SystemExit(f"ours and {side} answer differently to {path[:1]}…: {names}")
    ours, *others = (callers.file(base) for base in SIDES.values())
    for side, other in zip(list(SIDES)[1:], others, strict=True):
        if ours.status_code != 201 or ours.json().keys() != other.json().keys():
            raise SystemExit(
                f"ours and {side} answer differently to a filing: {ours.content[:300]!r}, {other.content[:300]!r}"
            )


@contextmanager
def counted() -> Iterator[list[str]]:
    """Gather the statements that are sent to either database in the block."""
    sent: list[str] = []

    def note(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        sent.append(statement)
        return execute(statement, parameters, many, context)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(note))
        yield sent


def statements(act: Callable[[], Any]) -> int:
    """Return how many statements one act takes, when the one before it has warmed what is cached."""
    act()
    with counted() as sent:
        answer = act()
    if answer.status_code not in (200, 201):
        raise SystemExit(f"refused: {answer.status_code}")
    return len(sent)


def more_of_pages(callers: Callers, case: str) -> dict[str, int]:
    """Return how many statements more each page takes than what tells the same in the API, in the same session."""
    return {
        what: statements(lambda path=page: callers.browser.get(path.format(case=case)))
        - sum(
            statements(lambda path=twin: callers.browser.get(f"/api/v1/{path.format(case=case)}"))
            for twin in twins
        )
        for what, (page, twins) in PAGES.items()
    }


def figures_of(taken: Taken) -> dict[str, float]:
    return {
        "rate": taken.rate,
        "p50": 1000 * common.percentile(taken.latencies, 0.5),
        "p99": 1000 * common.percentile(taken.latencies, 0.99),
        "cpu": 1000 * taken.cpu / len(taken.latencies),
    }


def main(address: str, words: list[str]) -> None:
    options = common.options(words, size=0, seconds=0.0, rounds=0, small=False)
    name, seconds = database.name_of(options.size), options.seconds
    world = database.world_of(name)
    if options.small:
        pairs = sealing.pairs(UUID(world["authorities"]["93"]))
        print(json.dumps({"sealing": pairs, "appending": appending.rates(seconds)}))
        return
    callers = Callers(world)
    require_same_answers(callers)
    case = callers.sample[3]
    result: dict[str, Any] = {"size": options.size, "statements": {
        "list": statements(lambda: callers.get(SIDES["ours"], f"?{QUERY}")),
        "detail": statements(lambda: callers.get(SIDES["ours"], f"/{case}")),
        "filing": statements(lambda: callers.file(SIDES["ours"])),
    }}  # fmt: skip
    pages = {what: {"more": count} for what, count in more_of_pages(callers, case).items()}
    connections.close_all()
    with server.serving(database.environment(address, name)) as (socket, running):
        sent = {side: requests(world, base) for side, base in SIDES.items()}
        for what in ENDPOINTS:
            sides = {
                side: lambda t, request=each[what]: load.run(socket, request, t)
                for side, each in sent.items()
            }
            taken = by_turns(sides, running, seconds, options.rounds)
            result[what] = {side: figures_of(one) for side, one in taken.items()}
            print(f"  {options.size:,} {what}: {time.strftime('%H:%M:%S')}", file=sys.stderr)
        cases = itertools.cycle(callers.sample)
        for what, (page, _) in PAGES.items():
            request = lambda path=page: load.get(path.format(case=next(cases)), callers.cookie)  # noqa: E731
            load.run(socket, request, min(2.0, seconds), clients=1)
            one = load.run(socket, request, seconds, clients=1, meter=running.meter())
            pages[what]["cpu95"] = 1000 * common.percentile(one.each, 0.95)
        result["memory"] = running.memory()
    print(json.dumps(result | {"pages": pages}))
