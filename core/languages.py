"""The two languages of the service: sentences are written in French; the catalogues (gettext) hold them in English.

Every sentence that a person reads is marked where it is written, ``_("…")`` with ``gettext_lazy``, and becomes text in
the language of whoever reads. ``make messages`` gathers what is marked into ``<app>/locale``.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django.utils.functional import Promise
from django.utils.translation import get_language, override

from core import french

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as LazyText
else:
    LazyText = Promise

FRENCH: Final = "fr"
ENGLISH: Final = "en"

#: A sentence that a person reads, as it is written in the code: French, translated when it becomes text.
type Text = str | LazyText


def in_language(text: Text, language: str) -> str:
    """Return a text in French or English (``fr``, ``en``), whatever the language of the request."""
    with override(language):
        return str(text)


def in_both(text: Text) -> dict[str, str]:
    """Return ``{"fr": …, "en": …}``, as the API publishes labels; ``for_reader`` sets them for a page."""
    with french.as_written():  # what a process keeps must not depend on who asked first
        return {language: in_language(text, language) for language in (FRENCH, ENGLISH)}


def for_reader[T](texts: Mapping[str, T]) -> T:
    """Return what is kept in both languages in that of the reader; French where it is neither."""
    if get_language() == ENGLISH:
        return texts[ENGLISH]
    text: Any = texts[FRENCH]
    return cast("T", french.as_read(text)) if isinstance(text, str) else text
