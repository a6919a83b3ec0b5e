"""Checks of the machine and the process: core dumps, cookies, the clock."""

import resource
from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, register

from config import clocks
from config.checks.findings import SETTINGS, error, warning


@register(SETTINGS, deploy=True)
def the_clock_is_synchronised(**_: object) -> list[CheckMessage]:
    """Return an error where the kernel says that nothing keeps its clock, a warning where it can't be asked."""
    if not settings.PRODUCTION or settings.CLOCK_KEPT_BY_HOST:
        return []
    synchronised = clocks.is_synchronised()
    if synchronised is None:
        sentence = (
            "The kernel doesn't tell whether its clock is kept in time: see to it on the machine below, then "
            "set REPERE_CLOCK_KEPT_BY_HOST=yes."
        )
        return [warning(3, sentence)]
    if synchronised:
        return []
    return [
        error(
            34,
            "Nothing keeps this machine's clock in time: run chrony (with `rtcsync`) or systemd-timesyncd on it, or "
            "set REPERE_CLOCK_KEPT_BY_HOST=yes where it is a virtual machine whose host sets its clock.",
        )
    ]


def process() -> Iterator[CheckMessage]:
    """Look at what would show values or let them travel in clear: error pages, core dumps, cookies."""
    if settings.DEBUG:
        yield error(1, "DEBUG is on: set DEBUG = False, error pages would show values.")
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        yield error(2, "Core dumps are on and would hold keys: start the service with `ulimit -c 0`.")
    if not settings.SECURE_HSTS_SECONDS:
        yield error(3, "SECURE_HSTS_SECONDS is 0: set a year, the service is reached over TLS only.")
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield error(4, "Cookies would travel in clear: set SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE.")
