"""Names, lists and ends stand-ins for absent persons (SEC-AZ11).

A stand-in has the absent person's assignments in one role, never more than that person has, and each act has both
names. Roles that work by territory or unit need none: their other holders there act in their own right. Each request
decides anew what a stand-in sees of a case (``referrals/access/visibility.py``): both must still hold the role, and no
other tie of the stand-in to the case may forbid it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.actor import Actor
from accounts.models import Authority, Membership, User
from accounts.roles import Role
from audit import journal, pseudonyms
from audit.events import Purpose, register
from referrals.access import people as access_people
from referrals.errors import GuardRefused, InvalidInput, NotAllowed, NotVisible
from referrals.models import StandIn
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.formats import moment

register("standin:named", "standin:ended")

LAW: Final = "CASF R221-8"
NAME: Final = "stand-in:name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    authority: UUID
    role: Role
    absent: UUID
    stand_in: UUID
    since: datetime | None
    until: datetime


def name(asked: Naming, *, actor: Actor, at: datetime) -> StandIn:
    """Let one person stand in for another: asked by the absent one, by a supervisor, or by the lead of the unit."""
    acting = _acting(asked, actor, at=at)
    stepup.require(actor, at=at)
    since = max(asked.since or at, at)
    # The lock: two stand-ins of one person, named at once, would both be the only one.
    authority = Authority.objects.select_for_update(of=("self",)).get(pk=asked.authority)
    _require_period(authority, since, asked.until, at=at)
    if asked.absent == asked.stand_in or not _same_place(asked, at=at):
        raise GuardRefused(NAME, "stand_in_holds_the_role", _NOT_FIT, LAW)
    rows = StandIn.objects.filter(authority=authority, absent=asked.absent, role=asked.role, ended_at=None)
    for over in rows.filter(until_at__lte=at):
        over.ended_at = over.until_at
        over.save(update_fields=["ended_at"])
    if rows.exists():
        raise GuardRefused(NAME, "one_stand_in_at_a_time", _("Une suppléance est déjà ouverte."), LAW)
    stand_in = StandIn.objects.create(
        authority=authority,
        role=asked.role,
        absent_id=asked.absent,
        stand_in_id=asked.stand_in,
        since_at=since,
        until_at=asked.until,
        named_at=at,
        named_by=actor.user_id or UUID(int=0),
    )
    _record("standin:named", stand_in, actor=acting, at=at)
    return stand_in


_NOT_FIT: Final = _("Les deux personnes doivent exercer ce même rôle au même endroit, et être différentes.")


def end(pk: UUID, *, actor: Actor, at: datetime) -> StandIn:
    """End a standing-in at once: by either of the two, a supervisor, or the lead of the unit."""
    stand_in = visible_row(pk, actor=actor, at=at)
    if stand_in.ended_at is None:
        stand_in.ended_at, stand_in.ended_by = min(at, stand_in.until_at), actor.user_id
        stand_in.save(update_fields=["ended_at", "ended_by"])
        _record("standin:ended", stand_in, actor=actor, at=at)
    return stand_in


def visible_row(pk: UUID, *, actor: Actor, at: datetime) -> StandIn:
    stand_in = visible_to(actor, at=at).select_for_update(of=("self",)).filter(pk=pk).first()
    if stand_in is None:
        raise NotVisible
    return stand_in


def visible_to(actor: Actor, *, at: datetime) -> "QuerySet[StandIn]":
    """Return the stand-ins that an actor may know of: the own ones, and those of people the actor answers for."""
    if actor.user_id is None:
        return StandIn.objects.none()
    own = Q(absent=actor.user_id) | Q(stand_in=actor.user_id)
    theirs = access_people.people_of(actor, at=at).filter(
        user=OuterRef("absent"), role=OuterRef("role"), authority=OuterRef("authority")
    )
    return StandIn.objects.filter(own | Exists(theirs)).select_related("absent", "stand_in")


def line(row: StandIn, *, at: datetime) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "authority": str(row.authority_id),
        "role": {"code": row.role, "label": str(Role(row.role).label)},
        "absent": _person(row.absent),
        "stand_in": _person(row.stand_in),
        "since_at": moment(row.since_at),
        "until_at": moment(row.until_at),
        "ended_at": moment(row.ended_at),
        "in_force": row.ended_at is None and row.since_at <= at < row.until_at,
    }


def _person(user: User) -> dict[str, str]:
    return {"id": str(user.pk), "name": user.full_name}


def _acting(asked: Naming, actor: Actor, *, at: datetime) -> Actor:
    """Return the actor in the role by which they may name: the absent person's own, or that of who answers for them."""
    if actor.user_id == asked.absent and asked.role in actor.roles_in(asked.authority):
        return actor.acting_as(asked.role, authority_id=asked.authority)
    theirs = access_people.people_of(actor, at=at).filter(
        user=asked.absent, role=asked.role, authority=asked.authority
    )
    if not theirs.exists():
        raise NotAllowed(NAME)
    answering = next(r for r in access_people.ANSWERING if r in actor.roles_in(asked.authority))
    return actor.acting_as(answering, authority_id=asked.authority)


def _require_period(authority: Authority, since: datetime, until: datetime, *, at: datetime) -> None:
    if until <= since:
        raise InvalidInput("until", "too-early")
    if until - since > timedelta(days=protocol_of(authority, at).stand_in_days_max):
        raise InvalidInput("until", "too-late")


def _same_place(asked: Naming, *, at: datetime) -> bool:
    """Tell whether both hold the role at the authority now, in the unit of the absent person where it has one."""
    memberships = Membership.objects.in_force(at).filter(role=asked.role, authority_id=asked.authority)
    theirs = memberships.filter(user=asked.absent).first()
    if theirs is None:
        return False
    mine = memberships.filter(user=asked.stand_in)
    return mine.filter(unit=theirs.unit_id).exists() if theirs.unit_id else mine.exists()


def _record(act: str, row: StandIn, *, actor: Actor, at: datetime) -> None:
    """Write it down: both people by their pseudonyms, the role, and a digest of the row."""
    journal.record(
        act,
        actor=actor,
        at=at,
        objects=pseudonyms.acted_on(row.absent_id, row.stand_in_id, by=actor.user_id),
        tenant=row.authority_id,
        purpose=Purpose.ADMINISTRATION,
        rule=row.role,
        payload=row.pk.bytes,
    )
