"""Suspends an account that a data breach puts in question, and lifts it: nothing is taken away (RGPD art. 33).

A suspended account signs in nowhere and holds no role, for a role counts in an open account alone; its roles, tokens,
factors and password stay, and are there again once it is lifted. Whoever closes an account for good may close one that
is suspended; reopening it is no way around whoever lifts a suspension.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from accounts import acts, sessions
from accounts.actions.entry import record_about
from accounts.actor import Actor
from accounts.errors import NotAllowed
from accounts.models import User
from accounts.notifications import ACCOUNT_RESTORED, ACCOUNT_SUSPENDED, tell_owner


def suspend_account(*, actor: Actor, at: datetime, user_id: UUID, tenant: UUID) -> bool:
    """Suspend an account, end its sessions and tell its owner; return whether it was open.

    Raises:
        NotAllowed: the actor isn't the service itself.
    """
    _require_the_service(actor)
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user.pk)
    record_about(acts.USER_SUSPENDED, user.pk, actor=actor, at=at, tenant=tenant, thing=user.pk)
    tell_owner(user, ACCOUNT_SUSPENDED, at=at)
    return True


def restore_account(*, actor: Actor, at: datetime, user_id: UUID, tenant: UUID) -> bool:
    """Lift the suspension of an account, which has all its roles again; return whether it was suspended.

    Raises:
        NotAllowed: the actor isn't the service itself.
    """
    _require_the_service(actor)
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id, is_active=False).first()
    if user is None or not is_suspended(user, at=at):
        return False
    user.is_active = True
    user.save(update_fields=["is_active"])
    record_about(acts.USER_RESTORED, user.pk, actor=actor, at=at, tenant=tenant, thing=user.pk)
    tell_owner(user, ACCOUNT_RESTORED, at=at)
    return True


def is_suspended(user: User, *, at: datetime) -> bool:
    """Tell whether an account is suspended, and not closed for good: a closed one has no role left."""
    # One that was ended before it began has an end to come, and nothing before it.
    going_on = Q(valid_to=None) | (Q(valid_to__gt=at) & Q(valid_to__gt=F("valid_from")))
    return not user.is_active and user.memberships.filter(going_on).exists()


def _require_the_service(actor: Actor) -> None:
    if not actor.is_system:
        raise NotAllowed(rule="accounts.suspend")
