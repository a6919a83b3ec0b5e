"""Maintenance gate: closes the service after a restore, until what was shredded since is shredded again (FT12).

Apps register the conditions that close it; ``config/pipeline.py`` asks before each request, a worker before each pass.
The answer is cached for a few seconds; ``fresh`` asks again, for the supervisor's probe.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog
from django.db import DatabaseError

from encryption.errors import KeysUnavailable
from outbox.errors import ServiceClosed

_log = structlog.get_logger("outbox")
CACHE_SECONDS: Final = 5.0

#: Returns the code of a reason to be closed, or an empty text.
type Reason = Callable[[], str]

_reasons: list[Reason] = []
_open_until = 0.0
_was_open = False


def closed_by(reason: Reason) -> None:
    """Register what may close the service; called once, when the apps are ready."""
    if reason not in _reasons:
        _reasons.append(reason)


def require_open(*, fresh: bool = False) -> None:
    """Return when the service is open. Only an open gate is remembered: a closed one is asked about each time.

    A key store that is away closes nothing that was open: filings go on without it, and it is asked about again.

    Raises:
        ServiceClosed: something keeps it closed; the log says what.
        DatabaseError, KeysUnavailable: a database is away, and this process never found the gate open.
    """
    global _open_until, _was_open
    if not fresh and monotonic() < _open_until:
        return
    try:
        closed_by = next((code for code in (reason() for reason in _reasons) if code), "")
    except (DatabaseError, KeysUnavailable):
        if not _was_open:
            raise
        return
    _open_until, _was_open = (0.0, False) if closed_by else (monotonic() + CACHE_SECONDS, True)
    if closed_by:
        _log.error("service:closed", code=closed_by)
        raise ServiceClosed


def forget() -> None:
    """Ask anew at the next occasion: what the answer was found by may have changed."""
    global _open_until, _was_open
    _open_until, _was_open = 0.0, False
