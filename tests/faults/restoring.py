"""Copies of the test's databases, read back into new ones by the service's own commands; then the test goes on there."""

from io import StringIO
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from audit import erasures, pseudonyms
from encryption.cache import forget_all
from outbox import maintenance_gate

ALIASES = {"cases": "default", "keys": "keys"}


class Databases:
    """The two databases of a test, and those that took their place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES.values()}
        self._made: list[tuple[str, str]] = []

    def run(self, *words: str, expect: int = 0) -> str:
        """Run a command of ``manage.py`` on the databases of the moment, as their owner; return what it says.

        In this process: starting another takes longer than any command. ``tests/config/test_owner.py`` shows that each
        of them is the owner's.
        """
        said, status, role = StringIO(), 0, settings.DATABASE_ROLE
        settings.DATABASE_ROLE = ""
        self._close()
        try:
            call_command(*words, stdout=said, stderr=said)
        except CommandError as refused:
            said.write(str(refused))
            status = 1
        finally:
            settings.DATABASE_ROLE = role
            self._close()
        assert status == expect, (words, said.getvalue())
        return said.getvalue()

    def _close(self) -> None:
        """Let each connection be of the role of the moment; SQLite has none, and takes 5 ms to open one."""
        for one in connections.all():
            if one.vendor == "postgresql":
                one.close()

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
        maintenance_gate.forget()
        erasures.forget()
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
