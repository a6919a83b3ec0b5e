"""Recall and precision of the duplicate search on invented children: ``python -m bench.spellings 5000 50000``.

The children are drawn from lists of French first and last names whose frequencies fall as those of a country do; one in
four is a hard case (twin, brother or sister, namesake). A query is a child of them, written down with one kind of
mistake. The index is the service's own code, its numbers kept in a dictionary instead of a table; beside it, on the same
children, what one would do with names in plain.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

LASTS: Final = [
    "martin",
    "bernard",
    "thomas",
    "petit",
    "robert",
    "richard",
    "durand",
    "dubois",
    "moreau",
    "laurent",
    "simon",
    "michel",
    "lefebvre",
    "leroy",
    "roux",
    "david",
    "bertrand",
    "morel",
    "fournier",
    "girard",
    "bonnet",
    "dupont",
    "lambert",
    "fontaine",
    "rousseau",
    "vincent",
    "muller",
    "lefèvre",
    "faure",
    "andré",
    "mercier",
    "blanc",
    "guérin",
    "boyer",
    "garnier",
    "chevalier",
    "françois",
    "legrand",
    "gauthier",
    "garcia",
    "perrin",
    "robin",
    "clément",
    "morin",
    "nicolas",
    "henry",
    "roussel",
    "mathieu",
    "gautier",
    "masson",
    "marchand",
    "duval",
    "denis",
    "dumont",
    "marie",
    "lemaire",
    "noël",
    "meyer",
    "dufour",
    "meunier",
    "brun",
    "blanchard",
    "giraud",
    "joly",
    "rivière",
    "lucas",
    "brunet",
    "gaillard",
    "barbier",
    "arnaud",
    "martinez",
    "gérard",
    "roche",
    "renard",
    "schmitt",
    "roy",
    "leroux",
    "colin",
    "vidal",
    "caron",
    "picard",
    "roger",
    "fabre",
    "aubert",
    "lemoine",
    "renaud",
    "dumas",
    "lacroix",
    "olivier",
    "philippe",
    "bourgeois",
    "pierre",
    "benoît",
    "rey",
    "leclerc",
    "payet",
    "rolland",
    "leclercq",
    "guillaume",
    "lecomte",
    "lopez",
    "jean",
    "dupuy",
    "guillot",
    "hubert",
    "berger",
    "carpentier",
    "sanchez",
    "dupuis",
    "moulin",
    "louis",
    "deschamps",
    "huet",
    "vasseur",
    "perez",
    "boucher",
    "fleury",
    "royer",
    "klein",
    "jacquet",
    "adam",
    "paris",
    "poirier",
    "marty",
    "aubry",
    "guyot",
    "carré",
    "charles",
    "renault",
    "charpentier",
    "ménard",
    "maillard",
    "baron",
    "bertin",
    "bailly",
    "hervé",
    "schneider",
    "fernandez",
    "le-goff",
    "le-gall",
    "collet",
    "léger",
    "bouvier",
    "julien",
    "prévost",
    "millet",
    "perrot",
    "daniel",
    "cousin",
    "germain",
    "breton",
    "besson",
    "langlois",
    "rémy",
    "le-roux",
    "pelletier",
    "diallo",
    "traoré",
    "ben-ali",
    "haddad",
    "benali",
    "nguyen",
    "da-silva",
    "ferreira",
    "dos-santos",
    "el-amrani",
    "belkacem",
    "hamidi",
    "saïdi",
    "khelifi",
    "touré",
    "camara",
    "cissé",
    "keïta",
    "sow",
    "ndiaye",
]
FIRSTS: Final = [
    "emma",
    "jade",
    "louise",
    "alice",
    "chloé",
    "lina",
    "léa",
    "manon",
    "inès",
    "camille",
    "lola",
    "sarah",
    "juliette",
    "anna",
    "rose",
    "julia",
    "zoé",
    "mila",
    "ambre",
    "éva",
    "léna",
    "lou",
    "romane",
    "agathe",
    "jeanne",
    "lucie",
    "margaux",
    "elsa",
    "nina",
    "victoria",
    "clara",
    "mathilde",
    "aya",
    "amina",
    "fatima",
    "maryam",
    "yasmine",
    "nour",
    "assia",
    "salomé",
    "charlotte",
    "noémie",
    "élise",
    "océane",
    "anaïs",
    "mélissa",
    "marie",
    "laura",
    "célia",
    "émilie",
    "lisa",
    "pauline",
    "maëlys",
    "justine",
    "axelle",
    "léonie",
    "gabrielle",
    "capucine",
    "constance",
    "thaïs",
    "imane",
    "khadija",
    "aïcha",
    "aminata",
    "fatoumata",
    "mariam",
    "jean-baptiste",
    "anne-sophie",
    "gabriel",
    "raphaël",
    "léo",
    "louis",
    "lucas",
    "adam",
    "arthur",
    "hugo",
    "jules",
    "maël",
    "noah",
    "ethan",
    "nathan",
    "paul",
    "tom",
    "sacha",
    "liam",
    "théo",
    "mohamed",
    "mathis",
    "aaron",
    "ibrahim",
    "ayoub",
    "yanis",
    "rayan",
    "amine",
    "ismaël",
    "kévin",
    "alexandre",
    "maxime",
    "enzo",
    "antoine",
    "victor",
    "clément",
    "baptiste",
    "valentin",
    "benjamin",
    "samuel",
    "moussa",
    "mamadou",
    "oumar",
    "bilal",
    "youssef",
    "mehdi",
    "karim",
]
KINDS: Final = (
    "typing error in the last name", "typing error in the first name", "heard, not read", "accents and hyphens",
    "names exchanged", "usage name added", "first name cut short", "day and month exchanged",
    "one digit of the date", "last name changed by two letters", "no date, an estimated age",
    "typing error and date exchanged", "typing errors in both names",
)  # fmt: skip
#: Kinds of one mistake while the date is right.
SINGLE_WITH_DATE: Final = KINDS[:7]
_YEARS: Final = 18
_FIRST_DAY: Final = date(2008, 12, 1)
TODAY: Final = date(2026, 11, 24)
AUTHORITY: Final = UUID(int=93)


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says of a child."""

    last: str
    first: str
    birth: date | None
    usual: str = ""
    ages: tuple[int, int] | None = None
    sex: str = ""


