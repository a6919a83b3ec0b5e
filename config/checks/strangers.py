"""Checks of what strangers reach: the description of the API, its default, addresses of other packages."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.core.checks import CheckMessage, register

from config import drawn, exposure
from config.checks.findings import error

SIGNED_IN: Final = ["accounts.signin.SignedIn"]
SESSIONS: Final = "accounts.sessions"
METRICS_TOKEN_LENGTH: Final = 32


@register(deploy=True)
def nothing_else_is_served(**_: object) -> list[CheckMessage]:
    """Return an error for what the addresses open in production, or bound by a count of each process alone."""
    return [*_other_addresses(), *_counted_apart()] if settings.PRODUCTION else []


def defaults() -> Iterator[CheckMessage]:
    """Refuse a description of the API that strangers read, and an API that is open where nothing says otherwise."""
    if settings.SPECTACULAR_SETTINGS["SERVE_PERMISSIONS"] != SIGNED_IN:
        yield error(
            29,
            "Strangers would read the description of the API: set SERVE_PERMISSIONS of SPECTACULAR_SETTINGS to "
            "accounts.signin.SignedIn.",
        )
    if settings.REST_FRAMEWORK["DEFAULT_PERMISSION_CLASSES"] != SIGNED_IN:
        yield error(
            33,
            "Strangers would be let in where an address doesn't say who may: set DEFAULT_PERMISSION_CLASSES of "
            "REST_FRAMEWORK to accounts.signin.SignedIn.",
        )


def metrics() -> Iterator[CheckMessage]:
    """Refuse a token of the monitoring that can be guessed: whoever has it reads how the service is."""
    token = settings.METRICS_TOKEN
    if token and not (len(token) >= METRICS_TOKEN_LENGTH and drawn.is_varied(token)):
        yield error(
            65,
            f"REPERE_METRICS_TOKEN must be {METRICS_TOKEN_LENGTH} random characters or more (`openssl rand -hex 32`): "
            "without a token /metrics is absent, with a short one it is open to whoever guesses.",
        )


def _other_addresses() -> Iterator[CheckMessage]:
    """Refuse addresses of other packages: pages of documentation, metrics, a debugger, an admin."""
    if addresses := exposure.of_others():
        yield error(
            40,
            f"Other packages answer at {', '.join(addresses)}: take them out of the addresses (ROOT_URLCONF). "
            "Documentation is for who has signed in, and figures are for nobody outside.",
        )


def _counted_apart() -> Iterator[CheckMessage]:
    """Refuse what would be counted in Django's cache, which is one process's own: so many times the cap, then.

    Every limit of the service counts in the database (SEC-CF4, SEC-FT16), so that nothing here needs a cache at all.
    """
    if throttles := exposure.throttled():
        yield error(
            41,
            f"A throttle bounds {', '.join(throttles)} by a count that each process has for itself: take it out of "
            "DEFAULT_THROTTLE_CLASSES of REST_FRAMEWORK, and count in the database: referrals/access/volume_limits.py.",
        )
    if settings.SESSION_ENGINE != SESSIONS:
        yield error(
            41,
            "Sessions would lie in a cache, or in clear: set SESSION_ENGINE to accounts.sessions.",
        )
