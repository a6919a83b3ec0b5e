"""Runs a command of the project as a process would: with its environment file alone, under its account."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

from config.bootstrap import lines
from config.bootstrap.environments import Places
from config.bootstrap.errors import BootstrapError
from config.bootstrap.files import text_of
from config.bootstrap.processes import Process
from config.env import BASE_DIR

#: What a process needs of the machine, and that says nothing of the service.
_OF_THE_MACHINE: Final = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command said, and whether it succeeded."""

    succeeded: bool
    output: str


def run(places: Places, process: Process, *words: str) -> Done:
    """Run ``manage.py`` with the environment file of a process; no secret is among the words.

    Raises:
        BootstrapError: it can't be started.
    """
    environment = {name: os.environ[name] for name in _OF_THE_MACHINE if name in os.environ}
    environment |= lines.read(text_of(places.environment(process)))
    command = [sys.executable, str(BASE_DIR / "manage.py"), *words]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command,
            cwd=BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **_account(places, process.account),
        )
    except OSError as error:
        raise BootstrapError(
            f"manage.py {words[0]} ne peut pas démarrer en tant que {process.account} : {error.strerror}. "
            f"Ce compte doit pouvoir lire {BASE_DIR}."
        ) from None
    return Done(done.returncode == 0, f"{done.stdout}{done.stderr}")


def must(places: Places, process: Process, *words: str) -> str:
    """Run a command that has to succeed, and return what it said.

    Raises:
        BootstrapError: it failed; with what it said.
    """
    done = run(places, process, *words)
    if not done.succeeded:
        tail = "\n".join(line for line in done.output.splitlines()[-12:] if line.strip())
        raise BootstrapError(f"manage.py {' '.join(words)} ({process.name}) a échoué :\n{tail}")
    return done.output


def _account(places: Places, name: str) -> dict[str, Any]:
    """Return how to become an account: only root can.

    Raises:
        BootstrapError: there is no such account, and the command would run as root.
    """
    if os.geteuid() != 0 or places.one_account:
        return {}
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise BootstrapError(
            f"Le compte {name} n'existe pas, et ce qu'il lance ne doit pas tourner en root : créez les comptes "
            "(docs/install.md, « The machine »), puis relancez la commande."
        ) from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [entry.pw_gid]}
