"""A PostgreSQL server of its own in a scratch folder, under an account that may read nothing else; gone afterwards.

What is restored was written by whoever administers the production's database: a setting, a trigger or a function there
can run any program as the server's account. So this account owns nothing, is in no group, and gets no environment. The
command's own account has the root key and the passphrases of the copies: no server runs under it (SEC-CR12).
"""

import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

from config.backups import CopyError

_DEBIAN: Final = Path("/usr/lib/postgresql")
_SUPERUSER: Final = "postgres"
_POLL_SECONDS: Final = 0.02
_RECOVERY_SECONDS: Final = 4 * 3600
_EVENT_TRIGGERS_SINCE: Final = 17
#: How a file of the write-ahead log may be named.
_LOG_FILE: Final = re.compile(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup|\.partial)?|[0-9A-F]{8}\.history")
#: Said on the command line: nothing of the restored settings may archive, replicate, listen, load a library or run.
_SETTINGS: Final = {
    "archive_mode": "off", "archive_command": "", "archive_library": "", "archive_cleanup_command": "",
    "recovery_end_command": "", "listen_addresses": "", "primary_conninfo": "", "hot_standby": "off",
    "synchronous_standby_names": "", "shared_preload_libraries": "", "session_preload_libraries": "",
    "local_preload_libraries": "", "ssl": "off", "unix_socket_permissions": "0777", "jit": "off",
    "logging_collector": "off", "log_destination": "stderr", "log_statement": "none", "lc_messages": "C",
    "log_min_error_statement": "panic", "log_timezone": "UTC", "max_wal_senders": "0", "wal_level": "replica",
    "fsync": "off",
}  # fmt: skip
#: Brings a file of the log: asks for it, waits until it or its absence is there, and ends with the server.
_RESTORE: Final = (
    "touch {wanted}/%f; until [ -e {given}/%f ] || [ -e {given}/%f.none ] || ! kill -0 $PPID 2>/dev/null; "
    'do sleep 0.02; done; cp {given}/%f "%p" 2>/dev/null; said=$?; rm -f {wanted}/%f; exit $said'
)

#: Capabilities by which the command changes accounts; nothing that it starts keeps them.
_WITHOUT_RIGHTS: Final = ("--inh-caps=-all", "--ambient-caps=-all")
#: The folders within a server's that are its account's.
_THEIRS: Final = ("data", "tablespaces", "socket", "wanted")

#: Writes a file of the log, by its name, to a path; false if there is none.
type Fetch = Callable[[str, Path], bool]


