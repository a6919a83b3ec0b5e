"""Rehearsal of a restore: both databases into scratch servers, erasures replayed, journal verified, a sample opened.

RPO is the time between the moment asked for and the last commit that came back; RTO the time from the beginning until
the sample was read. The production's databases are only written to for the two entries of the journal.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connections

from config import backups
from config.backups import ALIASES, CASES, KEYS, CopyError
from config.recovery import folders, pgbackrest, server
from config.recovery.server import Server

_VARIABLES: Final = {CASES: "DATABASE_URL", KEYS: "KEYS_DATABASE_URL"}
#: A server listens on a socket in its own folder, so that the number only has to be one.
_PORT: Final = 5432
_LAST_COMMIT: Final = re.compile(r"last completed transaction was at log time (\S+ \S+)")
_REDO_DONE: Final = re.compile(r"redo done at ([0-9A-F]+)/([0-9A-F]+)")
_STOPPED_AT: Final = re.compile(
    r"recovery stopping (?:before|after) commit of transaction \d+, time (\S+ \S+)"
)
_SEGMENT_BITS: Final = 24  # 16 MiB, PostgreSQL's default
_ROOM: Final = 1.2
#: Under whom the servers run: what comes with the cases shall not read the keys.
_ACCOUNTS: Final = {CASES: "repere-rehearsal", KEYS: "repere-rehearsal-keys"}


@dataclass(frozen=True, slots=True)
class Restored:
    """A database that is back: its address, and the last commit that it has (or the instant of its dump)."""

    database: str
    url: str = field(repr=False)
    last_commit: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What a rehearsal found; ``findings`` is what ``restored.look`` returned, as data."""

    asked: datetime
    last_commit: datetime
    rpo_seconds: float
    rto_seconds: float
    findings: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {
            "asked": self.asked.isoformat(),
            "last_commit": self.last_commit.isoformat(),
            "rpo_seconds": round(self.rpo_seconds, 1),
            "rto_seconds": round(self.rto_seconds, 1),
            **self.findings,
        }


