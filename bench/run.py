"""One size: ours, bare and the SQL alone, turn by turn, for list, detail and submit. Prints JSON on the last line."""

import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from bench import database, load, pages, server, sql
from bench.concern import concern
from bench.load import Request, Taken

WHAT = ("list", "detail", "submit")
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
        "submit": lambda: load.post(f"{base}/referrals", filer, body, uuid4().hex),
    }


def measure(
    sides: dict[str, Callable[[float], Taken]], running: server.Server, seconds: float, rounds: int
) -> dict[str, Taken]:
    """Let the sides take turns, so that whatever slows the machine slows each of them."""
    found = {side: Taken() for side in sides}
    for turn in sides.values():
        turn(min(2.0, seconds))  # warm: caches, connections, plans
    for _ in range(rounds):
        for side, turn in sides.items():
            before = running.cpu()
            taken = turn(seconds)
            taken.cpu = running.cpu() - before
            found[side].add(taken)
    return found


def require_same_answers(found: dict[str, Any]) -> None:
    """Refuse to compare endpoints that don't answer the same: of a list and a case all, of a filing the members.

    Raises:
        SystemExit: they differ; the members that do are named.
    """
    from django.test import Client

    callers = {
        name: Client(headers={"authorization": f"Bearer {found[name]['secret']}"})
        for name in ("coordinator", "filer")
    }
    for path in (f"referrals?{QUERY}", *(f"referrals/{pk}" for pk in found["sample"][:3])):
        ours, bare = (callers["coordinator"].get(f"/api/v1/{base}{path}").json() for base in ("", "bare/"))
        for one in (ours, bare):
            one.pop("next", None)  # the cursor names the list that gave it
        if ours != bare:
            names = sorted(name for name in ours.keys() | bare.keys() if ours.get(name) != bare.get(name))
            raise SystemExit(f"ours and bare answer differently to {path.partition('?')[0]}: {names}")
    filed = [
        callers["filer"].post(
            f"/api/v1/{base}referrals", concern(), content_type="application/json",
            headers={"idempotency-key": uuid4().hex},
        )
        for base in ("", "bare/")
    ]  # fmt: skip
    if filed[0].status_code != 201 or filed[0].json().keys() != filed[1].json().keys():
        raise SystemExit(f"ours and bare answer differently to a filing: {filed[0].content[:300]!r}")


def recorded(found: dict[str, Any]) -> dict[str, sql.Script]:
    """Return the statements that each bare endpoint sends, from one request made here."""
    from django.db import connection
    from django.test import Client

    statements: list[tuple[str, Any]] = []

    def keep(execute: Any, statement: str, parameters: Any, many: bool, context: Any) -> Any:
        statements.append((statement, parameters))
        return execute(statement, parameters, many, context)

    pk = found["sample"][0]
    known = {UUID(one) for one in (*found["authorities"].values(), *found["units"].values())}
    known |= {UUID(found[name]["id"]) for name in ("coordinator", "filer")}
    scripts = {}
    for what in WHAT:
        caller = found["filer" if what == "submit" else "coordinator"]["secret"]
        client = Client(headers={"authorization": f"Bearer {caller}"})
        for _ in range(2):
            statements.clear()
            with connection.execute_wrapper(keep):
                if what == "submit":
                    body, key = concern(), {"idempotency-key": uuid4().hex}
                    answer = client.post(
                        "/api/v1/bare/referrals", body, content_type="application/json", headers=key
                    )
                else:
                    place = f"?{QUERY}" if what == "list" else f"/{pk}"
                    answer = client.get(f"/api/v1/bare/referrals{place}")
            if answer.status_code >= 300:
                raise SystemExit(f"bare {what}: {answer.status_code} {answer.content[:300]!r}")
        instead = {UUID(pk): [UUID(one) for one in found["sample"]]} if what == "detail" else {}
        own = [one for one in statements if not _of_pipeline(one[0])]
        scripts[what] = sql.Script(own, known, instead)
    connection.close()
    return scripts


def _of_pipeline(statement: str) -> bool:
    return "set_config" in statement or "clock_timestamp" in statement or "accounts_token" in statement


def main(dsn: str, size: int, seconds: float, rounds: int) -> None:
    """Measure one size."""
    found = database.world_of(size)
    environment = database.environment(dsn, size)
    os.environ.update(environment)
    import django

    django.setup()
    require_same_answers(found)
    scripts = recorded(found)
    session = pages.session_of(found["coordinator"]["id"])
    result: dict[str, Any] = {"size": size}
    with server.serving(environment) as (address, running):
        ours, bare = requests(found, "/api/v1"), requests(found, "/api/v1/bare")
        for what in WHAT:
            sides: dict[str, Callable[[float], Taken]] = {
                "ours": lambda t, r=ours[what]: load.run(address, r, t),  # type: ignore[misc]
                "bare": lambda t, r=bare[what]: load.run(address, r, t),  # type: ignore[misc]
                "sql": lambda t, s=scripts[what]: sql.run(environment["DATABASE_URL"], s, t),  # type: ignore[misc]
            }
            taken = measure(sides, running, seconds, rounds)
            for side, one in taken.items():
                if one.failures:
                    raise SystemExit(f"{what}, {side}: {len(one.failures)} failed: {one.failures[0]!r}")
            result[what] = {
                side: {
                    "rate": one.rate,
                    "p50": one.percentile(0.5),
                    "p99": one.percentile(0.99),
                    "count": len(one.latencies),
                    "cpu": 1000 * one.cpu / len(one.latencies),
                }
                for side, one in taken.items()
            }
            print(f"  {size:,} {what}: {time.strftime('%H:%M:%S')}", file=sys.stderr)
        result["pages"] = pages.measure((address, running), found["sample"], session, seconds)
        result["memory"] = running.memory()
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
