"""A PostgreSQL server of a test's own: started, restarted, made read-only; nobody else is on it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg


class Cluster:
    """The server in a folder, at a port that stays the same after a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"postgres://tester@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *words: str) -> None:
        found = shutil.which(program) or str(max(Path("/usr/lib/postgresql").glob(f"*/bin/{program}")))
        # PostgreSQL refuses to run as root.
        account = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        )
        subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [*account, found, *words], cwd=self.folder, check=True, stdout=subprocess.DEVNULL
        )

    def make(self) -> None:
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run(
            "initdb",
            "--auth=trust",
            "--username=tester",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "data",
        )

    def does(self, act: str) -> None:
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        words = ["--options", options] if act != "stop" else []
        self.run("pg_ctl", "--pgdata=data", "--mode=fast", "--wait", "--silent", "--log=log", *words, act)

    def set_read_only(self, to: str) -> None:
        """Let it take writes no more (``on``), as a server does that has been demoted or is full; or again (``off``)."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {to}")
            connection.execute("SELECT pg_reload_conf()")


@contextmanager
def running() -> Iterator[Cluster]:
    """Start one, in memory where there is room; nothing of it is left."""
    folder = Path(mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))  # noqa: S108 - memory, not a fixed name
    made = Cluster(folder)
    try:
        made.make()
        made.does("start")
        yield made
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            made.does("stop")
        shutil.rmtree(folder)
