"""Backups of one database: PostgreSQL by its own tools, SQLite by its own copying.

Passwords are passed by the environment only. A backup is a file, with a small JSON beside it that describes it and has
its SHA-256. It is restored into an empty database alone: nothing is ever overwritten.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from encryption import digest
from encryption.models import WrappedKey

CASES: Final = "cases"
KEYS: Final = "keys"
ALIASES: Final[Mapping[str, str]] = {CASES: "default", KEYS: "keys"}
_STAMP: Final = "%Y%m%dT%H%M%S%fZ"
_VARIABLES: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}
#: What PostgreSQL's tools may say, in English or French, and the sentence for it. Nothing else of it is shown: it may
#: quote a row. A name is one of a table or schema of ours.
_FAILURES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (
            r"(?:permission denied for|droit refusé pour l[ae]) \w+ [«\"]?\s?(?P<name>[a-z_]{1,63})",
            "le compte n'a pas le droit de lire {name} ; prenez celui du propriétaire (MIGRATION_DATABASE_URL, "
            "MIGRATION_KEYS_DATABASE_URL)",
        ),
        (r"version mismatch", "pg_dump est plus ancien que le serveur : installez sa version"),
        (r"password authentication failed|authentification par mot de passe", "le mot de passe est refusé"),
        (r"no password supplied|aucun mot de passe", "aucun mot de passe n'est donné"),
        (
            r"no pg_hba\.conf entry|pg_hba\.conf",
            "le serveur n'admet pas ce compte depuis cette machine (pg_hba.conf)",
        ),
        (
            r"certificate|root\.crt|SSL error|does not support SSL",
            "TLS : le certificat du serveur n'est pas accepté (PGSSLROOTCERT, sslmode)",
        ),
        (
            r"role \S+ does not exist|le rôle .* n'existe pas",
            "un rôle manque dans ce serveur : créez les rôles d'abord",
        ),
        (r"database \S+ does not exist|la base .* n'existe pas", "la base nommée n'existe pas"),
        (r"connection|could not translate host name|connexion", "le serveur ne répond pas"),
        (r"no space left|disk full|aucun espace", "le disque est plein"),
        (r"lock timeout|deadlock|canceling statement", "une table est verrouillée : recommencez"),
        (
            r"row[- ]level security|sécurité au niveau ligne",
            "le compte ne voit pas toutes les lignes : prenez le propriétaire",
        ),
        (r"already exists|existe déjà", "la base n'est pas vide"),
        (r"unsupported version|input file|archive", "le fichier n'est pas une copie que cet outil sait lire"),
    )
)


class CopyError(Exception):
    """A copy can't be made, isn't whole, or has no empty place to go to; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup file: its database, and when it was begun."""

    path: Path
    part: str
    made_at: datetime


def make(part: str, folder: Path, *, at: datetime) -> Copy:
    """Copy one database into a folder, as it stands at one moment.

    Raises:
        CopyError: a tool is missing or fails; nothing is left behind.
    """
    connection = connections[ALIASES[part]]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ending = "dump" if connection.vendor == "postgresql" else "sqlite3"
    path = folder / f"{part}-{at:{_STAMP}}.{ending}"
    draft = path.with_name(f".{path.name}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if connection.vendor == "postgresql":
            _run(
                connection, "pg_dump", "--format=custom", f"--file={draft}", connection.settings_dict["NAME"]
            )
        else:
            with (
                closing(sqlite3.connect(connection.settings_dict["NAME"])) as whole,
                closing(sqlite3.connect(draft)) as to,
            ):
                whole.backup(to)
        description = {
            "part": part,
            "made_at": at.isoformat(),
            "vendor": connection.vendor,
            "sha256": _sha256(draft),
        }
        _written(_beside(path), json.dumps(description))
        _synced(draft)
        draft.rename(path)
    except OSError as error:
        raise CopyError(f"La copie n'a pas pu être écrite dans {folder}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return Copy(path, part, at)


def expire(part: str, folder: Path, *, days: int, at: datetime) -> list[Path]:
    """Delete the copies of one database that are older than so many days; return which."""
    gone = []
    for copy in _in(folder, part):
        if copy.made_at < at - timedelta(days=days):
            copy.path.unlink()
            _beside(copy.path).unlink(missing_ok=True)
            gone.append(copy.path)
    return gone


def compact_keys() -> None:
    """Rewrite the table of wrapped keys: a deleted row leaves its bytes in a page, which a copy of files would hold.

    Raises:
        CopyError: somebody holds the table for more than ten seconds.
    """
    connection = connections[ALIASES[KEYS]]
    table = connection.ops.quote_name(WrappedKey._meta.db_table)
    if connection.vendor != "postgresql":  # SQLite overwrites what it deletes (secure_delete)
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
            cursor.execute(f"VACUUM (FULL) {table}")
            cursor.execute("RESET lock_timeout")
    except DatabaseError as error:
        raise CopyError(
            "La table des clés n'a pas pu être réécrite : elle est verrouillée, ou à un autre propriétaire."
        ) from error


def latest(part: str, place: Path) -> Copy:
    """Return a copy by its file, or the newest one of a folder.

    Raises:
        CopyError: there is none.
    """
    copies = [
        copy
        for copy in _in(place if place.is_dir() else place.parent, part)
        if place.is_dir() or copy.path == place
    ]
    if not copies:
        raise CopyError(f"Aucune copie de la base {part} dans {place}.")
    return max(copies, key=lambda copy: copy.made_at)


def oldest(part: str, folder: Path) -> Copy:
    """Return the oldest copy of a folder, which has one."""
    return min(_in(folder, part), key=lambda copy: copy.made_at)


def _in(folder: Path, part: str) -> Iterator[Copy]:
    for beside in sorted(folder.glob(f"{part}-*.json")):
        path = beside.with_suffix("")
        if path.exists():
            yield Copy(path, part, datetime.fromisoformat(json.loads(beside.read_text())["made_at"]))


def read_back(part: str, path: Path) -> None:
    """Read a copy into the empty database of the settings.

    Raises:
        CopyError: it isn't whole, is another database's, or the place isn't empty.
    """
    connection = connections[ALIASES[part]]
    _require_whole(part, path, connection.vendor)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            if connection.introspection.table_names(cursor):
                raise CopyError(f"La base {part} n'est pas vide : créez-en une nouvelle et nommez-la.")
        connection.close()
        _run(
            connection,
            "pg_restore",
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            f"--dbname={connection.settings_dict['NAME']}",
            str(path),
        )
        return
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    left = [
        one
        for one in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm")))
        if one.exists()
    ]
    if any(one.stat().st_size for one in left):
        raise CopyError(f"{place} existe : déplacez-le d'abord, avec ses fichiers -wal et -shm.")
    for one in left:
        one.unlink()
    draft = place.with_name(f".{place.name}.restored")
    shutil.copyfile(path, draft)
    draft.chmod(0o600)
    _synced(draft)
    draft.rename(place)


def _require_whole(part: str, path: Path, vendor: str) -> None:
    try:
        description = json.loads(_beside(path).read_text())
        whole = description["sha256"] == _sha256(path)
    except (OSError, ValueError, KeyError) as error:
        raise CopyError(
            f"{path} et sa description ({_beside(path).name}) ne peuvent pas être lus."
        ) from error
    if not whole:
        raise CopyError(f"{path} n'est pas intact.")
    if (description.get("part"), description.get("vendor")) != (part, vendor):
        raise CopyError(f"{path} n'est pas une copie de la base {part} pour {vendor}.")


def _run(connection: BaseDatabaseWrapper, tool: str, *words: str) -> None:
    program = shutil.which(tool)
    if program is None:
        raise CopyError(f"{tool} manque : installez les outils de PostgreSQL (Debian : postgresql-client).")
    params = connection.get_connection_params()
    variables = {name: str(params[key]) for key, name in _VARIABLES.items() if params.get(key)}
    # The rest as the service itself has it: libpq reads PGSSLROOTCERT, PGPASSFILE and others for both.
    environment = os.environ | {"LC_ALL": "C.UTF-8"} | variables
    done = subprocess.run(  # noqa: S603 - our own words
        [program, *words], env=environment, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    if done.returncode:
        reason = why_failed(done.stderr.decode(errors="replace"))
        raise CopyError(f"{tool} a échoué (état {done.returncode}) : {reason}.")


def why_failed(output: str) -> str:
    """Return why one of PostgreSQL's tools failed, as part of a sentence; never its words, which may quote rows."""
    for line in output.splitlines():
        for pattern, sentence in _FAILURES:
            if match := pattern.search(line):
                name = match.groupdict().get("name")
                return sentence.format(name=name or "une table")
    return "raison inconnue ; lancez l'outil à la main, sur la même machine et avec le même compte"


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return digest.sha256_of(file).hex()


def _written(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _synced(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
