"""data.inclusion 1.0.10, the national format: our rows from its ``structure`` and ``service``, and back (field.md A.1).

Its own package checks both directions: a row that it refuses is refused with its reason in our words, and nothing is
exported that it would refuse or warn of. What it has no field for travels beside it (``side_file.py``): the package
drops unknown members without a word.

The id is ``producer--id``; ours is ``repere--<uuid>``, and the producer (``source``) is what stands before ``--``.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import pydantic
from data_inclusion.schema import v1

from directory.codes import Need, ResourceKind, Source
from directory.exchange import values
from directory.exchange.faults import Fault, Refused
from directory.exchange.rows import ADDRESS, SERVICE, STRUCTURE, Entry
from directory.models import Place, Service, Structure

OWN: Final = "repere"
_SIGN: Final = "--"
MODELS: Final[Mapping[str, type[pydantic.BaseModel]]] = {STRUCTURE: v1.Structure, SERVICE: v1.Service}
#: Our fields by theirs, of both, of a structure and of a service; the opening hours are apart.
BOTH: Final = {
    "nom": "name",
    "description": "description",
    "lien_source": "source_url",
    "telephone": "phone",
    "courriel": "email",
}
FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    STRUCTURE: BOTH
    | {
        "siret": "siret",
        "site_web": "website",
        "accessibilite_lieu": "accessibility_url",
        "reseaux_porteurs": "networks",
    },
    SERVICE: BOTH
    | {
        "type": "kind",
        "thematiques": "themes",
        "frais": "fees",
        "frais_precisions": "fees_note",
        "publics": "audiences",
        "publics_precisions": "audiences_note",
        "conditions_acces": "access_conditions",
        "modes_accueil": "reception_modes",
        "zone_eligibilite": "zones",
        "contact_nom_prenom": "contact_name",
        "lien_mobilisation": "mobilisation_url",
        "modes_mobilisation": "mobilisation_modes",
        "mobilisable_par": "mobilisable_by",
        "mobilisation_precisions": "mobilisation_note",
        "volume_horaire_hebdomadaire": "weekly_hours",
        "nombre_semaines": "weeks",
    },
}
ADDRESSES: Final = dict(
    zip(
        ("adresse", "complement_adresse", "code_postal", "commune", "code_insee", "longitude", "latitude"),
        ADDRESS,
        strict=True,
    )
)
#: What the file calls our fields, for whoever reads why a row is refused.
THEIRS: Final = {
    ours: theirs for names in (*FIELDS.values(), ADDRESSES) for theirs, ours in names.items()
} | {
    "updated_on": "date_maj",
    "source_id": "id",
    "opening_hours": "horaires_accueil",
    "opening_hours_text": "horaires_accueil",
}
#: Members that hold several values, in a cell of CSV too.
SETS: Final = (
    "reseaux_porteurs",
    "thematiques",
    "publics",
    "modes_accueil",
    "zone_eligibilite",
    "modes_mobilisation",
    "mobilisable_par",
)
#: What a new structure is, by the first of its networks that says it.
KINDS: Final = {
    "ase": ResourceKind.ASE_UNIT,
    "maisons-des-solidarites": ResourceKind.ASE_UNIT,
    "departements": ResourceKind.ASE_UNIT,
    "cmp": ResourceKind.MENTAL_HEALTH,
    "csapa": ResourceKind.ADDICTION,
    "caarud": ResourceKind.ADDICTION,
    "cidff": ResourceKind.LEGAL_VICTIM_HELP,
    "points-justice": ResourceKind.LEGAL_VICTIM_HELP,
}
#: What a new service is for, by its themes; an editor changes it, and no later file does.
NEEDS: Final = {
    "sante--acces-aux-soins": Need.GENERAL_CARE,
    "sante--sante-sexuelle": Need.SEXUAL_HEALTH,
    "sante--sante-mentale": Need.MENTAL_HEALTH,
    "sante--addictions": Need.ADDICTION,
    "famille--soutien-a-la-parentalite-et-a-leducation": Need.PARENTS_SUPPORT,
    "difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire": Need.LEGAL_VICTIM,
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits": Need.LEGAL_VICTIM,
}
#: Reasons of the package by the type of its error; what its own validators say, by the member.
_REASONS: Final = {
    "missing": Fault.REQUIRED,
    "string_too_short": Fault.TOO_SHORT,
    "string_too_long": Fault.TOO_LONG,
    "too_short": Fault.EMPTY_LIST,
    "enum": Fault.UNKNOWN,
    "literal_error": Fault.UNKNOWN,
    "string_pattern_mismatch": Fault.FORMAT,
    "url_parsing": Fault.FORMAT,
    "url_scheme": Fault.FORMAT,
    "greater_than_equal": Fault.NUMBER,
    "finite_number": Fault.NUMBER,
    "avertissement": Fault.FINAL_DOT,
    "date_parsing": Fault.DATE,
    "date_from_datetime_parsing": Fault.DATE,
    "date_from_datetime_inexact": Fault.DATE,
}
_OWN_REASONS: Final = {"date_maj": Fault.DATE_BOUNDS, "publics": Fault.EVERYBODY, "courriel": Fault.FORMAT}


def read_all(kind: str, items: Iterable[tuple[int, Any]], *, today: date) -> Iterable[Entry | Refused]:
    """Yield each structure, or each service, of a file: an entry, or why it isn't taken."""
    return (read(kind, line, item, today=today) for line, item in items)


