"""The pages that a coordinator opens all day, as a browser asks for them: one after another, in a session.

Times are of the whole answer, from the request's first byte on: what the service takes, without waiting for others.
"""

import itertools
import time
from collections.abc import Sequence
from typing import Any

from bench import load
from bench.load import Request
from bench.server import Server

ROWS = 50
WARM_SECONDS = 2.0
#: The addresses of the API that tell the same as each page.
TWINS = {
    "queue": (f"referrals?details=true&limit={ROWS}", "saved-views"),
    "queue with names": (f"referrals?details=true&names=true&limit={ROWS}", "saved-views"),
    "case": ("referrals/{case}",),
}


def paths(case: str) -> dict[str, str]:
    return {
        "queue": f"/dossiers?limit={ROWS}",
        "queue with names": f"/dossiers?limit={ROWS}&names=true",
        "case": f"/dossiers/{case}",
    }


class Session:
    """A browser in which somebody signed in with both factors."""

    def __init__(self, user_id: str) -> None:
        from django.conf import settings
        from django.test import Client

        from accounts.models import User
        from accounts.signin import PROVED

        self.client = Client()
        self.client.force_login(User.objects.get(pk=user_id))
        session = self.client.session
        session[PROVED] = time.time()
        session.save()
        name = settings.SESSION_COOKIE_NAME
        self.cookie = f"{name}={self.client.cookies[name].value}"

    def get(self, path: str) -> None:
        """Ask for a page in this process.

        Raises:
            SystemExit: it was refused.
        """
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path.partition('?')[0]}: {answer.status_code}")


def measure(
    serving: tuple[tuple[str, int], Server], cases: Sequence[str], cookie: str, seconds: float
) -> dict[str, dict[str, Any]]:
    """Return how long each page takes, how much of it on the processor, and what it weighs.

    Raises:
        SystemExit: a page was refused.
    """
    each = itertools.cycle(cases)
    return {
        what: _of(what, serving, lambda w=what: _get(paths(next(each))[w], cookie), seconds)  # type: ignore[misc]
        for what in TWINS
    }


def _of(
    what: str, serving: tuple[tuple[str, int], Server], request: Request, seconds: float
) -> dict[str, Any]:
    address, running = serving
    load.run(address, request, min(WARM_SECONDS, seconds), clients=1)
    taken = load.run(address, request, seconds, clients=1, meter=running.meter())
    if taken.failures:
        raise SystemExit(f"{what}: {len(taken.failures)} failed: {taken.failures[0]!r}")
    return {
        "count": len(taken.latencies),
        "p50": taken.percentile(0.5),
        "p95": taken.percentile(0.95),
        "cpu": 1000 * sum(taken.each) / len(taken.each),
        "cpu95": load.percentile(taken.each, 0.95),
        "kb": taken.bytes / len(taken.latencies) / 1000,
    }


def _get(path: str, cookie: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n".encode()
