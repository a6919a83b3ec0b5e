"""A PostgreSQL server of its own in a scratch folder: on a socket that only this account reaches, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import psycopg

from config.backups import CopyError

_DEBIAN: Final = Path("/usr/lib/postgresql")
_ACCOUNT: Final = "postgres"
_POLL_SECONDS: Final = 0.2
_RECOVERY_SECONDS: Final = 4 * 3600
#: Said on the command line: nothing of the restored settings may archive, replicate, listen or load a library.
_SETTINGS: Final = {
    "archive_mode": "off", "archive_command": "", "listen_addresses": "", "primary_conninfo": "", "hot_standby": "off",
    "synchronous_standby_names": "", "shared_preload_libraries": "", "ssl": "off", "unix_socket_permissions": "0700",
    "logging_collector": "off", "log_destination": "stderr", "log_statement": "none", "lc_messages": "C",
    "log_min_error_statement": "panic", "log_timezone": "UTC", "max_wal_senders": "0", "wal_level": "replica",
    "fsync": "off",
}  # fmt: skip


def account() -> dict[str, Any]:
    """Return under whom PostgreSQL's programs run, as ``subprocess`` takes it: its server refuses to run as root."""
    if os.geteuid():
        return {}
    try:
        found = pwd.getpwnam(_ACCOUNT)
    except KeyError:
        raise CopyError("Lancez cette commande avec un autre compte que root.") from None
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def own(folder: Path) -> Path:
    """Make a folder that only the account of the programs reads; return it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if who := account():
        os.chown(folder, who["user"], who["group"])
    return folder


def program(name: str, version: str = "") -> str:
    """Return the path of one of the server's programs, of one major version where it is named.

    Raises:
        CopyError: it isn't installed.
    """
    found = sorted(_DEBIAN.glob(f"{version or '*'}/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise CopyError(f"{name} manque : installez le serveur PostgreSQL {version} (Debian : postgresql).")
    return path


class Server:
    """A server over a data folder ``data`` within ``folder``; ends with its block."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.data, self._port = folder, folder / "data", port
        self._running: subprocess.Popen[bytes] | None = None
        self._log = folder / "server.log"

    def create(self) -> None:
        """Make an empty cluster.

        Raises:
            CopyError: it can't be made.
        """
        done = subprocess.run(  # noqa: S603 - our own words
            [program("initdb"), "-D", str(self.data), "-U", _ACCOUNT, "-A", "trust", "-N", "--locale=C.UTF-8"],
            check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd="/", **account(),
        )  # fmt: skip
        if done.returncode:
            raise CopyError(
                "Une grappe PostgreSQL provisoire n'a pas pu être créée : le disque est-il plein ?"
            )

    def start(self) -> None:
        """Start it, and wait until it has recovered and answers.

        Raises:
            CopyError: it ends before; the sentence says why, where its log does.
        """
        version = (self.data / "PG_VERSION").read_text().strip()
        hba = self.folder / "pg_hba.conf"
        hba.write_text("local all all trust\n")
        # Debian keeps the configuration elsewhere: what isn't said here has its default value.
        empty = self.folder / "postgresql.conf"
        empty.write_text("")
        said = _SETTINGS | {
            "config_file": str(empty), "hba_file": str(hba), "port": str(self._port),
            "unix_socket_directories": str(self.folder),
        }  # fmt: skip
        words = [word for name, value in said.items() for word in ("-c", f"{name}={value}")]
        for file in (hba, empty):
            file.chmod(0o644)  # within a folder of 0700
        with self._log.open("wb") as log:
            self._running = subprocess.Popen(  # noqa: S603 - our own words
                [program("postgres", version), "-D", str(self.data), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **account(),
            )  # fmt: skip
        until = time.monotonic() + _RECOVERY_SECONDS
        while not self._answers():
            if self._running.poll() is not None or time.monotonic() > until:
                raise CopyError(self._why_ended())
            time.sleep(_POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.folder), port=self._port, user=_ACCOUNT, dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _why_ended(self) -> str:
        said = self.log()
        if "recovery ended before configured recovery target was reached" in said:
            return "L'archive ne va pas jusqu'au moment demandé : demandez un moment plus ancien, ou aucun."
        if "No space left" in said:
            return "Le disque est plein."
        if "could not locate required checkpoint record" in said or "invalid checkpoint" in said:
            return "Il manque dans l'archive le journal WAL dont la copie a besoin."
        return "Le serveur provisoire s'est arrêté pendant la reprise."

    def log(self) -> str:
        """Return what the server has logged; to be searched, never shown."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def url(self, login: str, name: str) -> str:
        """Return the address of one of its databases."""
        return f"postgres://{quote(login)}@:{self._port}/{quote(name)}?host={quote(str(self.folder))}&connect_timeout=30"

    def do(self, statement: str) -> None:
        """Run a statement as the superuser."""
        with psycopg.connect(
            host=str(self.folder), port=self._port, user=_ACCOUNT, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGINT)  # without waiting for sessions
            try:
                self._running.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()
