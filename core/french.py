"""French as it is read: a zero is singular, and no line of a page breaks before a tall mark or inside quotes.

The sentences are written in the code with plain spaces and have no catalogue of their own, so what gettext falls back
to is the place for both.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations
from typing import Final

from django.utils.translation import trans_real

NO_BREAK: Final = "\u00a0"
NARROW: Final = "\u202f"
#: Whether sentences are for a page: a message by SMS would need twice the room for the other spaces.
_for_page: ContextVar[bool] = ContextVar("for_page", default=False)
_TALL: Final = re.compile(rf"[ {NO_BREAK}](?=[;:!?])")
_QUOTES: Final = re.compile("(?<=«) | (?=»)")


class French(NullTranslations):
    """What a French sentence becomes that no catalogue knows."""

    def gettext(self, message: str) -> str:
        """Return a sentence, without the context by which it is told apart."""
        words = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        return as_read(words)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the singular for one and for none: « 0 message »."""
        return self.gettext(msgid1 if abs(n) < 2 else msgid2)


def install() -> None:
    """Have French sentences come through here; once, when the service starts."""
    trans_real.translation("fr").add_fallback(French())


@contextmanager
def for_page() -> Iterator[None]:
    with _made(for_page=True):
        yield


@contextmanager
def as_written() -> Iterator[None]:
    """Have sentences made within it stay as they are written: what is kept for all, or told by the API."""
    with _made(for_page=False):
        yield


@contextmanager
def _made(*, for_page: bool) -> Iterator[None]:
    token = _for_page.set(for_page)
    try:
        yield
    finally:
        _for_page.reset(token)


def as_read(text: str) -> str:
    return spaced(text) if _for_page.get() else text


def spaced(text: str) -> str:
    """Return a text with spaces at which no line breaks, narrow ones before ``; : ! ?``."""
    return _QUOTES.sub(NO_BREAK, _TALL.sub(NARROW, text))


def plain(text: str) -> str:
    return text.replace(NARROW, " ").replace(NO_BREAK, " ")
