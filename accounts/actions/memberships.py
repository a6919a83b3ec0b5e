"""Memberships: grant a role, by one or two persons, review it, and end it.

A row is ended, never deleted: it documents its period.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import acts, stepup
from accounts.access import (
    GRANT_OPEN_FOR,
    appointable_users,
    managed_memberships,
    open_grant_requests,
    own_account,
    require,
    reviewable_memberships,
    second_persons,
)
from accounts.actions.entry import record_about
from accounts.actor import Actor
from accounts.errors import AlreadyThere, InvalidInput, NotVisible, OwnGrant, OwnReview, TwoPersonsNeeded
from accounts.models import Authority, GrantRequest, Membership, Organisation, Unit, User
from accounts.notifications import ROLE_IS_ASKED, tell_people
from accounts.roles import ASKED_FOR, NEED_ORGANISATION, NEED_UNIT, OPENERS, POWERFUL, WATCHERS, Role


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role to be given: to whom, where, and when (from now unless ``since``; ``until`` isn't included)."""

    user: User
    role: Role
    authority: Authority
    unit: Unit | None = None
    organisation: Organisation | None = None
    since: datetime | None = None
    until: datetime | None = None


def grant(*, actor: Actor, at: datetime, given: Appointment) -> Membership:
    """Give a role at an authority; it counts from the next request of the person on.

    Raises:
        NotAllowed: the actor doesn't administer this authority.
        StepUpRequired: the last proof of the second factor is too old, as for the two below (SEC-AU6).
        OwnGrant: the actor would grant it to themself.
        TwoPersonsNeeded: the role is one of those that two persons grant (SEC-AZ12).
        InvalidInput: what the role needs is missing, is another authority's, or the period is impossible; or the
            person would both watch over readers and read (``held-apart``); or the account is closed, or another
            authority's.
        AlreadyThere: the person holds this role there already, without end.
    """
    _require_may_give(actor, given, at=at)
    if given.role in POWERFUL and not actor.is_system:
        raise TwoPersonsNeeded(rule="two-persons")
    return _give(actor=actor, at=at, given=given)


def give_what_was_asked(*, actor: Actor, at: datetime, given: Appointment) -> Membership:
    """Give a role for which its person asked themself, wherever their account is at home.

    ``appointable_users`` guards people of elsewhere from being signed out by a role that they never wanted, and the
    fact that they have an account. Who asks says it, and wants it.

    Raises:
        NotAllowed, StepUpRequired, OwnGrant, TwoPersonsNeeded, InvalidInput, AlreadyThere: as ``grant``.
    """
    _require_gives(actor, given, at=at)
    if given.role not in ASKED_FOR:
        raise TwoPersonsNeeded(rule="two-persons")
    return _give(actor=actor, at=at, given=given)


def ask(*, actor: Actor, at: datetime, given: Appointment) -> GrantRequest:
    """Ask for a role that two persons give; a second one has a week to confirm it, and nothing changes until then.

    Raises:
        NotAllowed, OwnGrant, InvalidInput: as ``grant``; ``role`` also where one person gives it alone.
        AlreadyThere: it is asked for already.
    """
    _require_may_give(actor, given, at=at)
    faults = dict(_faults(given, at=at))
    if given.role not in POWERFUL:
        faults["role"] = ["not-a-choice"]
    if faults:
        raise InvalidInput(faults)
    same = GrantRequest.objects.filter(user=given.user, role=given.role, authority=given.authority)
    # Refused by nobody, confirmed by nobody: it has lapsed, and the journal keeps that it was asked for.
    same.filter(decided_at=None, asked_at__lte=at - GRANT_OPEN_FOR).delete()
    try:
        with transaction.atomic():
            made = GrantRequest.objects.create(
                user=given.user,
                role=given.role,
                authority=given.authority,
                unit=given.unit,
                organisation=given.organisation,
                valid_from=given.since,
                valid_to=given.until,
                asked_by=own_account(actor),
                asked_at=at,
            )
    except IntegrityError as error:
        raise AlreadyThere("Ce rôle est déjà demandé pour cette personne.") from error
    _record_request(acts.MEMBERSHIP_ASKED, made, actor=actor, at=at)
    others = second_persons(
        "memberships.confirm", made.authority_id, but=(actor.user_id, made.user_id), at=at
    )
    tell_people(others, ROLE_IS_ASKED, made.authority_id, at=at, request_id=made.pk)
    return made


