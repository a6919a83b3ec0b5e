"""What the writes of the directory have in common: where somebody keeps entries, and the entry of the journal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.access import require, require_somewhere
from accounts.actor import Actor
from accounts.errors import InvalidInput
from accounts.models import Authority
from accounts.naming import named
from accounts.permissions import PERMISSIONS
from audit import journal
from audit.events import Purpose
from directory.access import EDIT, require_editable, visible_services, visible_structures
from directory.actions.changes import Basis
from directory.codes import Means
from directory.models import Service, Structure
from directory.rules import Faults


def acting(actor: Actor, permission: str, authority_id: UUID) -> Actor:
    """Return the actor in the role that gives a permission at an authority.

    Raises:
        NotAllowed: none does.
    """
    require(actor, permission, authority_id)
    roles = sorted(PERMISSIONS[permission] & actor.roles_in(authority_id))
    return actor.acting_as(roles[0], authority_id=authority_id) if roles else actor


def keeper(authority_id: UUID | None, actor: Actor) -> Authority:
    """Return the authority that will keep what the actor makes: the one that is named, else the only one.

    Raises:
        NotAllowed: the actor keeps no entries, or not there.
        InvalidInput: several are possible and none is named, or the named one doesn't exist.
    """
    require_somewhere(actor, EDIT)
    mine = actor.may(EDIT)
    if authority_id is None:
        if len(mine) != 1:
            raise InvalidInput({"authority": ["required"]})
        (authority_id,) = mine
    require(actor, EDIT, authority_id)
    return named("authority", Authority.objects, authority_id)


def locked_structure(pk: UUID, actor: Actor) -> Structure:
    """Return a structure that the actor keeps, locked.

    Raises:
        NotVisible: absent, or merged into another.
        NotAllowed: another authority keeps it.
    """
    rows = visible_structures(actor).filter(merged_into=None).select_for_update(of=("self",))
    row = rows.filter(pk=pk).first()
    require_editable(actor, row)
    assert row is not None  # noqa: S101 - required above
    return row


def locked_service(pk: UUID, actor: Actor) -> Service:
    """Return a service that the actor keeps, locked; raises as ``locked_structure``."""
    rows = visible_services(actor).filter(merged_into=None).select_for_update(of=("self",))
    row = rows.filter(pk=pk).first()
    require_editable(actor, row)
    assert row is not None  # noqa: S101 - required above
    return row


def with_basis(body: Mapping[str, Any], *, actor: Actor, at: datetime) -> tuple[dict[str, Any], Basis]:
    """Return the values of a body, and how somebody knows them."""
    values = dict(body)
    means, evidence = values.pop("means", Means.TYPED), values.pop("evidence", "")
    return values, Basis(by=actor.user_id, at=at, means=Means(means), evidence=evidence)


def refuse(faults: Faults) -> None:
    """Refuse values that contradict each other or what is stored.

    Raises:
        InvalidInput: there is any.
    """
    if faults:
        raise InvalidInput(faults)


def record(
    act: str,
    pk: UUID,
    authority_id: UUID,
    *,
    actor: Actor,
    at: datetime,
    purpose: Purpose = Purpose.ADMINISTRATION,
    rule: str = "",
    to_state: str = "",
    count: int | None = None,
) -> None:
    """Write the entry of an act on a row of the directory; ``count``: how many fields changed."""
    journal.record(
        act,
        actor=actor,
        at=at,
        tenant=authority_id,
        purpose=purpose,
        rule=rule,
        to_state=to_state,
        count=count,
        payload=pk.bytes,
    )
