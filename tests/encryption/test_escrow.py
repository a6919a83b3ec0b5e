"""SEC-CR13: three of five keepers bring the keys back, two can't, and a damaged share is named; without Django."""

import json
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encryption import escrow
from encryption.escrow import EscrowError, inverse, joined, share_of, split, times

pytestmark = pytest.mark.sec("SEC-CR13")
BYTES = st.integers(0, 255)


# --- arithmetic


def long_way(left, right):
    """A second implementation: multiply the polynomials, then divide by that of AES."""
    product = 0
    for bit in range(8):
        if right >> bit & 1:
            product ^= left << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << bit - 8
    return product


def test_products_are_those_of_the_standard():
    """FIPS 197 §4.2 and §4.2.1."""
    assert (times(0x57, 0x83), times(0x57, 0x13)) == (0xC1, 0xFE)
    assert [times(0x57, 1 << bit) for bit in range(5)] == [0x57, 0xAE, 0x47, 0x8E, 0x07]


def test_products_and_inverses_agree_with_the_long_way_for_all_bytes():
    assert all(times(a, b) == long_way(a, b) for a in range(256) for b in range(256))
    assert all(times(a, inverse(a)) == 1 for a in range(1, 256))


def test_points_of_a_known_polynomial_give_its_secret():
    """53 + 01·x + ca·x², worked out by hand at 1, 2 and 3."""
    points = {1: 0x53 ^ 0x01 ^ 0xCA, 2: 0x53 ^ 0x02 ^ times(0xCA, 4), 3: 0x53 ^ 0x03 ^ times(0xCA, 5)}

    assert joined({number: bytes((value,)) for number, value in points.items()}) == b"\x53"


# --- sharing


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=40))
def test_all_ten_triples_recover(secret):
    shares = split(secret)

    for chosen in combinations(shares, 3):
        assert joined({number: shares[number] for number in chosen}) == secret


def test_all_ten_pairs_fail_and_fit_any_secret_alike():
    """With two shares every first byte is still possible: a third point exists for each."""
    secret = bytes(range(32))
    shares = split(secret)

    for chosen in combinations(shares, 2):
        held = {number: shares[number] for number in chosen}
        assert joined(held) != secret
        third = next(number for number in shares if number not in held)
        made = {joined({**held, third: bytes((byte,)) + shares[third][1:]})[0] for byte in range(256)}
        assert len(made) == 256


def test_two_splits_of_one_secret_differ():
    assert split(b"secret") != split(b"secret")


# --- shares on paper


@pytest.fixture(scope="module")
def made():
    return escrow.ceremony()


def test_a_share_reads_back_whatever_its_case_and_spaces(made):
    _, shares = made
    for share in shares:
        word, number, *groups = share.text().split()
        typed = f" {word} {number} {''.join(groups).lower()} \n"
        assert share_of(typed, "x") == share


def test_every_letter_that_is_read_wrongly_names_the_share(made):
    text = made[1][2].text()
    begin = len("repere-escrow-1 3/5 ")

    for place in range(begin, len(text)):
        if text[place] == " ":
            continue
        wrong = "A" if text[place] != "A" else "B"
        damaged = text[:place] + wrong + text[place + 1 :]
        if place == len(text) - 1:
            damaged = text[:place]
        with pytest.raises(EscrowError, match="keeper-3 is damaged"):
            share_of(damaged, "keeper-3")


@pytest.mark.parametrize("text", ["", "repere-escrow-1", "repere-escrow-1 1/5 AAAA", "é", "other 1/5 AAAA"])
def test_what_is_no_share_is_said_to_be_damaged(text):
    with pytest.raises(EscrowError, match="here is damaged"):
        share_of(text, "here")


def test_a_share_shows_no_value_in_a_message(made):
    share = made[1][0]

    assert share.value.hex() not in repr(share)


# --- the pair


def test_every_triple_gives_the_seed_and_every_pair_is_told_how_many_are_needed(made):
    public, shares = made
    seeds = {escrow.seed_of(chosen, public) for chosen in combinations(shares, 3)}

    assert len(seeds) == 1
    for chosen in combinations(shares, 2):
        with pytest.raises(EscrowError, match="3 different shares are needed, 2 are there"):
            escrow.seed_of(chosen, public)
    with pytest.raises(EscrowError, match="2 are there"):
        escrow.seed_of([shares[0], shares[0], shares[1]], public)


