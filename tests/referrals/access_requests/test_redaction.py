"""Redaction of texts: what is hidden is in no part of the copy, whatever its signs (domain.md §7.5, §2.8 no. 15)."""

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.access_requests.copies import Span
from referrals.access_requests.redaction import counted, mark, merged, occurrences, redacted_text
from referrals.vocabulary.access_requests import Withheld
from tests.night import NIGHT

pytestmark = pytest.mark.both_databases(
    "what is copied past row-level security, and the role that reads entries"
)

FILER, TIERS = Withheld.FILER, Withheld.THIRD_PARTY
#: Letters that never stand in a mark, so that what is left of a text can be told from it.
SECRET = st.text("ABCXYZ\u0301\u200d\U0001f469\U0001f467\U0001f1eb\U0001f1f7 ", max_size=30)


@st.composite
def spanned(draw):
    text = draw(SECRET.filter(bool))
    start = st.integers(0, len(text) - 1)
    spans = [
        Span(start=at, end=draw(st.integers(at + 1, len(text))), code=draw(st.sampled_from(list(Withheld))))
        for at in draw(st.lists(start, max_size=6))
    ]
    return text, spans


def test_a_passage_is_replaced_by_its_reason():
    text = "Signalé par Mme Tardieu, voisine."
    assert redacted_text(text, [Span(start=12, end=23, code=FILER)]) == (
        "Signalé par [occulté : identité de l'auteur de la transmission], voisine."
    )


def test_the_reason_is_french_whoever_reads():
    with translation.override("en"):
        assert mark({FILER}) == "[occulté : identité de l'auteur de la transmission]"


def test_what_meets_becomes_one_with_all_its_reasons():
    spans = [
        Span(start=0, end=4, code=TIERS),
        Span(start=3, end=6, code=FILER),
        Span(start=6, end=7, code=TIERS),
    ]
    said = redacted_text("abcdefghi", spans)
    assert said == "[occulté : identité de l'auteur de la transmission, vie privée d'un tiers]hi"
    assert counted("abcdefghi", spans) == {FILER: 1, TIERS: 1}


@pytest.mark.parametrize(
    ("text", "start", "end", "left"),
    [
        ("Zoe\u0301 dort", 0, 3, " dort"),  # the accent goes with its letter
        ("Zoe\u0301 dort", 3, 4, "Zo dort"),
        ("a\U0001f469\u200d\U0001f467b", 1, 2, "ab"),  # a family is one sign
        ("a\U0001f44d\U0001f3fdb", 2, 3, "ab"),  # and so is a thumb with its colour
        ("\U0001f1eb\U0001f1f7\U0001f1e7\U0001f1ea", 1, 2, "\U0001f1e7\U0001f1ea"),  # two letters make a flag
        ("x\ud83d\ude00y", 1, 2, "xy"),  # a pair of surrogates
        ("a\r\nb", 1, 2, "ab"),
        ("\u1112\u1161\u11abx", 1, 2, "x"),
        ("\ud55c\u11a8x", 0, 1, "x"),
    ],
)
def test_no_half_of_a_sign_is_left(text, start, end, left):
    said = redacted_text(text, [Span(start=start, end=end, code=TIERS)])
    assert said.replace(mark({TIERS}), "") == left


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 6), (6, 7)])
def test_a_passage_outside_of_its_text_is_an_error(start, end):
    with pytest.raises(ValueError):
        redacted_text("trois", [Span(start=start, end=end, code=TIERS)])


@settings(max_examples=150 if NIGHT else 50, deadline=None)
@given(spanned(), st.randoms())
def test_what_is_left_is_what_stood_outside(sample, random):
    text, spans = sample
    said = redacted_text(text, spans)
    for codes in {codes for _start, _end, codes in merged(text, spans)}:
        said = said.replace(mark(codes), "\n")
    outside = [True] * len(text)
    for start, end, _codes in merged(text, spans):
        outside[start:end] = [False] * (end - start)
    assert not any(outside[at] for span in spans for at in range(span.start, span.end))
    assert said.replace("\n", "") == "".join(sign for sign, kept in zip(text, outside, strict=True) if kept)
    shuffled = list(spans)
    random.shuffle(shuffled)
    assert redacted_text(text, shuffled) == redacted_text(text, spans)
    wider = [Span(start=a, end=b, code=c) for a, b, codes in merged(text, spans) for c in codes]
    assert redacted_text(text, wider) == redacted_text(text, spans), "hiding what is hidden changes nothing"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["Zélie", "zelie", "JEANNE", "Anne", "Marc", "l'"]), min_size=1, max_size=12))
def test_each_occurrence_of_a_word_is_found_and_no_other(words):
    text = " ".join(words)
    found = [text[a:b] for a, b in occurrences(text, "ZELIE")]
    assert found == [word for word in words if word in ("Zélie", "zelie")]
    assert [text[a:b] for a, b in occurrences(text, "anne")] == [word for word in words if word == "Anne"]


def test_a_name_of_several_words_is_found_across_a_line():
    text = "Chez Marie-Ange\nDu  Bois, puis marie ange du bois."
    assert [text[a:b] for a, b in occurrences(text, "marie-ange du bois")] == [
        "Marie-Ange\nDu  Bois",
        "marie ange du bois",
    ]
    assert list(occurrences(text, "  ")) == []
