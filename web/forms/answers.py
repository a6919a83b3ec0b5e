"""Answers in words, for a page that repeats what was said."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext
from rest_framework import serializers

from web.forms.declaration import NOT_KNOWN, Ask, Input, Values, choices_of, members
from web.forms.reading import typed_instant


def answer_in_words(takes: type[Input], ask: Ask, values: Values) -> str:
    """Return an answer in words; empty where nothing was said."""
    declared, value = members(takes)[ask.name], values.get(ask.name)
    if value in (None, "", []):
        return gettext("Non connu") if ask.name in (values.get(NOT_KNOWN) or []) else ""
    if isinstance(value, Mapping):
        return gettext("Illisible")
    if isinstance(declared, serializers.BooleanField):
        return gettext("Oui") if value else gettext("Non")
    words = dict(choices_of(declared, Ask(ask.name, "", instead=ask.instead)))
    if words:
        return ", ".join(
            words.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value])
        )
    if isinstance(declared, serializers.DateField):
        return day_in_words(str(value))
    if isinstance(declared, serializers.DateTimeField):
        return f"{day_in_words(typed_instant(str(value)))} {typed_instant(str(value))[11:]}"
    return str(value)


def day_in_words(value: str) -> str:
    """Return a day as people of the reader's language write it: 24/11/2026."""
    try:
        return date.fromisoformat(value[:10]).strftime("%d/%m/%Y")
    except ValueError:
        return value
