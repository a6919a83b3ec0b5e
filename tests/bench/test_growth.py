"""An index that grew through every length finds what one filled at once does, in the middle of a renewal too."""

from uuid import UUID

import pytest

from bench import names
from bench.linkage import index as growth
from bench.linkage.errors import NAMES, queries
from bench.linkage.population import Population
from encryption import keyring
from encryption.unwrapped import IndexKey
from referrals.matching import buckets
from referrals.models.matching import LENGTHS

EACH, SEED, ASKED = 20, 7, 4
CHILDREN = EACH * (len(LENGTHS) - 1) + 9
MADE = {UUID(int=1): IndexKey(b"a key of this test alone, no more")}


@pytest.fixture
def population(monkeypatch):
    """Some children of an authority whose values are a bit longer for every twenty of them."""
    monkeypatch.setattr(keyring, "likeness_keys", lambda: MADE)
    monkeypatch.setattr(buckets, "length_for", lambda children: buckets.SHORTEST + children // EACH)
    return Population(CHILDREN, SEED, names.SHORT)


def test_grown_through_each_length_an_index_finds_what_one_filled_at_once_does(population):
    """In the middle of a renewal too; what was compared once isn't again."""
    asked = [said for kind in NAMES for _, said in queries(population, kind, ASKED, SEED)]
    filled = growth.filled(growth.Numbers(population.children, asked))
    answers = list(map(filled.search, asked))
    assert sorted(filled.rows) == [19]

    for halfway in (False, True):
        seen: list[int] = []
        numbers = growth.Numbers(population.children, asked)
        grown = growth.grown(numbers, halfway=halfway, at_step=lambda index: seen.append(index.bits))  # noqa: B023

        assert sorted(set(seen)) == list(LENGTHS)
        assert sorted(grown.rows) == ([18, 19] if halfway else [19])
        assert [one.same for one in map(grown.search, asked)] == [one.same for one in answers]
        if not halfway:
            assert grown.rows == filled.rows


def test_what_no_search_asks_for_changes_nothing(population):
    asked = [said for _, said in queries(population, "heard, not read", ASKED, SEED)]
    whole, part = (growth.grown(growth.Numbers(population.children, wanted)) for wanted in (None, asked))

    assert sum(map(len, part.rows[19].values())) < sum(map(len, whole.rows[19].values()))
    for said in asked:
        assert part.likely(said) == whole.likely(said)