class Population:
    """Invented children, their hard cases among them; the same for the same seed."""

    def __init__(self, size: int, seed: int) -> None:
        self.chance = Random(seed)
        self._lasts = self._tail(LASTS, max(200, round(12 * math.sqrt(size))))
        self._weights = [1 / (rank + 12) ** 0.8 for rank in range(len(self._lasts))]
        self._firsts = [1 / (rank + 10) ** 0.7 for rank in range(len(FIRSTS))]
        self.children: list[Said] = []
        while len(self.children) < size:
            self.children += self._one_or_more()
        del self.children[size:]

    def _tail(self, names: list[str], count: int) -> list[str]:
        """Return the names and as many rare ones as asked, put together from parts of the others."""
        found = dict.fromkeys(names)
        while len(found) < count:
            front, back = self.chance.choice(names), self.chance.choice(names)
            found[front[: self.chance.randrange(2, 5)] + back[-self.chance.randrange(3, 6) :]] = None
        return list(found)

    def _one_or_more(self) -> list[Said]:
        chance = self.chance
        one = Said(self._last(), self._first(), self._day())
        draw = chance.random()
        if draw < 0.04:
            return [one, replace(one, first=self._first())]  # a twin
        if draw < 0.12:
            return [one, replace(one, first=self._first(), birth=self._day())]  # a brother or sister
        if draw < 0.15:
            return [one, replace(one, birth=self._day())]  # a namesake
        return [one]

    def _last(self) -> str:
        return self.chance.choices(self._lasts, self._weights)[0]

    def _first(self) -> str:
        return self.chance.choices(FIRSTS, self._firsts)[0]

    def _day(self) -> date:
        return _FIRST_DAY + timedelta(days=self.chance.randrange(_YEARS * 365))


def typed(word: str, chance: Random) -> str:
    """Return a word with one letter left out, doubled, replaced or exchanged with its neighbour."""
    at = chance.randrange(1, max(2, len(word) - 1))
    letter = chance.choice("aeilnorst")
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at - 1] + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at : at + 1] + word[at - 1] + word[at + 1 :],
        )
    )


_HEARD: Final = (
    ("ph", "f"), ("ault", "o"), ("eau", "o"), ("au", "o"), ("ou", "u"), ("ch", "sh"), ("qu", "k"), ("ck", "k"), ("ç", "ss"),
    ("y", "i"), ("c", "k"), ("k", "c"), ("z", "s"), ("x", "ks"), ("d", "t"), ("m", "mm"), ("n", "nn"), ("l", "ll"), ("t", "th"),
    ("é", "er"), ("i", "y"), ("a", "ah"),
)  # fmt: skip


def heard(word: str, chance: Random) -> str:
    """Return a word as somebody writes it who heard it on the telephone."""
    fitting = [(told, written) for told, written in _HEARD if told in word]
    told, written = chance.choice(fitting) if fitting else ("e", "eh")
    return word.replace(told, written, 1)


