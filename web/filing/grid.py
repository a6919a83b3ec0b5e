"""Grid of warning signs: its families, and why each is asked (domain.md §3).

The grid helps to notice: it proves nothing and scores nothing. An unticked sign isn't absent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.filing_answers import SIGNS, SignMode
from web.filing.meanings import MEANINGS
from web.forms import Ask, Field, Option, Sent, clean


@dataclass(frozen=True, slots=True)
class Family:
    """One family of signs."""

    code: str
    title: Any
    why: Any


FAMILIES: Final = (
    Family(
        "behaviour",
        _("Comportement"),
        _(
            "Un changement de comportement peut avoir bien des causes : c'est associé à d'autres "
            "signes qu'il doit alerter."
        ),
    ),
    Family(
        "material",
        _("Indices matériels"),
        _("Ce qui se voit sans fouiller. Ne cherchez pas dans les affaires de l'enfant."),
    ),
    Family(
        "relations",
        _("Relations"),
        _("L'emprise d'une personne, souvent présentée comme amie ou amoureuse, précède l'exploitation."),
    ),
    Family(
        "health",
        _("Santé"),
        _(
            "Ces réponses sont protégées à part ; seules les lisent les personnes qui ont à "
            "connaître de la santé de l'enfant."
        ),
    ),
    Family(
        "school",
        _("Scolarité"),
        _("L'école est souvent la première à voir que quelque chose ne va plus."),
    ),
    Family(
        "digital",
        _("Numérique"),
        _(
            "La mise en relation se fait surtout en ligne. Notez ce qu'on vous a montré, ne cherchez pas vous-même."
        ),
    ),
)


def label(code: str) -> str:
    """Return the words of a sign in the reader's language."""
    return str(next(labels[code] for labels in SIGNS.values() if code in labels))


REMARK: Final = Ask("text", _("Quand, par qui, en quelques mots"), optional=True)


@dataclass(slots=True)
class Row:
    """A sign on the page: how it was noticed, and a remark."""

    label: str
    name: str
    modes: list[Option]
    remark: Field
    meaning: Any = ""


def rows_of(family: Family, signs: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the signs of a family with what was ticked."""
    ticked = {sign["code"]: sign for sign in signs}
    return [_row(code, ticked.get(code, {})) for code in SIGNS[family.code]]


def _row(code: str, sign: Mapping[str, Any]) -> Row:
    modes = [Option("", gettext("Pas d'observation"), chosen=False, id=f"{code}-none")]
    modes += [
        Option(
            str(mode),
            str(mode.label),
            chosen=sign.get("mode") == mode,
            id=f"{code}-{mode}",
            marks="ticks" if mode != SignMode.NOT_KNOWN else "",
        )
        for mode in SignMode
    ]
    name = f"{code}-text"
    remark = Field(REMARK, "text", name, name, str(sign.get("text") or ""), optional=True)
    return Row(label(code), f"{code}-mode", modes, remark, MEANINGS[code])


def sent(form: Sent) -> list[dict[str, Any]]:
    """Return what a browser sends of the grid, as the form takes it; a remark alone ticks nothing."""
    return [
        {"code": code, "mode": mode, "text": clean(form.text(f"{code}-text"))}
        for family in FAMILIES
        for code in SIGNS[family.code]
        if (mode := form.text(f"{code}-mode"))
    ]


def dated(before: Iterable[Mapping[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the signs that are sent, with the day that was told of some by another way to file."""
    days = {sign["code"]: sign["on"] for sign in before if sign.get("on")}
    return [sign | ({"on": days[sign["code"]]} if sign["code"] in days else {}) for sign in now]
