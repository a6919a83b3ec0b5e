"""Reset of lost factors: an administrator requests it, a second person confirms (SEC-AU1).

Afterwards the password alone leads to a new first factor, so the request stays open for a week at most, and the owner
is notified of both steps: whoever still holds the factor reported lost can object.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from accounts import acts, factors, links, second_person, sessions, stepup
from accounts.access import RESET_OPEN_FOR, open_resets, own_account, resettable_users, second_persons
from accounts.actions.entry import record_about
from accounts.actions.links import send_invitation
from accounts.actor import Actor
from accounts.errors import AlreadyThere, NotAllowed, NotVisible, OwnReset, TwoPersonsNeeded
from accounts.models import FactorReset, User
from accounts.models.factor import Identified
from accounts.models.provisioning import ProvisioningAct
from accounts.naming import visible
from accounts.notifications import FACTORS_CHANGED, RESET_REQUESTED, RESET_TO_CONFIRM, tell_owner, tell_people


def ask_reset(*, actor: Actor, at: datetime, user_id: UUID, how: Identified) -> FactorReset:
    """Ask that somebody's factors be removed; nothing changes yet. ``how``: by which the actor made sure who asks.

    Raises:
        OwnReset: it is the actor's own.
        AlreadyThere: it is asked for already.
    """
    users = resettable_users(actor, at=at)
    stepup.require(actor, at=at)
    user = visible(users.select_for_update(), user_id)
    if user.pk == actor.user_id:
        raise OwnReset
    FactorReset.objects.filter(user=user, decided_at=None, asked_at__lte=at - RESET_OPEN_FOR).delete()
    try:
        with transaction.atomic():
            row = FactorReset.objects.create(
                user=user, asked_by=own_account(actor), asked_at=at, asked_how=how
            )
    except IntegrityError as error:
        raise AlreadyThere from error
    tenant = _tenant(actor, user)
    record_about(
        acts.RESET_REQUESTED, user.pk, actor=actor, at=at, tenant=tenant, thing=row.pk, to_state=str(how)
    )
    tell_owner(user, RESET_REQUESTED, at=at)
    others = second_persons("factors.reset", tenant, but=(actor.user_id, user.pk), at=at)
    if second_person.opens_cases(user, at=at):
        others = second_person.confirmers(others, user.pk, at=at)
    tell_people(others, RESET_TO_CONFIRM, tenant, at=at, request_id=row.pk)
    return row


def decide_reset(
    *, actor: Actor, at: datetime, reset_id: UUID, how: Identified | None
) -> tuple[FactorReset, str | None]:
    """Confirm or refuse a reset. Confirmed: all factors, recovery codes and sessions of the person end.

    Return it with the code of the invitation that is sent where the account opens cases: who made it isn't shown one
    otherwise (SEC-AZ24), and its person may have no password, or no longer know it.

    ``how``: by which the second person made sure too, of their own, who asks; None refuses the request.

    Raises:
        OwnReset: the actor asked for it, or it is about them.
        TwoPersonsNeeded: the actor made the account, or invited to it lately, and it opens cases.
    """
    resets = open_resets(actor, at=at)
    stepup.require(actor, at=at)
    row = visible(resets.select_for_update(of=("self",)), reset_id)
    if actor.user_id in (row.asked_by_id, row.user_id):
        raise OwnReset
    user = User.objects.select_for_update().filter(pk=row.user_id).first()
    if user is None:  # its row isn't what the service wrote
        raise NotVisible
    confirmed, opens_cases = how is not None, second_person.opens_cases(user, at=at)
    if confirmed and opens_cases:
        second_person.require_second(actor, user.pk, at=at)
        if not second_person.may_be_shown_code(actor, user, at=at):
            raise TwoPersonsNeeded(rule="invitation-code")
    row.decided_by_id, row.decided_at, row.confirmed = actor.user_id, at, confirmed
    row.decided_how = how or ""
    row.save(update_fields=["decided_by", "decided_at", "confirmed", "decided_how"])
    act = acts.RESET_CONFIRMED if confirmed else acts.RESET_REFUSED
    record_about(
        act,
        user.pk,
        actor=actor,
        at=at,
        tenant=_tenant(actor, user),
        thing=row.pk,
        to_state=row.decided_how,
    )
    if not confirmed:
        return row, None
    remove_all(user, at=at)
    if not (opens_cases and links.people().filter(pk=user.pk).exists()):
        return row, None
    by = replace(actor, obo=row.asked_by_id)
    return row, send_invitation(user, ProvisioningAct.INVITED, actor=by, at=at)


def reset_by_the_host(*, actor: Actor, at: datetime, user: User, how: Identified) -> None:
    """Remove somebody's factors from the server: for administrators, whom nobody else administers.

    ``how``: by which the host made sure who asks.
    """
    if not actor.is_system:
        raise NotAllowed(rule="factors.reset")
    record_about(
        acts.RESET_CONFIRMED, user.pk, actor=actor, at=at, tenant=user.home_authority_id, to_state=str(how)
    )
    remove_all(user, at=at)


def remove_all(user: User, *, at: datetime) -> None:
    """Remove what a person signs in with beside the password, end their sessions, and tell them."""
    take_away(user)
    tell_owner(user, FACTORS_CHANGED, at=at)


def take_away(user: User) -> None:
    """Remove factors, recovery codes and identities of a person, and end their sessions."""
    user.factors.all().delete()
    user.identities.all().delete()
    user.recovery_codes.all().delete()
    user.factors_version = uuid4()
    user.save(update_fields=["factors_version"])
    sessions.end_all(user.pk)
    factors.forgive(user)


def _tenant(actor: Actor, user: User) -> UUID | None:
    """Return the authority whose auditors see it: that of the account, else the one where the actor may."""
    home = user.home_authority_id
    authority_ids = actor.authority_ids
    return home if home in authority_ids or len(authority_ids) != 1 else next(iter(authority_ids))
