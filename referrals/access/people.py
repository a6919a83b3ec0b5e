"""People at a case's authority, its services and institutions, and who may begin a case."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from referrals.access.matrix import ASSIGNED_ROLES, DRAFTERS
from referrals.errors import NotAllowed


def services_of(actor: Actor) -> frozenset[UUID]:
    """Return the organisations for which the actor executes measures."""
    # By organisation, not authority: a service executes measures for several of them (0006).
    positions = actor.holding([Role.MEASURE_SERVICE])
    return frozenset(p.organisation_id for p in positions if p.organisation_id)


def institutions_of(actor: Actor) -> frozenset[UUID]:
    """Return the organisations whose lead the actor is."""
    return frozenset(p.organisation_id for p in actor.holding([Role.FILER_ORG_LEAD]) if p.organisation_id)


#: Who answers for the people of an authority: a supervisor for all of them, a lead for those of the own unit.
ANSWERING: Final = (Role.SUPERVISOR, Role.ASSESSMENT_LEAD)


def people_of(actor: Actor, *, at: datetime) -> "QuerySet[Membership]":
    """Return the memberships in force of the people for whom the actor answers, whatever their role."""
    whole = {position.authority_id for position in actor.holding([Role.SUPERVISOR])}
    units = {position.unit_id for position in actor.holding([Role.ASSESSMENT_LEAD]) if position.unit_id}
    theirs = Q(authority_id__in=sorted(whole)) | Q(unit_id__in=sorted(units))
    return Membership.objects.in_force(at).filter(theirs)


def require_worker(actor: Actor) -> None:
    """Refuse whoever neither works by assignment nor answers for who does.

    Raises:
        NotAllowed: none of the actor's roles has anybody to stand in for.
    """
    if not actor.holding((*ASSIGNED_ROLES, *ANSWERING)):
        raise NotAllowed("stand-in:name")


def may_begin(actor: Actor) -> Role | None:
    """Return the role in which the actor may begin a draft (T01)."""
    return next((role for role in DRAFTERS if actor.holding([role])), None)
