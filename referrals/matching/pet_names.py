"""Pet names: *Momo* may be Mohamed, Maurice or Moussa (``pet_names.txt``, one a line)."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from referrals.matching import phonetics


def _read() -> dict[str, tuple[str, ...]]:
    lines = (Path(__file__).parent / "pet_names.txt").read_text(encoding="utf-8").splitlines()
    parts = (line.split(":") for line in lines if line and not line.startswith("#"))
    return {_joined(pet): tuple(map(_joined, spellings.split())) for pet, spellings in parts}


def _joined(name: str) -> str:
    return "".join(phonetics.words(name))


def _turned(full: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    given_names: dict[str, list[str]] = defaultdict(list)
    for pet, names in full.items():
        for name in names:
            given_names[name].append(pet)
    return dict(given_names)


_FULL: Final[Mapping[str, tuple[str, ...]]] = _read()
_PETS: Final = _turned(_FULL)


def full(word: str) -> tuple[str, ...]:
    """Return the first names that a word may stand for, the commonest first; none for most."""
    return _FULL.get(word, ())


def of(name: str) -> list[str]:
    """Return the pet names of a first name."""
    return list(_PETS.get(_joined(name), ()))
