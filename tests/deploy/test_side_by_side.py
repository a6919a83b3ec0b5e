"""Code of before serves on today's tables, beside today's code: an upgrade machine by machine, and the way back.

The commit of ``deploy/compatible-from`` is unpacked beside this one. Both are served by gunicorn on the same databases,
as during an upgrade: migrated while the former serves, then both at once, then the former alone again.
"""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
import pytest

from tests.factories.concerns import concern
from tests.journeys.bodies import SEARCHED
from tests.night import NIGHT

ROOT = Path(__file__).resolve().parents[2]
#: A line of its own names the commit: before it, the tables differ too much for both codes.
FROM = ROOT / "deploy" / "compatible-from"
__test__ = NIGHT  # minutes: two versions of the service, each started twice
WORLD = "import django, json; django.setup(); from bench.world import build; print(json.dumps(build()))"
STATES = "import django; django.setup(); from audit.models import *; print(Entry.objects.count(), Leaf.objects.count())"


class Code:
    """A version of the code: what it runs and serves, on databases that it shares with the other one."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def run(self, *words: str) -> str:
        ended = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr[-2000:]
        return ended.stdout

    def manage(self, *words: str) -> str:
        return self.run("manage.py", *words)

    def migrates(self) -> None:
        self.manage("migrate", "-v", "0")
        self.manage("migrate", "-v", "0", "--database", "keys")

    def works(self) -> None:
        """Do what recurs, and give the entries their places."""
        self.manage("tick")
        self.manage("sequence")

    @contextmanager
    def serves(self) -> Iterator["Served"]:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            "-m",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
        ]
        running = subprocess.Popen(  # noqa: S603 - gunicorn on this version's application
            [sys.executable, *command, "--threads", "2", "--log-level", "error"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            served = Served(port)
            served.waits_until_ready(running)
            yield served
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(timeout=60)


class Served:
    """The service at a port, as a program asks it."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def asks(self, path: str, token: str = "", body: object = None, **headers: str) -> tuple[int, dict]:
        content = None if body is None else json.dumps(body).encode()
        headers |= {"content-type": "application/json", "authorization": f"Bearer {token}"}
        request = Request(f"{self.address}{path}", content, headers)  # noqa: S310 - our own server
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
                return answer.status, json.loads(answer.read() or b"{}")
        except HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"{}")

    def waits_until_ready(self, running: subprocess.Popen) -> None:
        for _ in range(600):
            assert running.poll() is None, "the server ended"
            try:
                if self.asks("/readyz")[0] == 200:
                    return
            except (OSError, ValueError):
                pass
            time.sleep(0.05)
        pytest.fail("the server isn't ready")

    def files(self, token: str) -> str:
        """File a concern, and return the id of its case."""
        status, said = self.asks(
            "/api/v1/referrals", token, concern() | {"submit": True}, **{"idempotency-key": uuid4().hex}
        )
        assert status == 201, said
        return said["id"]

    def reads(self, token: str, pk: str) -> dict:
        """Open the case as its coordinator, with the name that its first child was filed under."""
        status, said = self.asks(f"/api/v1/referrals/{pk}", token)
        assert status == 200, said
        assert said["children"][0]["last_name"] == "Exemple"
        return said

    def begins_triage(self, token: str, pk: str) -> None:
        """Take the next step of the case: a write by this code on what the other one may have written."""
        self.reads(token, pk)  # whoever opens it first has acknowledged it
        headers = {"if-match": f'"{self.reads(token, pk)["version"]}"', "idempotency-key": uuid4().hex}
        status, said = self.asks(f"/api/v1/referrals/{pk}/start_triage", token, SEARCHED, **headers)
        assert (status, said["state"]["code"]) == (200, "triage"), said.get("code")

    def lists(self, token: str) -> list[dict]:
        status, said = self.asks("/api/v1/referrals?limit=50", token)
        assert status == 200, said
        return said["results"]


@pytest.fixture
def databases(tmp_path) -> Iterator[dict[str, str]]:
    """Two empty databases, as a process of its own is told of them."""
    own = {
        k: v for k, v in os.environ.items() if not k.startswith(("REPERE_", "DATABASE_", "KEYS_", "DJANGO_"))
    }
    own |= {"REPERE_STATE_DIR": str(tmp_path / "state"), "DJANGO_SETTINGS_MODULE": "config.settings"}
    own |= {"REPERE_FILINGS_PER_HOUR": "10000", "REPERE_FILINGS_PER_HOUR_OF_PROGRAM": "10000"}
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    names = {"DATABASE_URL": f"beside_{uuid4().hex}", "KEYS_DATABASE_URL": f"beside_{uuid4().hex}"}
    with psycopg.connect(f"{server}/postgres", autocommit=True) as owner:
        for name in names.values():
            owner.execute(f'CREATE DATABASE "{name}"')
        yield own | {variable: f"{server}/{name}" for variable, name in names.items()}
        for name in names.values():
            owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def former(tmp_path, databases) -> Code:
    """The code of the commit that today's tables must carry."""
    commit = next(line for line in FROM.read_text().splitlines() if line and not line.startswith("#"))
    folder, git = tmp_path / "former", shutil.which("git") or "git"
    folder.mkdir()
    packed = subprocess.run(  # noqa: S603 - git on our own repository
        [git, "-C", ROOT, "archive", commit], capture_output=True, check=False
    )
    assert packed.returncode == 0, f"{commit} isn't in this clone: fetch it"
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return Code(folder, databases)


@pytest.fixture
def present(databases) -> Code:
    return Code(ROOT, databases)


@contextmanager
def filing_all_the_time(served: Served, token: str) -> Iterator[list[str]]:
    """File one concern after another in a thread; whatever fails, fails the test."""
    filed: list[str] = []
    failed: list[Exception] = []
    ended = threading.Event()

    def file() -> None:
        while not ended.is_set():
            ended.wait(1)
            try:
                filed.append(served.files(token))
            except Exception as refused:  # told to the test below
                failed.append(refused)

    thread = threading.Thread(target=file)
    thread.start()
    try:
        yield filed
    finally:
        ended.set()
        thread.join()
    assert not failed, failed[:3]


@pytest.mark.sec("SEC-FT11")
@pytest.mark.only_on("postgresql", "tables change while others write")
@pytest.mark.slow("two versions of the service, each started twice")
def test_the_code_of_before_serves_on_todays_tables_and_takes_over_again(former, present):
    former.migrates()
    world = json.loads(former.run("-c", WORLD))
    filer, coordinator = world["filer"]["secret"], world["coordinator"]["secret"]

    with former.serves() as before:
        for _ in range(3):
            before.files(filer)
        former.works()
        with filing_all_the_time(before, filer) as meanwhile:
            present.migrates()
        assert meanwhile, "nothing was filed while the tables changed"
        pk = before.files(filer)
        before.begins_triage(coordinator, pk)
        former.works()

        with present.serves() as now:
            theirs, ours = before.files(filer), now.files(filer)
            for served in (before, now):
                assert served.lists(coordinator)
                served.reads(coordinator, pk)
            now.begins_triage(coordinator, theirs)
            before.begins_triage(coordinator, ours)
            present.works()

    with former.serves() as back:
        for one in (pk, theirs, ours):
            assert back.reads(coordinator, one)["state"]["code"] == "triage"
        back.files(filer)
        former.works()
    entries, places = present.run("-c", STATES).split()
    assert entries == places, "an entry of one version got no place by the other"
