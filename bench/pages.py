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


def session_of(user_id: str) -> str:
    """Let somebody have signed in with both factors; return the cookie."""
    from django.conf import settings
    from django.test import Client

    from accounts.models import User
    from accounts.signin import PROVED

    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    session = client.session
    session[PROVED] = time.time()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def measure(
    serving: tuple[tuple[str, int], Server], cases: Sequence[str], session: str, seconds: float
) -> dict[str, dict[str, Any]]:
    """Return how long each page takes, how much of it on the processor, and what it weighs.

    Raises:
        SystemExit: a page was refused.
    """
    each = itertools.cycle(cases)
    asked: dict[str, Request] = {
        f"queue of {ROWS}": lambda: _get(f"/dossiers?limit={ROWS}", session),
        f"queue of {ROWS}, with names": lambda: _get(f"/dossiers?limit={ROWS}&names=true", session),
        "case": lambda: _get(f"/dossiers/{next(each)}", session),
    }
    return {what: _of(what, serving, request, seconds) for what, request in asked.items()}


def _of(
    what: str, serving: tuple[tuple[str, int], Server], request: Request, seconds: float
) -> dict[str, Any]:
    address, running = serving
    load.run(address, request, min(WARM_SECONDS, seconds), clients=1)
    before = running.cpu()
    taken = load.run(address, request, seconds, clients=1)
    if taken.failures:
        raise SystemExit(f"{what}: {len(taken.failures)} failed: {taken.failures[0]!r}")
    return {
        "count": len(taken.latencies),
        "p50": taken.percentile(0.5),
        "p95": taken.percentile(0.95),
        "cpu": 1000 * (running.cpu() - before) / len(taken.latencies),
        "kb": taken.bytes / len(taken.latencies) / 1000,
    }


def _get(path: str, session: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nCookie: {session}\r\n\r\n".encode()
    )
