"""Copies of the test's databases, read back into new ones by the service's own commands; then the test goes on there."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from audit import pseudonyms, shreds
from encryption.cache import forget_all
from outbox import gate
from tests.faults.test_killed import ROOT, address

ALIASES = {"cases": "default", "keys": "keys"}


def _here(*words: str, expect: int) -> str:
    said, status = StringIO(), 0
    try:
        call_command(*words, stdout=said, stderr=said)
    except CommandError as refused:
        said.write(str(refused))
        status = 1
    assert status == expect, (words, said.getvalue())
    return said.getvalue()


class Databases:
    """The two databases of a test, and those that took their place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES.values()}
        self._made: list[tuple[str, str]] = []

    def run(self, *words: str, expect: int = 0) -> str:
        """Run a command of ``manage.py`` on the databases of the moment, as their owner; return what it says.

        On PostgreSQL in a process of its own, which its owner's login needs; on SQLite here, where it has no other.
        """
        if connections["default"].vendor == "sqlite":
            return _here(*words, expect=expect)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MIGRATION_")}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": address("default"),
            "KEYS_DATABASE_URL": address("keys"),
            "REPERE_KEY_FILE": str(settings.KEY_FILE),
            "REPERE_SECRET_KEY": settings.SECRET_KEY,
            "REPERE_STATE_DIR": str(self.folder),
            "REPERE_SHRED_FILE": str(settings.SHRED_FILE),
            "REPERE_LOG_ORIGIN": settings.LOG_ORIGIN,
            "REPERE_LOG_KEY_FILE": str(settings.LOG_KEY_FILE),
            "REPERE_LOG_WITNESS_FILE": str(settings.LOG_WITNESS_FILE),
            "PYTHONWARNINGS": "ignore",
        }
        connections.close_all()
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip
        assert done.returncode == expect, (words, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def backup(self, name: str) -> dict[str, str]:
        """Copy both; return the file of each part."""
        places = {part: self.folder / name / part for part in ALIASES}
        self.run("backup", "--cases", str(places["cases"]), "--keys", str(places["keys"]))
        return {
            part: str(next(one for one in place.iterdir() if one.suffix != ".json"))
            for part, place in places.items()
        }

    def read_back(self, part: str, copy: str) -> None:
        """Read a copy into a new database, which takes the place of the one there was."""
        self.move(part)
        self.run("restore", part, copy)

    def move(self, part: str) -> None:
        """Let a new, empty database take the place of one."""
        alias = ALIASES[part]
        connections[alias].close()
        if connections[alias].vendor == "postgresql":
            name = f"{self._names[alias][:40]}_{uuid4().hex[:8]}"
            self._server(f'CREATE DATABASE "{name}"')
            self._made.append((alias, name))
        else:
            name = str(self.folder / f"{part}-{uuid4().hex[:8]}.sqlite3")
        connections[alias].settings_dict["NAME"] = name
        self.forget()

    def forget(self) -> None:
        """Be another process: it has seen nothing of what there was."""
        gate.forget()
        shreds.forget()
        pseudonyms.forget()
        forget_all()

    def back(self) -> None:
        """Return to the databases of the test, and drop the others."""
        connections.close_all()
        for alias, name in self._names.items():
            connections[alias].settings_dict["NAME"] = name
        for _, name in self._made:
            self._server(f'DROP DATABASE "{name}" WITH (FORCE)')
        self.forget()

    def _server(self, statement: str) -> None:
        found = connections["default"].settings_dict
        with psycopg.connect(
            host=found["HOST"], port=found["PORT"] or 5432, user=found["USER"], password=found["PASSWORD"],
            dbname="postgres", autocommit=True,
        ) as server:  # fmt: skip
            server.execute(statement)
