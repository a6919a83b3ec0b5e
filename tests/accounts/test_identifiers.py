"""Addresses and register numbers: what exists passes, what can't exist is refused."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.identifiers import (
    bare_number,
    normalised_email,
    register_of,
    validate_finess,
    validate_siret,
    validate_uai,
)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Alice@Exemple.FR", "alice@exemple.fr"),
        (" alice@exemple.fr ", "alice@exemple.fr"),
        ("alice@école.fr", "alice@xn--cole-9oa.fr"),
        ("alice@e\u0301cole.fr", "alice@xn--cole-9oa.fr"),
        ("a+b@exemple.fr", "a+b@exemple.fr"),
    ],
)
def test_an_address_has_one_spelling(written, stored):
    assert normalised_email(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "alice",
        "alice@",
        "@exemple.fr",
        "a@b@exemple.fr",
        "élodie@exemple.fr",
        "a b@exemple.fr",
        "a@" + "b" * 70,
    ],
)
def test_what_is_no_address_is_refused(written):
    with pytest.raises(ValidationError):
        normalised_email(written)


VALID = [
    (validate_siret, "73282932000074"),
    (validate_siret, "35600000000048"),
    (validate_siret, "35600000009075"),  # La Poste: digits that add up to a multiple of five
    (validate_uai, "0750655E"),
    (validate_finess, "750712184"),
    (validate_finess, "690781810"),
    (validate_finess, "2A0000014"),
]


@pytest.mark.parametrize(("validate", "number"), VALID)
def test_a_number_of_the_register_passes(validate, number):
    validate(number)


@pytest.mark.parametrize(
    ("validate", "number"),
    [
        (validate_siret, "73282932000075"),
        (validate_siret, "7328293200007"),
        (validate_siret, "73282932OOOO74"),
        (validate_siret, "٧٣٢٨٢٩٣٢٠٠٠٠٧٤"),
        (validate_siret, "35600000009076"),
        (validate_siret, "73282932000074\n"),
        (validate_siret, "732 829 320 00074"),
        (validate_siret, "12345678900007"),  # its own check digit is right, that of the SIREN in it isn't
        (validate_uai, "0750655F"),
        (validate_uai, "0750655e"),
        (validate_uai, "0750655I"),
        (validate_finess, "750712185"),
        (validate_finess, "2C0000014"),
        (validate_finess, "75071218"),
    ],
)
def test_a_number_that_cannot_exist_is_refused(validate, number):
    with pytest.raises(ValidationError):
        validate(number)


@pytest.mark.parametrize("place", range(14))
def test_one_wrong_digit_in_a_siret_is_seen(place):
    """ISO/IEC 7812-1: the check digit finds every error of a single digit."""
    right = "73282932000074"
    wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]

    with pytest.raises(ValidationError):
        validate_siret(wrong)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from(VALID),
    st.lists(st.sampled_from(["", " ", "\u00a0", ".", "-", "  "]), min_size=14, max_size=14),
)
def test_a_number_is_understood_however_it_is_grouped_and_whatever_its_case(known, gaps):
    validate, number = known
    typed = "".join(sign + gap for sign, gap in zip(number.lower(), gaps, strict=False))

    assert bare_number(typed) == number
    assert register_of(number) == validate.__name__.removeprefix("validate_")


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10**13 - 1).map(lambda number: f"{number:013}"))
def test_of_ten_last_digits_one_at_most_makes_a_siret(beginning):
    def passes(digit):
        try:
            validate_siret(f"{beginning}{digit}")
        except ValidationError:
            return False
        return True

    assert sum(passes(digit) for digit in range(10)) <= (2 if beginning.startswith("356000000") else 1)
