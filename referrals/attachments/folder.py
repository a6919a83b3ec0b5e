"""Object store in a folder: for the first run, and for services on one machine."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from referrals.attachments.store import ObjectStore, Writing
from referrals.errors import ObjectMissing, StoreUnavailable

_PIECE: Final = 256 * 1024
_HALF: Final = ".part"


class FolderStore(ObjectStore):
    """Objects in ``settings.OBJECT_FOLDER``, by the first two digits of their names; it is the service's alone."""

    def writing(self, name: UUID) -> "_FileWriting":
        return _FileWriting(self._path(name))

    def reading(self, name: UUID) -> Iterator[bytes]:
        """Yield the bytes of an object; the file is open only while they are asked for."""
        return _pieces(self._path(name))

    def delete(self, name: UUID) -> None:
        """Delete an object, and what there is of a half written one."""
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
            path.with_suffix(_HALF).unlink(missing_ok=True)
        except OSError:
            raise StoreUnavailable from None

    def _path(self, name: UUID) -> Path:
        return Path(settings.OBJECT_FOLDER) / name.hex[:2] / name.hex


class _FileWriting(Writing):
    """Written beside its place, flushed to the disk, then put there by one rename."""

    def __init__(self, path: Path) -> None:
        self._path, self._half = path, path.with_suffix(_HALF)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file: int | None = os.open(self._half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            raise StoreUnavailable from None

    def write(self, piece: bytes) -> None:
        left = memoryview(piece)
        try:
            while left and self._file is not None:
                left = left[os.write(self._file, left) :]
        except OSError:
            raise StoreUnavailable from None

    def finish(self) -> None:
        """Put the file in its place, once the disk has it."""
        file, self._file = self._file, None
        if file is None:
            raise StoreUnavailable
        try:
            try:
                os.fsync(file)
            finally:
                os.close(file)
            self._half.rename(self._path)
            _settle(self._path.parent)
        except OSError:
            self._half.unlink(missing_ok=True)
            raise StoreUnavailable from None

    def give_up(self) -> None:
        """Delete the half written file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._half.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Let the disk have the folder's new entry too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pieces(path: Path) -> Iterator[bytes]:
    """Yield what a file holds.

    Raises:
        ObjectMissing: there is no such file.
        StoreUnavailable: it can't be read.
    """
    try:
        with path.open("rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                yield piece
    except FileNotFoundError:
        raise ObjectMissing from None
    except OSError:
        raise StoreUnavailable from None
