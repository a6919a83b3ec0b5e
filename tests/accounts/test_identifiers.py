"""Addresses and register numbers: what exists passes, what can't exist is refused."""

import pytest
from django.core.exceptions import ValidationError

from accounts.identifiers import normalised_email, validate_finess, validate_siret, validate_uai


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