def decide(*, actor: Actor, at: datetime, request_id: UUID, confirmed: bool) -> GrantRequest:
    """Give the role that was asked for, as the second person, or refuse it.

    Raises:
        NotAllowed: the actor confirms roles nowhere.
        NotVisible: absent, decided, of another authority, or lapsed: after a week, or because whoever asked no longer
            administers the authority (SEC-AZ12).
        TwoPersonsNeeded: the actor asked for it.
        OwnGrant: it is for the actor.
        InvalidInput, AlreadyThere: as ``grant``: what has become of it since doesn't allow the role any more.
    """
    known = open_grant_requests(actor, at=at)
    stepup.require(actor, at=at)
    found = known.select_for_update(of=("self",)).filter(pk=request_id).first()
    if found is None:
        raise NotVisible
    if actor.user_id == found.asked_by_id:
        raise TwoPersonsNeeded(rule="two-persons")
    if actor.user_id == found.user_id:
        raise OwnGrant
    if confirmed:
        given = Appointment(
            user=found.user,
            role=Role(found.role),
            authority=found.authority,
            unit=found.unit,
            organisation=found.organisation,
            since=max(found.valid_from, at) if found.valid_from else None,
            until=found.valid_to,
        )
        # Who is at the keyboard acts for who proposed, as with every second signature.
        found.membership = _give(actor=replace(actor, obo=found.asked_by_id), at=at, given=given)
    found.decided_by_id, found.decided_at, found.confirmed = actor.user_id, at, confirmed
    found.save(update_fields=["decided_by", "decided_at", "confirmed", "membership"])
    if not confirmed:
        _record_request(acts.MEMBERSHIP_REFUSED, found, actor=actor, at=at)
    return found


def _require_gives(actor: Actor, given: Appointment, *, at: datetime) -> None:
    require(actor, "accounts.manage", given.authority.pk)
    stepup.require(actor, at=at)
    if actor.user_id == given.user.pk:
        raise OwnGrant


def _require_may_give(actor: Actor, given: Appointment, *, at: datetime) -> None:
    _require_gives(actor, given, at=at)
    known = appointable_users(given.authority.pk, at=at)
    if not actor.is_system and not known.filter(pk=given.user.pk).exists():
        raise InvalidInput({"email": ["not-a-choice"]})


def _give(*, actor: Actor, at: datetime, given: Appointment) -> Membership:
    # Locked: two roles that are held apart could else be given at the same moment.
    if not User.objects.select_for_update().filter(pk=given.user.pk, is_active=True).first():
        raise InvalidInput({"email": ["not-a-choice"]})
    if faults := dict(_faults(given, at=at)):
        raise InvalidInput(faults)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=given.user,
                role=given.role,
                authority=given.authority,
                unit=given.unit,
                organisation=given.organisation,
                valid_from=given.since or at,
                valid_to=given.until,
                reviewed_at=given.since or at,
            )
    except IntegrityError as error:
        raise AlreadyThere from error
    _record(acts.MEMBERSHIP_GRANTED, membership, actor=actor, at=at)
    return membership


