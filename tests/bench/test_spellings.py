"""The figures of the duplicate search on invented spellings: what it finds, and what else it shows (docs/performance.md)."""

import zipfile
from itertools import pairwise
from uuid import UUID

import pytest

from bench import names, spellings
from bench.linkage import errors, index
from bench.linkage.population import Population
from encryption import keyring
from encryption.unwrapped import IndexKey

SIZE, ASKED, SEED = 1_200, 12, 7
#: How many are judged right of the kinds of which least is left; chance is likelier at times.
LEAST = {
    "another last name, vague date": 0.1, "no last name, vague date": 0.2, "no first name, vague date": 0.5,
    "initial of the last name, vague date": 0.6, "pet name, vague date": 0.7, "spelt by sound, vague date": 0.7,
    "last name changed by two letters, vague date": 0.8, "two parts of the date": 0.8, "two errors at once": 0.8, "three errors at once": 0.6,
}  # fmt: skip


@pytest.fixture(scope="module")
def service():
    """The service's own index of some children, under a key of its own."""
    held = keyring.likeness_keys
    made = IndexKey(b"a key of the figures alone, no more")
    keyring.likeness_keys = lambda: {UUID(int=1): made}
    population = Population(SIZE, SEED, names.SHORT)
    yield population, index.filled(index.Numbers(population.children))
    keyring.likeness_keys = held


@pytest.mark.parametrize("kind", errors.NAMES)
def test_a_child_miswritten_is_among_the_first_five(service, kind):
    """Single errors with a right date, of names that many children share: hardly anybody else is shown."""
    population, own = service
    asked = list(errors.queries(population, kind, ASKED, SEED))

    figure = spellings.measured(own.shown, asked)

    assert figure.recall >= 0.8, (kind, figure)
    assert figure.precision >= 0.7, (kind, figure)
    assert figure.shown[int(ASKED * 0.9)] <= 3, "a person chooses among few"


@pytest.mark.parametrize("kind", errors.KINDS)
def test_a_file_that_is_opened_is_judged_to_be_of_the_child(service, kind):
    """All but those of which a vague date and next to no name are left."""
    population, own = service
    asked = list(errors.queries(population, kind, 25, SEED))

    judged = sum(own.judges_the_same(said, at) for at, said in asked) / len(asked)

    assert judged >= LEAST.get(kind, 0.9), kind


@pytest.mark.parametrize(
    ("kind", "offered", "kin"),
    [
        ("stranger", 0, 0),
        ("stranger, vague date", 1, 0),
        ("namesake", 3, 0),
        ("sibling", 1, 12),
        ("twin", 2, 22),
    ],
)
def test_who_is_in_no_file_is_offered_as_what_they_are(service, kind, offered, kin):
    """Of 25; a sibling is known as such only if the form names who brings it up, as eight in ten do."""
    population, own = service
    answers = [(own.search(said), at) for at, said in errors.absent(population, kind, 25, SEED)]

    assert sum(bool(answer.same) for answer, _ in answers) <= offered
    assert sum(at in answer.kin for answer, at in answers) >= kin


def test_the_corpus_is_the_same_for_the_same_seed_and_has_its_hard_cases():
    one, other = (Population(600, SEED, names.SHORT).children for _ in range(2))
    twins = sum(a.last == b.last and a.birth == b.birth for a, b in pairwise(one))
    family = sum(a.last == b.last for a, b in pairwise(one))

    assert one == other
    assert twins >= 600 * 0.02
    assert family >= 600 * 0.1


def test_names_are_drawn_from_both_files_of_insee(tmp_path):
    told = {"noms2008nat_txt.txt": "NOM\t_1981_1990\t_1991_2000\r\nLE GOFF\t9\t3\r\nVIEUX\t5\t0\r\nAUTRES NOMS\t9\t1\r\n",
            "nat2022.csv": "sexe;preusuel;annais;nombre\r\n2;ZOÉ;2012;4\r\n2;ZOÉ;1950;90\r\n1;_PRENOMS_RARES;XXXX;7\r\n"}  # fmt: skip
    for name, text in told.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            archive.writestr(name, text)

    found = names.book(tmp_path)

    assert found.lasts == names.Names(("le goff",), (3,), 0.25)
    assert found.firsts == names.Names(("zoé",), (4,), 0)
