"""Outermost middleware: rejects malformed requests and sets the same security headers on every answer.

Only the count of answers, Django's Content-Security-Policy and the marks of a training instance stand before it in
``settings.MIDDLEWARE``, so that errors of all other layers pass through it too (SEC-AU8). No header of a request
changes its method, scheme or host: nothing here or below reads an override or an ``X-Forwarded-*`` (SEC-IN8).
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpResponseBase

from accounts.request import ServiceRequest
from config.errors import refuse

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SafeAnswers:
    """Refuse unknown methods and unreadable addresses; put the protective headers on every answer."""

    def __init__(self, get_response: Callable[[ServiceRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponseBase:
        """Answer ``request``."""
        response = _refused(request) or self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        if settings.SECURE_HSTS_SECONDS:
            # Said on every answer: behind the proxy that ends TLS, no request looks secure to Django.
            response.headers["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
            )
        return response


class OwnOrigin:
    """Set ``Origin`` if the browser attests that one of our own pages sent the form.

    Under our own ``Referrer-Policy: no-referrer`` a browser writes ``Origin: null`` on every form that it sends, and
    Django refuses that. ``Sec-Fetch-Site`` is written by the browser alone: no page, script or form can set it. The
    CSRF token is asked for all the same (SEC-AU7).
    """

    def __init__(self, get_response: Callable[[ServiceRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponseBase:
        """Answer ``request``."""
        sent = request.META
        if sent.get("HTTP_ORIGIN") == "null" and sent.get("HTTP_SEC_FETCH_SITE") == "same-origin":
            sent["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return self.get_response(request)


def _refused(request: ServiceRequest) -> HttpResponseBase | None:
    if request.method not in METHODS:
        response = refuse(request, 405, "method-not-allowed")
        response["Allow"] = ", ".join(METHODS)
        return response
    if not _is_readable(request.META.get("QUERY_STRING", "")):
        return refuse(request, 400, "query-malformed")
    return None


def _is_readable(query: str) -> bool:
    """Say whether the query is UTF-8 without NUL once its escapes are undone."""
    try:
        text = unquote_to_bytes(query.encode("latin-1", "replace")).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text
