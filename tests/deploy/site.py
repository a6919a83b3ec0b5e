"""A whole installation on this machine, without a container engine and without systemd: real programs, real TLS.

Two clusters of PostgreSQL with the shipped configuration, each over TLS; the environment files; the commands of the
shipped units, under the limits that these set; clamd, and nginx with the shipped configuration.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.bootstrap import lines as env_lines
from tests.deploy import nginx, units
from tests.deploy.authority import Authority
from tests.deploy.confined import CALLS
from tests.referrals.attachments import clamd

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PLAN = """
state = "{folder}/state"
[service]
hosts = ["repere.example.fr"]
files_origin = "https://fichiers-repere.example.fr"
authorities = ["93"]
clock_kept_by_host = true
[databases.cases]
admin = "{cases}"
name = "repere"
[databases.keys]
admin = "{keys}"
name = "repere_keys"
[keys]
provider = "file"
[attachments]
scanner = "{scanner}"
[journal]
witness_address = "http://127.0.0.1:{witness}"
ledger = "{folder}/state/repere/ledger"
"""
#: How long anything may take to happen, in seconds: the machine may be busy.
PATIENCE = 120.0


def eventually[T](ask: Callable[[], T], *, seconds: float = PATIENCE) -> T:
    """Ask until the answer is true, and return it."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)
    return answer


def _machine() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def _postgresql(name: str) -> str:
    found = shutil.which(name) or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None
    )
    assert found, f"{name} isn't installed"
    return found


def _as_postgres() -> list[str]:
    """Return what begins a command of PostgreSQL's, which refuses to run as root."""
    return (
        ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        if os.geteuid() == 0
        else []
    )


