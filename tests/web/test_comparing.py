"""Two files beside each other: what is equal, near, different or missing, and what the page asks (issue: duplicates)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.vocabulary.oversight import Likeness, LinkKind
from web.cases.comparing import Kin, Mark, alone, is_weak, kin_of, mark, matches
from web.cases.display import Line


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Semblable", "SEMBLABLE", Mark.EQUAL),
        ("Léa Marie", "marie lea", Mark.EQUAL),
        ("Semblable", "Samblable", Mark.NEAR),
        ("04/05/2012", "05/04/2012", Mark.NEAR),
        ("Fille", "Garçon", Mark.DIFFERENT),
        ("04/05/2012", "30/11/2009", Mark.DIFFERENT),
        ("Semblable", "", Mark.MISSING),
        ("", "Semblable", Mark.MISSING),
    ],
)
def test_two_answers_are_equal_near_different_or_missing(one, other, expected):
    assert mark(one, other) is expected


TEXT = st.text(max_size=30)


@given(TEXT, TEXT)
def test_it_makes_no_difference_which_file_one_stands_in(one, other):
    assert (mark(one, other) is Mark.EQUAL) == (mark(other, one) is Mark.EQUAL)
    assert (mark(one, other) is Mark.MISSING) == (mark(other, one) is Mark.MISSING)


@pytest.mark.parametrize(
    ("reasons", "kin"),
    [
        (["name", "birth_date"], Kin.CHILD),
        (["siblings", "holder"], Kin.SIBLINGS),
        (["phone"], Kin.HOUSEHOLD),
        (["trace"], Kin.SOMETHING),
        ([], Kin.SOMETHING),
    ],
)
def test_the_question_fits_what_was_found(reasons, kin):
    assert kin_of(reasons) is kin
    assert {kind for kind, _ in kin.answers} == set(LinkKind)
    assert (kin.answers[0][0] == LinkKind.SAME) == (kin is Kin.CHILD)


def test_every_reason_has_a_question_and_one_alone_is_weak_but_a_name():
    assert {kin_of([one]) for one in Likeness} == set(Kin)
    assert not is_weak(["name"])
    assert is_weak(["school"])
    assert not is_weak(["school", "address"])


def person(**said):
    return [Line(label, text) for label, text in said.items()]


def test_who_is_most_alike_stands_beside_each_other_and_nobody_twice():
    here = [person(name="Tom", born="2014"), person(name="Lina", born="2011")]
    there = [
        person(name="Lina", born="2011"),
        person(name="Zoé", born="2025"),
        person(name="Max", born="2022"),
    ]

    found = matches(here, there)

    assert found[0].numbers == (2, 1)
    assert [line.mark for line in found[0].lines] == [Mark.EQUAL, Mark.EQUAL]
    assert sorted(one.numbers[0] for one in found) == [1, 2]
    assert len(alone(there, {one.numbers[1] for one in found})) == 1


def test_what_cannot_be_opened_counts_as_missing():
    (match,) = matches([[Line("name", "Illisible", unreadable=True)]], [person(name="Tom")])

    assert [line.mark for line in match.lines] == [Mark.MISSING]
