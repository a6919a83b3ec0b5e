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
from config.env import refusals_reported
from outbox import maintenance_gate
from tests.shared_fixtures import forget

_MODULES = ("config.settings", "tests.settings")
#: What a fork inherits and may neither use nor close.
_inherited: list[Any] = []


def run(
    words: Sequence[str], *, env: Mapping[str, str], cwd: str | Path, input: str = "", **_: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command of ``manage.py`` as ``subprocess.run`` does with ``capture_output`` and ``text``."""
    words = words[[Path(word).name for word in words].index("manage.py") :]

    def act() -> None:
        with refusals_reported(1):
            execute_from_command_line(list(words))

    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as stdout, TemporaryFile("w+") as stderr:
        stdin.write(input)
        stdin.seek(0)
        streams = stdin.fileno(), stdout.fileno(), stderr.fileno()
        child = begin(act, env=env, cwd=cwd, streams=streams, words=words)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(words, status, stdout.read(), stderr.read())


def begin(
    act: Callable[[], Any],
    *,
    env: Mapping[str, str],
    cwd: str | Path,
    streams: tuple[int, int, int],
    words: Sequence[str] = (),
) -> int:
    """Begin a process that does an act and ends; return its number.

    ``streams``: the descriptors of its standard input, output and error. ``words``: the command line by which the
    settings find out which command runs.
    """
    child = os.fork()
    if not child:
        os._exit(_status(act, env, cwd, streams, words))
    return child


def _status(
    act: Callable[[], Any],
    env: Mapping[str, str],
    cwd: str | Path,
    streams: Sequence[int],
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
        forget()
        maintenance_gate._reasons = [erasures.why_closed]  # the gate as the service has it, found out anew
        maintenance_gate.forget()
        erasures.forget()
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


def _forget_connections() -> None:
    for one in connections.all(initialized_only=True):
        pools = getattr(one, "_connection_pools", {})
        _inherited.append(dict(pools))
        pools.clear()
    _inherited.append(connections._connections)
    connections.__dict__.pop("settings", None)
    connections._settings, connections._connections = None, Local()
