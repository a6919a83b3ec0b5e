"""Grid of warning signs as pages: one family of signs each, and why it is asked (domain.md §3).

The grid helps to notice: it proves nothing and scores nothing. An unticked sign isn't absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.signs import SIGNS, SignMode
from web.forms import clean


@dataclass(frozen=True, slots=True)
class Family:
    """One page of the grid."""

    code: str
    slug: str
    title: Any
    why: Any


FAMILIES: Final = (
    Family(
        "behaviour",
        "signes-comportement",
        _("Comportement"),
        _(
            "Un changement de comportement a mille causes : c'est sa rencontre avec d'autres signes qui alerte."
        ),
    ),
    Family(
        "material",
        "signes-materiels",
        _("Indices matériels"),
        _("Ce qui se voit sans fouiller. Ne cherchez pas dans les affaires de l'enfant."),
    ),
    Family(
        "relations",
        "signes-relations",
        _("Relations"),
        _("L'emprise d'une personne, souvent présentée comme amie ou amoureuse, précède l'exploitation."),
    ),
    Family(
        "health",
        "signes-sante",
        _("Santé"),
        _(
            "Ces réponses sont scellées à part et lues par les seules personnes qui ont à connaître de la santé."
        ),
    ),
    Family(
        "school",
        "signes-scolarite",
        _("Scolarité"),
        _("L'école voit souvent la première que quelque chose se défait."),
    ),
    Family(
        "digital",
        "signes-numerique",
        _("Numérique"),
        _(
            "La mise en relation se fait surtout en ligne. Notez ce qu'on vous a montré, ne cherchez pas vous-même."
        ),
    ),
)


def label(code: str) -> str:
    """Return the words of a sign in the reader's language."""
    return str(next(labels[code] for labels in SIGNS.values() if code in labels))


@dataclass(slots=True)
class Row:
    """A sign on its page."""

    code: str
    label: str
    modes: list[tuple[str, str, bool]]
    text: str
    error: str = ""


def rows_of(family: Family, signs: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the signs of a family with what was ticked."""
    ticked = {sign["code"]: sign for sign in signs}
    modes = [(str(mode), str(mode.label)) for mode in SignMode]
    return [
        Row(
            code,
            label(code),
            [(mode, words, ticked.get(code, {}).get("mode") == mode) for mode, words in modes],
            str(ticked.get(code, {}).get("text") or ""),
        )
        for code in SIGNS[family.code]
    ]


def sent(family: Family, post: QueryDict) -> list[dict[str, Any]]:
    """Return what a browser sends of a family, as the form takes it; a remark alone ticks nothing."""
    return [
        {"code": code, "mode": mode, "text": clean(post.get(f"{code}-text", ""))}
        for code in SIGNS[family.code]
        if (mode := post.get(f"{code}-mode", ""))
    ]


def merged(
    family: Family, before: Iterable[Mapping[str, Any]], now: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return all signs of the form: those of other families as they were, and of this one as it is sent."""
    own = SIGNS[family.code]
    days = {sign["code"]: sign["on"] for sign in before if sign.get("on")}
    kept = [dict(sign) for sign in before if sign["code"] not in own]
    return kept + [sign | ({"on": days[sign["code"]]} if sign["code"] in days else {}) for sign in now]
