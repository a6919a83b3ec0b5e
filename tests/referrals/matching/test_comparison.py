"""What two files have to do with each other, once both are opened (decision 0012): no database."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from referrals.matching import comparison, identity, levels, pet_names, phonetics, weights
from referrals.matching.identity import Family

pytestmark = pytest.mark.both_databases("statements of the search")

GIRL = {"last_name": "Lefèvre", "first_names": "Chloé", "birth_date": "2012-03-14"}


def family(holder="", **said):
    one = identity.child(uuid4(), GIRL | said, sex=said.get("sex", ""), on=date(2026, 11, 24))
    return Family((one,), {uuid4(): phonetics.words(holder)} if holder else {})


def judged(mine, theirs, **more):
    verdict = comparison.compare(mine, theirs, **more)
    return verdict and (str(verdict.kind), [str(reason) for reason in verdict.reasons])


def score(mine, theirs):
    return comparison.compare(mine, theirs).score


AGED = {"birth_date": None, "age_estimated_min": 13, "age_estimated_max": 15}


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        ({}, ["name", "birth_date"]),
        ({"first_names": ""}, ["name", "birth_date"]),  # what isn't known doesn't differ
        ({"last_name": ""}, ["name", "birth_date"]),
        ({"birth_date": None}, ["name"]),
        (AGED, ["name", "near_birth_date"]),
        ({"birth_date": "2012-01-01"}, ["name", "near_birth_date"]),
        ({"birth_date": "2013-01-01"}, ["name", "near_birth_date"]),
        ({"birth_date": "2012-03-01"}, ["name", "near_birth_date"]),
        ({"birth_date": "2013-03-25"}, ["name", "near_birth_date"]),
        ({"first_names": "C."}, ["spelling", "birth_date"]),
        ({"last_name": "L."}, ["spelling", "birth_date"]),
        ({"first_names": "Clo"}, ["spelling", "birth_date"]),
        ({"last_name": "de Lefèvre"}, ["spelling", "birth_date"]),
        ({"last_name": "Lefèvre-Dubois"}, ["spelling", "birth_date"]),
        ({"last_name": "Dubois", "usual_name": "Lefèvre"}, ["spelling", "birth_date"]),
        ({"last_name": "Chloé", "first_names": "Lefèvre"}, ["name", "swapped_names", "birth_date"]),
        ({"last_name": "Lefaivre"} | AGED, ["spelling", "near_birth_date"]),
    ],
)
def test_files_of_one_child(told, reasons):
    assert judged(family(), family(**told), among=5_000) == ("same", reasons)
    assert judged(family(**told), family(), among=5_000) == ("same", reasons)


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({"first_names": "Inès"}, ("related", ["siblings"])),  # a twin
        ({"birth_date": "2009-11-30"}, None),  # a namesake
        ({"first_names": "Inès", "birth_date": "2009-11-30"}, None),
        ({"last_name": "Garnier", "first_names": "Lou"}, None),
        ({"last_name": "Garnier", "birth_date": None}, None),
        ({"birth_date": "2018-01-01"}, None),
    ],
)
def test_files_of_two_children(told, verdict):
    assert judged(family(), family(**told)) == verdict


def test_a_brother_is_known_by_the_name_of_who_brings_both_up():
    brother = family("Claire Lefèvre", first_names="Hugo", birth_date="2009-11-30")

    assert judged(family("Claire Lefevre"), brother) == ("related", ["siblings", "holder"])
    assert judged(family("Sonia Garnier"), brother) is None


def test_a_home_alone_makes_no_child_the_same():
    """Of two files with one number, where neither names the child."""
    unnamed = {"last_name": "", "first_names": "", "birth_date": None}
    mine, theirs = (
        replace(family(**unnamed), contacts=frozenset({(uuid4(), identity.OF_HOLDERS, "33612345678")}))
        for _ in range(2)
    )

    assert judged(mine, theirs, among=1) == ("related", ["phone"])


def test_a_rare_name_says_more_than_a_common_one_and_a_whole_date_more_than_none():
    common, rare = {"last_name": "Martin"}, {"last_name": "Quiquandon"}

    assert score(family(**rare), family(**rare)) > score(family(**common), family(**common)) + 3
    assert score(family(), family()) > score(family(), family(birth_date=None)) + 10


def test_the_more_children_there_are_the_more_must_speak_for_one():
    """Names that many have, and no date: one child of the département, or one of many in the country."""
    mine, theirs = (family(last_name="Martin", first_names="Emma", **AGED) for _ in range(2))

    assert judged(mine, theirs, among=5_000) == ("same", ["name", "near_birth_date"])
    assert judged(mine, theirs, among=5_000_000) is None


def test_another_sex_speaks_against_one_child_and_none_says_nothing():
    girl, boy, unsaid = family(sex="girl"), family(sex="boy"), family()

    assert score(girl, boy) < score(girl, unsaid) == score(girl, family(sex="girl"))


def test_who_is_looked_for_fits_by_every_name_that_is_given():
    (wanted,), (other,) = family().children, family(last_name="Lefebvre").children

    assert comparison.fits(wanted, wanted) > comparison.fits(wanted, other) > 0
    assert comparison.fits(replace(wanted, last=()), other) > 0
    assert comparison.fits(wanted, family(first_names="Inès").children[0]) == 0
    assert comparison.fits(wanted, family(birth_date="2009-11-30").children[0]) == 0
    assert comparison.fits(wanted, replace(other, first=())) == 0


def test_pet_names_are_told_from_one_another():
    assert "mohamed" in pet_names.full("momo")
    assert "momo" in pet_names.of("Mohamed")
    assert pet_names.full("chloe") == ()


@pytest.mark.parametrize(
    ("which", "names"), [("last", ("Martin", "Traoré")), ("first", ("Emma", "Jean-Paul"))]
)
def test_a_closer_level_is_worth_more(which, names):
    """In the order in which they are tried; a name that differs speaks against one child."""
    alike = [levels.Alike(level, (names[0].lower(), names[0].lower())) for level in levels.Name]
    worth = {one.level: weights.of_names(which, one) for one in alike}

    assert worth["same"] > worth["sound"] > worth["near"] > worth["other"]
    assert worth["other"] < -3
    assert weights.of_names(which, None) == 0
