"""Strict query parameters: typed, declared, at most once each; any other is refused by name (SEC-IN2).

A resource declares its filters as a ``Query`` made of the fields of ``core/inputs.py`` (so that the OpenAPI
schema has them) and reads them by ``Query.of(request.query_params)``.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.conf import settings
from django.http import QueryDict
from rest_framework import serializers

from core.inputs import UNNAMEABLE, Whole, of_data


class InvalidQuery(Exception):
    """Parameters of the address are unknown, repeated or malformed (SEC-IN2).

    ``parameters`` maps each name to ``unknown``, ``repeated``, ``too-long``, ``malformed`` or ``required``; or to
    ``too-late``, for a time of which nothing is told yet.
    """

    code: ClassVar[str] = "invalid-query"

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__()
        self.parameters = dict(parameters)
        self.extra: dict[str, object] = {"parameters": self.parameters}


MAX_LENGTH: Final = 200  # characters of one value; a field says otherwise by ``max_chars``
MAX_PARAMETERS: Final = 30
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Query(serializers.Serializer[Any]):
    """The parameters that a resource takes; subclasses declare them, mostly with ``required=False``."""

    @classmethod
    def of(cls, params: QueryDict) -> dict[str, Any]:
        """Return the parameters by name, typed; those not given are absent, or have their default."""
        query = of_data(cls, params.dict())
        wrong = _unfit(params, query.fields)
        if not wrong and not query.is_valid():
            wrong = {name: _reason(errors) for name, errors in query.errors.items()}
        if wrong:
            raise InvalidQuery(wrong)
        return dict(query.validated_data)


class Cursor(serializers.CharField):
    """The place where the page before ended, as that page gave it."""

    # The longest is of a list by an e-mail address: each of its characters counts as four bytes.
    max_chars = 2_000


class PagedQuery(Query):
    """The parameters of every list: where to go on, and how many lines at most."""

    cursor = Cursor(required=False, help_text="`next` of the page before.")
    limit = Whole(
        in_query=True,
        required=False,
        min_value=1,
        max_value=settings.PAGE_SIZE_MAX,
        default=settings.PAGE_SIZE,
    )


def _unfit(params: QueryDict, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong before any type is looked at."""
    if len(params) > MAX_PARAMETERS:
        return {UNNAMEABLE: "unknown"}
    wrong: dict[str, str] = {}
    for name, values in params.lists():
        if name not in fields:
            # A name goes back to its sender only if it looks like one of ours.
            wrong[name if _NAME.fullmatch(name) else UNNAMEABLE] = "unknown"
        elif len(values) != 1:
            wrong[name] = "repeated"
        elif len(values[0]) > getattr(fields[name], "max_chars", MAX_LENGTH):
            wrong[name] = "too-long"
        elif any(_is_hostile(sign) for sign in values[0]):
            wrong[name] = "malformed"
    return wrong


def _is_hostile(sign: str) -> bool:
    """Tell whether a character is a control, a direction mark, a surrogate, or the trace of bad UTF-8."""
    return sign == "\ufffd" or unicodedata.category(sign) in _REFUSED


def _reason(errors: Any) -> str:
    codes = {getattr(error, "code", "") for error in errors}
    return "required" if "required" in codes else "malformed"
