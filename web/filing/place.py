"""Commune fields: people type the name of a commune, the form takes its code; the département follows from it.

The search is the service's own: a name that several communes bear comes back with the question which of them is meant.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.territory import Commune, commune, communes_named, department_of, departments
from referrals.errors import InvalidInput
from web import forms
from web.filing.draft import Said
from web.forms import Ask, Field, Option, Pairs, Sent, clean

COMMUNE: Final = Ask(
    "commune_insee",
    _("Dans quelle commune l'enfant vit-il ?"),
    _("Par exemple : Bobigny. Si vous ne savez pas où l'enfant vit, la commune où il se trouve."),
    width="half",
    attributes={"list": "communes"},
)
DEPARTMENT: Final = Ask(
    "residence_department",
    _("Dans quel département ?"),
    _("Le département désigne la cellule qui reçoit la transmission."),
    width="half",
)
UNKNOWN: Final = _("Commune inconnue ?")
WHICH: Final = Ask("commune_choice", _("Laquelle de ces communes ?"))
TYPED: Final = "commune_typed"
#: How many communes are offered at most, and from how many letters on.
OFFERED_MAX: Final = 12
LETTERS_MIN: Final = 3
#: A name with the number of a département or a postal code behind it: « Saint-Denis (93) », « Saint-Denis 93200 ».
_NUMBERED: Final = re.compile(r"(.+?)[\s,(]+([0-9][0-9AB][0-9]{0,3})\)?", re.ASCII | re.IGNORECASE)
_POSTAL_LENGTH: Final = 5


def named(found: Commune) -> str:
    """Return a commune as it is offered, and understood again: « Bobigny (93) »."""
    return f"{found.name} ({found.department})"


def of_departments(codes: list[str]) -> Pairs:
    """Return the names that a browser may propose while one types: those of some départements."""
    return [pair for code in codes for pair in _of_department(code)]


@lru_cache(maxsize=16)
def _of_department(code: str) -> Pairs:
    """Return the names of one; kept, for each is looked for among all communes."""
    return [(named(one), "") for one in communes_named("", code, begins=True)]


def typed(sent: Sent, *, prefix: str = "") -> Said:
    """Return the place as it was typed."""
    return {
        TYPED: sent.text(prefix + COMMUNE.name),
        DEPARTMENT.name: sent.text(prefix + DEPARTMENT.name),
        WHICH.name: sent.text(prefix + WHICH.name),
    }


def fields_of(values: Mapping[str, Any], faults: Mapping[str, str], *, prefix: str = "") -> list[Field]:
    """Return the fields; one that asks which commune is meant where what was typed fits several."""
    code, name = values.get(COMMUNE.name) or "", values.get(TYPED)
    commune_row = commune(code) if code else None
    chosen = "" if commune_row and name is None else values.get(DEPARTMENT.name) or ""
    written = name if name is not None else named(commune_row) if commune_row else ""
    town = Field(COMMUNE, "text", prefix + COMMUNE.name, f"{forms.IDS}{prefix}{COMMUNE.name}", written)
    town.error = faults.get(COMMUNE.name, "")
    where = Field(DEPARTMENT, "select", prefix + DEPARTMENT.name, f"{forms.IDS}{prefix}{DEPARTMENT.name}")
    where.error = faults.get(DEPARTMENT.name, "")
    where.options = [
        Option(number, f"{number} – {words}", number == chosen, f"{where.id}-{n}")
        for n, (number, words) in enumerate(departments().items())
    ]
    meant = offered(clean(written), chosen) if town.error else []
    where.folded = "" if chosen or where.error or town.error else UNKNOWN
    which = Field(WHICH, "radios", prefix + WHICH.name, f"{forms.IDS}{prefix}{WHICH.name}")
    which.options = [
        Option(
            one.code,
            f"{one.name} ({one.department} – {departments()[one.department]})",
            False,
            f"{which.id}-{n}",
        )
        for n, one in enumerate(meant)
    ]
    return [town, *([which] if meant else []), where]


def body_of(sent: Sent, path: str, *, prefix: str = "") -> dict[str, str]:
    """Return code and département, as the form takes them.

    Raises:
        InvalidInput: no commune bears the name (``no-such-commune``), or several do (``several-communes``).
    """
    name, department = clean(sent.text(prefix + COMMUNE.name)), sent.text(prefix + DEPARTMENT.name)
    if not name:
        return {DEPARTMENT.name: department, COMMUNE.name: ""}
    picked = sent.text(prefix + WHICH.name)
    matches = [one for one in offered(name, department) if one.code == picked] or exactly(name, department)
    if len(matches) != 1:
        raise InvalidInput(f"{path}{COMMUNE.name}", "several-communes" if matches else "no-such-commune")
    return {DEPARTMENT.name: matches[0].department, COMMUNE.name: matches[0].code}


def exactly(name: str, department: str) -> list[Commune]:
    """Return the communes that bear a name; a number that follows it, or a chosen département, tells them apart."""
    if (match := _NUMBERED.fullmatch(name)) and (communes := communes_named(match[1], _department(match[2]))):
        return communes
    return communes_named(name, department if department in departments() else "")


def _department(number: str) -> str:
    """Return the département of its own number or of a postal code."""
    code = department_of(number) if len(number) == _POSTAL_LENGTH else number.upper()
    return code if code in departments() else "?"


def offered(name: str, department: str) -> list[Commune]:
    """Return what may have been meant: the communes of the name, else those that begin like it."""
    if exact := exactly(name, department):
        return exact[:OFFERED_MAX]
    match = _NUMBERED.fullmatch(name)
    begun = match[1] if match else name
    while len(begun) >= LETTERS_MIN:
        if exact := communes_named(begun, begins=True):
            return exact[:OFFERED_MAX]
        begun = begun[:-1]
    return []


def place_lines(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the place in words."""
    code = values.get(COMMUNE.name) or ""
    commune_row = commune(code) if code else None
    department = values.get(DEPARTMENT.name) or (commune_row.department if commune_row else "")
    return [
        (str(_("Commune")), commune_row.name if commune_row else ""),
        (str(_("Département")), departments().get(department, "")),
    ]
