"""The scratch folders of rehearsals: each is locked by the process that made it, and one that is left is taken away.

A killed rehearsal would leave wrapped keys that are older than any copy of them may be (SEC-CR11).
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from config.backups import CopyError
from config.recovery import server

PREFIX: Final = "repere-rehearsal-"
_LOCK: Final = "lock-of-command"
#: For so long a folder may be without its lock: it has just been made.
_NEW_SECONDS: Final = 60


@contextmanager
def scratch(folder: Path | None) -> Iterator[Path]:
    """Make a folder that others pass through and can't read; remove it with all that is in it.

    Raises:
        CopyError: something of it stays.
    """
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    made.chmod(0o711)  # the servers' accounts pass
    lock = os.open(made / _LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield made
    finally:
        _remove(made)
        os.close(lock)


def sweep(folder: Path | None) -> None:
    """Remove the folders whose process is dead.

    Raises:
        CopyError: something of one stays.
    """
    for left in Path(folder or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if left.is_dir() and not left.is_symlink() and left.stat().st_uid == os.geteuid() and _is_dead(left):
            _remove(left)


def _is_dead(left: Path) -> bool:
    try:
        lock = os.open(left / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return left.stat().st_mtime < time.time() - _NEW_SECONDS
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _remove(made: Path) -> None:
    for part in made.iterdir():
        if part.is_dir():
            server.remove(part)
    shutil.rmtree(made, ignore_errors=True)
    if made.exists():
        raise CopyError(
            f"{made} n'a pas pu être effacé : effacez-le en root, il contient des clés enveloppées."
        )
