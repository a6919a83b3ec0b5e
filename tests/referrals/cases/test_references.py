"""References: unguessable, said on the phone, found again however they were written down."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encryption import digest
from referrals.models import Referral
from referrals.vocabulary import formats
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.night import NIGHT

pytestmark = pytest.mark.both_databases("a reference is drawn once")

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FORM = re.compile(rf"[{SIGNS}]{{4}}-[{SIGNS}]{{4}}-[{SIGNS}]{{4}}-[{SIGNS}]")

bodies = st.text(SIGNS, min_size=12, max_size=12)
referenced = bodies.map(lambda body: body + formats.check_sign(body))
places = st.integers(0, 12)


def test_a_reference_is_thirteen_signs_without_those_that_look_or_sound_alike():
    found = [formats.new_reference() for _ in range(500)]

    assert all(FORM.fullmatch(one) for one in found)
    assert not set("ILOU") & set("".join(found))
    assert len(set(found)) == 500
    assert all(formats.read_reference(one) == one for one in found)


def test_each_sign_of_the_body_is_drawn_by_itself(monkeypatch):
    """60 random bits: five of each byte, whatever the reference before it was."""
    monkeypatch.setattr(digest, "random_bytes", lambda count: bytes(range(200, 200 + count)))

    assert formats.new_reference() == formats.grouped("89ABCDEFGHJK" + formats.check_sign("89ABCDEFGHJK"))


@given(referenced, places, st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed_wherever_it_stands(said, place, sign):
    wrong = said[:place] + sign + said[place + 1 :]

    assert (formats.read_reference(wrong) is None) is (wrong != said)


@given(referenced, st.integers(0, 11))
def test_two_neighbours_swapped_are_noticed(said, place):
    wrong = swapped(said, place, place + 1)

    assert (formats.read_reference(wrong) is None) is (wrong != said)


def swapped(said, first, second):
    signs = list(said)
    signs[first], signs[second] = signs[second], signs[first]
    return "".join(signs)


def test_every_single_slip_in_one_reference_is_noticed():
    """Exhaustive, for the signs that the properties above may not have drawn: Z against 0 above all."""
    for body in ("7KD4M2X9QPAZ", "000000000000", "ZZZZZZZZZZZZ", "0Z0Z0Z0Z0Z0Z"):
        said = body + formats.check_sign(body)
        slips = {said[:n] + sign + said[n + 1 :] for n in range(13) for sign in SIGNS} - {said}
        swaps = {swapped(said, n, m) for m in range(13) for n in range(m)} - {said}

        assert [wrong for wrong in slips | swaps if formats.read_reference(wrong)] == []


@settings(max_examples=settings.default.max_examples if NIGHT else 12)
@given(referenced, st.data())
def test_how_it_was_written_down_does_not_count(said, data):
    spread = "".join(sign + data.draw(st.sampled_from(["", "-", " ", " - "])) for sign in said)
    alike = {"0": "0Oo", "1": "1IiLl"}
    heard = "".join(data.draw(st.sampled_from(alike.get(sign, sign + sign.lower()))) for sign in spread)

    assert formats.read_reference(heard) == formats.grouped(said)


@pytest.mark.parametrize(
    "said", ["", "-", "7KD4", "7KD4-M2X9-QPA7-TT", "7KD4-M2X9-QPAU-0", "é" * 13, "٣" * 13, "ß" * 13]
)
def test_what_can_be_no_reference_is_none(said):
    assert formats.read_reference(said) is None


def test_a_case_is_found_by_a_sloppy_reference_and_by_nobody_elses(world):
    filer, coordinator = world.as_("filer"), world.as_("crip_coordinator")
    pks = [
        filer.post("referrals", concern() | {"submit": True}, key=f"filing-{n}-of-two").json()["id"]
        for n in range(2)
    ]
    see_all()
    reference = Referral.objects.get(pk=pks[0]).reference
    sloppy = " " + reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    def found(who, said):
        return [line["id"] for line in who.get("referrals", reference=said).json()["results"]]

    assert found(coordinator, sloppy) == found(coordinator, reference) == found(filer, sloppy) == [pks[0]]
    assert found(world.as_("crip_coordinator", "75"), reference) == []
    assert found(world.as_("filer_2"), reference) == []
    slip = ("2" if reference[0] != "2" else "3") + reference[1:]
    assert (
        found(coordinator, slip) == found(coordinator, "nothing") == found(coordinator, reference[:3]) == []
    )
    assert found(coordinator, reference[:9]) == [pks[0]], "a part, from a group on"
    assert found(filer, reference[:9]) == [], "to who files a reference is a whole one"
