"""Makes, changes and verifies services of the directory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from directory import acts
from directory.access import EDIT
from directory.actions import changes
from directory.actions.changes import Basis, local_day
from directory.actions.records import acting, locked_service, locked_structure, record, refuse, with_basis
from directory.codes import Means, Source, Status
from directory.models import Service
from directory.rules import service_faults


def make(structure_pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Service:
    """Make a service of a structure (``ServiceInput``); the authority of the structure keeps it.

    Raises:
        NotVisible, NotAllowed: as ``structures.change``, of the structure.
        InvalidInput: values contradict each other; or the structure's address is secret and the service has no contact.
    """
    structure = locked_structure(structure_pk, actor)
    values, basis = with_basis(body, actor=actor, at=at)
    service = Service(authority=structure.authority, structure=structure, source=Source.OWN)
    service.source_id = str(service.pk)
    changed = _write(service, values, basis)
    actor = acting(actor, EDIT, service.authority_id)
    record(acts.SERVICE_MADE, service.pk, service.authority_id, actor=actor, at=at, count=len(changed))
    return service


def change(pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Service:
    """Change what is given of a service (``ServiceChange``).

    Raises:
        NotVisible: absent, or merged into another.
        NotAllowed: another authority keeps it.
        InvalidInput: as ``make``.
        KeysUnavailable: the number of the night can't be sealed now.
    """
    service = locked_service(pk, actor)
    values, basis = with_basis(body, actor=actor, at=at)
    changed = _write(service, values, basis)
    if changed:
        actor = acting(actor, EDIT, service.authority_id)
        record(acts.SERVICE_CHANGED, service.pk, service.authority_id, actor=actor, at=at, count=len(changed))
    return service


def verify(pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Service:
    """Write down that an entry is right (``VerificationInput``), from today on.

    Raises:
        NotVisible, NotAllowed: as ``change``.
    """
    service = locked_service(pk, actor)
    values, basis = with_basis(body, actor=actor, at=at)
    confirmed = values.pop("confirmed", [])
    day = {"verified_on": local_day(service, at), "verified_by": str(basis.means), "asks_missed": 0}
    changes.write(service, day, basis, confirmed={*confirmed, "verified_on"})
    actor = acting(actor, EDIT, service.authority_id)
    record(
        acts.SERVICE_VERIFIED,
        service.pk,
        service.authority_id,
        actor=actor,
        at=at,
        rule=str(Means(basis.means)),
        count=len(confirmed),
    )
    return service


def _write(service: Service, values: dict[str, Any], basis: Basis) -> list[str]:
    """Check and write the values of a service; a suspension that is over takes its day along."""
    if values.get("status", Status.SUSPENDED) != Status.SUSPENDED:
        values.setdefault("suspended_until", None)
    refuse(service_faults(service, values))
    return changes.write(service, values, basis)
