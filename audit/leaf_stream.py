"""Leaf hash feed: sends the leaf hash of each committed entry to a collector outside the database (SEC-AL14).

The database administrator can't reach the collector. A line is ``leaf <writer> <counter> <hash>``: salted hashes and
random numbers, nothing of a case. An entry that is deleted before it gets its place, as the last of its writer, leaves
no gap in the counters; but its line is here.

A line ``filing <sealed>`` follows the commit of each filing: its reference, department and instant, sealed under the
index key, each of the same length. After a restore ``manage.py recall`` reads which filings are lost; without the keys
it is noise. ``audit/verifier.py`` passes it over.
"""

import base64
import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings

from encryption import bearer, index
from encryption.envelope import padded, unpadded
from encryption.errors import Unreadable

_log = structlog.get_logger("audit")
STDOUT: Final = "stdout"
_PURPOSE: Final = "feed.filing"
_FILING: Final = re.compile(r"\bfiling ([A-Za-z0-9_=-]{100,600})(?![A-Za-z0-9_=-])")
_opened: dict[tuple[int, str], int] = {}


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing as the feed names it."""

    reference: str
    department: str
    at: datetime


def tell(writer: UUID, seq: int, leaf: bytes) -> None:
    """Write one line, after the commit. A feed that can't be written is logged, and takes nothing back."""
    if settings.LEAF_FEED and not _written(f"leaf {writer} {seq} {leaf.hex()}\n"):
        _log.warning("feed:failed", writer=writer, wseq=seq)


def sealed_filing(filing: Filing) -> str:
    """Return the line of a filing; empty where there is no feed.

    Raises:
        KeysUnavailable: the index key can't be had.
    """
    if not settings.LEAF_FEED:
        return ""
    plain = json.dumps([filing.reference, filing.department, filing.at.isoformat()]).encode()
    sealed = bearer.sealed(_secret(), _PURPOSE, padded(plain))
    return f"filing {base64.urlsafe_b64encode(sealed).decode()}\n"


def tell_filing(line: str) -> None:
    """Write the line of a filing, after the commit."""
    if line and not _written(line):
        _log.warning("feed:failed")


def filing_in(line: str) -> Filing | None:
    """Return the filing that a collected line names; None where it names none, or isn't this service's.

    Raises:
        KeysUnavailable: the index key can't be had.
    """
    found = _FILING.search(line)
    if found is None:
        return None
    try:
        plain = unpadded(bearer.opened(_secret(), _PURPOSE, base64.urlsafe_b64decode(found[1])))
    except (Unreadable, ValueError):
        return None
    reference, department, at = json.loads(plain)
    return Filing(reference, department, datetime.fromisoformat(at))


def _secret() -> bytes:
    return index.keyed(_PURPOSE, b"")


def _written(line: str) -> bool:
    where: str = settings.LEAF_FEED
    try:
        if where == STDOUT:
            sys.stdout.write(line)
            # At once: a line in a buffer is lost with the process, and would look like an entry that nobody announced.
            sys.stdout.flush()
        else:
            os.write(_handle(where), line.encode())
    # The act stands: it is committed already, and a collector that is away mustn't stop filings.
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
