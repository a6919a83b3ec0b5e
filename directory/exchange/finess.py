"""The FINESS register's *extraction des établissements*: one structure and one service an establishment (field.md A.5).

No header; the first line is ``finess;etalab;<version>;<date>``; 31 or 32 cells, ``;``, UTF-8 or Windows-1252. Only the
categories below are taken, and only in the authority's territory. Addresses of homes are public there; with us they
are for professionals (A.7).
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from accounts.imports import table
from accounts.imports.faults import Fault as FileReason
from accounts.imports.faults import FileFault
from directory.codes import Need, ResourceKind, Visibility
from directory.exchange import values
from directory.exchange.faults import Fault, Refused
from directory.exchange.rows import SERVICE, STRUCTURE, Entry, Read, address_of

#: Tells whether a commune, by its INSEE code, lies in the authority's territory.
type Covers = Callable[[str], bool]

LICENCE: Final = "Licence Ouverte (Etalab) – FINESS"


@dataclass(frozen=True, slots=True)
class Category:
    """What a category of the register is here: its kind, what a new service of it is for, who may read its address."""

    label: str
    kind: ResourceKind
    needs: tuple[Need, ...] = ()
    visibility: Visibility = Visibility.PUBLIC


def _home(label: str, kind: ResourceKind, *needs: Need) -> Category:
    return Category(label, kind, needs, Visibility.PROFESSIONAL)


#: The categories of field.md A.5 that were read in the nomenclature; 286 and 411 were not, and stay out.
CATEGORIES: Final[Mapping[str, Category]] = MappingProxyType(
    {
        "175": _home("Foyer de l'enfance", ResourceKind.EMERGENCY_SHELTER),
        "177": _home("Maison d'enfants à caractère social", ResourceKind.MECS),
        "236": _home("Centre de placement familial", ResourceKind.FOSTER),
        "238": _home("Centre d'accueil familial spécialisé", ResourceKind.FOSTER),
        "241": _home("Foyer d'action éducative", ResourceKind.MECS),
        "378": _home("Établissement expérimental de l'enfance protégée", ResourceKind.MECS),
        "441": _home("Centre d'action éducative", ResourceKind.MECS),
        "462": _home("Lieu de vie et d'accueil", ResourceKind.LIEU_DE_VIE),
        "166": _home("Établissement d'accueil mère-enfant", ResourceKind.MECS),
        "295": Category("Service d'action éducative en milieu ouvert", ResourceKind.PARENTS_SUPPORT),
        "440": Category("Service d'investigation et d'orientation éducative", ResourceKind.PARENTS_SUPPORT),
        "156": Category("Centre médico-psychologique", ResourceKind.MENTAL_HEALTH, (Need.MENTAL_HEALTH,)),
        "189": Category(
            "Centre médico-psycho-pédagogique", ResourceKind.MENTAL_HEALTH, (Need.MENTAL_HEALTH,)
        ),
        "223": Category(
            "Protection maternelle et infantile", ResourceKind.PARENTS_SUPPORT, (Need.PARENTS_SUPPORT,)
        ),
        "228": Category("Centre de santé sexuelle", ResourceKind.SEXUAL_HEALTH, (Need.SEXUAL_HEALTH,)),
        "268": Category("Centre médico-scolaire", ResourceKind.SCHOOL_CONTACT, (Need.SCHOOL_LINK,)),
        "197": Category("CSAPA", ResourceKind.ADDICTION, (Need.ADDICTION,)),
        "178": Category("CAARUD", ResourceKind.ADDICTION, (Need.ADDICTION,)),
        "355": Category("Centre hospitalier", ResourceKind.HOSPITAL_EMERGENCY, (Need.GENERAL_CARE,)),
    }
)
_CELLS: Final = (31, 32)
_ESTABLISHMENT: Final = "structureet"
_COLUMNS: Final = (
    "typeet", "nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie", "typvoie",
    "voie", "compvoie", "lieuditbp", "commune", "departement", "libdepartement", "ligneacheminement",
    "telephone", "telecopie", "categetab", "libcategetab", "categagretab", "libcategagretab", "siret", "codeape",
    "codemft", "libmft", "codesph", "libsph", "dateouv", "dateautor", "datemaj", "numuai",
)  # fmt: skip
_THEIRS: Final = {
    "siret": "siret",
    "finess": "nofinesset",
    "source_id": "nofinesset",
    "name": "rslongue",
    "phone": "telephone",
    "updated_on": "datemaj",
    "address": "voie",
}
_OVERSEAS: Final = "9"


def read(source: table.Source, covers: Covers, *, today: date) -> Read:
    """Return the establishments of a territory that children are sent to.

    Raises:
        FileFault: it isn't this extraction, or nothing of it can be read.
    """
    rows = source.rows(";")
    _line, first = next(rows, (1, []))
    if [cell.strip().lower() for cell in first[:2]] != ["finess", "etalab"]:
        raise FileFault(FileReason.COLUMNS, 1)
    result = Read(licence=LICENCE, stated_on=_stated(first))
    for line, row in rows:
        if row[0] != _ESTABLISHMENT:
            continue
        if len(row) not in _CELLS:
            result.keep(Refused(line, Fault.CELLS))
            continue
        cells = dict(zip(_COLUMNS, map(table.tidy, row), strict=False))
        category = CATEGORIES.get(cells["categetab"])
        if category is None or not covers(_commune(cells)):
            result.left_out += 1
            continue
        for one in _both(line, cells, category, today):
            result.keep(one)
    return result


def trimmed(source: table.Source, covers: Covers) -> list[str]:
    """Return the first line, and those of a territory and of our categories, as they stand in the extraction.

    Raises:
        FileFault: as ``read``.
    """
    rows = source.rows(";")
    _line, first = next(rows, (1, []))
    if [cell.strip().lower() for cell in first[:2]] != ["finess", "etalab"]:
        raise FileFault(FileReason.COLUMNS, 1)
    selected = [first]
    for _line, row in rows:
        if row[0] != _ESTABLISHMENT or len(row) not in _CELLS:
            continue
        cells = dict(zip(_COLUMNS, map(table.tidy, row), strict=False))
        if cells["categetab"] in CATEGORIES and covers(_commune(cells)):
            selected.append(row)
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(selected)
    return text.getvalue().splitlines()


def _both(line: int, cells: Mapping[str, str], category: Category, today: date) -> Iterator[Entry | Refused]:
    try:
        entries = [values.checked(one, today=today) for one in _entries(line, cells, category)]
    except values.BadValue as bad:
        yield Refused(line, bad.fault, _THEIRS.get(bad.field, bad.field), cells["nofinesset"])
    else:
        yield from entries


def _entries(line: int, cells: Mapping[str, str], category: Category) -> Iterator[Entry]:
    number = cells["nofinesset"]
    name = (cells["rslongue"] or cells["rs"])[:150].strip()
    stated = values.day_of("updated_on", cells["datemaj"])
    dated = max(stated, values.EARLIEST) if stated else None
    yield Entry(
        line=line,
        kind=STRUCTURE,
        source_id=number,
        dated=dated,
        values={"name": name, "finess": number, "siret": cells["siret"], "phone": cells["telephone"]},
        defaults={"kind": str(category.kind)},
        place=_place(cells),
        visibility=str(category.visibility),
    )
    yield Entry(
        line=line,
        kind=SERVICE,
        source_id=number,
        structure_id=number,
        dated=dated,
        values={"name": name, "phone": cells["telephone"]},
        defaults={
            "description": f"{category.label} (registre FINESS).",
            "needs": [str(one) for one in category.needs],
        },
    )


def _place(cells: Mapping[str, str]) -> dict[str, Any]:
    street = " ".join(filter(None, (cells[one] for one in ("numvoie", "compvoie", "typvoie", "voie"))))
    postal, _, town = cells["ligneacheminement"].partition(" ")
    address = {
        "address": street,
        "complement": " ".join(filter(None, (cells["compldistrib"], cells["lieuditbp"]))),
        "postal_code": postal,
        "commune": town.partition(" CEDEX")[0],
        "insee_code": _commune(cells),
    }
    return address_of(address)


def _commune(cells: Mapping[str, str]) -> str:
    """Return the INSEE code of a commune; overseas the register writes ``9A`` for 971."""
    department, commune = cells["departement"], cells["commune"].zfill(3)
    overseas = department.startswith(_OVERSEAS) and department[1:].isalpha()
    return f"97{commune}" if overseas else f"{department.zfill(2)}{commune}"


def _stated(first: list[str]) -> date | None:
    try:
        return date.fromisoformat(first[3].strip()[:10])
    except (IndexError, ValueError):
        return None
