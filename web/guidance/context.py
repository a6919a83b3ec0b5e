"""Which guidance page stands behind a sign, a question of the form or a step: as the pages' heads say (field.md B.6).

Of several, that which is about the fewest things first: it says the most of each. Pages whose review is overdue are
left out.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from typing import Final

from web.guidance.files import GuidePage, pages

#: As many stand behind one place: more is a list, and nobody reads it.
SHOWN: Final = 3
#: What the parts of the form are called in the heads of the pages.
PART_NAMES: Final = {
    "": "concern",
    "children": "child",
    "facts": "fact",
    "signs": "sign",
    "digital_traces": "digital_trace",
    "third_parties": "third_party",
    "holders": "holder",
    "health_signs": "health_sign",
}


def about_signs(codes: Iterable[str], lang: str, today: date) -> list[GuidePage]:
    """Return the pages behind some signs of the grid."""
    return _of("signs", codes, lang, today)


def about_fields(part: str, names: Iterable[str], lang: str, today: date) -> list[GuidePage]:
    """Return the pages behind some questions of the form; ``part``: that of the form, empty for the concern."""
    return _of("fields", (f"{PART_NAMES.get(part, part)}.{name}" for name in names), lang, today)


def about_step(machine: str, step: str, lang: str, today: date) -> list[GuidePage]:
    """Return the pages behind a step."""
    return _of("steps", [f"{machine}:{step}"], lang, today)


_KINDS: Final[dict[str, Callable[[GuidePage], tuple[str, ...]]]] = {
    "signs": lambda page: page.signs,
    "fields": lambda page: page.fields,
    "steps": lambda page: page.steps,
}


@cache
def _behind(kind: str, lang: str) -> dict[str, list[GuidePage]]:
    pages_by_place: dict[str, list[GuidePage]] = {}
    for page in sorted(pages(lang).values(), key=lambda page: (len(_KINDS[kind](page)), page.path)):
        for code in _KINDS[kind](page):
            pages_by_place.setdefault(code, []).append(page)
    return pages_by_place


def _of(kind: str, codes: Iterable[str], lang: str, today: date) -> list[GuidePage]:
    behind = _behind(kind, lang)
    each = [[page for page in behind.get(code, []) if page.is_current(today)] for code in codes]
    # The best page of each first; then the others, as far as there is room.
    ordered = [page for rank in range(SHOWN) for listed in each for page in listed[rank : rank + 1]]
    return list(dict.fromkeys(ordered))[:SHOWN]
