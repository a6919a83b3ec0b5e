"""Folder of the counts: each process that answers requests has files of its own there; a reading adds them up.

The folder belongs to one machine, or to one container: a process that isn't seen running counts as ended. When a
process ends, its counts go to the files of ``ENDED``, so that no total shrinks and no file is left behind. A lock on
the folder keeps whoever reads and whoever moves counts apart.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import values
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_log = structlog.get_logger(__name__)
#: The number in the files of all processes that have ended; no process has it.
ENDED: Final = 0
_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
#: What a file takes of the disk at first; it doubles where that isn't enough.
FILE_BYTES: Final = 1 << 16
#: Beside its name padded to eight bytes: its length, its value and an instant.
_AROUND_KEY: Final = 4 + 8 + 16


class Reserved(MmapedDict):
    """The library's file, whose place on the disk is taken before it is mapped.

    The library maps files with holes. A process that writes into one while the disk is full isn't told: it is killed
    (SIGBUS). Here an ``OSError`` is raised before.
    """

    def __init__(self, path: str) -> None:
        """Open it.

        Raises:
            OSError: the disk is full; a file that was new is gone again.
        """
        _reserve(path, FILE_BYTES)
        super().__init__(path)

    def _init_value(self, key: str) -> None:
        needed, capacity = self._used + len(key.encode()) + _AROUND_KEY, self._capacity
        while capacity < needed:
            capacity *= 2
        _reserve(self._fname, capacity)
        super()._init_value(key)


def _reserve(path: str, size: int) -> None:
    """Take so many bytes of the disk for a file, and those that it has already."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        had = os.fstat(handle).st_size
        try:
            os.posix_fallocate(handle, 0, max(had, size))
        except OSError:
            if not had:
                os.unlink(path)  # the library can't read an empty one
            raise
    finally:
        os.close(handle)


def count_in(folder: Path) -> None:
    """Let what this process counts from now on go to the folder, which is made with mode 0700.

    Raises:
        OSError: it can't be made, or not be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError
    # The library reads the variable at each file, and chose the class of its values when it was first imported.
    os.environ[_VARIABLE] = str(folder)
    values.MmapedDict = Reserved  # type: ignore[attr-defined,assignment]
    values.ValueClass = values.MultiProcessValue()


def counted(folder: Path) -> list[Metric]:
    """Return what all processes counted, added up, as the library's metrics; nothing where none did."""
    if not folder.is_dir():
        return []
    with _locked(folder, fcntl.LOCK_SH):
        collector: Collector = MultiProcessCollector(None, str(folder))
        return list(collector.collect())


def fold(folder: Path, number: int) -> None:
    """Move the counts of a process that has ended to those of all ended ones."""
    if not folder.is_dir():
        return
    with _locked(folder, fcntl.LOCK_EX):
        for path in folder.glob(f"*_{number}.db"):
            _move(path, folder / f"{path.name.rpartition('_')[0]}_{ENDED}.db")


def fold_ended(folder: Path) -> None:
    """Do so for each process that ended without telling."""
    for number in {int(path.stem.rpartition("_")[2]) for path in folder.glob("*_*.db")}:
        if number != ENDED and not _runs(number):
            fold(folder, number)


def _move(path: Path, to: Path) -> None:
    try:
        ended = Reserved(str(to))
    except OSError:
        _log.warning("metrics:lost", code="disk")
        return  # it goes on being counted where it is
    try:
        for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):
            ended.write_value(key, ended.read_value(key)[0] + value, 0.0)
    except (OSError, RuntimeError, ValueError, struct.error):
        # A process that was killed while its file grew. What it counted is lost; the others' counts go on.
        _log.warning("metrics:lost", code="file")
    finally:
        ended.close()
    path.unlink(missing_ok=True)


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
