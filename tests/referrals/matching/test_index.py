"""How names are read, what is indexed of a child, and how short a number is (SEC-CR16)."""

from collections import Counter
from datetime import date
from itertools import product
from math import sqrt
from uuid import UUID, uuid4

import pytest

from bench import names, spellings
from encryption import index, keyring
from encryption.unwrapped import IndexKey
from referrals.matching import blocking_keys, buckets, identity, phonetics

HERE, THERE = UUID(int=93), UUID(int=59)


@pytest.fixture(autouse=True)
def _a_key(monkeypatch):
    made = {UUID(int=1): IndexKey(b"a key of this test alone, no more")}
    monkeypatch.setattr(keyring, "likeness_keys", lambda: made)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dupont", "Dupond"), ("Lefèvre", "Lefebvre".replace("b", "")), ("Mohamed", "Muhammad"), ("Wahid", "Ouahid"),
        ("Francois", "François"), ("Philippe", "Filipe"), ("Kévin", "Quevin"), ("Chérif", "Shérif"),
        ("Catherine", "Katrine"), ("Cédric", "Sedrik"), ("Boucher", "Bouché".replace("é", "er")),
    ],
)  # fmt: skip
def test_what_sounds_the_same_is_the_same(one, other):
    assert phonetics.sound(phonetics.words(one)[0]) == phonetics.sound(phonetics.words(other)[0])


