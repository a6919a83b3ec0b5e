"""Erasure ledger: the list of what was shredded, outside both databases, so that a restore can be detected.

A restored database knows nothing of what came after its backup. A line is ``shred 1 <pseudonym> <leaf hash> <code>``:
the pseudonym of the certificate in the journal, the hash of that entry in the tree, and a keyed code, so that nobody
can add a live case. It has no date and no key id: the tombstone has those of the case, and the two together would link
a reference to what the journal says of it (SEC-AL16). The file is append-only. Keep it where neither database's
administrator can write, and its copies with those of the journal's checkpoints.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from audit.errors import LedgerUnavailable
from encryption import digest, index

# Fixed lengths and no date: a date beside a pseudonym would lead to the tombstone of the case (SEC-AL16).
_LINE: Final = re.compile(r"shred 1 ([0-9a-f]{32}) ([0-9a-f]{64}) ([0-9a-f]{64})")
_PURPOSE: Final = "shred.ledger"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what was shredded, where its certificate stands, and the code that the service gave it."""

    pseudonym: UUID
    leaf: bytes
    code: bytes

    def holds(self) -> bool:
        """Tell whether this service wrote it.

        Raises:
            KeysUnavailable: the index key can't be had.
        """
        return digest.equal(self.code, _code(self.pseudonym, self.leaf))


@dataclass(frozen=True, slots=True)
class Read:
    """Content of a ledger; ``damaged`` counts malformed lines, except one that a crash cut short."""

    lines: tuple[Line, ...]
    damaged: int

    @property
    def pseudonyms(self) -> frozenset[UUID]:
        """Return what was shredded, by the lines' own word."""
        return frozenset(line.pseudonym for line in self.lines)


def read(path: Path) -> Read:
    """Return what stands in a ledger; one that isn't there is empty.

    Raises:
        LedgerUnavailable: the file can't be read.
    """
    try:
        text = path.read_bytes().decode("ascii", errors="replace") if path.exists() else ""
    except OSError as error:
        raise LedgerUnavailable from error
    # A last line without its end is a crash, not damage: the purge that wrote it is done again.
    whole, _, _cut_short = text.rpartition("\n")
    written = [line for line in whole.split("\n") if line]
    matches = [_LINE.fullmatch(line) for line in written]
    lines = [
        Line(UUID(hex=one[1]), bytes.fromhex(one[2]), bytes.fromhex(one[3]))
        for one in matches
        if one is not None
    ]
    return Read(tuple(lines), len(written) - len(lines))


def is_barred(path: Path) -> bool:
    """Tell whether this account may not read a file; one that isn't there is none of these."""
    try:
        path.open("rb").close()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def require_writable() -> None:
    """Refuse before anything is destroyed, when what is destroyed couldn't be noted.

    Raises:
        LedgerUnavailable: the file can't be opened.
    """
    # Before the first destruction: keys that are gone without a line couldn't be replayed after a restore (SEC-CR12).
    os.close(_opened())


def add(shredded: Iterable[tuple[UUID, bytes]]) -> None:
    """Add a line for each pseudonym and leaf hash that isn't in it yet; on the disk when this returns.

    Raises:
        LedgerUnavailable: the file can't be written.
        KeysUnavailable: the index key can't be had; nothing is written.
    """
    # Computed before the file is locked: the index key may be out, and then nothing may be written.
    lines = {pseudonym: _line(pseudonym, leaf) for pseudonym, leaf in shredded}
    handle = _opened()
    try:
        # Workers on one machine share the file. What is known is read under the lock, so that no line stands twice.
        fcntl.flock(handle, fcntl.LOCK_EX)
        present = read(_path()).pseudonyms
        text = "".join(line for pseudonym, line in lines.items() if pseudonym not in present)
        if text:
            # What a crash cut short is ended first, so that it takes no whole line with it.
            os.write(handle, (b"" if _ends_whole() else b"\n") + text.encode("ascii"))
            # On the disk before the purge commits: the ledger must never know less than the key store.
            os.fsync(handle)
    except OSError as error:
        raise LedgerUnavailable from error
    finally:
        os.close(handle)


def _path() -> Path:
    return Path(settings.SHRED_FILE)


def _opened() -> int:
    path = _path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            return _made(path)
        return os.open(path, os.O_WRONLY | os.O_APPEND)
    except OSError as error:
        raise LedgerUnavailable from error


def _made(path: Path) -> int:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    # A folder that hands its group on is meant to be read by it: the owner's, who replays. The umask would forbid it.
    if path.parent.stat().st_mode & stat.S_ISGID:
        os.fchmod(handle, 0o640)
    return handle


def _ends_whole() -> bool:
    with _path().open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _line(pseudonym: UUID, leaf: bytes) -> str:
    return f"shred 1 {pseudonym.hex} {leaf.hex()} {_code(pseudonym, leaf).hex()}\n"


def _code(pseudonym: UUID, leaf: bytes) -> bytes:
    # Under the index key: somebody who can write the file must not be able to have a live case destroyed by a replay.
    return index.keyed(_PURPOSE, pseudonym.bytes + leaf)
