"""Addresses whose views put what was sent wherever a report could take it from."""

import logging
import threading

import structlog
from django.db import connection
from django.http import HttpResponse
from django.urls import include, path

from config.errors import bad_request, forbidden, not_found, server_error

_log = structlog.get_logger("accounts.leaking")


class Leak(Exception):
    """A fault whose message, notes and attributes hold what was sent."""


def leak(request, value):
    """Fail with ``value`` in every place: a local, the message, the cause, a note, the name of the thread."""
    local = {"child": value, "body": request.body, "cookies": request.COOKIES}
    threading.current_thread().name = value
    logging.getLogger("django.leaking").error("Child %s", value, extra={"child": value})
    logging.getLogger("referrals.leaking").error("Child %s", value, extra={"child": value, "code": value})
    _log.error(f"child {value}", code=value, label=value, child=value)
    _log.error("leak:seen", code="leak-seen", rule=value, row=value)
    try:
        raise LookupError(value, local)
    except LookupError as cause:
        failed = Leak(value, request.META.get("HTTP_USER_AGENT"))
        failed.add_note(value)
        failed.child = value
        raise failed from cause


def leak_sql(request, value):
    """Fail in the database, with ``value`` in the statement and among its parameters."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s FROM nowhere -- {value}", [value])  # noqa: S608 - it is to fail


def leak_warning(request, value):
    """Answer; say ``value`` below what is reported."""
    _log.warning("leak:warned", code=value)
    return HttpResponse(value)


urlpatterns = [
    path("leak/<value>", leak, name="leak"),
    path("leak/sql/<value>", leak_sql, name="leak-sql"),
    path("leak/warning/<value>", leak_warning, name="leak-warning"),
    path("", include("tests.config.sample_urls")),
]
handler400, handler403, handler404, handler500 = bad_request, forbidden, not_found, server_error