@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_word_has_a_sound_and_a_child_of_any_initials_is_indexed(length):
    """An initial stands for a name that is kept back: "H." is a first name too."""
    for letters in product("hwyaebcz", repeat=length):
        word = "".join(letters)
        assert phonetics.sound(word), word
        for said in (
            {"first_names": f"{word}."},
            {"last_name": word},
            {"last_name": word, "first_names": word},
        ):
            assert list(blocking_keys.of_child(child(**said))), said
            assert list(
                blocking_keys.of_child(
                    child(**said, birth_date=None, age_estimated_min=14, age_estimated_max=16)
                )
            )


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Le Goff", {"legoff", "goff"}), ("d'Ormesson", {"dormesson", "ormesson"}),
        ("Jean-Pierre", {"jeanpierre", "jean", "pierre"}), ("LEFÈVRE", {"lefevre"}), ("Bœuf", {"boeuf"}), ("de", {"de"}),
        ("", set()),
    ],
)  # fmt: skip
def test_a_name_is_read_without_particles_accents_and_case(name, forms):
    assert set(phonetics.forms(name)) == forms


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("06 12 34 56 78", "33612345678"), ("+33 6 12 34 56 78", "33612345678"), ("+33 (0)6 12 34 56 78", "33612345678"),
        ("0033612345678", "33612345678"), ("+32 470 12 34 56", "32470123456"), ("17", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_telephone_number_is_the_same_however_it_is_written(said, number):
    assert identity.phone(said) == number


def child(**said):
    told = {"last_name": "Lefèvre", "first_names": "Chloé", "birth_date": "2012-03-14"} | said
    return identity.child(uuid4(), told, on=date(2026, 11, 24))


def numbers(authority=HERE, bits=13, **said):
    return set(buckets.numbers(authority, blocking_keys.of_child(child(**said)), [bits]))


@pytest.mark.sec("SEC-CR16")
def test_no_trait_is_one_name_alone():
    """A single name would be told by how common its number is."""
    values = {trait.value for trait in blocking_keys.of_child(child())}
    sounds = {phonetics.sound(word) for word in ("lefevre", "chloe")}

    assert values
    assert not values & (sounds | {"lefevre", "chloe", "2012-03-14"})


@pytest.mark.sec("SEC-CR16")
def test_the_key_is_the_authority_s_own_and_a_length_has_numbers_of_its_own():
    assert numbers() == numbers()
    assert numbers().isdisjoint(numbers(THERE))
    assert numbers().isdisjoint(numbers(bits=16))
    assert all(0 <= number < 2**63 for number in numbers(bits=19))


@pytest.mark.sec("SEC-CR16")
@pytest.mark.parametrize("children", [300, 2_048, 20_000, 131_072, 1_000_000, 3_000_000])
def test_a_number_is_short_enough_and_not_too_short(children):
    """2 ≤ R / 2^L ≤ √R; 13 bits at 20,000."""
    share = children / 2 ** buckets.length_for(children)

    # From 256 on the steps fit the bound; the first few children of an authority share whatever number there is.
    assert share >= 2 or children >= 2**21
    assert share <= sqrt(children)
    assert buckets.length_for(20_000) == 13


@pytest.mark.sec("SEC-CR16")
@pytest.mark.parametrize("children", [256, 2_048, 16_384, 131_072, 1_048_576])
def test_counted_in_values_too_two_share_a_number_where_a_step_begins(children):
    """2 ≤ R / 2^L ≤ √R, R the values of a scheme: a child has several, by every way in which its names are read."""
    population = spellings.Population(3_000, 5, names.SHORT)
    held = Counter(
        trait.scheme for said in population.children for trait in blocking_keys.of(spellings.family(said))
    )
    for scheme, values in held.items():
        if scheme in (blocking_keys.Scheme.HOLDER, blocking_keys.Scheme.CONTACT):
            continue  # a child has none or few of them
        counted = values / 3_000 * children
        share = counted / 2 ** (buckets.length_for(children) + buckets.MORE_BITS.get(scheme, 0))
        assert 1.9 <= share <= sqrt(counted), (scheme, share)


@pytest.mark.slow("counts over many names")
@pytest.mark.sec("SEC-CR16")
@pytest.mark.parametrize(
    "scheme", ["written", "names", "nearly", "yearly", "monthly", "daily", "dated", "closely"]
)
def test_counting_numbers_tells_no_name(scheme):
    """A frequency attack: ranking numbers by count and values by how common they are matches hardly any child."""
    population = spellings.Population(4_000, 3, names.SHORT)
    bits, under = buckets.length_for(4_000), index.likeness_keys()[0]
    found = [
        (number, trait.value)
        for said in population.children
        for number, trait in buckets.values(
            HERE, blocking_keys.of(spellings.family(said)), [bits], under=under
        )
        if trait.scheme == scheme
    ]
    held, commonest = Counter(number for number, _ in found), Counter(value for _, value in found)
    guessed = dict(
        zip((n for n, _ in held.most_common()), (v for v, _ in commonest.most_common()), strict=False)
    )

    assert sum(guessed.get(number) == value for number, value in found) / len(found) < 0.01


def test_a_mistake_leaves_something_in_common():
    whole = numbers()
    for said in (
        {"last_name": "Lefevr"}, {"first_names": "Cloé"}, {"last_name": "Chloé", "first_names": "Lefèvre"},
        {"birth_date": "2012-03-15"}, {"birth_date": None}, {"usual_name": "Martin", "last_name": ""},
    ):  # fmt: skip
        assert whole & numbers(**said), said


@pytest.mark.parametrize("day", ["2012-03-15", "2012-06-14", "2011-03-14"])
def test_a_mistaken_name_and_a_mistaken_date_leave_something_in_common(day):
    assert len(numbers() & numbers(first_names="Cloée", birth_date=day)) >= 2


def test_two_mistakes_in_names_leave_both_nearly_right_with_a_right_date():
    shared = numbers() & numbers(last_name="Lefèvle", first_names="Chloé-Anne")

    assert len(shared) >= 3
    assert shared & numbers(last_name="Lefèvle", first_names="")
    assert numbers(last_name="Le") & numbers(last_name="Ler"), "of short names, too"


def test_a_day_mistaken_leaves_the_month():
    assert len(numbers(birth_date="2012-03-14") & numbers(birth_date="2012-03-25")) > len(
        numbers(birth_date="2012-03-14") & numbers(birth_date="2012-04-25")
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"birth_date": None}),
        ({}, {"birth_date": None, "age_estimated_min": 13, "age_estimated_max": 14}),
        ({"birth_date": None}, {"birth_date": None, "age_estimated_min": 13, "age_estimated_max": 14}),
        ({"birth_date": None}, {"birth_date": None, "last_name": "Lefevr"}),
        ({}, {"birth_date": None, "first_names": "Cloée"}),
    ],
)
def test_who_has_no_date_is_found_by_every_year_in_which_it_may_be_born(one, other):
    """Names are compound with the year: of a child without one, each that may be, so that nobody is lost by it."""
    assert numbers(**one) & numbers(**other)


def test_names_of_another_year_have_nothing_in_common():
    """Whoever has a date isn't compared with namesakes whose date fits in nothing: they are another child."""
    assert not numbers() & numbers(birth_date="2009-11-30")


def test_an_estimated_age_is_searched_for_in_each_of_its_years():
    estimated = {"birth_date": None, "age_estimated_min": 13, "age_estimated_max": 14}

    assert len(numbers() & numbers(**estimated)) > len(numbers() & numbers(birth_date=None))
    assert len(numbers(**estimated)) < len(numbers(birth_date=None))
