"""Processes of the service as forks of the test: they are ready at once, one of their own takes 2 s to begin.

In a fork the settings are read anew from the environment that it is given, and no connection is shared.
"""

import gc
import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from traceback import print_exc
from typing import Any

from asgiref.local import Local
from django.conf import Settings, settings
from django.core.management import execute_from_command_line
from django.db import connections

from audit import erasures
from config.env import refusals_said
from outbox import maintenance_gate
from tests.kept import forget

_MODULES = ("config.settings", "tests.settings")
#: What a fork inherits and may neither use nor close.
_inherited: list[Any] = []


def run(
    words: Sequence[str], *, env: Mapping[str, str], cwd: str | Path, input: str = "", **_: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command of ``manage.py`` as ``subprocess.run`` does that captures what it says as text."""
    words = words[[Path(word).name for word in words].index("manage.py") :]

    def act() -> None:
        with refusals_said(1):
            execute_from_command_line(list(words))

    with TemporaryFile("w+") as said, TemporaryFile("w+") as complained, TemporaryFile("w+") as typed:
        typed.write(input)
        typed.seek(0)
        child = begin(
            act,
            env=env,
            cwd=cwd,
            said=said.fileno(),
            complained=complained.fileno(),
            typed=typed.fileno(),
            words=words,
        )
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        complained.seek(0)
        return subprocess.CompletedProcess(words, status, said.read(), complained.read())


def begin(
    act: Callable[[], Any],
    *,
    env: Mapping[str, str],
    cwd: str | Path,
    said: int,
    complained: int,
    typed: int = 0,
    words: Sequence[str] = (),
) -> int:
    """Begin a process that does an act and ends; return its number.

    ``words``: the command line by which the settings find out which command runs.
    """
    child = os.fork()
    if not child:
        os._exit(_status(act, env, cwd, (typed, said, complained), words))
    return child


def _status(
    act: Callable[[], Any],
    env: Mapping[str, str],
    cwd: str | Path,
    streams: tuple[int, int, int],
    words: Sequence[str],
) -> int:
    try:
        for number, file in enumerate(streams):
            os.dup2(file, number)
        sys.stdin = os.fdopen(0, closefd=False)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        sys.argv = list(words) or sys.argv
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        gc.freeze()  # nobody looks through what is the test's
        _forget_connections()
        for name in _MODULES:
            importlib.reload(sys.modules[name])
        settings._wrapped = Settings(os.environ["DJANGO_SETTINGS_MODULE"])
        _forget()
        act()
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:
        print_exc()
        return 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return 0


def _forget() -> None:
    """Remember nothing of what the test's requests found out, and find out whether the service is closed."""
    forget()
    maintenance_gate._reasons = [erasures.why_closed]
    maintenance_gate.forget()
    erasures.forget()


def _forget_connections() -> None:
    for one in connections.all(initialized_only=True):
        pools = getattr(one, "_connection_pools", {})
        _inherited.append(dict(pools))
        pools.clear()
    _inherited.append(connections._connections)
    connections.__dict__.pop("settings", None)
    connections._settings, connections._connections = None, Local()
