"""Optional reporting: faults to a server that speaks Sentry's protocol, traces to one that speaks OpenTelemetry's.

Both are off unless a setting names a server. Nothing is collected and then removed: a report is built from the closed
list of ``facts.py``, and what a library adds on the way is left behind at the border. Neither library watches the
framework, the database, the log or the threads (docs/decisions/0061-reports-are-built-from-a-list.md).
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def start() -> None:
    """Begin to report to the servers that the settings name; no connection is opened before there is something to say.

    Raises:
        ImproperlyConfigured: the package for one isn't installed, or its address can't be one.
    """
    # The libraries take a tenth of a second and 20 MB: only processes that report load them.
    if settings.SENTRY_DSN:
        try:
            from config.reporting import faults
        except ModuleNotFoundError:
            raise ImproperlyConfigured(
                "REPERE_SENTRY_DSN needs the package sentry-sdk (extra `sentry`): install it, or unset the variable."
            ) from None
        faults.start(settings.SENTRY_DSN)
    if settings.OTLP_ENDPOINT:
        try:
            from config.reporting import traces
        except ModuleNotFoundError:
            raise ImproperlyConfigured(
                "REPERE_OTLP_ENDPOINT needs the packages of OpenTelemetry (extra `telemetry`): install them, or unset "
                "the variable."
            ) from None
        traces.start(settings.OTLP_ENDPOINT)
