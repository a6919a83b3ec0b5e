"""Leaf hash feed: sends the leaf hash of each committed entry to a collector outside the database (SEC-AL14).

The database administrator can't reach the collector. A line is ``leaf <writer> <counter> <hash>``: salted hashes and
random numbers, nothing of a case. An entry that is deleted before it gets its place, as the last of its writer, leaves
no gap in the counters; but its line is here.
"""

import os
import socket
import sys
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings

_log = structlog.get_logger("audit")
STDOUT: Final = "stdout"
SYSLOG: Final = "syslog"
#: What isn't a file. ``stderr`` is for commands that print data, ``syslog`` for commands that somebody runs by hand.
STREAMS: Final = (STDOUT, "stderr", SYSLOG)
#: Where a machine collects lines of its processes, under the name by which a reader asks for these
#: (``journalctl -t repere-feed``). Source: syslog(3), facility local0, severity info.
SYSTEM_LOG = "/dev/log"
_TAGGED: Final = "<134>repere-feed: "
_opened: dict[tuple[int, str], int] = {}


def tell(writer: UUID, seq: int, leaf: bytes) -> None:
    """Write one line, after the commit. A feed that can't be written is logged, and takes nothing back."""
    if settings.LEAF_FEED and not _written(f"leaf {writer} {seq} {leaf.hex()}\n"):
        _log.warning("feed:failed", writer=writer, wseq=seq)


def _written(line: str) -> bool:
    where: str = settings.LEAF_FEED
    try:
        if where == SYSLOG and _logged(line):
            return True
        if where in STREAMS:
            stream = sys.stdout if where == STDOUT else sys.stderr
            stream.write(line)
            # At once: a line in a buffer is lost with the process, and would look like an entry that nobody announced.
            stream.flush()
        else:
            os.write(_handle(where), line.encode())
    # The act stands: it is committed already, and a collector that is away mustn't stop filings.
    except OSError:
        return False
    return True


def _logged(line: str) -> bool:
    """Hand a line to the machine's log; False where it has none, as in a container."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.connect(SYSTEM_LOG)
            log.send(f"{_TAGGED}{line.rstrip()}".encode())
    except OSError:
        return False
    return True


def _handle(path: str) -> int:
    """Return the file, opened once a process; whole lines of several processes don't mix (O_APPEND)."""
    key = os.getpid(), path
    if key not in _opened:
        # 0600: the lines of a day say how much the service is used.
        _opened[key] = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return _opened[key]
