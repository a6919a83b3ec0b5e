"""The two languages of the service: sentences are written in French; the catalogues (gettext) hold them in English.

Every sentence that a person reads is marked where it is written, ``_("…")`` with ``gettext_lazy``, and becomes text in
the language of whoever reads. ``make messages`` gathers what is marked into ``<app>/locale``.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.functional import Promise
from django.utils.translation import get_language, override

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
    """Return ``{"fr": …, "en": …}``, as the API publishes labels."""
    return {language: in_language(text, language) for language in (FRENCH, ENGLISH)}


def for_reader[T](texts: Mapping[str, T]) -> T:
    """Return what is kept in both languages in that of the reader; French where it is neither."""
    return texts[ENGLISH if get_language() == ENGLISH else FRENCH]
