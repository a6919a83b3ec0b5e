"""Puts a structure or a service at a place, and seals its address where it is secret (field.md A.7, rule 1).

Who keeps the directory writes a secret address and never reads one (domain.md §2.8, no. 12). What isn't secret any more
isn't told by the service: its address is typed anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.errors import InvalidInput
from accounts.territory import commune, department_of
from directory import acts
from directory.access import EDIT
from directory.actions import changes
from directory.actions.changes import Basis
from directory.actions.records import acting, locked_structure, record, refuse, with_basis
from directory.codes import Visibility
from directory.models import Place, Service, Structure

#: What the address is made of, as it stands in clear or in the sealed value.
PARTS: Final = (
    "address",
    "complement",
    "postal_code",
    "commune",
    "insee_code",
    "longitude",
    "latitude",
)
NOTHING: Final[Mapping[str, Any]] = dict.fromkeys(PARTS, "") | {"longitude": None, "latitude": None}
_WHOLE: Final = ("insee_code", "postal_code", "address")
_TYPED: Final = tuple(name for name in PARTS if name != "commune")


def put(
    structure_pk: UUID, service_pk: UUID | None, body: Mapping[str, Any], *, actor: Actor, at: datetime
) -> Place:
    """Say where a structure is, or a service of it that has a place of its own (``PlaceInput``).

    A whole address replaces what was there. ``visibility`` alone seals what stands in clear, or leaves what is sealed.

    Raises:
        NotVisible, NotAllowed: as ``structures.change``, of the structure.
        InvalidInput: a part is missing of an address that is typed anew; or a service could be asked by nobody once its
            address is secret (rule 6).
        KeysUnavailable: the address can't be sealed now.
    """
    structure = locked_structure(structure_pk, actor)
    service = _service_of(structure, service_pk)
    existing = Place.objects.select_for_update().filter(structure=structure, service=service).first()
    place = existing or Place(authority=structure.authority, structure=structure, service=service)
    values, basis = with_basis(body, actor=actor, at=at)
    changed = changes.write(place, values_of(place, values), basis)
    if place.visibility == Visibility.SECRET:
        _leave_nothing_behind(structure, basis)
    if changed:
        sealed = "secret" in changed and place.secret is not None
        act = acts.SECRET_SEALED if sealed else acts.PLACE_CHANGED
        actor = acting(actor, EDIT, place.authority_id)
        record(act, place.pk, place.authority_id, actor=actor, at=at, to_state=str(place.visibility))
    return place


def values_of(place: Place, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a place for what was typed of it; nothing where nothing changes.

    Raises:
        InvalidInput: names the parts that are missing.
    """
    visibility = typed["visibility"]
    secret, was_secret = visibility == Visibility.SECRET, place.secret is not None
    if any(typed.get(name) not in (None, "") for name in _TYPED):
        refuse({name: ["required"] for name in _WHOLE if not typed.get(name)})
        parts = _parts(typed)
    elif was_secret and secret:
        return {}
    elif place._state.adding or was_secret or not place.insee_code:
        raise InvalidInput({name: ["required"] for name in _WHOLE})
    else:
        parts = {name: getattr(place, name) for name in PARTS}
    columns = {"visibility": visibility, "department": department_of(parts["insee_code"])}
    return columns | ({**NOTHING, "secret": parts} if secret else {**parts, "secret": None})


def _parts(typed: Mapping[str, Any]) -> dict[str, Any]:
    place = commune(typed["insee_code"])
    assert place is not None  # noqa: S101 - ``InseeCode`` takes no other
    return {**NOTHING, **{name: typed[name] for name in _TYPED if name in typed}, "commune": place.name}


def _service_of(structure: Structure, pk: UUID | None) -> Service | None:
    if pk is None:
        return None
    service = structure.services.filter(pk=pk, merged_into=None).first()
    if service is None:
        raise InvalidInput({"service": ["not-a-choice"]})
    service.structure = structure
    return service


def _leave_nothing_behind(structure: Structure, said: Basis) -> None:
    """Empty the link to Accèslibre, whose path spells the commune and the street."""
    changes.write(structure, {"accessibility_url": ""}, said)
