"""Feed of filings: names each committed filing beside the database, for ``manage.py recall`` after a restore.

A line is ``filing <sealed>``: reference, department and minute, sealed under the index key, each of the same length.
It is apart from the feed of leaf hashes, which is kept as long as the journal: with the index key, both would lead from
the reference of a shredded case to its entry (SEC-AL16). So this one is deleted after ``DAYS`` days, by then older than
any copy that is restored; its instants are cut to the minute, and its lines are in no order.
"""

import base64
import fcntl
import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings

from encryption import bearer, digest, index
from encryption.envelope import padded, unpadded
from encryption.errors import Unreadable

_log = structlog.get_logger("referrals.filing")
#: ``deploy/logrotate/repere`` deletes by it.
DAYS: Final = 35
_PURPOSE: Final = "feed.filing"
_FILING: Final = re.compile(r"\bfiling ([A-Za-z0-9_=-]{100,600})(?![A-Za-z0-9_=-])")


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing as the feed names it; ``at`` is a whole minute."""

    reference: str
    department: str
    at: datetime


def sealed(filing: Filing) -> str:
    """Return the line of a filing; empty where there is no feed.

    Raises:
        KeysUnavailable: the index key can't be had.
    """
    if not settings.FILING_FEED:
        return ""
    minute = filing.at.replace(second=0, microsecond=0)
    plain = json.dumps([filing.reference, filing.department, minute.isoformat()]).encode()
    return f"filing {base64.urlsafe_b64encode(bearer.sealed(_secret(), _PURPOSE, padded(plain))).decode()}\n"


def tell(line: str) -> None:
    """Write the line of a filing, after the commit. A feed that can't be written is logged, and takes nothing back."""
    if not line:
        return
    try:
        _add(Path(settings.FILING_FEED), line)
    except OSError:
        _log.warning("feed:failed")


def _add(path: Path, line: str) -> None:
    """Write the file of the day anew with one more line, in the order of the ciphertexts, which is none.

    The order of arrival would be that of the entries. Web servers write one after the other; a reader sees whole files.
    """
    lock_file = os.open(path.with_name(f"{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    draft = path.with_name(f".{path.name}.{digest.random_bytes(8).hex()}")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        there = path.read_text(encoding="ascii").splitlines(keepends=True) if path.exists() else []
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(sorted([*there, line]))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
        os.close(lock_file)


def filing_in(line: str) -> Filing | None:
    """Return the filing that a line names; None where it names none, or isn't this service's.

    Raises:
        KeysUnavailable: the index key can't be had.
    """
    match = _FILING.search(line)
    if match is None:
        return None
    try:
        plain = unpadded(bearer.opened(_secret(), _PURPOSE, base64.urlsafe_b64decode(match[1])))
    except (Unreadable, ValueError):
        return None
    reference, department, at = json.loads(plain)
    return Filing(reference, department, datetime.fromisoformat(at))


def _secret() -> bytes:
    return index.keyed(_PURPOSE, b"")
