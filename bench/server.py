"""The service as in production: gunicorn, two workers, PostgreSQL under the application's role."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.common import seconds_of
from bench.database import ROOT

WORKERS, THREADS = 2, 2


@contextmanager
def serving(
    environment: dict[str, str], workers: int = WORKERS
) -> Iterator[tuple[tuple[str, int], "Server"]]:
    """Serve for the time of the block; yields the address and the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{address[1]}",
        "--workers", str(workers), "--worker-class", "gthread", "--threads", str(THREADS),
        "--keep-alive", "30", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        _wait(address, process)
        yield address, Server(process.pid, environment["DATABASE_URL"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait(address: tuple[str, int], process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit("The server did not start.")
        try:
            socket.create_connection(address).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


class Server:
    def __init__(self, pid: int, dsn: str) -> None:
        self.pid, self.dsn = pid, dsn

    def _workers(self) -> list[int]:
        return [
            int(child) for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ]

    def memory(self) -> list[float]:
        """Return the resident memory of each worker in MiB."""
        return [_resident(worker) for worker in self._workers()]

    def cpu(self) -> float:
        """Return the seconds of processor that workers and, where they run here, their database backends took.

        Another program on the machine lengthens every answer, but hardly changes this.
        """
        return self.meter()()

    def meter(self) -> Callable[[], float]:
        """Return what tells the same of the processes that run now, in some 0.2 ms."""
        name = self.dsn.rpartition("/")[2]
        with psycopg.connect(self.dsn) as connection:
            backends = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IN (%s, %s)",
                [name, f"{name}_keys"],
            ).fetchall()
        pids = (*self._workers(), *(row[0] for row in backends))
        return lambda: sum(map(seconds_of, pids))


def _resident(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else 0.0
