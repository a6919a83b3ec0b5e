"""Notification preferences of a person, and webhook endpoints of a program."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts import acts, stepup
from accounts.access import own_account, own_endpoints
from accounts.actions.entry import record_about
from accounts.actor import Actor, Position
from accounts.errors import AlreadyThere, NotAllowed
from accounts.models import User
from accounts.naming import visible
from accounts.notifications import PHONE_CHANGED, tell_owner
from accounts.roles import PROGRAMS
from outbox.addresses import target_of
from outbox.models import Endpoint, Preference


@dataclass(frozen=True, slots=True, repr=False)
class Preferences:
    """A number for urgent calls (may be empty), and the kinds of mail that come once a day."""

    phone: str
    daily: Collection[str]


def preferences_of(actor: Actor) -> Preferences:
    user = own_account(actor)
    daily = Preference.objects.filter(user_id=user.pk).order_by("kind").values_list("kind", flat=True)
    return Preferences(user.phone, list(daily))


def change_preferences(*, actor: Actor, at: datetime, preferences: Preferences) -> None:
    """Replace what the actor has said of how to be told.

    Whoever gives another number, or none, keeps urgent calls from the person: that needs a proof, and is told to them.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=own_account(actor).pk)
    if user.phone != preferences.phone:
        stepup.require(actor, at=at)
        user.phone = preferences.phone
        user.save(update_fields=["phone"])
        tell_owner(user, PHONE_CHANGED, at=at)
    Preference.objects.filter(user_id=user.pk).exclude(kind__in=preferences.daily).delete()
    Preference.objects.bulk_create(
        [Preference(user_id=user.pk, kind=kind) for kind in sorted(preferences.daily)], ignore_conflicts=True
    )
    record_about(acts.PREFERENCES_CHANGED, user.pk, actor=actor, at=at, tenant=user.home_authority_id)


def require_program(actor: Actor) -> Position:
    for position in actor.holding(PROGRAMS):
        return position
    raise NotAllowed(rule="webhooks-for-programs")


def make_endpoint(*, actor: Actor, at: datetime, url: str) -> Endpoint:
    """Let a program be called at an address.

    Raises:
        AddressRefused: the service calls no such address.
        AlreadyThere: it is called there already.
    """
    program = require_program(actor)
    target_of(url)
    if own_endpoints(actor).filter(url=url).exists():
        raise AlreadyThere
    endpoint = Endpoint.objects.create(
        user_id=own_account(actor).pk, authority_id=program.authority_id, url=url, created_at=at
    )
    _record(acts.ENDPOINT_MADE, endpoint, actor=actor, at=at)
    return endpoint


def rotate_endpoint(*, actor: Actor, at: datetime, endpoint_id: UUID) -> Endpoint:
    """Give an endpoint a new secret; the old one signs too for a while."""
    endpoint = _locked(actor, endpoint_id)
    endpoint.generation += 1
    endpoint.rotated_at = at
    endpoint.save(update_fields=["generation", "rotated_at"])
    _record(acts.ENDPOINT_ROTATED, endpoint, actor=actor, at=at)
    return endpoint


def remove_endpoint(*, actor: Actor, at: datetime, endpoint_id: UUID) -> None:
    """Call a program no more at an address."""
    remove_now(_locked(actor, endpoint_id), actor=actor, at=at)


def remove_now(endpoint: Endpoint, *, actor: Actor, at: datetime) -> None:
    """Call a program no more at an address, which is locked and called still."""
    endpoint.disabled_at = at
    endpoint.save(update_fields=["disabled_at"])
    _record(acts.ENDPOINT_REMOVED, endpoint, actor=actor, at=at)


def _locked(actor: Actor, endpoint_id: UUID) -> Endpoint:
    return visible(own_endpoints(actor).select_for_update(), endpoint_id)


def _record(act: str, endpoint: Endpoint, *, actor: Actor, at: datetime) -> None:
    record_about(act, endpoint.user_id, actor=actor, at=at, tenant=endpoint.authority_id, thing=endpoint.pk)
