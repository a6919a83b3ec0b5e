"""Telephone numbers: each is a link that dials it, in pairs; the 114 is written to; nothing typed becomes a tag."""

import pytest

from web.numbers import dial, phones


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("0612345678", '<a class="phone" href="tel:0612345678">06\u00a012\u00a034\u00a056\u00a078</a>'),
        ("06.12.34.56.78", '<a class="phone" href="tel:0612345678">06\u00a012\u00a034\u00a056\u00a078</a>'),
        (
            "+33 6 12 34 56 78",
            '<a class="phone" href="tel:+33612345678">+33\u00a06\u00a012\u00a034\u00a056\u00a078</a>',
        ),
        ("+32 475 12 34 56", '<a class="phone" href="tel:+32475123456">+32475123456</a>'),
    ],
)
def test_a_number_is_a_link_and_is_read_in_pairs(typed, link):
    assert phones(f"Le soir, {typed}.") == f"Le soir, {link}."


@pytest.mark.parametrize(
    "typed", ["le 12/03/2026 à 14:05", "SIRET 12345678901234", "2026-03-12", "RP-93-0612345678901"]
)
def test_what_is_no_number_to_call_stays_text(typed):
    assert phones(typed) == typed


def test_what_was_typed_is_never_a_tag():
    assert phones("<b>0612345678</b>").startswith("&lt;b&gt;<a ")


def test_the_numbers_of_a_sentence_are_links_and_the_114_is_written_to():
    said = dial("Danger : 17 ou 112 ; par SMS : 114 ; disparu : 116 000 ; conseil : 119.")

    assert [part.partition('"')[0] for part in said.split('href="')[1:]] == [
        "tel:17", "tel:112", "sms:114", "tel:116000", "tel:119",
    ]  # fmt: skip
    assert "116\u00a0000</a>" in said


def test_dates_and_articles_are_no_numbers_to_call():
    assert dial("<b> 226-14, 17/11/2026, 226.17") == "&lt;b&gt; 226-14, 17/11/2026, 226.17"
