"""Hashes and chance, against published values."""

import pytest

from encryption import digest


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
)
def test_sha256_is_the_published_one(data, expected):
    """FIPS 180-4, examples."""
    assert digest.sha256(data).hex() == expected


def test_chance_does_not_repeat():
    assert len({digest.token() for _ in range(100)}) == 100
    assert len(digest.token()) == 43
    assert len(digest.random_bytes(16)) == 16


def test_comparison():
    assert digest.equal(b"a", b"a")
    assert not digest.equal(b"a", b"b")
    assert not digest.equal(b"a", b"ab")