def test_a_share_that_was_forged_with_a_good_check_is_named(made):
    public, shares = made
    forged = escrow.Share(shares[1].set, 2, bytes(32))

    assert share_of(forged.text(), "x") == forged
    with pytest.raises(EscrowError, match="Share 2 isn't the one"):
        escrow.seed_of([shares[0], forged, shares[2]], public)


def test_a_share_of_another_set_is_named(made):
    _, others = escrow.ceremony()

    with pytest.raises(EscrowError, match=r"Share 4 belongs to another set"):
        escrow.seed_of([*made[1][:2], others[3]], made[0])


# --- the bundle


DOCUMENT = {"made_at": "2026-11-24T10:00:00Z", "keys": []}


def test_a_bundle_opens_with_three_shares_and_with_all_five(made):
    public, shares = made
    bundle = escrow.sealed(DOCUMENT, public)

    assert escrow.opened(bundle, shares[2:]) == escrow.opened(bundle, shares) == DOCUMENT


@pytest.mark.parametrize("change", ["body", "set", "format", "none"])
def test_a_bundle_that_was_altered_is_refused(made, change):
    public, shares = made
    bundle = json.loads(escrow.sealed(DOCUMENT, public))
    if change == "body":
        body = bundle["body"]
        bundle["body"] = body[:-8] + ("A" if body[-8] != "A" else "B") + body[-7:]
    elif change == "set":
        bundle["to"]["set"] = "00" * 4
    elif change == "format":
        bundle["format"] = "other"
    text = "[]" if change == "none" else json.dumps(bundle)

    with pytest.raises(EscrowError):
        escrow.opened(text, shares[:3])


# --- without Django


def run(folder, *arguments):
    return subprocess.run(  # noqa: S603 - our own file
        [sys.executable, "-I", str(folder / "escrow.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={},
    )


def test_the_one_file_does_ceremony_and_drill_alone_in_a_folder(tmp_path):
    shutil.copy(Path(escrow.__file__), tmp_path / "escrow.py")
    assert run(tmp_path, "ceremony", tmp_path).returncode == 0
    public = json.loads((tmp_path / "escrow.pub").read_text())
    (tmp_path / "bundle").write_text(escrow.sealed(DOCUMENT, public))
    shares = [tmp_path / f"share-{number}.txt" for number in range(1, 6)]
    assert {path.stat().st_mode & 0o777 for path in shares} == {0o600}

    good = run(tmp_path, "drill", "bundle", *shares[1:4])
    few = run(tmp_path, "drill", "bundle", *shares[:2])
    line = shares[0].read_text().rstrip()
    shares[0].write_text(line[:-5] + ("B" if line[-5] != "B" else "C") + line[-4:])
    damaged = run(tmp_path, "drill", "bundle", *shares[:3])

    assert (good.returncode, good.stdout) == (
        0,
        "The bundle of 2026-11-24T10:00:00Z opens: 0 keys, each as committed.\n",
    )
    assert (few.returncode, few.stderr) == (1, "3 different shares are needed, 2 are there.\n")
    assert damaged.returncode == 1
    assert "share-1.txt is damaged" in damaged.stderr


def test_a_ceremony_makes_its_folder_closed_to_others(tmp_path):
    shutil.copy(Path(escrow.__file__), tmp_path / "escrow.py")

    assert run(tmp_path, "ceremony", tmp_path / "new" / "folder").returncode == 0

    assert (tmp_path / "new" / "folder").stat().st_mode & 0o777 == 0o700
    assert len(list((tmp_path / "new" / "folder").iterdir())) == 6


def test_a_ceremony_overwrites_nothing(tmp_path):
    shutil.copy(Path(escrow.__file__), tmp_path / "escrow.py")
    assert run(tmp_path, "ceremony", tmp_path).returncode == 0
    before = (tmp_path / "escrow.pub").read_text()

    assert run(tmp_path, "ceremony", tmp_path).returncode == 1
    assert (tmp_path / "escrow.pub").read_text() == before
