"""Strict JSON parser, the only one of the API: refuses what JSON libraries let through (SEC-IN1).

It turns bytes into a ``dict``, or raises ``BodyRefused``: every operation takes an object, so that no view has to check
(SEC-IN13). Sizes are checked before anything is built, so that a hostile body costs no more than one pass over its
bytes. ``core/inputs.py`` says what a field may hold; ``config/error_messages.py`` has the sentence for each code.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, Final, NoReturn

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

LARGEST_INTEGER: Final = 2**53 - 1
"""The last whole number that every JSON reader holds exactly (RFC 8259 §6)."""

# A string (closed or not), an empty container, or one mark of structure. Possessive, and the closing quote is
# optional: on a body made of quotes and backslashes a plain pattern would start over at each of them.
_MARKS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{][ \t\r\n]*+[\]}]|[\[\]{},]', re.DOTALL)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class BodyRefused(ParseError):
    """A body that isn't read; ``code`` says why, and no part of the body is repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(detail=code, code=code)
        self.code = code


class StrictJSONParser(BaseParser):
    """Parse ``application/json`` within the bounds of the settings."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the body.

        Raises:
            BodyRefused: the body is too large, isn't UTF-8, isn't JSON, is JSON that two readers would understand
                differently, or isn't an object.
        """
        _require_utf8(media_type or "")
        return parse(_read(stream, parser_context or {}))


def parse(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in ``raw``; see ``StrictJSONParser.parse``."""
    if len(raw) > settings.MAX_BODY_BYTES:
        raise BodyRefused("body-too-large")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BodyRefused("body-not-utf8") from None
    _require_bounded(text)
    try:
        body = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_constant,
        )
    except (ValueError, RecursionError):
        raise BodyRefused("body-not-json") from None
    if "\\u" in text:  # only an escape can bring these in: strict UTF-8 and strict JSON hold neither raw
        _require_storable(body)
    if not isinstance(body, dict):
        raise BodyRefused("not-object")
    return body


def _require_utf8(media_type: str) -> None:
    _, parameters = parse_header_parameters(media_type)
    if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise BodyRefused("body-not-utf8")


def _read(stream: IO[bytes], context: Mapping[str, Any]) -> bytes:
    """Return the bytes of the stream; read at most one more than the bound, whatever the sender announced."""
    request = context.get("request")
    announced = str(request.META.get("CONTENT_LENGTH") or "0") if request is not None else "0"
    if announced.isascii() and announced.isdigit() and int(announced[:13]) > settings.MAX_BODY_BYTES:
        raise BodyRefused("body-too-large")
    try:
        raw = stream.read(settings.MAX_BODY_BYTES + 1)
    except UnreadablePostError:
        raise BodyRefused("body-cut-short") from None
    if isinstance(stream, HttpRequest):
        stream._body = raw  # a request that has to wait for the journal runs twice (config/pipeline.py)
    return raw


def _require_bounded(text: str) -> None:
    """Count depth and values without building any: a value is the document, a member or an element."""
    depth, nodes = 0, 1
    for mark in _MARKS.finditer(text):
        first = mark[0][0]
        if first == ",":
            nodes += 1
        elif first in "[{":
            depth += 1
            nodes += len(mark[0]) == 1  # its first member
        if depth > settings.MAX_JSON_DEPTH:
            raise BodyRefused("body-too-deep")
        depth -= mark[0][-1] in "]}" and first != '"'
        if nodes > settings.MAX_JSON_NODES:
            raise BodyRefused("body-too-many-values")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise BodyRefused("body-duplicate-key")
    return body


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(number := int(digits)) > LARGEST_INTEGER:
        raise BodyRefused("body-number-out-of-range")
    return number


def _real(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise BodyRefused("body-number-out-of-range")
    return number


def _constant(_: str) -> NoReturn:
    raise BodyRefused("body-number-out-of-range")


def _require_storable(body: object) -> None:
    """Refuse NUL and lone surrogates, in keys as in values: no database holds them."""
    waiting = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if _UNSTORABLE.search(value):
                raise BodyRefused("body-unstorable-text")
        elif isinstance(value, dict):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
