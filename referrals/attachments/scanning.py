"""Antivirus client, in clamd's protocol (``INSTREAM``): a length before each piece, zero at the end.

If the scanner is down, slow, or gives anything but a clear verdict, the file isn't scanned and waits (SEC-FI6). Source:
clamd(8).
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Final, cast

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from referrals.vocabulary.attachments import Scan

_log = structlog.get_logger("referrals")
_PIECE: Final = 64 * 1024
_ANSWER_BYTES: Final = 4096
CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 60


class NoVerdict(Exception):
    """The scanner gave no verdict on the file."""


def verdict(pieces: Iterable[bytes]) -> Scan:
    """Return what the scanner says of a file: clean or infected; waiting where it says nothing.

    Where no scanner is named: unscanned outside production, waiting in production.
    """
    if not settings.SCANNER:
        return Scan.UNSCANNED if settings.SERVE_UNSCANNED else Scan.WAITING
    try:
        return _verdict(pieces)
    except (OSError, NoVerdict):
        _log.warning("attachment:not-scanned", code="scanner-down")
        return Scan.WAITING


def answers(*, within: float | None = None) -> bool:
    """Tell whether a scanner is there, and says so ``within`` so many seconds (``ANSWER_SECONDS``)."""
    if not settings.SCANNER:
        return False
    try:
        with _connected() as line:
            line.settimeout(ANSWER_SECONDS if within is None else within)
            line.sendall(b"zPING\0")
            return _answer(line) == b"PONG"
    except (OSError, NoVerdict):
        return False


def place(said: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """Return where the scanner listens, out of ``unix:/path`` or ``tcp:host:port``.

    Raises:
        ImproperlyConfigured: it is neither.
    """
    way, _, rest = said.partition(":")
    if way == "unix" and rest.startswith("/"):
        return socket.AF_UNIX, rest
    host, _, port = rest.rpartition(":")
    if way == "tcp" and host and port.isascii() and port.isdigit():
        return socket.AF_INET, (host, int(port))
    raise ImproperlyConfigured("REPERE_SCANNER reads unix:/run/clamav/clamd.ctl, or tcp:127.0.0.1:3310.")


@contextmanager
def _connected() -> Iterator[socket.socket]:
    family, address = place(settings.SCANNER)
    if family is socket.AF_UNIX:
        line = socket.socket(family, socket.SOCK_STREAM)
        with closing(line):
            line.settimeout(CONNECT_SECONDS)
            line.connect(address)
            line.settimeout(ANSWER_SECONDS)
            yield line
        return
    host_and_port = cast("tuple[str, int]", address)
    with closing(socket.create_connection(host_and_port, timeout=CONNECT_SECONDS)) as line:
        line.settimeout(ANSWER_SECONDS)
        yield line


def _verdict(pieces: Iterable[bytes]) -> Scan:
    with _connected() as line:
        line.sendall(b"zINSTREAM\0")
        try:
            for piece in pieces:
                for begin in range(0, len(piece), _PIECE):
                    part = piece[begin : begin + _PIECE]
                    line.sendall(len(part).to_bytes(4) + part)
            line.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has stopped reading: what it answered says why
        return _judged(_answer(line))


def _answer(line: socket.socket) -> bytes:
    """Return the scanner's answer without its end.

    Raises:
        NoVerdict: it broke off, or doesn't stop.
    """
    answer = bytearray()
    while not answer.endswith(b"\0"):
        part = line.recv(_ANSWER_BYTES)
        if not part or len(answer) > _ANSWER_BYTES:
            raise NoVerdict
        answer += part
    return bytes(answer[:-1])


def _judged(answer: bytes) -> Scan:
    """Return what an answer means. The signature's name is nobody's business here.

    Raises:
        NoVerdict: neither found nor fine: too large for the scanner, or an error of its own.
    """
    if answer == b"stream: OK":
        return Scan.CLEAN
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return Scan.INFECTED
    raise NoVerdict
