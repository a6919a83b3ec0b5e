"""The SQL under the bare endpoints, alone: recorded from one request each, played again by psycopg."""

import random
import re
import threading
import time
from typing import Any
from uuid import UUID, uuid4

import psycopg

from bench.load import Taken

_KEY = re.compile("[0-9a-f]{32}")
_REFERENCE = re.compile("([0-9A-Z]{4}-){3}[0-9A-Z]")
_SMALL = 1_000_000
PREPARED_AFTER = 3  # as config/settings.py has it
CONNECTIONS = 4  # as many as the two workers hold


class Script:
    """The statements of one request; what differs from one to the next is filled in anew."""

    def __init__(
        self, statements: list[tuple[str, Any]], known: set[UUID], instead: dict[Any, list[Any]]
    ) -> None:
        self.statements = statements
        self.known = known
        self.instead = instead

    def play(self, cursor: Any) -> None:
        """Do the request's statements once, in one transaction."""
        fresh: dict[Any, Any] = {old: random.choice(among) for old, among in self.instead.items()}
        with cursor.connection.transaction():
            for statement, parameters in self.statements:
                cursor.execute(statement, [self._new(value, fresh) for value in parameters or ()])
                if cursor.description:
                    cursor.fetchall()

    def _new(self, value: Any, fresh: dict[Any, Any]) -> Any:
        if isinstance(value, list | tuple):
            return [self._new(one, fresh) for one in value]
        if isinstance(value, UUID) and value not in self.known:
            return fresh.setdefault(value, uuid4())
        if isinstance(value, str) and (_KEY.fullmatch(value) or _REFERENCE.fullmatch(value)):
            return fresh.setdefault(value, uuid4().hex[: len(value)])
        if isinstance(value, int) and abs(value) > _SMALL:  # the number of the lock on an Idempotency-Key
            return fresh.setdefault(value, random.getrandbits(63))
        return value


def run(database: str, script: Script, seconds: float) -> Taken:
    """Play a script on as many connections as the workers have."""
    taken, lock = Taken(), threading.Lock()
    until = time.perf_counter() + seconds

    def client() -> None:
        own: list[float] = []
        with psycopg.connect(database, prepare_threshold=PREPARED_AFTER) as connection:
            cursor = connection.cursor()
            while (began := time.perf_counter()) < until:
                script.play(cursor)
                own.append(time.perf_counter() - began)
        with lock:
            taken.latencies += own

    began = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.seconds = time.perf_counter() - began
    return taken
