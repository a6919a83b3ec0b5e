"""pgBackRest, asked from here: which copies a stanza has, and a restore into a folder of its own.

Its configuration is in ``REPERE_PGBACKREST_DIR`` (``deploy/pgbackrest/``); the stanzas are ``cases`` and ``keys``.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from config.backups import CopyError
from config.recovery import server

_PROGRAM: Final = "pgbackrest"
_NO_SUCH_FILE: Final = 1
#: What pgBackRest may say, and the sentence for it; its own words may name hosts and paths of the repository.
_FAILURES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        # Decrypted with another passphrase, a file is noise, which may or may not look like a broken one.
        (r"crypto|cipher|encrypt|FormatError", "le mot de passe du dépôt est faux, ou le dépôt est abîmé"),
        (r"no space left", "le disque est plein"),
        (r"permission denied|unable to open .* for read", "le dépôt ne peut pas être lu par ce compte"),
        (r"archive.*missing|unable to find .* in the archive", "il manque un journal WAL dans le dépôt"),
        (r"unable to find backup set", "aucune copie n'est assez ancienne pour ce moment"),
        (r"backup set|no backup|no prior backup", "le dépôt n'a aucune copie"),
        (r"missing stanza|\.info|does not exist", "le dépôt manque, ou cette base n'y est pas"),
        (r"unable to connect|connection refused|host", "la machine du dépôt ne répond pas"),
        (r"option", "la configuration de pgBackRest n'est pas valable"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole copy in a repository: when it began and ended, how many bytes the database has."""

    label: str
    begun: datetime
    ended: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Stanza:
    """What the repository of one database holds; ``last_segment`` is the last archived piece of the log."""

    database: str
    backups: tuple[Backup, ...]
    last_segment: str


def stanza(database: str) -> Stanza:
    """Ask what the repository of a database holds.

    Raises:
        CopyError: pgBackRest or the repository is missing, can't be read, or holds no copy.
    """
    try:
        stanzas = json.loads(_run("info", database, "--output=json"), strict=False)
    except ValueError:
        raise CopyError(_sentence(database, "FormatError")) from None  # it quotes what it can't read
    entry = next((one for one in stanzas if one["name"] == database), None)
    if entry is None:
        raise CopyError(_sentence(database, "missing stanza"))
    if entry["status"]["code"]:
        # That of the repository says more.
        states = [entry["status"], *(one["status"] for one in entry["repo"])]
        raise CopyError(_sentence(database, " ".join(str(one["message"]) for one in states)))
    return Stanza(
        database,
        tuple(_backup(one) for one in entry["backup"] if not one.get("error")),
        max((one["max"] or "" for one in entry["archive"]), default=""),
    )


def _backup(entry: Mapping[str, Any]) -> Backup:
    times = entry["timestamp"]
    begun, ended = (datetime.fromtimestamp(times[name], UTC) for name in ("start", "stop"))
    return Backup(entry["label"], begun, ended, entry["info"]["size"])


def restore(database: str, data: Path, *, to: datetime | None) -> dict[str, str]:
    """Restore a database into an empty folder; return with which settings its server recovers.

    It recovers to ``to``, or as far as the archive reaches.

    Raises:
        CopyError: a copy is missing, or can't be read.
    """
    target = [] if to is None else ["--type=time", f"--target={to.isoformat(sep=' ')}"]
    _run(
        "restore", database, f"--pg1-path={data}", f"--tablespace-map-all={data.parent / 'tablespaces'}",
        f"--lock-path={data.parent / 'lock'}", "--archive-mode=off", *target,
    )  # fmt: skip
    # What `fetch` needs of the data folder, which belongs to the server's account from now on.
    copies = _copies_folder(data)
    for name in ("global/pg_control", "backup_label"):
        (copies / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data / name, copies / name)
    if to is None:
        return {}
    return {"recovery_target_time": to.isoformat(sep=" "), "recovery_target_action": "promote"}


def fetch(database: str, data: Path, name: str, to: Path) -> bool:
    """Write a file of the log, by its name, to a path; return false if the archive has none.

    Raises:
        CopyError: the archive can't be read.
    """
    done = _does(
        "archive-get", database, f"--pg1-path={_copies_folder(data)}", f"--lock-path={data.parent / 'lock'}",
        "--no-archive-async", then=(name, str(to)),
    )  # fmt: skip
    if done.returncode not in (0, _NO_SUCH_FILE):
        raise CopyError(_sentence(database, done.stderr, done.returncode))
    return done.returncode == 0


def _copies_folder(data: Path) -> Path:
    return data.parent / "known"


def _program() -> str:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise CopyError("pgBackRest manque : installez-le (Debian : pgbackrest).")
    return program


def _run(command: str, database: str, *words: str) -> str:
    done = _does(command, database, *words)
    if done.returncode:
        raise CopyError(_sentence(database, done.stderr, done.returncode))
    return done.stdout


def _does(
    command: str, database: str, *words: str, then: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        [
            *server.without_rights(), _program(), f"--config-path={settings.PGBACKREST_DIR}", f"--stanza={database}",
            "--log-level-file=off", "--log-level-console=off", "--log-level-stderr=error", *words, command, *then,
        ],
        check=False, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip


def _sentence(database: str, said: str, status: int = 0) -> str:
    reason = next((text for pattern, text in _FAILURES if pattern.search(said)), "raison inconnue")
    state = f" (état {status})" if status else ""
    return f"pgBackRest, base {database} : {reason}{state}."
