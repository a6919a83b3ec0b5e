"""What only its bearer opens."""

import pytest

from encryption import bearer
from encryption.errors import Unreadable

SECRET, OTHER = b"s" * 32, b"t" * 32


@pytest.mark.sec("SEC-AU7")
def test_it_opens_with_its_secret_for_its_purpose_and_else_with_nothing():
    kept = bearer.sealed(SECRET, "session", b"who it is")

    assert b"who" not in kept
    assert bearer.opened(SECRET, "session", kept) == b"who it is"
    for secret, purpose in ((OTHER, "session"), (SECRET, "another"), (b"", "session")):
        with pytest.raises(Unreadable):
            bearer.opened(secret, purpose, kept)


@pytest.mark.sec("SEC-CR3")
def test_each_flipped_bit_and_each_cut_is_noticed():
    kept = bearer.sealed(SECRET, "session", b"x")
    for place in range(len(kept)):
        broken = bytearray(kept)
        broken[place] ^= 1
        with pytest.raises(Unreadable):
            bearer.opened(SECRET, "session", bytes(broken))
        with pytest.raises(Unreadable):
            bearer.opened(SECRET, "session", kept[:place])


def test_the_same_words_never_look_the_same():
    assert len({bearer.sealed(SECRET, "session", b"x") for _ in range(50)}) == 50
