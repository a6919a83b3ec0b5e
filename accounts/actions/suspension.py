"""Suspends an account that a data breach puts in question, and lifts it: nothing is taken away (RGPD art. 33).

A suspended account signs in nowhere and holds no role, for a role counts in an open account alone; its roles, tokens,
factors and password stay, and are there again once it is lifted. Whoever closes an account for good may close one that
is suspended; reopening it is no way around whoever lifts a suspension.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from accounts import acts, sessions
from accounts.actions.entry import record_about
from accounts.actor import Actor
from accounts.errors import NotAllowed
from accounts.models import Membership, User
from accounts.notifications import ACCOUNT_RESTORED, ACCOUNT_SUSPENDED, tell_owner


@dataclass
class Holds:
    """Callbacks that the apps above register, because this one can't import them.

    ``stands`` tells whether something still suspends an account, be it closed for good. Until it is told, nothing does.
    """

    stands: Callable[[UUID], bool] | None = None


holds: Final = Holds()


def suspend_account(*, actor: Actor, at: datetime, user_id: UUID, tenant: UUID) -> bool:
    """Suspend an account, end its sessions and tell its owner; return whether it is suspended now.

    One that is suspended already stays so, and its owner isn't told again; one that is closed for good is left alone.
    """
    _require_the_service(actor)
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id).first()
    if user is None:
        return False
    if not user.is_active:
        return is_suspended(user, at=at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user.pk)
    record_about(acts.USER_SUSPENDED, user.pk, actor=actor, at=at, tenant=tenant, thing=user.pk)
    tell_owner(user, ACCOUNT_SUSPENDED, at=at)
    return True


def restore_account(*, actor: Actor, at: datetime, user_id: UUID, tenant: UUID) -> bool:
    """Lift the suspension of an account, which has all its roles again; return whether it was suspended."""
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
    return not user.is_active and user.memberships.filter(_going_on(at)).exists()


def open_or_suspended(at: datetime) -> Q:
    """Return the condition on accounts that leaves out those closed for good."""
    return Q(is_active=True) | Q(Exists(Membership.objects.filter(_going_on(at), user=OuterRef("pk"))))


def is_on_hold(user: User) -> bool:
    """Tell whether something that suspended an account isn't lifted, though its roles may have ended meanwhile."""
    return holds.stands is not None and holds.stands(user.pk)


def _going_on(at: datetime) -> Q:
    # One that was ended before it began has an end to come, and nothing before it.
    return Q(valid_to=None) | (Q(valid_to__gt=at) & Q(valid_to__gt=F("valid_from")))


def _require_the_service(actor: Actor) -> None:
    if not actor.is_system:
        raise NotAllowed(rule="accounts.suspend")