def _faults(given: Appointment, *, at: datetime) -> Iterator[tuple[str, list[str]]]:
    """Yield each field that can't be as it is, with the code of the fault."""
    if given.role in NEED_UNIT and given.unit is None:
        yield "unit", ["required"]
    if given.unit and given.unit.authority_id != given.authority.pk:
        yield "unit", ["not-a-choice"]
    if given.role in NEED_ORGANISATION and given.organisation is None:
        yield "organisation", ["required"]
    if given.organisation and given.organisation.authority_id not in (None, given.authority.pk):
        yield "organisation", ["not-a-choice"]
    # Rights given backwards would justify what was done without them.
    if given.since and given.since < at:
        yield "valid_from", ["too-early"]
    if given.until and given.until <= (given.since or at):
        yield "valid_to", ["too-early"]
    if _held_apart(given, at=at):
        yield "role", ["held-apart"]


def _held_apart(given: Appointment, *, at: datetime) -> bool:
    """Tell whether the person holds, in that period, a role that the given one can't stand beside."""
    apart = OPENERS if given.role in WATCHERS else WATCHERS if given.role in OPENERS else frozenset()
    held = given.user.memberships.filter(authority=given.authority, role__in=apart)
    held = held.filter(Q(valid_to=None) | Q(valid_to__gt=given.since or at))
    if given.until:
        held = held.filter(valid_from__lt=given.until)
    return held.exists()


def review(*, actor: Actor, at: datetime, membership_id: UUID) -> Membership:
    """Say that somebody still holds a role rightly: nobody has to look at it again for a year. Its end stays its end.

    Raises:
        NotAllowed: the actor reviews roles nowhere.
        StepUpRequired: the last proof of the second factor is too old (SEC-AU6).
        NotVisible: absent, or not the actor's to review.
        OwnReview: it is the actor's own.
        AlreadyThere: it has ended: it has to be given anew, by two where two give it.
    """
    known = Membership.objects.all() if actor.is_system else reviewable_memberships(actor)
    stepup.require(actor, at=at)
    membership = known.select_for_update().filter(pk=membership_id).first()
    if membership is None:
        raise NotVisible
    if membership.user_id == actor.user_id:
        raise OwnReview
    if membership.valid_to is not None and membership.valid_to <= at:
        raise AlreadyThere("Cette fonction est déjà terminée : elle se donne à nouveau.")
    membership.reviewed_at = max(at, membership.reviewed_at)
    membership.save(update_fields=["reviewed_at"])
    _record(acts.MEMBERSHIP_REVIEWED, membership, actor=actor, at=at)
    return membership


def end(*, actor: Actor, at: datetime, membership_id: UUID) -> Membership:
    """End a membership at once, with its tokens; one that hadn't begun never will.

    Raises:
        NotVisible: absent, or of an authority that the actor doesn't administer.
        StepUpRequired: the last proof of the second factor is too old: ending roles can leave nobody who watches.
        AlreadyThere: it has ended before.
    """
    known = Membership.objects.all() if actor.is_system else managed_memberships(actor)
    stepup.require(actor, at=at)
    membership = known.select_for_update().filter(pk=membership_id).first()
    if membership is None:
        raise NotVisible
    if membership.valid_to is not None and membership.valid_to <= at:
        raise AlreadyThere("Cette fonction est déjà terminée.")
    end_now(membership, actor=actor, at=at)
    return membership


def end_now(membership: Membership, *, actor: Actor, at: datetime, act: str = acts.MEMBERSHIP_ENDED) -> None:
    """End a membership, locked and not over yet; one that hadn't begun never will. ``act`` says why."""
    membership.valid_to = max(at, membership.valid_from)
    membership.save(update_fields=["valid_to"])
    _record(act, membership, actor=actor, at=at)


def _record_request(act: str, found: GrantRequest, *, actor: Actor, at: datetime) -> None:
    record_about(
        act,
        found.user_id,
        actor=actor,
        at=at,
        tenant=found.authority_id,
        thing=found.pk,
        to_state=str(found.role),
    )


def _record(act: str, membership: Membership, *, actor: Actor, at: datetime) -> None:
    record_about(
        act,
        membership.user_id,
        actor=actor,
        at=at,
        tenant=membership.authority_id,
        thing=membership.pk,
        to_state=str(membership.role),
    )
