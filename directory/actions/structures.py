"""Makes and changes structures of the directory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.errors import InvalidInput
from accounts.naming import named
from directory import acts, reach
from directory.access import EDIT, visible_structures
from directory.actions import changes
from directory.actions.records import acting, keeper, locked_structure, record, refuse, with_basis
from directory.codes import Source
from directory.models import Structure
from directory.rules import address_page_faults


def make(body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Structure:
    """Make a structure (``StructureInput``).

    Raises:
        NotAllowed: the actor doesn't keep the entries of this authority.
        InvalidInput: no authority is named where several are possible; or the parent isn't there.
    """
    values, basis = with_basis(body, actor=actor, at=at)
    authority = keeper(values.pop("authority", None), actor)
    structure = Structure(authority=authority, source=Source.OWN)
    structure.source_id = str(structure.pk)
    _check_parent(structure, values, actor)
    changed = changes.write(structure, values, basis)
    actor = acting(actor, EDIT, authority.pk)
    record(acts.STRUCTURE_MADE, structure.pk, authority.pk, actor=actor, at=at, count=len(changed))
    return structure


def change(pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Structure:
    """Change what is given of a structure (``StructureChange``).

    Raises:
        NotVisible: absent, or merged into another.
        NotAllowed: another authority keeps it.
        InvalidInput: the parent can't be one; the page names a secret address; or one of its services whose place is
            secret could be asked by nobody (field.md A.7, rule 6).
    """
    structure = locked_structure(pk, actor)
    values, basis = with_basis(body, actor=actor, at=at)
    _check_parent(structure, values, actor)
    refuse(address_page_faults(structure, values))
    changed = changes.write(structure, values, basis)
    if "status" in changed:
        for service in structure.services.select_related("structure"):
            reach.write(service)
    if changed:
        actor = acting(actor, EDIT, structure.authority_id)
        record(
            acts.STRUCTURE_CHANGED,
            structure.pk,
            structure.authority_id,
            actor=actor,
            at=at,
            count=len(changed),
        )
    return structure


def _check_parent(structure: Structure, values: Mapping[str, Any], actor: Actor) -> None:
    """Refuse a parent that isn't there, or that would make a circle; put the row in place of its id."""
    if values.get("parent") is None:
        return
    parent = named("parent", visible_structures(actor).filter(merged_into=None), values["parent"])
    above: Structure | None = parent
    while above is not None:
        if above.pk == structure.pk:
            raise InvalidInput({"parent": ["not-a-choice"]})
        above = above.parent
