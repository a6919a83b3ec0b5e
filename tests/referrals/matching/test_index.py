"""How names are read, what is indexed of a child, and how short a number is (SEC-CR16)."""

from collections import Counter, defaultdict
from datetime import date
from functools import cache
from itertools import product
from math import sqrt
from uuid import UUID, uuid4

import pytest

from bench import names
from bench.linkage.index import family
from bench.linkage.population import Population
from encryption import index, keyring
from encryption.unwrapped import IndexKey
from referrals.matching import blocking_keys, buckets, identity, phonetics
from referrals.matching.blocking_keys import Trait
from referrals.models.matching import LENGTHS
from tests.night import NIGHT

pytestmark = pytest.mark.both_databases("statements of the search")

HERE, THERE = UUID(int=93), UUID(int=59)
#: By length, what the numbers of one child add up to, made by the code of commit 3a89c074.
BEFORE = {
    2: 137098306491504394358, 4: 119098904791216030206, 7: 119431964664575038046, 10: 120055784029867250782,
    13: 138721001435514060894, 16: 162415033180661817438, 19: 143426170085265776734,
}  # fmt: skip

#: How many children an authority may have; by day, beyond 65,536, one in 61 and those around each power of two.
AROUND = {2**power + more for power in range(16, 22) for more in (-1, 0, 1)} - {2**21 + 1}
SIZES = range(2**21 + 1) if NIGHT else sorted({*range(2**16), *range(2**16, 2**21 + 1, 61), *AROUND})


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
def test_a_number_is_short_enough_and_not_too_short_whatever_the_number_of_children():
    """2 ≤ R / 2^L ≤ √R, in whole numbers: 2^(L+1) ≤ R ≤ 4^L; 13 bits at 20,000.

    The first seven children of an authority share whatever number there is.
    """
    lengths = {children: buckets.length_for(children) for children in SIZES}

    assert [R for R in SIZES if 8 <= R < 2**21 and not 2 ** (lengths[R] + 1) <= R <= 4 ** lengths[R]] == []
    assert all(2 ** (lengths[R] + 2) > R for R in SIZES if R < 2**21), "four share one at most"
    assert sorted(set(lengths.values())) == list(LENGTHS)
    assert lengths[20_000] == 13
    assert buckets.length_for(2**30) == lengths[2**21] == max(LENGTHS)


@pytest.fixture(scope="module")
def values_of_a_child():
    """How many values of each scheme a child has, by every way in which its names are read."""
    population = Population(3_000 if NIGHT else 1_000, 5, names.SHORT)
    held = Counter(trait.scheme for said in population.children for trait in blocking_keys.of(family(said)))
    # Of the others a child has none or few.
    several = held.keys() - {blocking_keys.Scheme.HOLDER, blocking_keys.Scheme.CONTACT}
    return {scheme: held[scheme] / len(population.children) for scheme in several}


@pytest.mark.sec("SEC-CR16")
@pytest.mark.parametrize("length", LENGTHS[1:])
def test_counted_in_values_too_two_share_a_number_where_a_length_begins(length, values_of_a_child):
    """2 ≤ R / 2^L ≤ √R, R the values of a scheme: the least where a length begins, the most where the next does."""
    first, after = 2 ** (length + 1), 2 ** (length + 2)
    assert [buckets.length_for(children) for children in (first, after - 1)] == [length, length]

    for scheme, each in values_of_a_child.items():
        by_chance = each / 2 ** (length + buckets.MORE_BITS.get(scheme, 0))
        assert by_chance * first >= 1.9, scheme
        assert by_chance * (after - 1) <= sqrt(each * (after - 1)), scheme


@pytest.mark.sec("SEC-CR16")
def test_every_renewal_of_an_authority_together_is_less_than_twice_its_children():
    """Each is half as large as the next, so that growing costs no more than a few fillings."""
    steps = [R for R in SIZES if R and buckets.length_for(R) > buckets.length_for(R - 1)]

    assert all(sum(one for one in steps if one <= R) < 2 * R for R in steps)


def test_a_number_of_an_earlier_version_of_the_service_is_the_same_today():
    """The lengths of before are among those of today, and the longest, on which the layout depends, is as it was."""
    assert {length: sum(numbers(bits=length)) for length in BEFORE} == BEFORE


def test_the_numbers_of_several_lengths_are_those_of_each():
    traits = blocking_keys.of_child(child())
    wanted = [Trait(UUID(int=7), trait.scheme, trait.value) for trait in traits]
    whole = buckets.numbers(HERE, wanted, LENGTHS)

    for length in LENGTHS:
        one = dict(buckets.values(HERE, wanted, length, under=UUID(int=1)))
        assert {number for number, (_, of) in whole.items() if of == length} == one.keys()


@cache
def numbers_and_values():
    """Return by scheme each number and value of 1,500 children, at night of 4,000: read once for all schemes."""
    population = Population(4_000 if NIGHT else 1_500, 3, names.SHORT)
    bits, under = buckets.length_for(len(population.children)), index.likeness_keys()[0]
    found = defaultdict(list)
    for said in population.children:
        for number, trait in buckets.values(HERE, blocking_keys.of(family(said)), bits, under=under):
            found[trait.scheme].append((number, trait.value))
    return found


@pytest.mark.sec("SEC-CR16")
@pytest.mark.parametrize(
    "scheme", ["written", "names", "nearly", "yearly", "monthly", "daily", "dated", "closely"]
)
def test_counting_numbers_tells_no_name(scheme):
    """A frequency attack: ranking numbers by count and values by how common they are matches hardly any child."""
    found = numbers_and_values()[scheme]
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