@dataclass
class Cluster:
    """One cluster of PostgreSQL, which speaks TLS alone."""

    folder: Path
    name: str
    authority: Authority
    port: int = field(default_factory=nginx.free_port)
    _server: "subprocess.Popen[bytes]" = field(init=False)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Make it, and let it run until the end of the block."""
        home = self.folder / self.name
        home.mkdir()
        for made in self.authority.certify(self.name, "localhost", "127.0.0.1"):
            shutil.copy(made, home)
        for file in ("postgresql.conf", "pg_hba.conf"):
            text = (ROOT / "deploy" / "container" / file).read_text(encoding="utf-8")
            text = text.replace("/etc/postgresql/server", f"{home}/{self.name}").replace(
                "/etc/postgresql", str(home)
            )
            text = text.replace("/run/postgresql", str(home)).replace("peer", "trust")
            (home / file).write_text(text, encoding="utf-8")
        if os.geteuid() == 0:
            for path in (home, *home.iterdir()):
                shutil.chown(path, "postgres", "postgres")
        initdb = [
            _postgresql("initdb"),
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        subprocess.run(  # noqa: S603
            [*_as_postgres(), *initdb, "--auth=trust", str(home / "data")],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=home,
        )
        self.start()
        try:
            yield
        finally:
            self.stop()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        home = self.folder / self.name
        said = {"config_file": home / "postgresql.conf", "listen_addresses": "127.0.0.1", "port": self.port,
                "fsync": "off"}  # fmt: skip
        server = [_postgresql("postgres"), "-D", str(home / "data")]
        with (home / "log").open("ab") as log:
            self._server = subprocess.Popen(  # noqa: S603
                [*_as_postgres(), *server, *(f"--{name}={value}" for name, value in said.items())],
                stdout=subprocess.DEVNULL, stderr=log, cwd=home,
            )  # fmt: skip
        eventually(lambda: self.does("SELECT 1") == "1")

    def stop(self) -> None:
        """Stop the server without waiting for who is connected (PostgreSQL's "fast")."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(timeout=60)

    def does(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the administrator, within the machine; return what it prints."""
        command = [
            _postgresql("psql"),
            "-h",
            str(self.folder / self.name),
            "-p",
            str(self.port),
            "-U",
            "postgres",
        ]
        run = subprocess.run(  # noqa: S603
            [*command, "-Atqc", statement, database], capture_output=True, text=True, check=False
        )
        return run.stdout.strip() if run.returncode == 0 else run.stderr.strip()

    def address(self, login: str, password: str, database: str) -> str:
        """Return the address of a database by which a process checks whom it speaks to."""
        where = f"{login}:{password}@127.0.0.1:{self.port}/{database}"
        return f"postgres://{where}?sslmode=verify-full&sslrootcert={self.authority.file}"


@dataclass
class Process:
    """A process of the service and what it says, a line of its log at a time."""

    running: "subprocess.Popen[bytes]"
    log: Path

    def kill(self) -> None:
        """End it and all that it started, at once, as a machine that fails does."""
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait(timeout=60)

    def stop(self) -> int:
        """Ask it to end, as systemd does; return its status."""
        if self.running.poll() is None:
            self.running.terminate()
        return self.running.wait(timeout=90)

    def lines(self) -> list[str]:
        """Return what it has said so far."""
        return self.log.read_text(encoding="utf-8").splitlines()


class Site:
    """The installation. ``environments`` holds the variables of each process, as its file has them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self.authority = Authority(folder)
        self.cases, self.keys = (Cluster(folder, name, self.authority) for name in ("cases", "keys"))
        self.ports = nginx.free_port(), nginx.free_port()
        self.witness_port = nginx.free_port()
        self.environments: dict[str, dict[str, str]] = {}
        self.processes: dict[str, Process] = {}
        self._calls = " ".join(sorted(units.allowed_calls()))

    def prepare(self) -> None:
        """Start what the service needs, and write its environment files."""
        for cluster in (self.cases, self.keys):
            self._stack.enter_context(cluster.running())
        (self.folder / "clamd").mkdir()
        scanner = self._stack.enter_context(clamd.real(self.folder / "clamd"))
        self._bootstrap(scanner)
        web = nginx.running(self.folder / "proxy", self.ports, self.authority)
        (self.folder / "proxy").mkdir()
        self.proxy = self._stack.enter_context(web)

    def manage(self, process: str, *words: str) -> str:
        """Run a command in the environment of a process; return what it prints."""
        run = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self._environment(process), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{words}: {run.stdout}{run.stderr}"
        return run.stdout

    def start(self, name: str, unit: str, instance: str = "") -> Process:
        """Start the command of a unit, with its environment and under its limits; ``name`` is for the test."""
        service = units.read(unit)["Service"]
        kind = Path(service["EnvironmentFile"]).stem
        environment = self._environment(kind)
        command = service["ExecStart"].replace("/srv/repere/.venv/bin", str(BIN)).replace("%i", instance)
        words = [
            re.sub(r"\$\{(\w+)\}", lambda named: environment[named[1]], word) for word in command.split()
        ]
        log = self.folder / f"{name}.log"
        with log.open("ab") as said:
            running = subprocess.Popen(  # noqa: S603
                [sys.executable, str(ROOT / "tests/deploy/confined.py"), *words], cwd=ROOT,
                env=environment | {CALLS: self._calls}, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip
        self.processes[name] = Process(running, log)
        return self.processes[name]

    def start_web(self, place: int) -> Process:
        """Start one of the two web servers, and wait until it answers."""
        web = self.start(f"web-{place + 1}", "repere-web@.service", str(self.ports[place]))
        eventually(lambda: web.running.poll() is not None or self._listens(place))
        assert web.running.poll() is None, web.lines()[-5:]
        return web

    def _listens(self, place: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ports[place]), timeout=60) as line:
                line.sendall(b"GET /healthz HTTP/1.0\r\nHost: repere.example.fr\r\n\r\n")
                return line.recv(12).endswith(b"200")
        except OSError:
            return False

    def _environment(self, process: str) -> dict[str, str]:
        """Return the variables of a process: its file's, and what every process of a machine has."""
        return _machine() | self.environments[process]

    def _bootstrap(self, scanner: str) -> None:
        """Make databases, logins, keys and the environment files by the command that an operator has."""
        administrators = {
            cluster.name: f"postgres:///postgres?host={cluster.folder / cluster.name}&port={cluster.port}&user=postgres"
            for cluster in (self.cases, self.keys)
        }
        plan = self.folder / "plan.toml"
        plan.write_text(
            PLAN.format(folder=self.folder, scanner=scanner, witness=self.witness_port, **administrators),
            encoding="utf-8",
        )
        out = self.folder / "configuration"
        run = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", "bootstrap", "--plan", str(plan), "--out", str(out), "--one-account"],
            cwd=ROOT, env=_machine(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
        self.environments = {file.stem: env_lines.read(file.read_text()) for file in out.glob("*.env")}


@contextmanager
def site() -> Iterator[Site]:
    """Make an installation in a folder of its own, which PostgreSQL's account may enter; at the end all of it goes."""
    shm = Path("/dev/shm")  # noqa: S108 - where there is memory for it
    folder = Path(tempfile.mkdtemp(prefix="installed-", dir=shm if os.access(shm, os.W_OK) else None))
    folder.chmod(0o755)
    try:
        with ExitStack() as stack:
            made = Site(folder, stack)
            try:
                made.prepare()
                yield made
            finally:
                for process in made.processes.values():
                    if process.running.poll() is None:
                        process.kill()
    finally:
        shutil.rmtree(folder)
