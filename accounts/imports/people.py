"""Reads the authority's own list of people."""

from typing import Final

from django.core.exceptions import ValidationError

from accounts.identifiers import PERSON, is_name, normalised_email, typed_phone, validate_phone
from accounts.imports import table
from accounts.imports.faults import Fault, Refused
from accounts.imports.rows import Person, Read
from accounts.models.user import Language
from accounts.roles import POWERFUL, PROGRAMS, Role
from core.languages import in_both

#: The headings, as a template has them, by column; in French and in English.
HEADINGS: Final = {
    "fr": ("nom", "courriel", "telephone", "role", "unite", "structure", "langue"),
    "en": ("name", "email", "phone", "role", "unit", "organisation", "language"),
}
COLUMNS: Final = ("full_name", "email", "phone", "role", "unit", "organisation", "language")
COLUMN_OF: Final = {
    name: column for names in HEADINGS.values() for name, column in zip(names, COLUMNS, strict=True)
}
NEEDED: Final = ("full_name", "email", "role")
#: The roles that a file may give.
GIVEN: Final = tuple(role for role in Role if role not in POWERFUL | PROGRAMS)
NAME_MAX: Final = 80
PLACE_MAX: Final = 200


def read(source: table.Source) -> Read[Person]:
    """Return the people of a file; a line with a fault names the first one."""
    result: Read[Person] = Read()
    roles, seen = _roles(), set[tuple[str, ...]]()
    for line in table.lines_of(source, COLUMN_OF, needed=NEEDED, strict=True):
        row = line if isinstance(line, Refused) else _person(line, roles)
        if isinstance(row, Person):
            same = (row.email, row.role, row.unit.casefold(), row.organisation.casefold())
            row = Refused(row.line, Fault.REPEATED) if same in seen else row
            seen.add(same)
        result.keep(row)
    return result


def phone_of(typed: str) -> str:
    """Return a telephone number in international form; a French one may be typed as in France."""
    number = typed_phone(typed)
    if number:
        validate_phone(number)
    return number


def _roles() -> dict[str, Role]:
    """Return the roles by their code, and by their words in each language."""
    names = {str(role): role for role in Role}
    for role in Role:
        names |= {table.folded(label): role for label in in_both(role.label).values()}
    return names


def _person(line: table.Line, roles: dict[str, Role]) -> Person | Refused:
    cells = dict.fromkeys(COLUMNS, "") | dict(line.cells)
    role = roles.get(cells["role"]) or roles.get(table.folded(cells["role"]))
    try:
        cells["email"] = normalised_email(cells["email"])
    except ValidationError:
        return Refused(line.number, Fault.EMAIL, "email")
    try:
        cells["phone"] = phone_of(cells["phone"])
    except ValidationError:
        return Refused(line.number, Fault.PHONE, "phone")
    cells["language"] = cells["language"].lower() or Language.FRENCH.value
    for column, fault in (
        ("full_name", _fault_of_name(cells["full_name"])),
        ("role", _fault_of_role(role)),
        ("language", None if cells["language"] in Language.values else Fault.LANGUAGE),
        *(
            (place, table.fault_of(cells[place], most=PLACE_MAX))
            for place in ("unit", "organisation")
            if cells[place]
        ),
    ):
        if fault is not None:
            return Refused(line.number, fault, column)
    return Person(line.number, **cells | {"role": str(role)})


def _fault_of_name(name: str) -> Fault | None:
    if fault := table.fault_of(name, most=NAME_MAX):
        return fault
    also, words = PERSON
    return None if is_name(name, also=also, words=words) else Fault.NOT_A_NAME


def _fault_of_role(role: Role | None) -> Fault | None:
    if role is None:
        return Fault.ROLE
    if role in POWERFUL:
        return Fault.ROLE_OF_TWO
    return Fault.ROLE_OF_PROGRAM if role in PROGRAMS else None
