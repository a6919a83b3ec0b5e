"""Commune fields: people type the name of a commune, the form takes its code."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.territory import commune, communes_named, departments
from referrals.errors import InvalidInput
from web import forms
from web.filing.sections import part_input
from web.forms import Ask, Field, Sent, clean

DEPARTMENT: Final = Ask(
    "residence_department",
    _("Département"),
    _(
        "Celui où vit l'enfant ou, à défaut, celui où l'enfant a été trouvé·e : il détermine la "
        "cellule qui reçoit la transmission."
    ),
    width="half",
)
COMMUNE: Final = Ask(
    "commune_insee",
    _("Commune"),
    _("Son nom, tel qu'il s'écrit. Laissez vide si vous ne savez pas."),
    width="half",
)


def fields_of(
    values: Mapping[str, Any], faults: Mapping[str, str], *, prefix: str = "", typed: str | None = None
) -> list[Field]:
    """Return the two fields; ``typed`` is the name as it was typed, which no code may stand for."""
    code = values.get("commune_insee") or ""
    known = commune(code) if code else None
    chosen = values.get("residence_department") or (known.department if known else "")
    name = typed if typed is not None else (known.name if known else "")
    where, town = forms.fields_of(
        part_input("children"),
        (DEPARTMENT, COMMUNE),
        {DEPARTMENT.name: chosen, COMMUNE.name: name},
        faults=faults,
        prefix=prefix,
        choices={
            DEPARTMENT.name: [(number, f"{number} – {words}") for number, words in departments().items()]
        },
    )
    if (
        town.error and not chosen and not town.value
    ):  # either would do; the département is what everybody knows
        where.error, town.error = town.error, ""
    return [where, town]


def body_of(sent: Sent, path: str, *, prefix: str = "") -> dict[str, str]:
    """Return code and département, as the form takes them.

    Raises:
        InvalidInput: no département is chosen, or it has no commune of that name.
    """
    department = sent.text(prefix + DEPARTMENT.name)
    name = clean(sent.text(prefix + COMMUNE.name))
    if not name:
        return {"residence_department": department, "commune_insee": ""}
    if department not in departments():
        raise InvalidInput(f"{path}residence_department", "required")
    communes = communes_named(name, department)
    if not communes:
        raise InvalidInput(f"{path}commune_insee")
    return {"residence_department": department, "commune_insee": communes[0].code}


def told(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the place in words."""
    code = values.get("commune_insee") or ""
    known = commune(code) if code else None
    department = values.get("residence_department") or (known.department if known else "")
    return [
        (str(DEPARTMENT.label), departments().get(department, "")),
        (str(COMMUNE.label), known.name if known else ""),
    ]
