"""Runs the parser in a sandboxed process, and takes back its output (SEC-FI2).

The process is a new interpreter: it inherits no memory, so no key; no environment; no file but its two pipes. Its
limits and its filter of system calls are ``confine.py``. Any failure in it refuses the file.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Thread, Timer
from typing import IO, Final

import structlog
from django.conf import settings

from referrals.attachments.refusals import Exit
from referrals.errors import FileRefused, ParserUnavailable

_log = structlog.get_logger("referrals")
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_BEGIN: Final = (
    "import sys; from importlib import import_module; sys.path.insert(0, sys.argv.pop(1));"
    "import_module(sys.argv.pop(1)).main()"
)
_PARSER: Final = "referrals.attachments.program"
_PIECE: Final = 64 * 1024
#: Beside the limit on its own time: a process that sleeps uses none.
WALL_SECONDS: Final = 60
#: Why a file is refused, by how the program ended; a crash is a damaged file.
_WHY: Final = {
    Exit.MISMATCH: "type-mismatch",
    Exit.DAMAGED: "file-damaged",
    Exit.TOO_MANY_PIXELS: "too-many-pixels",
    Exit.ENCRYPTED: "file-encrypted",
    Exit.TOO_MANY_PAGES: "too-many-pages",
    Exit.NO_SUCH_PAGE: "no-such-page",
}


def parsed(media: str, pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield what is kept of a file of the type ``media``, out of its ``size`` bytes; nothing counts before the end.

    Raises:
        FileRefused: it isn't of this type, is damaged, too large in pixels, locked, or crashed its parser.
        ParserUnavailable: this system can't confine the parser.
    """
    limits = (str(size), str(settings.ATTACHMENT_PIXELS), str(_most_bytes()))
    return confined(_PARSER, (media, *limits), pieces, seconds=WALL_SECONDS)


def confined(
    program: str, arguments: Sequence[str], pieces: Iterable[bytes], *, seconds: float
) -> Iterator[bytes]:
    """Yield what a program of ours, named by its module, makes of what it is fed; nothing counts before the end.

    It confines itself (``program.carry_out``); ``seconds`` bounds how long it may take altogether.

    Raises:
        FileRefused: what it was fed isn't taken, or crashed it.
        ParserUnavailable: this system can't confine it.
    """
    # The arguments are ours alone: an interpreter, a program text, a module and a code out of lists, numbers.
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-c", _BEGIN, str(_ROOT), program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
    ) as process:
        feeder = _Feeder(process.stdin, pieces)
        watchdog = Timer(seconds, process.kill)
        watchdog.start()
        feeder.start()
        try:
            yield from _read(process.stdout)
            status = process.wait()
        finally:
            watchdog.cancel()
            process.kill()
            feeder.join()
    if feeder.failed is not None:
        raise feeder.failed
    _judge(status)


def _most_bytes() -> int:
    """Return how large a rewritten file may be: an image that was tightly packed grows."""
    return int(settings.ATTACHMENT_BYTES) * 3


def _read(pipe: IO[bytes] | None) -> Iterator[bytes]:
    while pipe is not None and (piece := pipe.read(_PIECE)):
        yield piece


def _judge(status: int) -> None:
    if status == Exit.DONE:
        return
    if status == Exit.NO_CONFINEMENT:
        _log.error("attachment:unconfined", code="no-confinement")
        raise ParserUnavailable
    if status not in _WHY:
        _log.warning("attachment:crashed", status=status)
    raise FileRefused(_WHY.get(Exit(status) if status in _WHY else Exit.DAMAGED, "file-damaged"))


class _Feeder(Thread):
    """Writes the file to the program while its output is read, so that neither waits for the other for ever."""

    def __init__(self, pipe: IO[bytes] | None, pieces: Iterable[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe, self._pieces = pipe, pieces
        self.failed: Exception | None = None

    def run(self) -> None:
        """Write all there is; a program that has ended early says why itself."""
        try:
            if self._pipe is not None:
                with self._pipe as pipe:
                    for piece in self._pieces:
                        pipe.write(piece)
        except BrokenPipeError:
            return
        except Exception as error:  # told by the thread that waits for this one
            self.failed = error
