"""Maintenance answer while a part of the service is out: the same bytes for every request (SEC-FT17, SEC-AL4).

A page for browsers, in both languages, and a problem document for programs: two files that ``make docs`` generates
(``config/documents/closed.py``), read once, so that neither database, key, session nor template is needed; a proxy may
serve them too (docs/runbook.md). Some pages need none of these either, or hold what somebody typed: they are answered
as usual (``Page.while_out``).
"""

import re
from datetime import UTC, datetime
from typing import Any, Final, cast

from django.db import DatabaseError
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import get_language_from_request

from accounts.request import ServiceRequest
from audit.errors import AuditError
from core.query import InvalidQuery
from encryption.errors import EncryptionError
from web import problems
from web.assets import FOLDER
from web.page import Page, left

STATUS: Final = 503
PROBLEM: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 5
PAGE: Final = (FOLDER / "closed.html").read_bytes()
DOCUMENT: Final = (FOLDER / "closed.json").read_bytes()
_OWN: Final = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]+)"')
#: What the page says itself, for where a proxy serves it, and what can be said in a header alone.
POLICY: Final = f"{_OWN.findall(PAGE)[0].decode()}; frame-ancestors 'none'"


def answer(request: ServiceRequest) -> HttpResponse:
    """Return the page or the document; or the page that was asked for, where it needs nothing that is out."""
    if problems.is_read_by_a_person(request):
        response = _as_itself(request) or HttpResponse(
            PAGE, status=STATUS, headers={"Content-Security-Policy": POLICY}
        )
    else:
        response = HttpResponse(DOCUMENT, status=STATUS, content_type=PROBLEM)
    if response.status_code == STATUS:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers.setdefault("Content-Language", "fr, en")
    response["Content-Length"] = str(len(response.content))  # the gate stands before what counts it else
    return response


def _as_itself(request: ServiceRequest) -> HttpResponse | None:
    if problems.is_leaving(request):
        return left(request, status=STATUS)
    page = _requested_page(request)
    # What a form of another site sends comes back to nobody.
    if page is None or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return None
    if not hasattr(request, "actor"):
        # The gate stands before all that tells who asks, when, and by which token a form of ours is known.
        request.actor, request.at = None, datetime.now(UTC)  # as config/pipeline.py does
        CsrfViewMiddleware(lambda _: HttpResponse()).process_request(request)
    try:
        with translation.override(get_language_from_request(request)):
            page.asked = page.query.of(request.GET)
            return page.while_out()
    except (DatabaseError, AuditError, EncryptionError, InvalidQuery):
        return None


def _requested_page(request: ServiceRequest) -> Page | None:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    view = getattr(match.func, "view_class", None)
    if view is None or not issubclass(view, Page):
        return None
    page = cast("type[Page]", view)(
        **cast("Any", match.func).view_initkwargs
    )  # as Django's as_view() keeps them
    page.setup(request, *match.args, **match.kwargs)
    return page
