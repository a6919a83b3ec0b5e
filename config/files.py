"""File host: a separate origin that serves attachments against a hand-off token, and nothing else (SEC-FI4)."""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseBase
from django.urls import path

from accounts.request import ServiceRequest
from referrals.attachments.api import FILES, Handed

urlpatterns: Final = [path(f"{FILES.removeprefix('/')}<str:handed>", Handed.as_view(), name="handed-file")]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"


class HostOfFiles:
    """Serve at the host of files the addresses of this module, and at no other host any of them."""

    def __init__(self, get_response: Callable[[ServiceRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponseBase:
        """Answer ``request``; whatever port is named, the host of files is never the service."""
        host = (urlsplit(f"//{request.get_host()}").hostname or "").rstrip(".")
        if settings.FILES_ORIGIN and host == urlsplit(settings.FILES_ORIGIN).hostname:
            request.urlconf = __name__
        return self.get_response(request)
