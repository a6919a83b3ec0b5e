"""Middleware that has every answer of a training instance say what it is: pages, problems, closed pages, tables.

Documents bear the banner as they are made (``outbox/training.py``); here whatever hasn't it yet is given it, so that no
page can be forgotten. Elsewhere answers pass untouched.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final, cast

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from accounts.request import ServiceRequest
from outbox import training

#: What programs read: a body for them keeps its form.
HEADER: Final = "X-Repere-Training"


class Marked:
    """Mark each answer by its media type."""

    def __init__(self, get_response: Callable[[ServiceRequest], HttpResponseBase]) -> None:
        """Stand before ``get_response``."""
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponseBase:
        """Answer, marked."""
        response = self.get_response(request)
        return _marked(response) if settings.TRAINING else response


def _marked(response: HttpResponseBase) -> HttpResponseBase:
    response.headers[HEADER] = "1"
    media = response.headers.get("Content-Type", "").partition(";")[0]
    if isinstance(response, HttpResponse) and media in _TEXTS and response.content:
        response.content = _TEXTS[media](response.content.decode()).encode()
        if "Content-Length" in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
    elif isinstance(response, StreamingHttpResponse) and media == "text/csv":
        lines = cast("Iterable[bytes]", response.streaming_content)  # no server here is asynchronous
        response.streaming_content = _with_notice(iter(lines))
        response.headers.pop("Content-Length", None)
    return response


def _with_notice(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a table with the sentence before its first line."""
    first = next(parts, b"")
    return chain(
        [training.table(first.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")], parts
    )


def _calendar(text: str) -> str:
    """Return a calendar whose name says it."""
    return text.replace("X-WR-CALNAME:", f"X-WR-CALNAME:{training.WORD} – ", 1)


_TEXTS: Final[dict[str, Callable[[str], str]]] = {
    "text/html": training.page,
    "text/csv": training.table,
    "text/calendar": _calendar,
}
