"""Duties of an officer on call: in which authority somebody is on duty now."""

from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from referrals.errors import InvalidInput, NotAllowed
from referrals.models import RotaShift

PAGE: Final = "recherches-urgence"


def of(actor: Actor, *, at: datetime) -> dict[UUID, RotaShift]:
    """Return the duties that an officer has now, by authority."""
    seats = {position.authority_id for position in actor.holding([Role.ON_CALL])}
    rows = RotaShift.objects.on_duty(at).filter(user=actor.user_id, authority__in=sorted(seats))
    # Of two of one authority the one that began first; both count as one then.
    shifts = {row.authority_id: row for row in rows.order_by("-starts_at")}
    if not shifts:
        raise NotAllowed("emergency-search")
    return shifts


def is_on_duty(actor: Actor, *, at: datetime) -> bool:
    try:
        return bool(of(actor, at=at))
    except NotAllowed:
        return False


def one_of(authority: UUID | None, *, actor: Actor, at: datetime) -> RotaShift:
    shifts = of(actor, at=at)
    if authority is None and len(shifts) == 1:
        return next(iter(shifts.values()))
    if authority is None:
        raise InvalidInput("authority", "required")
    if authority not in shifts:
        raise InvalidInput("authority")
    return shifts[authority]
