"""The figures of the duplicate search on invented spellings: what it finds, and what else it shows (docs/performance.md)."""

from itertools import pairwise
from uuid import UUID

import pytest

from bench import spellings
from encryption import keyring
from encryption.unwrapped import IndexKey

SIZE, ASKED, SEED = 1_500, 40, 7


@pytest.fixture(scope="module")
def service():
    """The service's own index of some children, under a key of its own."""
    held = keyring.likeness_keys
    made = IndexKey(b"a key of the figures alone, no more")
    keyring.likeness_keys = lambda: {UUID(int=1): made}
    population = spellings.Population(SIZE, SEED)
    yield population, spellings.Service(population.children)
    keyring.likeness_keys = held


@pytest.mark.parametrize("kind", spellings.KINDS)
def test_a_child_miswritten_is_among_the_first_five(service, kind):
    """Single mistakes with a right date: 97 in 100 at least, and hardly anybody else is shown."""
    population, index = service
    asked = list(spellings.queries(population, kind, ASKED, SEED))

    figure = spellings.measured(lambda said: [at for _, at in index.search(said)[0]], asked)

    least = 0.97 if kind in spellings.SINGLE_WITH_DATE else 0.75
    assert figure.recall >= least, (kind, figure)
    assert figure.precision >= 0.85, (kind, figure)
    assert figure.shown[int(ASKED * 0.95)] <= 3, "a person chooses among few"


def test_the_corpus_is_the_same_for_the_same_seed_and_has_its_hard_cases():
    one, other = (spellings.Population(600, SEED).children for _ in range(2))
    twins = sum(a.last == b.last and a.birth == b.birth for a, b in pairwise(one))
    family = sum(a.last == b.last for a, b in pairwise(one))

    assert one == other
    assert twins >= 600 * 0.02
    assert family >= 600 * 0.1
