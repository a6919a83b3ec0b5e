"""How two persons are found to be one by their names: what is alike, and what isn't."""

from datetime import date

import pytest

from referrals.matching import encodings, relatives


def meet(one, other):
    return bool(set(relatives.close(one)) & set(relatives.close(other)))


@pytest.mark.parametrize(
    ("last", "first", "whole"),
    [
        ("Durand", "Marie", "Mary DURANT"),
        ("Ben Ali", "Karim", "Karim Benali"),
        ("Benali", "Karim", "BEN ALI Karim"),
        ("Le Goff", "Anne-Marie", "Anne Marie Legoff"),
        ("Lefèvre", "Chloé", "Cloe Lefebvre"),
        ("Moreau", "Philippe", "Filipe Morot"),
        ("Da Silva", "Christophe", "Kristof DA SILVA"),
        ("Traoré", "Aminata Fatou", "Fatou Traore"),
        ("Dubois", "Jean-Pierre", "Dubois, Jeanpierre"),
    ],
)
def test_spellings_of_one_name_meet(last, first, whole):
    assert meet(relatives.of_parts([last], [first]), relatives.of_whole(whole))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Léa Martin", "Lou Martin"),
        ("Marie Durand", "Marie Dupont"),
        ("Anne-Marie Durand", "Anne-Marie Legoff"),  # a hyphen makes one name of two
        ("Martin", "Martin"),
        ("Jean Martin", "J. Martin"),
        ("Ben Ali", "Ben Ali"),  # no first name: a surname alone is half a département
        ("Agent 93", "Agent 93"),
        ("", ""),
    ],
)
def test_a_part_of_a_name_is_nobody(one, other):
    assert not meet(relatives.of_whole(one), relatives.of_whole(other))


@pytest.mark.slow("properties of comparing")
def test_two_dates_must_agree_and_one_alone_needs_none(db_both):
    def of(birth, last="Durand"):
        return relatives.of_parts([last], ["Marie"], birth)

    def found(tie, person):
        from uuid import uuid4

        from referrals.matching.identity import Family

        return bool(encodings.of_tie(tie, "") & encodings.of_family(Family(people={uuid4(): person})))

    day, other = date(2012, 3, 4), date(2012, 3, 5)
    assert found(of(day), of(day))
    assert found(of(day), of(date(2012, 4, 3))), "day and month exchanged"
    assert found(of(day), of(None))
    assert found(of(None), of(day))
    assert not found(of(day), of(day, "Dupont"))
    assert found(of(day), of(day, "Dorant")), "beside an equal date, how it sounds is enough"
    assert not found(of(day), of(other))


@pytest.mark.sec("SEC-CR16")
def test_what_is_close_is_found_by_its_sound():
    """The index holds how pairs sound; what decides without a date must be among what it finds."""
    names = (
        "Chloé Lefèvre",
        "Cloe Lefebvre",
        "Philippe Ngo",
        "Guy Wagner",
        "Kevin Charles",
        "Michèle Oualid",
        "Zoé X",
    )
    for one in names:
        for other in names:
            first, second = relatives.of_whole(one), relatives.of_whole(other)
            if meet(first, second):
                assert set(relatives.coarse(first)) & set(relatives.coarse(second)), (one, other)


@pytest.mark.sec("SEC-CR16")
def test_values_are_keyed_and_whole(db_both):
    (value,) = encodings.of_own("Jean Martin", "")

    assert 0 <= value < 2**63
    assert encodings.of_own("Jean Martin", "06 12 34 56 78") > {value}
    assert encodings.of_own("Jean Martin", "") == encodings.of_own("MARTIN, Jean", "")
