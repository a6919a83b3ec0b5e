"""What a level of likeness is worth, in bits: the model of Fellegi and Sunter (1969), with the frequency of names.

``m`` is how often files of one child have the level, ``u`` how often files of two do; the worth is the logarithm to
base 2 of m/u. Both are counted on invented children (``weights.json``, which says how, by ``bench learning``);
the frequencies of names are INSEE's (``name_frequencies.tsv``).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log2
from pathlib import Path
from typing import Any, Final

from referrals.matching.levels import Alike, Birth, Name

_FOLDER: Final = Path(__file__).parent
#: How much of the difference between a name's frequency and the mean one counts: all of it where the name itself is
#: shared, half of it where something like it is.
_SHARED: Final = frozenset({Name.SAME, Name.FORM})
_LIKE: Final = frozenset({Name.SOUND, Name.CLOSE, Name.PART, Name.NEAR})
#: Of how many years of birth an authority's children are.
_YEARS: Final = 18
_YEARS_BESIDE: Final[Mapping[Birth, int]] = {Birth.NEXT: 2, Birth.YEARS: 2}


@dataclass(frozen=True, slots=True)
class Field:
    """What the levels of one field are worth, in bits, and how often two children share a value of it by chance."""

    bits: Mapping[str, float]
    shared: float


@cache
def _learnt() -> Mapping[str, Any]:
    learnt: Mapping[str, Any] = json.loads((_FOLDER / "weights.json").read_text(encoding="utf-8"))
    return learnt


@cache
def _initial() -> float:
    m, u = _learnt()["initial"]
    return log2(m / u)


@cache
def _field(name: str) -> Field:
    levels: Mapping[str, tuple[float, float]] = _learnt()[name]
    return Field({level: log2(m / u) for level, (m, u) in levels.items()}, levels["same"][1])


@cache
def _frequencies() -> Mapping[str, Mapping[str, float]]:
    frequencies: dict[str, dict[str, float]] = {"last": {}, "first": {}}
    for line in (_FOLDER / "name_frequencies.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            which, name, per_million = line.split("\t")
            frequencies[which][name] = float(per_million) / 1e6
    return frequencies


def frequency(which: str, form: str) -> float:
    """Return the share of children with a last or first name; of one that isn't listed, that of the rarest listed."""
    return _frequencies()[which].get(form) or _rarest(which)


@cache
def _rarest(which: str) -> float:
    return min(_frequencies()[which].values())


def of_names(which: str, alike: Alike | None) -> float:
    """Return what the likeness of two last or first names is worth; nothing where one is missing."""
    if alike is None:
        return 0.0
    if alike.level is Name.INITIAL:
        return _initial()
    field = _field(which)
    part = 1.0 if alike.level in _SHARED else 0.5 if alike.level in _LIKE else 0.0
    commoner = max(frequency(which, form) for form in alike.forms)
    return field.bits[alike.level] + part * log2(field.shared / commoner)


def of_births(alike: tuple[Birth, int] | None) -> float:
    """Return what the likeness of two births is worth; nothing where one isn't known."""
    if alike is None:
        return 0.0
    level, width = alike
    if level not in _learnt()["age"]:
        return _field("birth").bits[level]
    m = float(_learnt()["age"][level])
    years = _YEARS_BESIDE.get(level, width if level is Birth.YEAR else _YEARS - 4 - width)
    return log2(m * _YEARS / max(years, 1))


def of_exchange() -> float:
    """Return what it costs to take the last name for the first."""
    return log2(float(_learnt()["exchanged"]))
