"""The frame of a sealed value and its padding."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encryption.envelope import field_binding, length_prefixed, padded, unpadded

KEY = UUID("6d3b3a63-5f8a-4c5e-9a35-6c1f9f6f2a11")


@pytest.mark.parametrize(
    ("size", "bucket"),
    [
        (0, 64), (63, 64), (64, 256), (255, 256), (256, 1024), (1023, 1024),
        (1024, 4096), (4095, 4096), (4096, 8192), (8191, 8192), (8192, 12288),
    ],
)  # fmt: skip
def test_a_length_shows_its_bucket_only(size, bucket):
    """design.md: 64 B, 256 B, 1 KiB, then multiples of 4 KiB."""
    assert len(padded(b"x" * size)) == bucket


@given(st.binary(max_size=9000))
def test_padding_is_undone_exactly(plaintext):
    assert unpadded(padded(plaintext)) == plaintext


@pytest.mark.parametrize("plaintext", [b"\x80", b"\x80\x00\x00", b"\x00", b"", b"a\x80\x00"])
def test_bytes_that_look_like_padding_survive(plaintext):
    assert unpadded(padded(plaintext)) == plaintext


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_lists_never_join_to_the_same_bytes(left, right):
    assert (length_prefixed(*left) == length_prefixed(*right)) == (left == right)


def test_the_associated_data_are_these_bytes_for_ever():
    """docs/decisions/0002: a change here would make every stored value unreadable."""
    known = field_binding(1, "child.last_name", KEY)

    assert known == (
        b"\x00\x00\x00\x0crepere field"
        b"\x00\x00\x00\x02\x01\x01"
        b"\x00\x00\x00\x0fchild.last_name"
        b"\x00\x00\x00\x10" + KEY.bytes + b"\x00\x00\x00\x10"
    )