@dataclass(frozen=True, slots=True)
class Account:
    """Under whom a server runs; ``own`` if it is the command's, which is only for trying."""

    uid: int
    gid: int

    @property
    def own(self) -> bool:
        """Tell whether it is the account of this process."""
        return self.uid == os.geteuid()

    def words(self) -> list[str]:
        """Return what stands before a program that runs under it: without rights, and ended with this process."""
        change = (
            []
            if self.own
            else [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups", *_WITHOUT_RIGHTS]
        )
        return [_setpriv(), "--no-new-privs", *change, "--pdeathsig=QUIT"]

    def runs(self, *words: str) -> int:
        """Run a program under it, with an empty environment; return its status."""
        done = subprocess.run(  # noqa: S603 - our own words
            [*self.words(), *words], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd="/", env={},
        )  # fmt: skip
        return done.returncode

    def give(self, path: Path, mode: int, *, gid: int | None = None) -> None:
        """Make it the owner of a file or folder; its group is the account's, or another."""
        path.chmod(mode)
        os.chown(path, self.uid, self.gid if gid is None else gid)

    def admit(self, path: Path, mode: int) -> None:
        """Let its group in by the mode; the owner stays."""
        os.chown(path, -1, self.gid)
        path.chmod(mode)


def without_rights() -> list[str]:
    """Return what stands before a program of the command's own account, which ends with this process."""
    rights = _WITHOUT_RIGHTS if os.geteuid() else ()
    return [_setpriv(), "--no-new-privs", *rights, "--pdeathsig=KILL"]


def account(name: str, *, otherwise: str | None = None) -> Account:
    """Return the account of a server, to which this command can change.

    ``otherwise`` names another, or ``same`` for this one; outside production only.

    Raises:
        CopyError: there is none, it is the command's own, or the command can't change to it.
    """
    if otherwise is not None and settings.PRODUCTION:
        raise CopyError("--account est refusé en production : le compte est celui des unités systemd.")
    if otherwise == "same":
        return Account(os.geteuid(), os.getegid())
    name = otherwise or name
    try:
        chosen = Account(int(name), int(name)) if name.isdecimal() else Account(*pwd.getpwnam(name)[2:4])
    except KeyError:
        raise CopyError(
            f"Le compte {name} manque : créez-le (deploy/systemd/repere.sysusers.conf)."
        ) from None
    if chosen.own or not chosen.uid:
        raise CopyError(
            "Un serveur provisoire ne démarre pas sous le compte qui lit la clé racine, ni sous root."
        )
    if chosen.runs(shutil.which("true") or "/bin/true"):
        raise CopyError(
            f"Cette commande ne peut pas prendre le compte {name} : lancez-la par repere-rehearsal.service, ou en root."
        )
    return chosen


def _setpriv() -> str:
    path = shutil.which("setpriv")
    if path is None:
        raise CopyError("setpriv manque : installez-le (Debian : util-linux).")
    return path


def program(name: str, version: str = "") -> str:
    """Return the path of one of the server's programs, of one major version where it is named.

    Raises:
        CopyError: it isn't installed.
    """
    candidates = sorted(_DEBIAN.glob(f"{version or '*'}/bin/{name}"), key=lambda path: int(path.parts[-3]))
    path = str(candidates[-1]) if candidates else shutil.which(name)
    if path is None:
        raise CopyError(f"{name} manque : installez le serveur PostgreSQL {version} (Debian : postgresql).")
    return path


def remove(folder: Path) -> None:
    """Take away what a server had, as its account: nobody else may read it; end the server if it still runs."""
    data = folder / "data"
    if not data.is_dir():
        return
    status = data.stat()
    account = Account(status.st_uid, status.st_gid)
    account.runs(program("pg_ctl"), "-D", str(data), "-m", "immediate", "-t", "20", "stop")
    for name in _THEIRS:
        account.runs("/usr/bin/find", str(folder / name), "-mindepth", "1", "-delete")


class Server:
    """A server over a data folder ``data`` within ``folder``, which it makes; ends with its block.

    The folder stays the command's: the server passes through it, and changes nothing there but in its own folders.
    """

    def __init__(self, folder: Path, port: int, account: Account) -> None:
        self.folder, self.data, self._port, self._account = folder, folder / "data", port, account
        self._socket, self._wanted, self._given = (folder / name for name in ("socket", "wanted", "given"))
        self._running: subprocess.Popen[bytes] | None = None
        self._log = folder / "server.log"
        self._version = ""
        for path in (folder, self.data, self._socket, self._wanted, self._given):
            path.mkdir(mode=0o700)
        account.admit(folder, 0o710)
        account.admit(self._given, 0o750)
        for path in (self._socket, self._wanted):
            account.give(path, 0o750, gid=os.getegid())  # this process connects, and reads what is asked for

    def create(self) -> None:
        """Make an empty cluster.

        Raises:
            CopyError: it can't be made.
        """
        self._account.give(self.data, 0o700)
        if self._account.runs(
            program("initdb"), "-D", str(self.data), "-U", _SUPERUSER, "-A", "trust", "-N", "--locale=C.UTF-8"
        ):
            raise CopyError(
                "Une grappe PostgreSQL provisoire n'a pas pu être créée : le disque est-il plein ?"
            )

    def take_over(self) -> None:
        """Give restored files to the account, without the settings that came with them."""
        self._version = (self.data / "PG_VERSION").read_text().strip()
        own = self.data / "postgresql.auto.conf"
        own.unlink(missing_ok=True)
        own.touch(mode=0o600, exist_ok=False)
        for top in (self.data, self.folder / "tablespaces"):
            for path, folders, files in os.walk(top):
                # No process of the account runs yet in this folder; a restored link isn't followed.
                for name in (".", *folders, *files):
                    os.chown(
                        os.path.join(path, name), self._account.uid, self._account.gid, follow_symlinks=False
                    )

    def start(self, recovery: dict[str, str] | None = None, fetch: Fetch | None = None) -> None:
        """Start it, and wait until it has recovered and answers; ``fetch`` brings what it needs of the log.

        Raises:
            CopyError: it ends before; the sentence says why, where its log does.
        """
        parameters = self._parameters() | (recovery or {})
        if fetch is not None:
            folders = {"wanted": self._wanted, "given": self._given}
            parameters["restore_command"] = _RESTORE.format(
                **{name: shlex.quote(str(path)).replace("%", "%%") for name, path in folders.items()}
            )
        words = [word for name, value in parameters.items() for word in ("-c", f"{name}={value}")]
        with self._log.open("wb") as log:
            self._running = subprocess.Popen(  # noqa: S603 - our own words
                [*self._account.words(), program("postgres", self._version), "-D", str(self.data), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env={},
            )  # fmt: skip
        until = time.monotonic() + _RECOVERY_SECONDS
        while not self._answers():
            if self._running.poll() is not None or time.monotonic() > until:
                raise CopyError(self._why_ended())
            for _ in range(10):
                if fetch is not None:
                    self._hand_out(fetch)
                time.sleep(_POLL_SECONDS)

    def _parameters(self) -> dict[str, str]:
        # Debian keeps the configuration elsewhere: what isn't said here has its default value.
        files = {"hba_file": "local all all trust\n", "ident_file": "", "config_file": ""}
        parameters = dict(_SETTINGS)
        for name, text in files.items():
            path = self.folder / name
            path.write_text(text)
            self._account.admit(path, 0o640)
            parameters[name] = str(path)
        if self._version and int(self._version) >= _EVENT_TRIGGERS_SINCE:
            parameters["event_triggers"] = "off"
        return parameters | {"port": str(self._port), "unix_socket_directories": str(self._socket)}

    def _hand_out(self, fetch: Fetch) -> None:
        """Bring the files of the log that the server asks for, and take away those that it has."""
        wanted = {name for name in os.listdir(self._wanted) if _LOG_FILE.fullmatch(name)}
        there = {path.name.removesuffix(".none"): path for path in self._given.iterdir()}
        for name in there.keys() - wanted:
            there[name].unlink()
        for name in wanted - there.keys():
            draft = self.folder / "fetched"
            if fetch(name, draft):
                self._account.admit(draft, 0o640)
                draft.rename(self._given / name)
            else:
                (self._given / f"{name}.none").touch()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address()).close()
        except psycopg.OperationalError:
            return False
        return True

    def _address(self) -> str:
        return make_conninfo(host=str(self._socket), port=self._port, user=_SUPERUSER, dbname="postgres")

    def _why_ended(self) -> str:
        log = self.log()
        if "recovery ended before configured recovery target was reached" in log:
            return "L'archive ne va pas jusqu'au moment demandé : demandez un moment plus ancien, ou aucun."
        if "No space left" in log:
            return "Le disque est plein."
        if "could not locate required checkpoint record" in log or "invalid checkpoint" in log:
            return "Il manque dans l'archive le journal WAL dont la copie a besoin."
        return "Le serveur provisoire s'est arrêté pendant la reprise."

    def log(self) -> str:
        """Return what the server has logged; to be searched, never shown."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def url(self, login: str, name: str) -> str:
        """Return the address of one of its databases."""
        return f"postgres://{quote(login)}@:{self._port}/{quote(name)}?host={quote(str(self._socket))}&connect_timeout=30"

    def do(self, statement: str) -> None:
        """Run a statement as the superuser."""
        with psycopg.connect(self._address(), autocommit=True) as connection:
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
