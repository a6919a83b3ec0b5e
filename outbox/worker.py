"""Worker loop: runs recurring work, then delivers what is due, until it is told to stop."""

from collections.abc import Callable
from threading import Event
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.dispatch import Signal

from encryption.errors import KeysUnavailable
from outbox import delivery, maintenance_gate, scheduler
from outbox.errors import ServiceClosed

_log = structlog.get_logger("outbox")
#: Sent after each round of recurring work.
worked: Final = Signal()


def once() -> dict[str, int]:
    """Run all recurring work that is due, then try all notices that are; return what was done.

    Raises:
        ServiceClosed: a database was restored; nothing is done before the replay (SEC-FT12).
    """
    maintenance_gate.require_open(fresh=True)
    done = scheduler.run_due()
    worked.send(sender=None)
    return {**done, "notices": delivery.deliver_due()}


def forever(stop: Event, *, pause_seconds: float, once: Callable[[], object] = once) -> None:
    """Do ``once`` with pauses until ``stop`` is set. A database that is away is waited for."""
    while not stop.is_set():
        try:
            close_old_connections()
            once()
        except (ServiceClosed, KeysUnavailable) as waits:
            _log.warning("work:waiting", code=waits.code)
        except (OperationalError, InterfaceError):
            _log.warning("work:waiting", code="database")
            connections.close_all()
        stop.wait(pause_seconds)
    connections.close_all()
