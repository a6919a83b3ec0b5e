"""A small application, and gunicorn as it is configured to serve it: its processes can be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: A page of the service takes about as long.
SECONDS = 0.06
PROCESSES = 2


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read the body, work, answer."""
    environ["wsgi.input"].read()
    time.sleep(SECONDS)
    start_response("200 OK", [("Content-Length", "0")])
    return []


class Server:
    """A running gunicorn of two processes on a port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.port = port
        command = [
            sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", f"127.0.0.1:{port}",
            "tests.deploy.small_service",
        ]  # fmt: skip
        environment = os.environ | {"WEB_CONCURRENCY": str(PROCESSES)}
        self._master = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603

    def processes(self) -> list[int]:
        """Return the processes that answer requests, which the master starts anew."""
        pid = self._master.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill_process(self) -> None:
        """Kill one of them without warning; the master lives."""
        os.kill(self.processes()[0], signal.SIGKILL)

    def wait(self) -> None:
        """Return once it answers connections."""
        end = time.monotonic() + 30
        while time.monotonic() < end and self._master.poll() is None:
            with closing(socket.socket()) as line:
                if line.connect_ex(("127.0.0.1", self.port)) == 0 and len(self.processes()) == PROCESSES:
                    return
            time.sleep(0.02)
        raise AssertionError("gunicorn didn't start")

    def stop(self) -> None:
        """End it."""
        self._master.terminate()
        self._master.wait(timeout=30)


@contextmanager
def running(*ports: int) -> Iterator[list[Server]]:
    """Run a server on each port, until the end of the block."""
    servers = [Server(port) for port in ports]
    try:
        for server in servers:
            server.wait()
        yield servers
    finally:
        for server in servers:
            server.stop()
