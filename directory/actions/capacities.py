"""Writes down how many places a service has, and how many it says are free (field.md A.6, A.8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from directory import acts
from directory.access import EDIT
from directory.actions import changes
from directory.actions.changes import Basis
from directory.actions.records import acting, locked_service, record, refuse
from directory.codes import Means
from directory.models import Capacity
from directory.rules import Faults


def write(service_pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Capacity:
    """Write the places of a service in one unit for one population (``CapacityInput``); a vacancy counts from now.

    Raises:
        NotVisible, NotAllowed: as ``services.change``.
        InvalidInput: more are free, or kept for emergencies, than there are; or what is told is over.
    """
    service = locked_service(service_pk, actor)
    basis = Basis(by=actor.user_id, at=at, means=Means.PHONE if body.get("told_by") else Means.TYPED)
    matching = Capacity.objects.select_for_update().filter(
        service=service, unit=body["unit"], population=body["population"]
    )
    capacity = matching.first() or Capacity(service=service, unit=body["unit"], population=body["population"])
    capacity.service = service
    values = {name: value for name, value in body.items() if name not in ("unit", "population")}
    if values.get("vacancy") is not None:
        values["told_at"] = at
    refuse(faults_of(capacity, values, at=at))
    # A vacancy that is told again is news even where the number is the same: its instant counts.
    changed = changes.write(capacity, values, basis)
    if changed:
        actor = acting(actor, EDIT, service.authority_id)
        record(
            acts.SERVICE_CHANGED,
            service.pk,
            service.authority_id,
            actor=actor,
            at=at,
            rule="capacity",
            count=len(changed),
        )
    return capacity


def faults_of(capacity: Capacity, values: Mapping[str, Any], *, at: datetime) -> Faults:
    """Return what is wrong with a capacity once it has these values."""

    def value(name: str) -> Any:
        return values.get(name, getattr(capacity, name))

    faults: Faults = {}
    most = value("maximum")
    for name in ("vacancy", "emergency"):
        if most is not None and value(name) is not None and value(name) > most:
            faults[name] = ["too-large"]
    until = values.get("valid_until")
    if until is not None and until <= at:
        faults["valid_until"] = ["too-early"]
    return faults