def miswritten(said: Said, kind: str, chance: Random) -> Said:
    """Return a child as written down with one kind of mistake."""
    birth = said.birth or TODAY
    if kind == KINDS[0]:
        return replace(said, last=typed(said.last, chance))
    if kind == KINDS[1]:
        return replace(said, first=typed(said.first, chance))
    if kind == KINDS[2]:
        which = chance.choice(("last", "first"))
        return replace(said, **{which: heard(getattr(said, which), chance)})
    if kind == KINDS[3]:
        return replace(
            said, last=plain(said.last).replace("-", "").upper(), first=plain(said.first).replace("-", " ")
        )
    if kind == KINDS[4]:
        return replace(said, last=said.first, first=said.last)
    if kind == KINDS[5]:
        return replace(said, last=f"{chance.choice(LASTS)}-{said.last}")
    if kind == KINDS[6]:
        return replace(said, first=said.first[: max(3, len(said.first) // 2)])
    if kind == KINDS[7]:
        return replace(said, birth=exchanged(birth))
    if kind == KINDS[8]:
        return replace(said, birth=one_digit(birth, chance))
    if kind == KINDS[9]:
        return replace(said, last=typed(typed(said.last, chance), chance))
    if kind == KINDS[10]:
        age = (TODAY - birth).days // 365
        return replace(said, birth=None, ages=(max(0, age - 1), age + 1))
    if kind == KINDS[11]:
        return replace(said, last=typed(said.last, chance), birth=exchanged(birth))
    return replace(said, last=typed(said.last, chance), first=typed(said.first, chance))


def plain(word: str) -> str:
    """Return a word without its accents."""
    return word.translate(str.maketrans("éèêëïîôûüàâç", "eeeeiiouuaac"))


def exchanged(day: date) -> date:
    """Return the date with day and month exchanged, a day of the same month apart where that is none."""
    return (
        day.replace(month=day.day, day=day.month)
        if day.day <= 12
        else day + timedelta(days=1 if day.day < 28 else -1)
    )


def one_digit(day: date, chance: Random) -> date:
    """Return the date with one digit mistaken."""
    if chance.random() < 0.4:
        last = 28 if day.month == 2 else day.day
        return day.replace(year=day.year + chance.choice((-1, 1)), day=min(day.day, last))
    return day.replace(day=day.day + 10) if day.day < 19 else day.replace(day=day.day - 10)


# --- The service's own search, numbers in a dictionary ------------------------------------------------


class Service:
    """The index, and the comparison of what it finds."""

    def __init__(self, children: list[Said]) -> None:
        from referrals.likeness import buckets, finding

        self.bits = buckets.length_for(len(children))
        self.opened_at_most = finding.OPENED_AT_MOST
        self.children = children
        self.rows: dict[int, list[int]] = defaultdict(list)
        for at, said in enumerate(children):
            for number in self._numbers(said):
                self.rows[number].append(at)

    def _numbers(self, said: Said) -> dict[int, Any]:
        from referrals.likeness import buckets, traits

        return buckets.numbers(AUTHORITY, traits.of(family(said)), [self.bits])

    def search(self, asked: Said) -> tuple[list[tuple[float, int]], int]:
        """Return what is shown, best first, as (score, child), and how many were opened."""
        from referrals.likeness import comparing, finding

        found: dict[int, set[Any]] = defaultdict(set)
        for number, trait in self._numbers(asked).items():
            for at in self.rows.get(number, ()):
                found[at].add(trait)
        scored = sorted(((finding.weight(traits), at) for at, traits in found.items()), reverse=True)
        best = scored[: self.opened_at_most]
        mine, shown = family(asked), []
        for _, at in best:
            verdict = comparing.compare(mine, family(self.children[at]))
            if verdict is not None and verdict.kind == "same":
                shown.append((verdict.score, at))
        return sorted(shown, reverse=True), len(best)


def family(said: Said) -> Any:
    """Return a case with this one child."""
    from referrals.likeness import identity

    told = {
        "last_name": said.last, "first_names": said.first, "usual_name": said.usual,
        "birth_date": said.birth.isoformat() if said.birth else None,
    }  # fmt: skip
    if said.ages:
        told |= {"age_estimated_min": said.ages[0], "age_estimated_max": said.ages[1]}
    return identity.Family((identity.child(UUID(int=0), told, sex=said.sex, on=TODAY),))


# --- What one would do with names in plain ------------------------------------------------------------


def exact(children: list[Said]) -> Callable[[Said], list[int]]:
    """Return the search by equal names and date."""
    rows: dict[Any, list[int]] = defaultdict(list)
    for at, said in enumerate(children):
        rows[said.last, said.first, said.birth].append(at)
    return lambda asked: rows.get((asked.last, asked.first, asked.birth), [])


def dice(children: list[Said], least: float = 0.8) -> Callable[[Said], list[int]]:
    """Return the search by common pairs of letters of names and date, every child looked at."""
    sets = [_letters(said) for said in children]

    def search(asked: Said) -> list[int]:
        mine = _letters(asked)
        scored = ((2 * len(mine & own) / (len(mine) + len(own)), at) for at, own in enumerate(sets))
        return [at for score, at in sorted((s for s in scored if s[0] >= least), reverse=True)]

    return search


def _letters(said: Said) -> frozenset[str]:
    whole = f" {plain(said.last)} {plain(said.first)} {said.birth or ''} ".lower()
    return frozenset(whole[at : at + 2] for at in range(len(whole) - 1))


def by_field(children: list[Said]) -> Callable[[Said], list[int]]:
    """Return the search by the service's own comparison, with every child opened: what the index may lose."""
    from referrals.likeness import comparing

    families = [family(said) for said in children]

    def search(asked: Said) -> list[int]:
        mine, shown = family(asked), []
        for at, theirs in enumerate(families):
            verdict = comparing.compare(mine, theirs)
            if verdict is not None and verdict.kind == "same":
                shown.append((verdict.score, at))
        return [at for _, at in sorted(shown, reverse=True)]

    return search


# --- Figures ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one kind of mistake: how often the child was among the first five, and what else was shown."""

    recall: float
    precision: float
    shown: list[int]
    queries: int

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the recall (Wilson)."""
        z, n, p = 1.96, self.queries, self.recall
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def queries(population: Population, kind: str, count: int, seed: int) -> Iterator[tuple[int, Said]]:
    """Yield children of the population with how they are written down."""
    chance = Random(f"{seed}/{kind}")
    for _ in range(count):
        at = chance.randrange(len(population.children))
        yield at, miswritten(population.children[at], kind, chance)


def measured(search: Callable[[Said], list[int]], asked: list[tuple[int, Said]]) -> Figure:
    """Return the figure of one search; precision counts shown children that are the one meant, pair by pair."""
    hits, right, counts = 0, 0, []
    for meant, said in asked:
        found = search(said)
        hits += meant in found[:5]
        right += meant in found
        counts.append(len(found))
    return Figure(hits / len(asked), right / max(1, sum(counts)), sorted(counts), len(asked))


def main() -> None:
    """Print a table for each size asked for; the baselines that look at every child at the first size only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[5_000])
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--plain", type=int, default=40, help="queries a kind of the searches in plain")
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    _set_up()
    for size in asked.sizes:
        population = Population(size, asked.seed)
        service = Service(population.children)
        searches: dict[str, Any] = {"index": lambda said, it=service: [at for _, at in it.search(said)[0]]}
        if size == min(asked.sizes):
            every = population.children
            searches |= {"exact": exact(every), "dice": dice(every), "by field": by_field(every)}
        print(f"\n{size:,} children, values of {service.bits} bits, {asked.queries} queries a kind\n")
        print(
            "| kind of mistake | "
            + " | ".join(f"{n}: recall@5 · precision" for n in searches)
            + " | shown p50 · p95 |"
        )
        print("|---|" + "---:|" * (len(searches) + 1))
        for kind in KINDS:
            drawn = list(queries(population, kind, asked.queries, asked.seed))
            figures = {
                name: measured(search, drawn if name == "index" else drawn[: asked.plain])
                for name, search in searches.items()
            }
            _print(kind, figures)


def _print(kind: str, figures: dict[str, Figure]) -> None:
    shown = figures["index"].shown
    low, high = figures["index"].interval()
    cells = [f"{f.recall:.3f} · {f.precision:.2f}" for f in figures.values()]
    cells[0] = f"{figures['index'].recall:.3f} ({low:.2f}–{high:.2f}) · {figures['index'].precision:.2f}"
    middle, most = shown[len(shown) // 2], shown[int(len(shown) * 0.95)]
    print(f"| {kind} | " + " | ".join(cells) + f" | {middle} · {most} |", flush=True)


def _set_up() -> None:
    """Let the index have a key of its own, in memory: no database is asked."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from encryption import keyring
    from encryption.unwrapped import IndexKey

    made = IndexKey(b"a key of the figures alone, no more")
    keyring.likeness_keys = lambda: {UUID(int=1): made}  # type: ignore[assignment]


if __name__ == "__main__":
    main()
