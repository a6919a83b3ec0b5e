"""SEC-IN1, SEC-IN13: a body is an object, or a refusal with a code; nothing else comes out of the parser."""

import contextlib
import io
import json

import pytest
from django.conf import settings
from django.http import UnreadablePostError
from hypothesis import example, given
from hypothesis import strategies as st

from config.parsing import BodyRefused, StrictJSONParser, parse

REFUSED = {
    "a number alone": (b"1", "not-object"),
    "a text alone": (b'"a"', "not-object"),
    "null": (b"null", "not-object"),
    "an empty list": (b"[]", "not-object"),
    "a list": (b'[{"a":1}]', "not-object"),
    "nothing": (b"", "body-not-json"),
    "half a document": (b'{"a":', "body-not-json"),
    "two documents": (b"{}{}", "body-not-json"),
    "a raw line feed in a text": (b'["a\nb"]', "body-not-json"),
    "a raw NUL in a text": (b'["a\x00b"]', "body-not-json"),
    "a number with an underscore": (b"[1_000]", "body-not-json"),
    "Arabic digits": ("[١٢]".encode(), "body-not-json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "body-not-json"),
    "Latin-1": ('["é"]'.encode("latin-1"), "body-not-utf8"),
    "UTF-16": ("{}".encode("utf-16"), "body-not-utf8"),
    "a surrogate in UTF-8": (b'["\xed\xa0\x80"]', "body-not-utf8"),
    "a key twice": (b'{"a":1,"a":1}', "body-duplicate-key"),
    "a key twice, deep": (b'[{"b":{"a":1,"a":2}}]', "body-duplicate-key"),
    "a key twice, once escaped": (b'{"a":1,"\\u0061":1}', "body-duplicate-key"),
    "NaN": (b"[NaN]", "body-number-out-of-range"),
    "Infinity": (b"[-Infinity]", "body-number-out-of-range"),
    "a real beyond the largest": (b"[1e400]", "body-number-out-of-range"),
    "two to the 53rd": (b"[9007199254740992]", "body-number-out-of-range"),
    "minus two to the 53rd": (b"[-9007199254740992]", "body-number-out-of-range"),
    "400 digits": (b"[" + b"9" * 400 + b"]", "body-number-out-of-range"),
    "5,000 digits": (b"[" + b"9" * 5_000 + b"]", "body-number-out-of-range"),
    "an escaped NUL": (b'["\\u0000"]', "body-unstorable-text"),
    "an escaped NUL in a key": (b'{"\\u0000":1}', "body-unstorable-text"),
    "a lone surrogate": (b'{"a":["\\ud800"]}', "body-unstorable-text"),
    "surrogates the wrong way round": (b'["\\udc00\\ud800"]', "body-unstorable-text"),
    "depth 2,000": (b"[" * 2_000 + b"]" * 2_000, "body-too-deep"),
    "a quarter of a megabyte of brackets": (b"[" * 262_144, "body-too-deep"),
    "quotes and backslashes without end": (b'"' + b'\\"' * 131_000, "body-not-json"),
}


def code_of(raw: bytes) -> str:
    with pytest.raises(BodyRefused) as refused:
        parse(raw)
    return refused.value.code


@pytest.mark.sec("SEC-IN1", "SEC-IN13")
@pytest.mark.parametrize(("raw", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_stock_parsers_let_through_is_refused(raw, code):
    assert code_of(raw) == code


@pytest.mark.sec("SEC-IN1")
def test_the_bounds_hold_at_n_and_refuse_at_n_plus_one():
    deepest, most = settings.MAX_JSON_DEPTH, settings.MAX_JSON_NODES

    def lists(depth):
        return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    assert parse(lists(deepest))
    assert code_of(lists(deepest + 1)) == "body-too-deep"
    assert len(parse(json.dumps({"a": [1] * (most - 2)}).encode())["a"]) == most - 2
    assert code_of(json.dumps({"a": [1] * (most - 1)}).encode()) == "body-too-many-values"
    assert parse(b'{"a":"' + b"a" * (settings.MAX_BODY_BYTES - 8) + b'"}')
    assert code_of(b'{"a":"' + b"a" * (settings.MAX_BODY_BYTES - 7) + b'"}') == "body-too-large"


@pytest.mark.sec("SEC-IN1")
def test_marks_of_structure_inside_a_text_count_for_nothing():
    text = '[{,"\\' * 5_000

    assert parse(json.dumps({"a": text}).encode()) == {"a": text}


@pytest.mark.sec("SEC-IN1")
def test_an_emoji_written_as_two_escapes_is_one_character():
    assert parse(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.sec("SEC-IN1")
@given(st.binary(max_size=400))
@example(b'{"a":[1.5,true,null,"\xc3\xa9"]}')
def test_any_bytes_give_an_object_or_a_refusal(raw):
    with contextlib.suppress(BodyRefused):
        assert isinstance(parse(raw), dict)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
).map(lambda value: value if isinstance(value, dict) else {"a": value})


@pytest.mark.sec("SEC-IN1")
@given(OBJECTS, st.booleans())
def test_every_document_within_the_bounds_is_read_unchanged(document, escaped):
    assert parse(json.dumps(document, ensure_ascii=escaped).encode()) == document


class Sent:
    """As much of a request as the parser looks at."""

    def __init__(self, length):
        self.META = {"CONTENT_LENGTH": length}


def read(raw, media_type="application/json", length="10"):
    return StrictJSONParser().parse(io.BytesIO(raw), media_type, {"request": Sent(length)})


@pytest.mark.sec("SEC-IN1")
@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "utf-7", '"iso-8859-15"'])
def test_another_charset_is_refused_whatever_the_bytes(charset):
    with pytest.raises(BodyRefused) as refused:
        read(b"{}", f"application/json; charset={charset}")

    assert refused.value.code == "body-not-utf8"


def test_utf8_may_be_named():
    assert read(b"{}", "application/json; charset=UTF-8") == {}


@pytest.mark.sec("SEC-IN1")
@pytest.mark.parametrize("length", [str(256 * 1024 + 1), "9" * 5_000])
def test_an_announced_size_is_refused_before_a_byte_is_read(length):
    with pytest.raises(BodyRefused) as refused:
        read(b"{}", length=length)

    assert refused.value.code == "body-too-large"


@pytest.mark.sec("SEC-IN1")
def test_a_body_larger_than_announced_is_refused():
    with pytest.raises(BodyRefused) as refused:
        read(b"[" + b" " * settings.MAX_BODY_BYTES + b"]", length="2")

    assert refused.value.code == "body-too-large"


def test_a_body_cut_short_by_the_sender_is_a_refusal_and_no_fault_of_ours():
    class Cut(io.BytesIO):
        def read(self, *_):
            raise UnreadablePostError("cut")

    with pytest.raises(BodyRefused) as refused:
        StrictJSONParser().parse(Cut(), "application/json", {})

    assert refused.value.code == "body-cut-short"
