"""The place that a search of the directory names: a commune or a département, typed into one field.

A name that several communes bear comes back with the question which of them is meant, as in the form of a concern.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import AuthorityTerritory
from accounts.territory import commune, department_of, departments
from referrals.errors import InvalidInput
from web import forms
from web.filing import place
from web.forms import Ask, Field, Option, Pairs, Sent, clean

WHERE: Final = Ask(
    "where",
    _("Commune ou département"),
    attributes={"list": "places", **forms.AS_TYPED},
)
_CODE: Final = re.compile(r"([0-9][0-9AB][0-9]?)(?:\s*[–-].*)?", re.IGNORECASE | re.ASCII)
_POSTAL: Final = re.compile(r"[0-9]{5}", re.ASCII)


def own_departments(actor: Actor, *, at: datetime) -> list[str]:
    """Return the départements of the authorities where somebody works, in the order of their codes."""
    rows = AuthorityTerritory.objects.in_force(at.date()).filter(authority__in=actor.authority_ids)
    codes = rows.exclude(department_code="").values_list("department_code", flat=True)
    return sorted(set(codes))


def offered(own: list[str]) -> Pairs:
    """Return what a browser may propose while one types: all départements, and the communes of one's own."""
    return [(named(code), "") for code in departments()] + list(place.of_departments(own))


def named(department: str) -> str:
    """Return a département as it is offered, and understood again: « 93 – Seine-Saint-Denis »."""
    return f"{department} – {departments()[department]}" if department in departments() else department


def fields_of(typed: str, faults: Mapping[str, str]) -> list[Field]:
    """Return the field; after it, where what was typed fits several communes, the question which is meant."""
    where = Field(
        WHERE, "text", WHERE.name, f"{forms.IDS}{WHERE.name}", typed, error=faults.get(WHERE.name, "")
    )
    if not where.error:
        return [where]
    which = Field(place.WHICH, "radios", place.WHICH.name, f"{forms.IDS}{place.WHICH.name}")
    which.options = [
        Option(one.code, f"{place.named(one)}", False, f"{which.id}-{n}")
        for n, one in enumerate(place.offered(clean(typed), ""))
    ]
    return [where, *([which] if which.options else [])]


def read(sent: Sent) -> dict[str, str]:
    """Return ``commune`` or ``department`` as codes; nothing where no place was typed.

    Raises:
        InvalidInput: no commune bears the name (``no-such-commune``), or several do (``several-communes``).
    """
    text = clean(sent.text(WHERE.name))
    if not text:
        return {}
    if code := _department(text):
        return {"department": code}
    picked = sent.text(place.WHICH.name)
    matches = [one for one in place.offered(text, "") if one.code == picked] or place.exactly(text, "")
    if len(matches) != 1:
        raise InvalidInput(WHERE.name, "several-communes" if matches else "no-such-commune")
    return {"commune": matches[0].code}


def _department(text: str) -> str:
    """Return the département that a number, a postal code or a name means; empty where a commune may be meant."""
    by_code = departments()
    if _POSTAL.fullmatch(text):
        return department_of(text) if department_of(text) in by_code else ""
    if (match := _CODE.fullmatch(text)) and match[1].upper() in by_code:
        return match[1].upper()
    by_name = [code for code, name in by_code.items() if name.casefold() == text.casefold()]
    return by_name[0] if by_name and not place.exactly(text, "") else ""


def in_words(asked: Mapping[str, Any]) -> str:
    """Return a place as it may be typed again."""
    place_row = commune(str(asked.get("commune") or ""))
    if place_row is not None:
        return place.named(place_row)
    department = str(asked.get("department") or "")
    return named(department) if department else ""
