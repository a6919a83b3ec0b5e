"""Sends each checkpoint to witnesses outside the database: a file, and programs over HTTP (SEC-AL11).

The file is the first witness, on by default: an attacker who can rewrite the database can't rewrite it too, if only the
sequencer can write there. The sequencer reads it before it signs, so that it never signs a database that a restore or a
person has rolled back. Two sequencers may share the file, or have one each: then each adds what the other signs to its
own (``witnessfile.complete``). A program is asked in the form of C2SP tlog-witness, and its cosignature is stored once
it is checked.
"""

import base64
import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from audit import sequencing, verifier
from audit.models import Checkpoint, Cosignature
from audit.notes import line
from audit.tree import Tree
from audit.verifier import Fault, Key
from encryption.signing import ed25519_holds
from outbox.calls import Call, send
from outbox.outcome import NotNow

_log = structlog.get_logger("audit")
_CONFLICT: Final = 409
_OK: Final = 200
_TIMESTAMP: Final = 8
PAUSE_AFTER_FAILURE: Final = timedelta(minutes=1)
_TAIL: Final = (
    1 << 16
)  # bytes at the end of the file, in which the latest checkpoint of the present origin stands


# --- The file -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class End:
    """Where a witness file ended: its size in bytes, and its last bytes."""

    size: int
    tail: bytes


class FileWitness:
    """Checkpoints one after another in a file, each after an empty line; only added to."""

    def __init__(self, path: Path) -> None:
        """Name the file; it needn't exist yet."""
        self._path = path

    def seen(self) -> list[verifier.Checkpoint]:
        """Return the latest checkpoint of each origin that stands at the end of the file.

        A record that a crash cut short is passed over.

        Raises:
            FileNotFoundError, OSError: the file isn't there, or can't be read.
            Fault: a record looks whole and isn't.
        """
        with self._path.open("rb") as file:
            # The end alone, at each signature: the file grows by 4 KB a checkpoint and is read whole once a day.
            start = max(0, self._path.stat().st_size - _TAIL)
            file.seek(start)
            if start:
                # The end may begin within the name of an origin: the rest of it would be another one, which nobody
                # signed.
                file.readline()
            checkpoints_seen = verifier.checkpoints_in(file.read())
        return list({one.origin: one for one in checkpoints_seen}.values())

    def checkpoints(self) -> list[verifier.Checkpoint]:
        """Return every checkpoint of the file, in its order; a record that a crash cut short is passed over.

        Raises:
            FileNotFoundError, OSError, Fault: as ``seen``.
        """
        return verifier.checkpoints_in(self._path.read_bytes())

    def exists(self) -> bool:
        return self._path.exists()

    def size(self) -> int:
        """Return how many bytes it has; 0 where there is none."""
        return self._path.stat().st_size if self._path.exists() else 0

    def tail(self) -> bytes:
        """Return its last bytes; none where there is none, or it can't be read."""
        try:
            with self._path.open("rb") as file:
                file.seek(max(0, self.size() - _TAIL))
                return file.read()
        except OSError:
            return b""

    @contextmanager
    def whole(self) -> Iterator[mmap.mmap | bytes]:
        """Give all of it, without reading it into memory.

        Raises:
            FileNotFoundError, OSError: as ``seen``.
        """
        with self._path.open("rb") as file:
            if not self.size():
                yield b""
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                yield content

    def end(self) -> "End":
        """Return where the file ends now, by which a later reader recognises it (``still_has``)."""
        return End(self.size(), self.tail())

    def still_has(self, end: "End") -> bool:
        """Tell whether what stood at that end stands there still, whatever was added behind it."""
        try:
            with self._path.open("rb") as file:
                file.seek(end.size - len(end.tail))
                return file.read(len(end.tail)) == end.tail
        except OSError:
            return False

    def mend(self, note: bytes) -> None:
        """Cut off the beginning of a note at the end of the file: whoever wrote it was killed meanwhile.

        Raises:
            OSError: the file can't be written.
        """
        if not self.exists():
            return
        with self._path.open("r+b") as file:
            # A sequencer that shares the file may be in the middle of this very note.
            fcntl.flock(file, fcntl.LOCK_EX)
            record, tail = b"\n" + note, self.tail()
            # Only a true beginning of the last note is cut off; anything else at the end stays and is a fault.
            cut = next((n for n in range(len(record) - 1, 1, -1) if tail.endswith(record[:n])), 0)
            if cut:
                file.truncate(self.size() - cut)

    def put_aside(self) -> None:
        """Keep what is there under another name, and begin without a file."""
        if self._path.exists():
            number = 1
            while (aside := self._path.with_name(f"{self._path.name}.{number}")).exists():
                number += 1
            # A numbered name, never an overwrite: a second acceptance mustn't destroy the evidence of the first.
            os.rename(self._path, aside)

    def add(self, note: bytes) -> None:
        """Add a checkpoint, on the disk when this returns; one that isn't later than the last one is left out."""
        new = verifier.Checkpoint.of(note)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # O_APPEND: two processes that write at once add to the end, whatever position each believes in.
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # What is seen is read under the lock: a former leader may still be writing.
            fcntl.flock(handle, fcntl.LOCK_EX)
            if all(one.origin != new.origin or one.size < new.size for one in self.seen()):
                os.write(handle, b"\n" + note)
                # On the disk before anybody is told of the checkpoint: what was signed and forgotten would let a
                # rollback pass.
                os.fsync(handle)
        finally:
            os.close(handle)


