"""Entries of the directory as tests write them; all of it is invented."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from directory.actions import places, reports, secrets, services, structures
from directory.inputs import PlaceInput, ServiceInput, StructureInput
from directory.models import ErrorReport, Place, SecretOpening, Service, Structure
from tests.audit.owner import written
from tests.referrals.workflow.kit import Kit

#: A Tuesday, 13:00 in Paris.
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
#: The canary: a commune that nothing in these tests is at, but the secret place (field.md A.7, rule 5).
SECRET_COMMUNE = "Roubaix"
SECRET_ADDRESS = {
    "insee_code": "59512",
    "postal_code": "59100",
    "address": "47 rue des Acacias-Bleus",
    "complement": "Porte vert amande",
    "longitude": 3.17456,
    "latitude": 50.69421,
}
PUBLIC_ADDRESS = {"insee_code": "93066", "postal_code": "93200", "address": "3 place de la Gare"}
SHELTER = {
    "name": "Accueil de nuit",
    "description": "Un lit pour une nuit.",
    "needs": ["tonight_shelter"],
    "phone": "01 99 00 12 34",
    "zones": ["93"],
}


def entries(act: str = "") -> list[dict[str, Any]]:
    """Return the journal's entries in their order, all of them or those of one act."""
    known = {"act": act} if act else {}
    return [json.loads(bytes(one.body)) for one in sorted(written(**known), key=lambda one: one.writer_seq)]


def editor(world: Any, code: str = "93") -> Any:
    """Return who keeps the entries of an authority."""
    return world.actor("directory_editor", code, at=AT)


def a_structure(world: Any, code: str = "93", at: datetime = AT, **values: Any) -> Structure:
    """Return a structure that an authority keeps."""
    body = StructureInput.read({"kind": "specialised_ngo", "name": "Le Phare", **values})
    return structures.make(body, actor=editor(world, code), at=at)


def a_service(world: Any, structure: Structure | None = None, at: datetime = AT, **values: Any) -> Service:
    """Return a service of a structure of 93, or of a given one."""
    structure = structure or a_structure(world)
    body = ServiceInput.read(SHELTER | values)
    code = structure.authority.code
    return services.make(structure.pk, body, actor=editor(world, code), at=at)


def at_place(
    world: Any, structure: Structure, visibility: str = "public", service: Service | None = None, **parts: Any
) -> Place:
    """Put a structure or a service at a place; a secret one at the canary's address."""
    address = SECRET_ADDRESS if visibility == "secret" else PUBLIC_ADDRESS
    body = PlaceInput.read({"visibility": visibility, **(parts or address)})
    pk = service.pk if service else None
    return places.put(structure.pk, pk, body, actor=editor(world, structure.authority.code), at=AT)


def opener(world: Any, who: str = "on_call", code: str = "93", at: datetime = AT) -> Any:
    """Return somebody who has just proved the second factor in a session."""
    actor = world.actor(who, code, at=at)
    return replace(actor, origin=replace(actor.origin, auth="session"), proved_at=at)


def a_case(world: Any, *who: str) -> str:
    """Return the reference of a case in hand of 93, of which these people read where the child lives."""
    kit = Kit(world, "protected_admin")
    for name in who:
        if name not in ("ase_inspector", "case_referent"):
            kit.let_in(name)
    return str(kit.case.reference)


def open_address(world: Any, place: Place, who: str = "on_call", at: datetime = AT, **said: Any) -> Any:
    """Open a secret address of 93 for a case that the person reads."""
    body = {"purpose": "emergency", "reference": a_case(world, who)} | said
    return secrets.open_address(place.pk, body, actor=opener(world, who, at=at), at=at)


def an_opening(world: Any, by: str = "on_call", at: datetime = AT) -> SecretOpening:
    """Return an opening of a secret address of 93."""
    place = at_place(world, a_structure(world), "secret")
    return SecretOpening.objects.get(pk=open_address(world, place, by, at).opening)


def an_error_report(world: Any, by: str = "filer", code: str = "75") -> ErrorReport:
    """Return an error that somebody reported of a service of 93."""
    body = {"sentence": "Le numéro ne répond plus."}
    return reports.report(a_service(world).pk, body, actor=world.actor(by, code, at=AT), at=AT)
