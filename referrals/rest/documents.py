"""Base classes of printable documents: content security policy, style, view."""

import base64
import re
from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from encryption import digest

#: As strict as every answer's policy, but for the page's own style.
POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class ByAddress(BaseContentNegotiation):
    """The address says which form is meant; a browser and a program get the same, whatever they accept."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:  # noqa: ARG002 - its signature
        """Return the one parser there is."""
        return next(iter(parsers))

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - the framework's signature
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002 - id.
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer of refusals."""
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


def inline_page(page: str, name: str) -> HttpResponse:
    """Return a letter as it prints: it asks for nothing from elsewhere."""
    response = HttpResponse(page, content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = f"{POLICY}; style-src {own_style(page)}"
    return response


def own_style(page: str) -> str:
    """Return what lets the page's own style count, and no other."""
    style = _STYLE.search(page)
    hashed = base64.b64encode(digest.sha256((style[1] if style else "").encode())).decode()
    return f"'sha256-{hashed}'"
