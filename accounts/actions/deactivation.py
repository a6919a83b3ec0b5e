"""Ends a person's sessions, all those of an authority, or an account, from outside (ASVS 7.4.2, 7.4.5).

A closed account holds nothing any more: no role, session, token, calendar feed, factor, identity, link, password or
vouching. A reopened one is as a new one. Its assignments stay in its name until others take them over; those who answer
for the cases are notified (``referrals/staffing/tasks.py``).
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import acts, second_person, sessions, stepup
from accounts.access import managed_authorities, require, resettable_users, second_persons
from accounts.actions.entry import record, record_about
from accounts.actions.feeds import revoke_feed_now
from accounts.actions.memberships import end_now
from accounts.actions.notices import remove_now
from accounts.actions.resets import take_away
from accounts.actions.suspension import is_on_hold, is_suspended
from accounts.actions.tokens import revoke_now
from accounts.actor import Actor
from accounts.errors import AlreadyThere, OwnAccount
from accounts.models import AccountRequest, Authority, CalendarFeed, MailedLink, Membership, Token, User
from accounts.models.provisioning import ProvisioningAct
from accounts.naming import visible
from accounts.notifications import (
    ACCOUNT_CLOSED,
    ACCOUNT_REOPENED,
    ALL_SESSIONS_ENDED,
    SESSIONS_ENDED,
    WATCHER_CLOSED,
    tell_owner,
    tell_people,
)
from accounts.roles import POWERFUL, PROGRAMS
from outbox.models import Endpoint


class OnAccount(Protocol):
    def __call__(self, *, actor: Actor, at: datetime, user_id: UUID) -> User:
        """Do it; return the account as it is then."""
        ...


def end_sessions_of(*, actor: Actor, at: datetime, user_id: UUID) -> User:
    """End all sessions of somebody; the next request in each is a stranger's, and the owner is told.

    Raises:
        OwnAccount: it is the actor's own.
    """
    user = _theirs(actor, user_id, at=at, is_active=True)
    sessions.end_all(user.pk)
    record_about(acts.SESSIONS_ENDED, user.pk, actor=actor, at=at, tenant=_tenant(actor, user))
    tell_owner(user, SESSIONS_ENDED, at=at)
    return user


def end_all_sessions(
    *, actor: Actor, at: datetime, authority: Authority, but: UUID | None = None
) -> frozenset[UUID]:
    """End the sessions of all who hold a role at an authority, ``but`` one: that in which this is asked.

    Return whose. Everybody signs in anew; the second persons of the authority are told, and it stands in the journal.
    """
    require(actor, "accounts.manage", authority.pk)
    stepup.require(actor, at=at)
    roles = Membership.objects.in_force(at).filter(authority=authority).exclude(role__in=sorted(PROGRAMS))
    people = frozenset(roles.order_by().values_list("user_id", flat=True))
    sessions.end_all(*people, but=but)
    record(acts.ALL_SESSIONS_ENDED, actor=actor, at=at, tenant=authority.pk, count=len(people))
    watchers = second_persons("memberships.confirm", authority.pk, but=(actor.user_id,), at=at)
    tell_people(watchers, ALL_SESSIONS_ENDED, authority.pk, at=at)
    tell_people(people - watchers - {actor.user_id}, SESSIONS_ENDED, authority.pk, at=at)
    return people


def close_account(*, actor: Actor, at: datetime, user_id: UUID) -> User:
    """Close an account for good, wherever its person works; return it.

    One person does it, for whoever leaves or is found to be somebody else must be out at once. Where a role ends that
    two persons give, the second persons of that authority are told.

    Raises:
        OwnAccount: as ``end_sessions_of``.
        AlreadyThere: it is closed.
    """
    user = _theirs(actor, user_id, at=at)
    if not user.is_active and not is_suspended(user, at=at):
        raise AlreadyThere(_("Ce compte est déjà fermé."))
    _end_tokens(user, actor=actor, at=at)
    watched = _end_roles(user, actor=actor, at=at)
    MailedLink.objects.filter(user=user).delete()
    AccountRequest.objects.filter(Q(user=user) | Q(asked_by=user), decided_at=None).delete()
    user.is_active, user.verified_at, user.phone = False, None, ""
    user.set_unusable_password()
    user.save(update_fields=["is_active", "verified_at", "phone", "password"])
    take_away(user)
    record_about(acts.USER_CLOSED, user.pk, actor=actor, at=at, tenant=_tenant(actor, user), thing=user.pk)
    tell_owner(user, ACCOUNT_CLOSED, at=at)
    for authority_id in sorted(watched):
        others = second_persons("memberships.confirm", authority_id, but=(actor.user_id, user.pk), at=at)
        tell_people(others, WATCHER_CLOSED, authority_id, at=at)
    return user


def reopen_account(*, actor: Actor, at: datetime, user_id: UUID) -> User:
    """Open a closed account again, as a new one: nobody vouches for it, it has no role, no password and no factor.

    Raises:
        AlreadyThere: it is open, or suspended: whoever answers for the breach lifts that (``suspension.py``).
    """
    user = _theirs(actor, user_id, at=at)
    if user.is_active:
        raise AlreadyThere(_("Ce compte est ouvert."))
    # One that was closed while it was suspended has no role left: whoever closes it lifts no suspension by that.
    if is_suspended(user, at=at) or is_on_hold(user):
        raise AlreadyThere(
            _("Ce compte est suspendu : l'encadrement lève la suspension, sur la page « Violations ».")
        )
    user.is_active = True
    user.save(update_fields=["is_active"])
    second_person.record(ProvisioningAct.MADE, user, actor=actor, at=at)
    record_about(acts.USER_REOPENED, user.pk, actor=actor, at=at, tenant=_tenant(actor, user), thing=user.pk)
    tell_owner(user, ACCOUNT_REOPENED, at=at)
    return user


def _theirs(actor: Actor, user_id: UUID, *, at: datetime, **more: bool) -> User:
    """Return an account that the actor administers, locked: no role is given to it meanwhile."""
    users = User.objects.all() if actor.is_system else resettable_users(actor, at=at)
    stepup.require(actor, at=at)
    user = visible(users.select_for_update(of=("self",)).filter(**more), user_id)
    if user.pk == actor.user_id:
        raise OwnAccount(_("Vous ne pouvez pas le faire pour votre propre compte."))
    return user


def _tenant(actor: Actor, user: User) -> UUID | None:
    """Return the authority whose auditors see it: the account's, else the one where the actor administers."""
    managed = managed_authorities(actor)
    return user.home_authority_id or (min(managed) if managed else None)


def _end_roles(user: User, *, actor: Actor, at: datetime) -> frozenset[UUID]:
    """End all roles, those to come too; return the authorities where one of them is of two persons."""
    watched = set()
    ending = user.memberships.select_for_update().filter(Q(valid_to=None) | Q(valid_to__gt=at))
    for membership in ending.order_by("pk"):
        end_now(membership, actor=actor, at=at)
        if membership.role in POWERFUL:
            watched.add(membership.authority_id)
    return frozenset(watched)


def _end_tokens(user: User, *, actor: Actor, at: datetime) -> None:
    """Revoke tokens and calendar feeds, and call its programs no more."""
    tokens = Token.objects.filter(membership__user=user, revoked_at=None).select_related("membership")
    for token in tokens.select_for_update(of=("self",)).order_by("pk"):
        revoke_now(token, actor=actor, at=at)
    for feed in CalendarFeed.objects.filter(user=user, revoked_on=None).select_for_update().order_by("pk"):
        revoke_feed_now(feed, actor=actor, at=at)
    for endpoint in Endpoint.objects.filter(user_id=user.pk, disabled_at=None).select_for_update():
        remove_now(endpoint, actor=actor, at=at)
