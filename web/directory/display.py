"""An entry of the directory in words: what it takes, refuses and asks, when and how it answers, how fresh it is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.territory import commune, departments
from core.languages import Text
from directory import codes
from directory.freshness import Freshness
from web.directory import where
from web.numbers import in_pairs

YEAR: Final = 12
#: Below so many months an age is told in months.
SMALL: Final = 3 * YEAR
MAJORITY: Final = 18
_FRENCH: Final = re.compile(r"\+33([1-9][0-9]{8})", re.ASCII)
_OVERSEAS: Final = re.compile(r"\+(?:262|508|590|594|596)([1-9][0-9]{8})", re.ASCII)
BADGES: Final[Mapping[str, tuple[str, Text]]] = {
    Freshness.FRESH: ("done", _("Vérifié")),
    Freshness.TO_CHECK: ("wait", _("À vérifier")),
    Freshness.STALE: ("late", _("Non vérifié depuis longtemps")),
}
#: As many zones of a service are named.
ZONES: Final = 10
EVERYWHERE: Final = ("france", "99100")


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the page: its label and text; ``number`` to dial; ``strong``: what must not be overlooked."""

    label: Any
    text: str
    number: str = ""
    address: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """A badge: its words, and the class that gives it its shape."""

    words: Any
    look: str = ""


def label(kind: type[TextChoices], code: str) -> str:
    """Return the words of a code; the code itself where it has none."""
    return str(kind(code).label) if code in kind.values else code


def labels(kind: type[TextChoices], values: Iterable[str]) -> str:
    """Return the words of several codes, as one reads them in a sentence."""
    return ", ".join(lowered(label(kind, one)) for one in values)


def lowered(words: str) -> str:
    """Return words as they stand inside a sentence: « Un soutien » → « un soutien »; « ASE » stays."""
    first, rest = words[:1], words[1:2]
    return first.lower() + words[1:] if rest.islower() or rest in (" ", "'") else words


def raised(words: str) -> str:
    """Return words as a sentence begins."""
    return words[:1].upper() + words[1:]


def spelled(phone: str) -> str:
    """Return a number as people read it: « +33123456789 » → « 01 23 45 67 89 »."""
    match = _FRENCH.fullmatch(phone) or _OVERSEAS.fullmatch(phone)
    return str(in_pairs(f"0{match[1]}")) if match else phone


def day(value: date | datetime | str | None) -> str:
    """Return a day as people write it: 24/11/2026."""
    if not value:
        return ""
    read = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{read:%d/%m/%Y}"


def ages(least: int | None, most: int | None) -> str:
    """Return whom a service takes by age, both ends included and in months: « 12 à 17 ans »."""
    if least is None and most is None:
        return gettext("Tous les âges")
    if most is None:
        return gettext("À partir de %(age)s") % {"age": age(least or 0)}
    if not least:
        return gettext("Jusqu'à %(age)s") % {"age": age(most)}
    if least >= SMALL:
        years = {"least": least // YEAR, "most": most // YEAR}
        if years["least"] == years["most"]:
            return age(least)
        return gettext("%(least)s à %(most)s ans") % years
    return gettext("De %(least)s à %(most)s") % {"least": age(least), "most": age(most)}


def age(months: int) -> str:
    """Return an age: in years, that of a small child in months."""
    if months < SMALL and months % YEAR != YEAR - 1:
        return ngettext("%(n)s mois", "%(n)s mois", months) % {"n": months}
    return ngettext("%(n)s an", "%(n)s ans", months // YEAR) % {"n": months // YEAR}


def zone(code: str) -> str:
    """Return a zone of a service in words: a commune, a département, all of the country."""
    if code in EVERYWHERE:
        return gettext("toute la France")
    if code in departments():
        return where.named(code)
    place = commune(code)
    if place is not None:
        return f"{place.name} ({place.department})"
    return gettext("intercommunalité %(code)s") % {"code": code} if len(code) == 9 else code


def zones(values: Sequence[str]) -> str:
    """Return the territory of a service, the first zones by name; none named is everywhere."""
    if not values:
        return gettext("Partout")
    named, more = [zone(one) for one in values[:ZONES]], len(values) - ZONES
    if more > 0:
        named.append(ngettext("et %(n)s autre zone", "et %(n)s autres zones", more) % {"n": more})
    return ", ".join(named)


def named_departments(values: Iterable[str]) -> str:
    """Return départements by number and name."""
    return ", ".join(where.named(one) for one in values)


def situations(accepts: Mapping[str, Mapping[str, str]], *answers: str) -> list[str]:
    """Return the situations that have one of these answers, with the service's own words."""
    lines = []
    for one in codes.Situation:
        terms = accepts.get(one) or {}
        if terms.get("answer") in answers:
            case = terms["answer"] == codes.Accepts.CASE
            words = [label(codes.Situation, one)]
            words += [lowered(str(codes.Accepts.CASE.label))] if case else []
            words += [lowered(terms["words"])] if terms.get("words") else []
            lines.append(" – ".join([words[0], ", ".join(words[1:])]) if words[1:] else words[0])
    return lines


def refused_ages(least: int | None, most: int | None) -> list[str]:
    """Return the ages that a service doesn't take, among minors."""
    parts = [gettext("moins de %(age)s") % {"age": age(least)}] if least else []
    if most is not None and most // YEAR < MAJORITY - 1:
        parts.append(gettext("plus de %(age)s") % {"age": age(most)})
    return parts


def badge(found: str, verified_on: date | None) -> Tag:
    """Return the badge of an entry in a list."""
    look, words = BADGES[found]
    return Tag(words, look) if verified_on is not None else Tag(gettext("Jamais vérifié"), "wait")


def vacancies(count: int | None, told_at: datetime | None) -> str:
    """Return how many places were told to be free, while that counts."""
    if count is None:
        return ""
    if not count:
        return gettext("Aucune place libre le %(day)s") % {"day": day(told_at)}
    words = ngettext("%(n)s place libre le %(day)s", "%(n)s places libres le %(day)s", count)
    return words % {"n": count, "day": day(told_at)}


def free(count: int) -> str:
    """Return how many places are free, for a list."""
    if not count:
        return gettext("Aucune place libre")
    return ngettext("%(n)s place libre", "%(n)s places libres", count) % {"n": count}


def several(values: Iterable[str]) -> str:
    """Return sentences as one text, the first letter large."""
    return raised(", ".join(filter(None, values)))


def sex_words(sexes: Sequence[str]) -> str:
    """Return whom a service takes by sex; none named is everybody."""
    words = {
        "girl": pgettext("taken", "filles"),
        "boy": pgettext("taken", "garçons"),
        "other": pgettext("taken", "autres"),
    }
    return several(words.get(one, one) for one in sexes) if sexes else gettext("Tous")


def refused_sexes(sexes: Sequence[str]) -> list[str]:
    """Return whom a service doesn't take by sex."""
    if not sexes:
        return []
    words = {"girl": gettext("les filles"), "boy": gettext("les garçons")}
    return [word for code, word in words.items() if code not in sexes]
