"""SEC-AL2: a server process that is killed leaves a write whole or absent, and no reading without its entry.

A real gunicorn on a port, real HTTP, SIGKILL. What was acknowledged is there with its entry. What wasn't may be there or
not, but whole; sent again under its key it is done once. Of a reading whose first byte has arrived the entry is
committed. By day every ``STRIDE``-th point of the write, every fifth of the reading, and all near their end; at night each.
"""

import json
import os
import signal
import socket
import sys
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep

import pytest
from django.conf import settings
from django.db import connections
from django.urls import get_resolver
from gunicorn.app import wsgiapp

from accounts.models import Replay
from referrals.models import Referral
from referrals.policy.working_time import ORDINARY, public_holidays
from tests import forked
from tests.clock import NOW
from tests.factories.concerns import concern
from tests.faults.crash import effects, entries
from tests.night import NIGHT
from tests.security.procedure import seeing_all

ROOT = Path(__file__).resolve().parents[2]
STRIDE = 1 if NIGHT else 8
LAST = 6  # points at the end that are always taken: commits and the answer
FILING = concern() | {"submit": True}
#: Tables whose rows aren't of one case.
SHARED = {"accounts_token", "accounts_session"}

pytestmark = [
    pytest.mark.sec("SEC-AL2"),
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]


def address(alias):
    """Return the address of a test database, as the server is told it."""
    found = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    where = os.environ["DATABASE_URL" if alias == "default" else "KEYS_DATABASE_URL"]
    return f"{where.rpartition('/')[0]}/{found['NAME']}"


@pytest.fixture
def server(world, tmp_path):
    """Serve the test's databases from a fork; return the port."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": address("default"),
        "KEYS_DATABASE_URL": address("keys"),
        "REPERE_DATABASE_ROLE": settings.DATABASE_ROLE,
        "REPERE_KEY_FILE": str(settings.KEY_FILE),
        "REPERE_SECRET_KEY": settings.SECRET_KEY,
        "REPERE_STATE_DIR": str(tmp_path),
    }

    public_holidays(ORDINARY, NOW.year)  # loads all countries, once and not in each worker
    assert get_resolver().url_patterns

    def serve():
        sys.argv = ["gunicorn", "tests.faults.serving", "--preload", "--bind", f"127.0.0.1:{port}"]
        wsgiapp.run()

    with open(tmp_path / "log", "wb") as log:
        running = forked.begin(serve, env=environment, cwd=ROOT, streams=(0, log.fileno(), log.fileno()))
    try:
        yield port
    finally:
        os.kill(running, signal.SIGTERM)
        os.waitpid(running, 0)


class Caller:
    """Somebody at the port: sends one request over a connection of its own, and keeps whatever arrives."""

    def __init__(self, port, secret):
        self.port, self.secret = port, secret

    def send(self, verb, path, body=None, *, key="", die_at=0):
        """Return the bytes that arrived, none if the server died first."""
        said = json.dumps(body).encode() if body is not None else b""
        headers = {
            "Host": "localhost", "Authorization": f"Bearer {self.secret}", "Connection": "close",
            "Content-Type": "application/json", "Content-Length": str(len(said)), "X-Die-At": str(die_at),
        }  # fmt: skip
        if key:
            headers["Idempotency-Key"] = key
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        came = b""
        with self.connected() as line:
            try:
                line.sendall(f"{verb} /api/v1/{path} HTTP/1.1\r\n{head}\r\n".encode() + said)
                while part := line.recv(65536):
                    came += part
            except ConnectionError:
                pass
        return came

    @contextmanager
    def connected(self):
        """Connect, once the server listens."""
        for _ in range(6_000):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
                    yield line
                return
            except ConnectionRefusedError:
                sleep(0.01)
        raise AssertionError("no server")


def status(came):
    return int(came.split(b" ", 2)[1])


def points(came, stride=STRIDE):
    """Return at which points to kill, of those that a whole request passes."""
    head = came.partition(b"\r\n\r\n")[0].decode().lower()
    count = int(head.partition("x-points: ")[2].split()[0])
    assert count > 2 * LAST
    return [at for at in range(1, count + 1) if at % stride == 0 or at > count - LAST]


def shapes():
    """Return how many rows of each table each case has; one whole filing is like another."""
    with seeing_all():
        cases = [str(pk) for pk in Referral.objects.values_list("pk", flat=True)]
    rows = [(table, str(row).replace("-", "")) for table, row in effects().elements()]
    return [
        Counter(table for table, row in rows if pk.replace("-", "") in row and table not in SHARED)
        for pk in cases
    ]


def test_a_filing_that_a_kill_interrupts_is_whole_or_absent(world, server):
    filer = Caller(server, world.secrets["93", "filer"])
    filer.send("POST", "referrals", FILING, key="the-first-one")
    undisturbed = filer.send("POST", "referrals", FILING, key="undisturbed")
    assert status(undisturbed) == 201
    whole, filed, lost, acknowledged = shapes()[0], 2, 0, 0

    for at in points(undisturbed):
        key = f"killed-at-{at:04}"
        came = filer.send("POST", "referrals", FILING, key=key, die_at=at)
        with seeing_all():
            there = Referral.objects.count() - filed
        kept = Replay.objects.filter(key=key).count()
        assert there == kept
        assert there in (0, 1)
        assert not came or (status(came), there) == (201, 1), (at, came[:200])
        assert entries()["referral:submit"] == filed + there
        lost, acknowledged = lost + (not came), acknowledged + bool(came)

        again = filer.send("POST", "referrals", FILING, key=key)
        assert status(again) == 201, (at, again[:300])
        filed += 1
        assert entries()["referral:submit"] == filed
        assert shapes() == [whole] * filed, at
    assert lost > LAST
    assert acknowledged


def test_no_byte_of_a_reading_arrives_before_its_entry(world, server):
    filer = Caller(server, world.secrets["93", "filer"])
    cell = Caller(server, world.secrets["93", "crip_coordinator"])
    filed = filer.send("POST", "referrals", FILING, key="to-be-read")
    pk = json.loads(filed.partition(b"\r\n\r\n")[2])["id"]
    cell.send("GET", f"referrals/{pk}")
    undisturbed = cell.send("GET", f"referrals/{pk}")
    assert status(undisturbed) == 200
    silent, told = 0, 0

    for at in points(undisturbed, stride=1 if NIGHT else 5):
        cell.send(
            "GET", f"referrals/{pk}"
        )  # a worker that has just begun passes more points than one that serves
        read = entries()["field:opened"]
        came = cell.send("GET", f"referrals/{pk}", die_at=at)
        assert entries()["field:opened"] - read in ((1,) if came else (0, 1)), (at, came[:200])
        silent, told = silent + (not came), told + bool(came)
    assert silent > LAST
    assert told
