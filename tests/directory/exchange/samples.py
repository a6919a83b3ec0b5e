"""Files of resources as tests write them; all of it is invented."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from directory.actions import imports
from directory.exchange.finess import _COLUMNS
from directory.exchange.inputs import ImportTrialInput
from directory.exchange.plan import Plan
from directory.models import DirectoryImport, HeldRow, Place
from tests.directory.entries import a_structure, at_place

#: A Tuesday, 13:00 in Paris.
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 12, tzinfo=UTC)


def di_structure(number: int = 1, **values: Any) -> dict[str, Any]:
    """Return a structure of data.inclusion."""
    return {
        "source": "demo",
        "id": f"demo--s{number}",
        "nom": f"Structure de démonstration {number}",
        "date_maj": "2026-10-01",
        "reseaux_porteurs": ["cidff"],
        "code_insee": "93066",
        "code_postal": "93200",
        "commune": "Saint-Denis",
        "adresse": f"{number} rue de l'Exemple",
        **values,
    }


def di_service(number: int = 1, structure: int = 1, **values: Any) -> dict[str, Any]:
    """Return a service of data.inclusion."""
    return {
        "source": "demo",
        "structure_id": f"demo--s{structure}",
        "id": f"demo--v{number}",
        "nom": f"Service de démonstration {number}",
        "description": "Un service qui n'existe pas.",
        "date_maj": "2026-10-01",
        "thematiques": ["sante--sante-mentale"],
        "zone_eligibilite": ["93"],
        "horaires_accueil": "Mo-Fr 09:00-12:00",
        **values,
    }


def packed(structures: Sequence[Any], services: Sequence[Any] = (), side: Any = None) -> bytes:
    """Return a ZIP as data.inclusion files are taken."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("structures.json", json.dumps(list(structures)))
        archive.writestr("services.json", json.dumps(list(services)))
        if side is not None:
            archive.writestr("repere.json", json.dumps(side))
    return raw.getvalue()


def tried(
    world: Any,
    raw: bytes,
    source: str = "data_inclusion",
    code: str = "93",
    at: datetime = AT,
    **options: Any,
) -> tuple[DirectoryImport, Plan]:
    """Try a file as the editor of an authority."""
    body = ImportTrialInput.read({"source": source, **options})
    return imports.try_import(body, raw, actor=world.actor("directory_editor", code, at=at), at=at)


def done(
    world: Any,
    raw: bytes,
    source: str = "data_inclusion",
    code: str = "93",
    at: datetime = AT,
    **options: Any,
) -> tuple[DirectoryImport, Plan]:
    """Try a file, and do it."""
    run, _ = tried(world, raw, source, code, at, **options)
    return imports.do_import(run.pk, raw, actor=world.actor("directory_editor", code, at=at), at=at)


def a_held_row(world: Any) -> HeldRow:
    """Return a row that an import held for 93, on which nobody has decided."""
    place = Place.objects.filter(visibility="secret", authority=world.authorities["93"]).first()
    if place is None:
        place = at_place(world, a_structure(world, phone="01 99 00 12 34"), "secret")
    run, _ = tried(world, packed([di_structure()]))
    return HeldRow.objects.create(
        run=run, authority=run.authority, structure=place.structure, source_id=uuid4().hex, matched_by="phone"
    )


def finess_line(number: str = "930000001", category: str = "175", **cells: str) -> str:
    """Return an establishment of the FINESS extraction; keyed names are its columns."""
    told = {
        "nofinesset": number, "rs": "FOYER INVENTE", "rslongue": "FOYER INVENTE DE DEMONSTRATION", "numvoie": "9",
        "typvoie": "R", "voie": "DE L EXEMPLE", "commune": "066", "departement": "93",
        "libdepartement": "SEINE-SAINT-DENIS", "ligneacheminement": "93200 ST DENIS", "telephone": "0199001234",
        "categetab": category, "datemaj": "2026-03-02",
    } | cells  # fmt: skip
    return ";".join(told.get(name, "structureet" if name == "typeet" else "") for name in _COLUMNS)


def finess_file(*lines: str) -> bytes:
    """Return an extraction of these establishments."""
    return "\n".join(["finess;etalab;96;2026-03-11", *lines]).encode()
