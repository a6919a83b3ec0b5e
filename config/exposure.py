"""Exposed addresses, from the URL configuration: which address, answered by whose code."""

from collections.abc import Iterator
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.views import SpectacularJSONAPIView

#: Where the code of an address may stand. The description of the API is the one view of others; ``config/checks/
#: strangers.py`` asks who may read it.
OURS: Final = frozenset({"audit", "accounts", "directory", "referrals", "web", "config"})


def views() -> Iterator[tuple[str, Any]]:
    """Yield each address with the class, or the function, that answers there."""
    yield from _within(get_resolver().url_patterns, "/")


def _within(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Any]]:
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _within(one.url_patterns, path)
        else:
            view: Any = one.callback
            yield path, getattr(view, "cls", None) or getattr(view, "view_class", None) or view


def of_others() -> list[str]:
    """Return the addresses at which code of others answers: documentation, metrics, debugging, an admin."""
    return [
        path
        for path, view in views()
        if view is not SpectacularJSONAPIView and view.__module__.partition(".")[0] not in OURS
    ]


def throttled() -> list[str]:
    """Return the addresses that a throttle of the API's framework bounds, which counts in Django's cache."""
    return [path for path, view in views() if getattr(view, "throttle_classes", None)]