def rehearse(
    *,
    asked: datetime,
    to: datetime | None,
    dumps: Mapping[str, Path],
    folder: Path | None,
    account: str | None,
    inside: Sequence[str],
) -> Result:
    """Restore both databases, look at them, and take everything away again.

    ``to`` is the moment for the cases; the keys always come as far as their archive reaches, because a key without a
    case is harmless. ``dumps`` are files of ``manage.py backup``; where there are none, pgBackRest has the copies.
    ``inside`` are the words of the command that looks. ``account`` is another one for the servers (``server.account``).

    Raises:
        CopyError: a copy is missing, not whole or older than asked; the sentence says which.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        scratch = stack.enter_context(folders.scratch(folder))
        if dumps:
            restored = stack.enter_context(_from_dumps(scratch, dumps, account))
        else:
            restored = [
                stack.enter_context(_from_archive(scratch, CASES, to, account)),
                stack.enter_context(_from_archive(scratch, KEYS, None, account)),
            ]
        findings = _look(scratch, restored, inside)
        last = next(one.last_commit for one in restored if one.database == CASES)
        return Result(
            asked, last, max(0.0, (asked - last).total_seconds()), time.monotonic() - began, findings
        )


def is_scratch() -> bool:
    """Tell whether both databases of this process are scratch ones: what looks at them also writes to them."""
    settled = [connections[alias].settings_dict for alias in ALIASES.values()]
    return all(
        folders.PREFIX in f"{one['HOST']}{one['OPTIONS'].get('host', '')}{one['NAME']}" for one in settled
    )


# --- From the archive ---------------------------------------------------------------------------------


@contextmanager
def _from_archive(
    scratch: Path, database: str, to: datetime | None, account: str | None
) -> Iterator[Restored]:
    who = server.account(_ACCOUNTS[database], otherwise=account)
    stanza = pgbackrest.stanza(database)
    usable = [one for one in stanza.backups if to is None or one.ended <= to]
    if not usable:
        raise CopyError(f"Base {database} : aucune copie n'est assez ancienne pour ce moment.")
    _require_room(scratch, usable[-1].size)
    with Server(scratch / database, _PORT, who) as running:
        recovery = pgbackrest.restore(database, running.data, to=to)
        running.take_over()
        running.start(recovery, partial(pgbackrest.fetch, database, running.data))
        log = running.log()
        if to is None:
            _require_no_gap(database, log, stanza.last_segment)
        last = _instants(_LAST_COMMIT, log)
        settled = connections[ALIASES[database]].settings_dict
        yield Restored(
            database, running.url(settled["USER"], settled["NAME"]), last[-1] if last else usable[-1].ended
        )


def _require_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size * _ROOM:
        raise CopyError(
            f"Il faut {size * _ROOM / 1e9:.1f} Go de libre pour la répétition, il y en a {free / 1e9:.1f} : nommez un "
            "autre dossier (--folder)."
        )


def _instants(pattern: re.Pattern[str], said: str) -> list[datetime]:
    return [
        datetime.fromisoformat(f"{one}+00:00") if "+" not in one else datetime.fromisoformat(one)
        for one in pattern.findall(said)
    ]


def _require_no_gap(database: str, said: str, last_segment: str) -> None:
    """Refuse where the recovery ended before the last archived piece: one before it is missing.

    Raises:
        CopyError: it did.
    """
    done = _REDO_DONE.findall(said)
    if not done or not last_segment:
        return
    high, low = (int(part, 16) for part in done[-1])
    reached = (high << (32 - _SEGMENT_BITS)) + (low >> _SEGMENT_BITS)
    archived = (int(last_segment[8:16], 16) << (32 - _SEGMENT_BITS)) + int(last_segment[16:24], 16)
    # The last piece may hold nothing but its end.
    if reached < archived - 1:
        raise CopyError(
            f"Base {database} : il manque un journal WAL dans l'archive ; la reprise s'est arrêtée "
            f"{archived - reached} journaux avant le dernier. Faites une copie complète maintenant."
        )


# --- From dumps ---------------------------------------------------------------------------------------


@contextmanager
def _from_dumps(scratch: Path, dumps: Mapping[str, Path], account: str | None) -> Iterator[list[Restored]]:
    copies = {part: backups.latest(part, place) for part, place in dumps.items()}
    if connections["default"].vendor != "postgresql":
        urls = {part: f"sqlite:///{scratch / f'{part}.sqlite3'}" for part in copies}
        _read_back(scratch, copies, urls)
        yield [Restored(part, urls[part], copy.made_at) for part, copy in copies.items()]
        return
    who = server.account(_ACCOUNTS[CASES], otherwise=account)
    with Server(scratch / "both", _PORT, who) as running:
        running.create()
        running.start()
        for role in sorted(
            {*_roles(), *(connections[alias].settings_dict["USER"] for alias in ALIASES.values())}
        ):
            running.do(
                f'CREATE ROLE "{role}" SUPERUSER LOGIN' if role not in _roles() else f'CREATE ROLE "{role}"'
            )
        urls = {}
        for part in copies:
            settled = connections[ALIASES[part]].settings_dict
            name = f"{settled['NAME']}_{part}"
            running.do(f'CREATE DATABASE "{name}" OWNER "{settled["USER"]}"')
            urls[part] = running.url(settled["USER"], name)
        _read_back(scratch, copies, urls)
        yield [Restored(part, urls[part], copy.made_at) for part, copy in copies.items()]


def _roles() -> tuple[str, ...]:
    """Return the roles to which tables grant something."""
    return (settings.ROLES.service, settings.ROLES.auditor, settings.ROLES.sequencer)


def _read_back(scratch: Path, copies: Mapping[str, backups.Copy], urls: Mapping[str, str]) -> None:
    for part, copy in copies.items():
        _manage(scratch, urls, "restore", part, str(copy.path.resolve()))


# --- Looking ------------------------------------------------------------------------------------------


def _look(scratch: Path, copies: Sequence[Restored], inside: Sequence[str]) -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(_manage(scratch, {one.database: one.url for one in copies}, *inside))
    return data


def _manage(scratch: Path, urls: Mapping[str, str], *words: str) -> str:
    """Run a command whose settings name the scratch databases, and nothing of the service that it could change.

    Raises:
        CopyError: it failed; its sentence is ours to show.
    """
    done = subprocess.run(  # noqa: S603 - our own words
        [*server.without_rights(), sys.executable, "manage.py", *words],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=settings.BASE_DIR,
        env=_environment(scratch, urls),
    )  # fmt: skip
    if done.returncode:
        # Lines of the log may stand before the sentence.
        sentence = done.stderr.rpartition("CommandError: ")[2] if "CommandError: " in done.stderr else ""
        raise CopyError(
            sentence.strip() or "Les bases restaurées n'ont pas pu être lues par cette version du code."
        )
    return done.stdout


def _environment(scratch: Path, urls: Mapping[str, str]) -> dict[str, str]:
    environment = dict(os.environ)
    for part, url in urls.items():
        for name in (_VARIABLES[part], f"MIGRATION_{_VARIABLES[part]}"):
            environment.pop(f"{name}_FILE", None)
            environment[name] = url
    ours = {
        "REPERE_SHRED_FILE": _copied(settings.SHRED_FILE, scratch / "shreds.log"),
        "REPERE_LOG_WITNESS_FILE": _copied(settings.LOG_WITNESS_FILE, scratch / "witness.txt"),
        "REPERE_OBJECT_STORE": "referrals.attachments.folder.FolderStore",
        "REPERE_OBJECT_FOLDER": str(scratch / "objects"),
        "REPERE_LEAF_FEED": "",
        # What it exports for a moment goes with the rest.
        "TMPDIR": str(scratch),
        "REPERE_FILING_FEED": "",
    }
    for name, value in ours.items():
        environment.pop(f"{name}_FILE", None)
        environment[name] = value
    return environment


def _copied(path: str, to: Path) -> str:
    # Another account's file counts by the copy of it that the operator names.
    if path and not to.exists() and os.access(path, os.R_OK, effective_ids=True):
        shutil.copyfile(path, to)
    return str(to) if path else ""
