"""Reads lists of institutions: the authority's own, the directory of schools, and the FINESS extraction.

Of the two public files only what lies in the authority's territory is taken, under the one number that the register
gives. Their columns are those of the files as they are published: *Annuaire de l'éducation* of the ministry of
education (``fr-en-annuaire-education``), *Extraction du fichier des établissements* of the FINESS register
(``etalab-cs1100502``: no header, a first line with the date, 31 or 32 cells).
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from django.core.exceptions import ValidationError

from accounts.identifiers import REGISTERS, bare_number
from accounts.imports import table
from accounts.imports.faults import Fault, FileFault, Refused
from accounts.imports.rows import Institution, Read
from accounts.models.organisation import OrganisationKind
from core.languages import in_both

#: Tells whether a commune, by its INSEE code, lies in the authority's territory.
type Covers = Callable[[str], bool]

HEADINGS: Final = {
    "fr": ("nom", "type", "siret", "uai", "finess"),
    "en": ("name", "kind", "siret", "uai", "finess"),
}
COLUMNS: Final = ("name", "kind", *REGISTERS)
COLUMN_OF: Final = {
    name: column for names in HEADINGS.values() for name, column in zip(names, COLUMNS, strict=True)
}
NAME_MAX: Final = 200

_SCHOOLS: Final = {
    "identifiant_de_l_etablissement": "uai",
    "nom_etablissement": "name",
    "type_etablissement": "type",
    "code_commune": "commune",
    "nom_commune": "town",
    "etat": "state",
    "date_maj_ligne": "stated",
}
_OPEN: Final = ("", "OUVERT")
_OFFICES: Final = "service administratif"

#: Kinds by category of the FINESS register; all other categories (pharmacies, homes for the old…) are left out.
CATEGORIES: Final[Mapping[str, OrganisationKind]] = MappingProxyType(
    dict.fromkeys(
        ("166", "175", "177", "214", "236", "238", "241", "257", "378", "462"), OrganisationKind.RESIDENTIAL
    )
    | dict.fromkeys(("223", "295"), OrganisationKind.SOCIAL_SERVICE)
    | dict.fromkeys(("440", "441"), OrganisationKind.YOUTH_JUSTICE)
    | dict.fromkeys(("156", "178", "189", "197", "228", "268"), OrganisationKind.PRACTICE)
    | {"355": OrganisationKind.HOSPITAL}
)
_FINESS_CELLS: Final = (31, 32)
_ESTABLISHMENT: Final = "structureet"
_NUMBER, _NAME, _LONG_NAME, _COMMUNE, _DEPARTMENT, _TOWN, _CATEGORY = 1, 3, 4, 12, 13, 15, 18
#: Départements overseas, as this register writes them: ``9A`` is 971.
_OVERSEAS: Final = "9"


def read(source: table.Source) -> Read[Institution]:
    """Return the institutions of the authority's own list."""
    result: Read[Institution] = Read()
    kinds, seen = _kinds(), dict[str, int]()
    for line in table.lines_of(source, COLUMN_OF, needed=("name", "kind"), strict=True):
        _keep(line if isinstance(line, Refused) else _own(line, kinds), result, seen)
    return result


def read_schools(source: table.Source, covers: Covers) -> Read[Institution]:
    """Return the open schools of a territory, of the ministry's directory; its day is that of its newest line."""
    result: Read[Institution] = Read()
    seen: dict[str, int] = {}
    for line in table.lines_of(source, _SCHOOLS, needed=("uai", "name", "commune", "town"), strict=False):
        if isinstance(line, Refused):
            result.keep(line)
            continue
        cells = line.cells
        result.stated_on = _latest(result.stated_on, cells.get("stated", ""))
        office = cells.get("type", "").casefold() == _OFFICES
        if office or cells.get("state", "") not in _OPEN or not covers(cells["commune"]):
            result.left_out += 1
            continue
        name = _placed(cells["name"], cells["town"])
        _keep(_checked(line.number, name, OrganisationKind.SCHOOL, {"uai": cells["uai"]}), result, seen)
    return result


def read_finess(source: table.Source, covers: Covers) -> Read[Institution]:
    """Return the establishments of a territory that children are met in, of the FINESS register."""
    rows = source.rows(";")
    _number, first = next(rows, (1, []))
    if [cell.strip().lower() for cell in first[:2]] != ["finess", "etalab"]:
        raise FileFault(Fault.COLUMNS, 1)
    result: Read[Institution] = Read(stated_on=_latest(None, first[3] if len(first) > 3 else ""))
    seen: dict[str, int] = {}
    for number, cells in rows:
        if cells[0] != _ESTABLISHMENT:
            continue
        if len(cells) not in _FINESS_CELLS:
            result.keep(Refused(number, Fault.CELLS))
            continue
        kind = CATEGORIES.get(cells[_CATEGORY].strip())
        if kind is None or not covers(_commune(cells)):
            result.left_out += 1
            continue
        town = cells[_TOWN].strip().partition(" ")[2]
        name = _placed(table.tidy(cells[_LONG_NAME]) or table.tidy(cells[_NAME]), table.tidy(town))
        _keep(_checked(number, name, kind, {"finess": cells[_NUMBER]}), result, seen)
    return result


def _commune(cells: list[str]) -> str:
    """Return the INSEE code of a commune; overseas the register writes its letter for the third digit."""
    department, commune = cells[_DEPARTMENT].strip(), cells[_COMMUNE].strip()
    overseas = department.startswith(_OVERSEAS) and department[1:].isalpha()
    return f"97{commune}" if overseas else f"{department}{commune}"


def _latest(latest: date | None, stated: str) -> date | None:
    try:
        day = date.fromisoformat(stated.strip()[:10])
    except ValueError:
        return latest
    return max(latest, day) if latest else day


def _placed(name: str, town: str) -> str:
    """Return a name with its commune: hundreds of schools have the same."""
    return f"{name} ({town})" if name and town and town.casefold() not in name.casefold() else name


def _kinds() -> dict[str, OrganisationKind]:
    names = {str(kind): kind for kind in OrganisationKind}
    for kind in OrganisationKind:
        names |= {table.folded(label): kind for label in in_both(kind.label).values()}
    return names


def _own(line: table.Line, kinds: dict[str, OrganisationKind]) -> Institution | Refused:
    kind = kinds.get(line.cells["kind"]) or kinds.get(table.folded(line.cells["kind"]))
    if kind is None:
        return Refused(line.number, Fault.KIND, "kind")
    numbers = {register: line.cells.get(register, "") for register in REGISTERS}
    return _checked(line.number, line.cells["name"], kind, numbers)


def _checked(
    number: int, name: str, kind: OrganisationKind, numbers: Mapping[str, str]
) -> Institution | Refused:
    if fault := table.fault_of(name, most=NAME_MAX):
        return Refused(number, fault, "name")
    valid = {register: bare for register, cell in numbers.items() if (bare := bare_number(cell))}
    for register, bare in valid.items():
        try:
            REGISTERS[register](bare)
        except ValidationError:
            return Refused(number, Fault.NUMBER, register)
    return Institution(number, name, str(kind), valid) if valid else Refused(number, Fault.NO_NUMBER)


def _keep(row: Institution | Refused, result: Read[Institution], seen: dict[str, int]) -> None:
    """Keep a row, unless one of its numbers stood in the file already."""
    if isinstance(row, Institution):
        if any(number in seen for number in row.numbers.values()):
            row = Refused(row.line, Fault.REPEATED)
        else:
            seen.update(dict.fromkeys(row.numbers.values(), row.line))
    result.keep(row)
