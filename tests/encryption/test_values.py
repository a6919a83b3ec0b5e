"""What may stand in a sealed field: what re-reads identical, and nothing else."""

from datetime import UTC, date, datetime
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encryption.errors import Unsealable
from encryption.values import decoded, encoded

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
PLAIN = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(
    TEXT | WHOLE | st.booleans(),
    lambda inner: st.lists(inner | PLAIN, max_size=4) | st.dictionaries(TEXT, inner | PLAIN, max_size=4),
    max_leaves=12,
)
VALUES = {
    "text": TEXT,
    "date": st.dates().map(date.isoformat),
    "datetime": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "code": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,30}", fullmatch=True),
    "json": JSON,
    "bool": st.booleans(),
    "int": WHOLE,
}
LONG = 1_000_000


@pytest.mark.parametrize("kind", VALUES)
@given(st.data())
def test_what_is_sealed_re_reads_identical(kind, data):
    value = data.draw(VALUES[kind])

    found = decoded(encoded(kind, value, LONG))

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", None), ("text", 5), ("text", b"x"), ("text", "\ud800"), ("text", ["x"]),
        ("date", "2010-2-1"), ("date", "20100201"), ("date", "2010-W05-1"), ("date", date(2010, 2, 1)),
        ("date", "2010-02-01T00:00:00"), ("datetime", "2010-02-01T10:00:00"), ("datetime", "2010-02-01"),
        ("datetime", datetime(2010, 2, 1, tzinfo=UTC)), ("code", ""), ("code", "a b"), ("code", "a\n"),
        ("code", "é"), ("bool", 1), ("bool", "true"), ("int", True), ("int", 1.0), ("int", 2**53),
        ("json", None), ("json", (1, 2)), ("json", {1: 2}), ("json", [nan]), ("json", [inf]),
        ("json", ["\udfff"]), ("json", [date(2010, 2, 1)]), ("json", [2**60]), ("json", {"a": {1, 2}}),
    ],
)  # fmt: skip
def test_what_would_not_re_read_identical_is_refused(kind, value):
    with pytest.raises(Unsealable):
        encoded(kind, value, LONG)


def test_json_is_spelled_in_one_way():
    assert (
        encoded("json", {"b": [1, True, None], "a": "é\n"}, LONG)
        == 'J{"a":"é\\n","b":[1,true,null]}'.encode()
    )


def test_text_stands_as_it_is():
    assert encoded("text", '"é"\n', LONG) == 'T"é"\n'.encode()


def test_length_counts_characters_of_text():
    assert encoded("text", "é" * 10, 10)
    with pytest.raises(Unsealable):
        encoded("text", "é" * 11, 10)


def test_depth_is_bounded():
    deep = []
    for _ in range(21):
        deep = [deep]

    with pytest.raises(Unsealable):
        encoded("json", deep, LONG)


@pytest.mark.parametrize("value", ["secret\ud800", ["secret", nan]])
def test_a_refusal_keeps_nothing_of_the_value(value):
    """SEC-CR1: neither the error nor what it was raised from holds plaintext."""
    kind = "text" if isinstance(value, str) else "json"
    with pytest.raises(Unsealable) as refused:
        encoded(kind, value, LONG)

    assert refused.value.__context__ is None
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("inside", [b"X1", b"J1 2", b"J1x", b"T\xff", b"J{"])
def test_bytes_of_another_format_are_refused(inside):
    with pytest.raises(ValueError):
        decoded(inside)
