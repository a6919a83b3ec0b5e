"""Desks of service-public.fr's *base de données locales*: one structure and one service a desk (field.md A.5).

JSON: ``{"service": [{id, nom, pivot, adresse, telephone, adresse_courriel, site_internet, …}]}``, or the list
alone. Only kinds of desks in ``KINDS`` are taken, and only in the authority's territory. Licence Ouverte 2.0: the
source and its date are named with each entry. The codes of the kinds were not read in the source (○): they are one
table, to be checked against a file before it is relied on; a code that isn't known is left out, never guessed.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from directory.codes import Need, ResourceKind
from directory.exchange import values
from directory.exchange.faults import Fault, Refused
from directory.exchange.finess import Covers
from directory.exchange.rows import SERVICE, STRUCTURE, Entry, Read, address_of

LICENCE: Final = "Licence Ouverte 2.0 – service-public.fr (DILA)"
KINDS: Final[Mapping[str, tuple[str, ResourceKind, Need]]] = MappingProxyType(
    {
        "cidf": ("CIDFF", ResourceKind.LEGAL_VICTIM_HELP, Need.LEGAL_VICTIM),
        "cidff": ("CIDFF", ResourceKind.LEGAL_VICTIM_HELP, Need.LEGAL_VICTIM),
        "aav": ("Aide aux victimes", ResourceKind.LEGAL_VICTIM_HELP, Need.LEGAL_VICTIM),
        "mjd": ("Maison de justice et du droit", ResourceKind.LEGAL_VICTIM_HELP, Need.LEGAL_VICTIM),
        "pmi": ("Protection maternelle et infantile", ResourceKind.PARENTS_SUPPORT, Need.PARENTS_SUPPORT),
        "commissariat_police": ("Commissariat de police", ResourceKind.POLICE_MINORS, Need.COMPLAINT),
        "gendarmerie": ("Brigade de gendarmerie", ResourceKind.POLICE_MINORS, Need.COMPLAINT),
    }
)
_THEIRS: Final = {
    "name": "nom",
    "source_id": "id",
    "phone": "telephone",
    "email": "adresse_courriel",
    "website": "site_internet",
    "updated_on": "date_modification",
    "insee_code": "code_insee_commune",
    "postal_code": "adresse",
}


def desks_of(document: Any) -> list[Any] | None:
    """Return the desks of a file; None for what is no such file."""
    desks = document.get("service") if isinstance(document, dict) else document
    return desks if isinstance(desks, list) else None


def read(desks: list[Any], covers: Covers, *, today: date) -> Read:
    """Return the desks of a territory that children and families are sent to."""
    result = Read(licence=LICENCE)
    for line, desk in enumerate(desks, 1):
        if not isinstance(desk, Mapping):
            result.keep(Refused(line, Fault.OBJECT))
            continue
        pivot = _first(desk.get("pivot"))
        kind = KINDS.get(_text(pivot.get("type_service_local")).casefold())
        insee = _insee(desk, pivot)
        if kind is None or not covers(insee):
            result.left_out += 1
            continue
        for one in _both(line, desk, kind, insee, today):
            result.keep(one)
    return result


def _both(
    line: int, desk: Mapping[str, Any], kind: tuple[str, ResourceKind, Need], insee: str, today: date
) -> Iterator[Entry | Refused]:
    source_id = _text(desk.get("id"))
    try:
        entries = [values.checked(one, today=today) for one in _entries(line, desk, kind, insee, today)]
    except values.BadValue as bad:
        yield Refused(line, bad.fault, _THEIRS.get(bad.field, bad.field), source_id)
    else:
        yield from entries


def _entries(
    line: int, desk: Mapping[str, Any], kind: tuple[str, ResourceKind, Need], insee: str, today: date
) -> Iterator[Entry]:
    label, resource, need = kind
    source_id, name = _text(desk.get("id")), _text(desk.get("nom"))[:150].strip()
    stated = _day(desk.get("date_modification"))
    dated = max(min(stated, today), values.EARLIEST) if stated else None
    contact = {
        "phone": _valued(desk.get("telephone"))[:30],
        "email": _text(desk.get("adresse_courriel")) or _valued(desk.get("adresse_courriel")),
    }
    yield Entry(
        line=line,
        kind=STRUCTURE,
        source_id=source_id,
        dated=dated,
        values={"name": name, "website": _valued(desk.get("site_internet")), **contact},
        defaults={"kind": str(resource)},
        place=_place(desk, insee),
    )
    yield Entry(
        line=line,
        kind=SERVICE,
        source_id=source_id,
        structure_id=source_id,
        dated=dated,
        values={"name": name, **contact},
        defaults={"description": f"{label} (annuaire de service-public.fr).", "needs": [str(need)]},
    )


def _place(desk: Mapping[str, Any], insee: str) -> dict[str, Any]:
    address = _first(desk.get("adresse"))
    return address_of(
        {
            "address": _text(address.get("numero_voie")),
            "complement": " ".join(
                filter(None, (_text(address.get("complement1")), _text(address.get("complement2"))))
            ),
            "postal_code": _text(address.get("code_postal")),
            "commune": _text(address.get("nom_commune")),
            "insee_code": insee,
            "longitude": _degrees(address.get("longitude")),
            "latitude": _degrees(address.get("latitude")),
        }
    )


def _insee(desk: Mapping[str, Any], pivot: Mapping[str, Any]) -> str:
    code = desk.get("code_insee_commune") or pivot.get("code_insee_commune")
    return _text(code[0] if isinstance(code, list) and code else code)


def _first(told: Any) -> Mapping[str, Any]:
    one = told[0] if isinstance(told, list) and told else told
    return one if isinstance(one, Mapping) else {}


def _valued(told: Any) -> str:
    """Return the first value of a member such as ``[{"valeur": "01 …"}]``."""
    return _text(_first(told).get("valeur"))


def _text(told: Any) -> str:
    return values.composed(told) if isinstance(told, str) else ""


def _degrees(told: Any) -> float | None:
    try:
        return float(told) if isinstance(told, str | int | float) and not isinstance(told, bool) else None
    except ValueError:
        return None


def _day(told: Any) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(_text(told)[:10], form).date()
        except ValueError:
            continue
    return None
