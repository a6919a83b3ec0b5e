"""SEC-CR15: an object opens whole and in order, or not at all."""

import pickle
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encryption import objects, suites
from encryption.errors import Unreadable
from encryption.objects import HEAD_BYTES, SEALED_BYTES, SEGMENT_BYTES, ObjectKey
from encryption.values import decoded, encoded

pytestmark = pytest.mark.sec("SEC-CR15")
KEY, NAME = ObjectKey(bytes(range(32))), uuid4()


def sealed(plaintext: bytes, *, key=KEY, name=NAME, step: int = 50_000) -> bytes:
    sealing = key.sealing(name)
    parts = [sealing.update(plaintext[at : at + step]) for at in range(0, len(plaintext), step)]
    return b"".join(parts) + sealing.finish()


def opened(stored: bytes, *, key=KEY, name=NAME, step: int = 30_000) -> bytes:
    pieces = [stored[at : at + step] for at in range(0, len(stored), step)]
    return b"".join(key.opened(name, pieces))


def segments(stored: bytes) -> list[bytes]:
    body = stored[HEAD_BYTES:]
    return [body[at : at + SEALED_BYTES] for at in range(0, len(body), SEALED_BYTES)]


def filled(count: int) -> bytes:
    """Return ``count`` full segments, no two alike."""
    return b"".join(bytes((number,)) * SEGMENT_BYTES for number in range(count))


EDGES = sorted(
    {0, 1, *(many * SEGMENT_BYTES + by for many in (1, 2, 3) for by in (-1, 0, 1)), 3 * SEGMENT_BYTES + 500}
)


@pytest.mark.parametrize("size", EDGES)
def test_what_was_sealed_opens_the_same_at_every_edge_of_a_segment(size):
    plaintext = filled(4)[:size]
    assert opened(sealed(plaintext)) == plaintext


@given(st.binary(max_size=300), st.integers(1, 400), st.integers(1, 400))
def test_it_matters_not_in_which_pieces_it_comes_and_goes(plaintext, coming, going):
    assert opened(sealed(plaintext, step=coming), step=going) == plaintext


def test_the_segments_are_those_that_the_format_says():
    stored = sealed(filled(2) + b"x")
    assert [len(one) for one in segments(stored)] == [SEALED_BYTES, SEALED_BYTES, 1 + suites.TAG_BYTES]
    assert stored[:2] == bytes((1, suites.DEFAULT))


@pytest.mark.parametrize("many", [1, 2, 3])
@pytest.mark.parametrize("by", [-1, 0, 1])
def test_an_object_cut_at_a_segment_or_a_byte_beside_it_is_refused(many, by):
    stored = sealed(filled(4))
    with pytest.raises(Unreadable):
        opened(stored[: HEAD_BYTES + many * SEALED_BYTES + by])


@pytest.mark.parametrize("left", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, HEAD_BYTES + 15])
def test_an_object_cut_in_its_head_is_refused(left):
    with pytest.raises(Unreadable):
        opened(sealed(b"abc")[:left])


def tampered() -> dict[str, bytes]:
    """Return objects of four segments whose segments aren't as they were sealed."""
    stored = sealed(filled(3) + b"end")
    head, (a, b, c, d) = stored[:HEAD_BYTES], segments(stored)
    other = segments(sealed(filled(3) + b"end", name=uuid4()))
    ways = {
        "reordered": (b, a, c, d), "doubled": (a, a, b, c, d), "dropped": (a, c, d), "first dropped": (b, c, d),
        "last dropped": (a, b, c), "last doubled": (a, b, c, d, d), "last alone": (d,), "nothing": (),
        "of another object": (a, other[1], c, d), "appended": (a, b, c, d, b"x"),
    }  # fmt: skip
    return {way: head + b"".join(parts) for way, parts in ways.items()}


@pytest.mark.parametrize("way", tampered())
def test_segments_that_were_moved_doubled_or_dropped_are_refused(way):
    with pytest.raises(Unreadable):
        opened(tampered()[way])


def test_every_flipped_bit_of_a_short_object_is_refused():
    stored = sealed(b"secret")
    for bit in range(len(stored) * 8):
        changed = bytearray(stored)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unreadable):
            opened(bytes(changed))


def test_another_name_and_another_key_open_nothing():
    stored = sealed(b"secret")
    with pytest.raises(Unreadable):
        opened(stored, name=uuid4())
    with pytest.raises(Unreadable):
        opened(stored, key=ObjectKey.new())


def test_nothing_of_a_segment_comes_out_before_it_is_whole():
    stored = bytearray(sealed(filled(2) + b"end"))
    stored[HEAD_BYTES + SEALED_BYTES + 5] ^= 1
    pieces = KEY.opened(NAME, [bytes(stored)])
    assert next(pieces) == filled(1)
    with pytest.raises(Unreadable):
        next(pieces)


def test_the_second_suite_works_too(monkeypatch):
    monkeypatch.setattr(suites, "DEFAULT", suites.CHACHA20_POLY1305)
    stored = sealed(b"secret")
    assert stored[1] == suites.CHACHA20_POLY1305
    assert opened(stored) == b"secret"


def test_two_objects_under_one_key_share_no_key_and_no_nonce():
    one, two = sealed(b"same"), sealed(b"same", name=uuid4())
    assert one[HEAD_BYTES:] != two[HEAD_BYTES:]
    assert one[2:HEAD_BYTES] != two[2:HEAD_BYTES], "the prefix of the nonce is drawn each time"


def test_nonces_count_and_mark_the_last():
    prefix = bytes(7)
    assert objects.nonce_of(prefix, 1, last=False) == bytes(10) + b"\x01\0"
    assert objects.nonce_of(prefix, 1, last=True) == bytes(10) + b"\x01\x01"
    with pytest.raises(OverflowError):
        objects.nonce_of(prefix, 2**32, last=False)


def test_a_key_shows_nothing_and_goes_nowhere():
    assert "\\x" not in repr(KEY) + str(KEY)
    with pytest.raises(TypeError):
        pickle.dumps(KEY)


def test_a_column_of_kind_key_gives_back_a_key_and_takes_nothing_else():
    kept = decoded(encoded("key", KEY, 64))
    assert opened(sealed(b"secret"), key=kept) == b"secret"
    for other in ("text", b"bytes", None, 5):
        with pytest.raises(ValueError):
            encoded("key", other, 64)
    with pytest.raises(ValueError):
        encoded("json", KEY, 64)