def file_witness() -> FileWitness | None:
    return FileWitness(Path(settings.LOG_WITNESS_FILE)) if settings.LOG_WITNESS_FILE else None


# --- Programs over HTTP -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Witness:
    """A program that cosigns: where it is asked, and the key that it must sign with."""

    url: str
    key: Key


def witnesses() -> list[Witness]:
    return [
        Witness(url.rstrip("/"), Key.of(key))
        for url, _, key in (one.partition(" ") for one in settings.LOG_WITNESSES)
    ]


def ask_all(checkpoint: Checkpoint, *, at: datetime, later: dict[str, datetime]) -> int:
    """Ask each witness that hasn't cosigned this checkpoint; return how many did.

    One that doesn't answer, or refuses, is logged and put into ``later``: a witness that is away mustn't slow down the
    places of entries.
    """
    done = 0
    for one in witnesses():
        cosignature = Cosignature.objects.filter(origin=checkpoint.origin, witness=one.key.name)
        cosigned = cosignature.order_by("-size").values_list("size", flat=True).first() or 0
        # Its pause is kept in memory: a restart asks once more, which does no harm.
        if cosigned >= checkpoint.size or later.get(one.url, at) > at:
            continue
        if _ask(one, checkpoint, cosigned, at=at):
            done += 1
        else:
            later[one.url] = at + PAUSE_AFTER_FAILURE
    return done


def _ask(witness: Witness, checkpoint: Checkpoint, known: int, *, at: datetime) -> bool:
    """Ask one witness, twice when it knows of another size than we thought."""
    try:
        status, body = _posted(witness, checkpoint, known)
        # Asked again once, with the size it named: this database may have lost the row of an earlier cosignature.
        if status == _CONFLICT and (size_seen := body.strip()).isdigit() and int(size_seen) < checkpoint.size:
            status, body = _posted(witness, checkpoint, int(size_seen))
    except NotNow as away:
        _log.warning("witness:away", code=away.code)
        return False
    # Checked before it is stored: a note with a false line would be handed on to auditors.
    cosigned = _valid_line(witness.key, checkpoint, body) if status == _OK else None
    if cosigned is None:
        _log.error("witness:refused", status=status, size=checkpoint.size)
        return False
    with sequencing.leading() as leads:
        if leads:
            Cosignature.objects.create(
                origin=checkpoint.origin, size=checkpoint.size, witness=witness.key.name, line=cosigned, at=at
            )
    # Only the leader writes: the answer of a witness may come when another one leads already.
    return leads


def _posted(witness: Witness, checkpoint: Checkpoint, known: int) -> tuple[int, bytes]:
    proof = Tree.of(checkpoint.origin).consistency(known, checkpoint.size)
    lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    body = f"old {known}\n{lines}\n".encode() + bytes(checkpoint.note)
    parts = urlsplit(f"{witness.url}/add-checkpoint")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return send(
        Call(parts.scheme, host, port, parts.path, host), body, {"Content-Type": "text/plain; charset=utf-8"}
    )


def _valid_line(key: Key, checkpoint: Checkpoint, body: bytes) -> str | None:
    """Return the line of an answer that is this key's over this checkpoint, or None."""
    try:
        note = verifier.Checkpoint.of(bytes(checkpoint.note) + body)
    except Fault:
        return None
    for name, key_id, signature in note.lines:
        timestamp = int.from_bytes(signature[:_TIMESTAMP])
        message = verifier.cosigned_text(note.text, timestamp)
        if (name, key_id) == (key.name, key.id) and ed25519_holds(
            key.public, signature[_TIMESTAMP:], message
        ):
            return line(name, key_id, signature)
    return None
