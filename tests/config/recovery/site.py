"""A site as the runbook has it: two clusters of their own, three logins, keys; killed, destroyed and restored by tests.

Everything lies in one folder. Servers run as ``postgres`` where this process is root, and listen on sockets alone.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
PORTS: Final = {"cases": 5515, "keys": 5516}
NAMES: Final = {"cases": "repere", "keys": "repere_keys"}
ROLES: Final = """
CREATE ROLE repere_app NOLOGIN; CREATE ROLE repere_auditor NOLOGIN; CREATE ROLE repere_sequencer NOLOGIN;
CREATE ROLE repere_log LOGIN; CREATE ROLE repere_owner LOGIN; CREATE ROLE repere_web LOGIN;
GRANT repere_app, repere_auditor TO repere_web; GRANT repere_sequencer TO repere_log;
"""


def server_account() -> dict[str, object]:
    """Return under whom PostgreSQL runs, for ``subprocess``: it refuses to run as root."""
    if os.geteuid():
        return {}
    found = pwd.getpwnam("postgres")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else str(shutil.which(name))


class Site:
    """Two clusters and the environment of each process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o755)
        self.sockets = self._made("run")
        self.repositories = {part: self._made(f"repository-{part}") for part in PORTS}
        self.pgbackrest = folder / "pgbackrest"
        self.state = folder / "state"
        self.environment = {
            # Without the settings of the tests too, which have apps of their own.
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PG", "REPERE_", "DJANGO_"))
            },
            "REPERE_MODE": "local",
            "REPERE_STATE_DIR": str(self.state),
            "REPERE_DATABASE_ROLE": "repere_app",
            "REPERE_LEAF_FEED": str(folder / "leaves.log"),
            "REPERE_FILING_FEED": str(folder / "filings.log"),
            "REPERE_SHRED_FILE": str(folder / "shreds.log"),
            "REPERE_PGBACKREST_DIR": str(self.pgbackrest),
            "PATH": f"{Path(program('pg_ctl')).parent}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
        }
        for part, name in (("cases", "DATABASE_URL"), ("keys", "KEYS_DATABASE_URL")):
            self.environment[name] = self.url(part, "repere_web")
            self.environment[f"MIGRATION_{name}"] = self.url(part, "repere_owner")

    def _made(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(mode=0o700)
        if not os.geteuid():
            shutil.chown(path, "postgres", "postgres")
        return path

    def url(self, part: str, login: str, name: str = "") -> str:
        """Return the address of a database, for a login."""
        return (
            f"postgres://{login}@:{PORTS[part]}/{name or NAMES[part]}?host={self.sockets}&connect_timeout=30"
        )

    def data(self, part: str) -> Path:
        """Return the data folder of a cluster."""
        return self.folder / f"data-{part}"

    def _do(self, *words: str, ok: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(  # noqa: S603 - our own words
            words, check=False, capture_output=True, text=True, cwd="/", env=self.environment,
            **server_account(),
        )  # fmt: skip
        assert done.returncode in ok, (words, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout

    def server(self, part: str, statement: str, name: str = "postgres") -> str:
        """Run statements as the superuser."""
        return self._do(
            program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self.sockets), "-p", str(PORTS[part]),
            "-U", "postgres", "-d", name, "-c", statement,
        )  # fmt: skip

    def create(self, part: str, *settings: str) -> None:
        """Make a cluster and start it."""
        self._made(f"data-{part}")
        self._do(
            program("initdb"), "-D", str(self.data(part)), "-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8",
        )  # fmt: skip
        lines = [
            f"port = {PORTS[part]}", "listen_addresses = ''", f"unix_socket_directories = '{self.sockets}'",
            "shared_buffers = 32MB", "synchronous_commit = on", *settings,
        ]  # fmt: skip
        with (self.data(part) / "postgresql.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")
        self.start(part)

    def populate(self) -> None:
        """Make roles and databases as the runbook says, and migrate."""
        for part, name in NAMES.items():
            self.server(part, ROLES)
            self.server(part, f"CREATE DATABASE {name} OWNER repere_owner")
        self.manage("migrate", "-v0")
        self.manage("migrate", "-v0", "--database", "keys")

    def start(self, part: str) -> None:
        """Start a cluster, and wait until it answers."""
        self._do(
            program("pg_ctl"), "-D", str(self.data(part)), "-w", "-t", "120", "-l",
            str(self.sockets / f"{part}.log"), "start",
        )  # fmt: skip

    def kill(self, part: str) -> None:
        """End a server at once, without a word to it."""
        os.kill(int((self.data(part) / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def stop(self) -> None:
        """Stop both, whatever they do."""
        for part in PORTS:
            if self.data(part).exists():
                self._do(program("pg_ctl"), "-D", str(self.data(part)), "-m", "immediate", "stop", ok=(0, 1))

    def manage(self, *words: str, expect: int = 0, before: Sequence[str] = (), **variables: str) -> str:
        """Run a command of ``manage.py`` in a process of its own; return what it says, or why it refuses."""
        done = subprocess.run(  # noqa: S603 - our own words
            [*before, sys.executable, "manage.py", *words],
            check=False, capture_output=True, text=True, cwd=ROOT, env=self.environment | variables,
        )  # fmt: skip
        assert done.returncode == expect, (words, done.returncode, done.stdout[-3000:], done.stderr[-4000:])
        return done.stderr if expect else done.stdout

    @property
    def sequencer(self) -> dict[str, str]:
        """Return what the environment of the sequencer has instead."""
        return {
            "DATABASE_URL": self.url("cases", "repere_log"),
            "KEYS_DATABASE_URL": self.url("keys", "repere_log"),
            "REPERE_DATABASE_ROLE": "repere_sequencer",
        }

    def filing_environment(self) -> dict[str, str]:
        """Return the environment of the program that files."""
        return self.environment | {
            "REPERE_TEST_TOKEN": str(self.folder / "token"),
            "REPERE_FILINGS_PER_HOUR_OF_PROGRAM": "100000",  # the stream mustn't end before the server
        }

    # --- The archive, by the files of deploy/pgbackrest

    def archive(self) -> None:
        """Let pgBackRest archive both clusters, configured by the files that a site installs."""
        (self.pgbackrest / "conf.d").mkdir(parents=True)
        locks = self._made("locks")
        given = ROOT / "deploy" / "pgbackrest"
        self._install(given / "pgbackrest.conf", self.pgbackrest / "pgbackrest.conf", {
            "[global]": f"[global]\nlock-path={locks}\nlog-path={locks}",
            "process-max=2": "process-max=1",
        })  # fmt: skip
        for part, old_data, old_port, old_repository in (
            ("cases", "/var/lib/postgresql/17/main", "5432", "/srv/backup/cases"),
            ("keys", "/var/lib/postgresql/17/keys", "5433", "/srv/backup-keys/keys"),
        ):
            self._install(given / "conf.d" / f"{part}.conf", self.pgbackrest / "conf.d" / f"{part}.conf", {
                f"pg1-path={old_data}": f"pg1-path={self.data(part)}",
                f"pg1-port={old_port}": f"pg1-port={PORTS[part]}\npg1-socket-path={self.sockets}",
                old_repository: str(self.repositories[part]),
                "CHANGE-ME": f"passphrase-of-{part}",
            })  # fmt: skip
            self.pgbackrest_does(part, "stanza-create")
            lines = (given / f"postgresql-{part}.conf").read_text()
            assert f"pgbackrest --stanza={part}" in lines
            lines = lines.replace("pgbackrest ", f"pgbackrest --config-path={self.pgbackrest} ")
            with (self.data(part) / "postgresql.conf").open("a") as file:
                file.write(lines)
            self._do(program("pg_ctl"), "-D", str(self.data(part)), "-m", "fast", "stop")
            self.start(part)
            self.pgbackrest_does(part, "check")

    @staticmethod
    def _install(source: Path, to: Path, changes: dict[str, str]) -> None:
        text = source.read_text()
        for old, new in changes.items():
            assert old in text, (source, old)
            text = text.replace(old, new)
        to.write_text(text)

    def pgbackrest_does(self, part: str, command: str, *words: str, ok: tuple[int, ...] = (0,)) -> str:
        """Run pgBackRest, as the server's account does."""
        return self._do(
            "pgbackrest", f"--config-path={self.pgbackrest}", f"--stanza={part}", *words, command, ok=ok
        )


@contextmanager
def archived(prefix: str) -> Iterator[Site]:
    """Run a site with tables, people and an archive in a folder of its own; afterwards nothing of it is left."""
    site = Site(Path(mkdtemp(prefix=prefix)))
    try:
        for part in PORTS:
            site.create(part)
        site.populate()
        site.archive()
        yield site
    finally:
        site.stop()
        shutil.rmtree(site.folder, ignore_errors=True)
