"""Start of a server: runs every check, and refuses to serve if one fails (SEC-CF1).

Those on settings run with every command. Those that ask a database run with ``manage.py check --deploy`` and
when a server loads the application, not with ``migrate``: the migrator owns the tables, and rightly so. On a
developer's machine only what would be wrong there too is an error.
"""

from collections.abc import Iterable

import structlog
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from config.checks.attachments import files_are_scanned
from config.checks.databases import UNASKED, clocks_agree, databases_are_apart, databases_are_fit
from config.checks.keys import keys_are_apart, the_ledger_outlives_the_machine, the_root_key_is_own
from config.checks.machine import the_clock_is_synchronised
from config.checks.outward import people_can_be_called
from config.checks.production import settings_are_fit
from config.checks.strangers import nothing_else_is_served
from outbox import maintenance_gate

_log = structlog.get_logger(__name__)
_was_fit = False
"""Whether each database has answered this server all that a start asks, and as it must."""


def require_fit() -> None:
    """Refuse to serve when a check fails; called by the server's entry points.

    A database that doesn't answer is no reason: the server starts, and is closed until it has asked it
    (``why_closed``). Nor is a clock that the kernel doesn't call kept, while it agrees with the databases': an outage
    of NTP must keep nobody from filing.

    Raises:
        ImproperlyConfigured: with the sentence of each check that failed.
    """
    global _was_fit
    for message in the_clock_is_synchronised():
        _log.warning("check:warned", check=message.id)
    databases = _of_databases()
    messages = [
        *people_can_be_called(),
        *the_ledger_outlives_the_machine(),
        *settings_are_fit(),
        *nothing_else_is_served(),
        *databases,
        *keys_are_apart(),
        *the_root_key_is_own(),
        *files_are_scanned(),
    ]
    for message in messages:
        if not message.is_serious():
            _log.warning("check:warned", check=message.id)
    serious = [message for message in messages if message.is_serious()]
    for message in serious:
        _log.error("check:failed", check=message.id)
    if serious:
        sentences = "\n".join(message.msg for message in serious)
        raise ImproperlyConfigured(sentences)
    _was_fit = _all_answered(databases)
    maintenance_gate.closed_by(why_closed)


def why_closed() -> str:
    """Return why a server stays closed, as a code: what a start asks of a database has no answer yet, or a bad one.

    Asked before each request, until all databases have answered and are fit: then never again (SEC-CF11).
    """
    global _was_fit
    if _was_fit:
        return ""
    messages = _of_databases()
    serious = [message for message in messages if message.is_serious()]
    for message in serious:
        _log.error("check:failed", check=message.id)
    if serious:
        return "databases-unfit"
    if not _all_answered(messages):
        return "databases-unasked"
    _was_fit = True
    return ""


def _of_databases() -> list[CheckMessage]:
    return [*databases_are_fit(), *databases_are_apart(), *clocks_agree()]


def _all_answered(messages: Iterable[CheckMessage]) -> bool:
    return not any(message.id == UNASKED for message in messages)