def read(kind: str, line: int, item: Any, *, today: date) -> Entry | Refused:
    """Return one member of a file as an entry, or why it isn't taken."""
    if not isinstance(item, Mapping):
        return Refused(line, Fault.OBJECT)
    given_id = item.get("id")
    source_id = given_id if isinstance(given_id, str) and len(given_id) <= 200 else ""
    # Only what the package knows: the names of other members are the file's affair.
    item = {name: item[name] for name in MODELS[kind].model_fields if item.get(name) is not None}
    if fault := fault_of(kind, item, warnings=False):
        return Refused(line, fault[1], fault[0], source_id)
    try:
        return values.checked(_entry(kind, line, item), today=today)
    except values.BadValue as bad:
        return Refused(line, bad.fault, THEIRS.get(bad.field, bad.field), source_id)


def fault_of(kind: str, item: Mapping[str, Any], *, warnings: bool) -> tuple[str, Fault] | None:
    """Return the first member that the package refuses, with the reason; ``warnings``: also what it warns of."""
    try:
        MODELS[kind].model_validate(item, context={"ignore_warnings": not warnings})
    except pydantic.ValidationError as refused:
        error = refused.errors(include_url=False, include_context=False, include_input=False)[0]
        member = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "value_error":
            return member, _OWN_REASONS.get(member, Fault.FORMAT)
        if member == "zone_eligibilite" and error["type"] != "too_short":
            return member, Fault.UNKNOWN
        return member, _REASONS.get(error["type"], Fault.TYPE)
    except (RecursionError, UnicodeError, OverflowError):
        return "", Fault.TYPE
    return None


def own_id(source_id: str) -> UUID | None:
    """Return the id of our row that an id of the format stands for, if it is one of ours."""
    producer, _, bare = source_id.partition(_SIGN)
    if producer != OWN:
        return None
    try:
        return UUID(bare)
    except ValueError:
        return None


def exported_id(row: Structure | Service) -> str:
    """Return the id under which a row is exported: the one that it came with, or our own."""
    return row.source_id if row.source == Source.DATA_INCLUSION else f"{OWN}{_SIGN}{row.pk}"


def structure_of(row: Structure, place: Place | None) -> dict[str, Any]:
    """Return a structure in the format; ``place`` only where its address may be told."""
    return _written(STRUCTURE, row, place)


def service_of(row: Service, place: Place | None) -> dict[str, Any]:
    """Return a service in the format, as ``structure_of``."""
    return _written(SERVICE, row, place) | {"structure_id": exported_id(row.structure)}


def _entry(kind: str, line: int, item: Mapping[str, Any]) -> Entry:
    fields: dict[str, Any] = {ours: item.get(theirs) for theirs, ours in FIELDS[kind].items()}
    hours = item.get("horaires_accueil")
    if hours is not None:
        fields["opening_hours"], fields["opening_hours_text"] = values.hours_of(values.composed(hours))
    else:
        fields["opening_hours"] = ""
    source_id = item["id"]
    dated = values.day_of("updated_on", item["date_maj"]) if isinstance(item["date_maj"], str) else None
    if dated is None:
        raise values.BadValue("updated_on", Fault.DATE)
    address = {ours: item[theirs] for theirs, ours in ADDRESSES.items() if item.get(theirs) not in (None, "")}
    return Entry(
        line=line,
        kind=kind,
        source_id=source_id,
        structure_id=item.get("structure_id", ""),
        dated=dated,
        values=fields,
        defaults=_defaults(kind, item),
        place=address or None,
    )


def _defaults(kind: str, item: Mapping[str, Any]) -> dict[str, Any]:
    if kind == STRUCTURE:
        kinds = [KINDS[one] for one in sorted(item.get("reseaux_porteurs") or ()) if one in KINDS]
        return {"kind": str(kinds[0])} if kinds else {}
    needs = {str(NEEDS[theme]) for theme in item.get("thematiques") or () if theme in NEEDS}
    return {"needs": sorted(needs)}


def _written(kind: str, row: Structure | Service, place: Place | None) -> dict[str, Any]:
    source_id = exported_id(row)
    item: dict[str, Any] = {
        "source": source_id.partition(_SIGN)[0],
        "id": source_id,
        "date_maj": row.updated_on.isoformat(),
    }
    for theirs, ours in FIELDS[kind].items():
        value = getattr(row, ours)
        if value not in (None, "", []):
            item[theirs] = float(value) if theirs == "volume_horaire_hebdomadaire" else value
    item["nom"] = undotted(row.name)
    if kind == STRUCTURE and len(row.description) < 5:
        item.pop("description", None)
    if row.opening_hours:
        item["horaires_accueil"] = row.opening_hours
    for theirs, ours in ADDRESSES.items():
        value = getattr(place, ours, None)
        if value not in (None, ""):
            item[theirs] = value
    return item


def undotted(name: str) -> str:
    """Return a name as the format likes it, without a final full stop; the exact one stands in the side file."""
    return name if name.endswith("etc.") else name.rstrip(". ") or name
