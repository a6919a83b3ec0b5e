"""Memberships: grant a role, by one or two persons, review it, and end it.

A row is ended, never deleted: it documents its period.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import acts, honorability, second_person, stepup
from accounts.access import (
    GRANT_OPEN_FOR,
    appointable_users,
    managed_memberships,
    office_holders,
    open_grant_requests,
    own_account,
    require,
    reviewable_memberships,
    second_persons,
)
from accounts.actions.entry import record_about
from accounts.actions.links import send_invitation
from accounts.actions.resets import remove_all
from accounts.actor import Actor
from accounts.errors import (
    AlreadyThere,
    CertificateMissing,
    InvalidInput,
    NotVisible,
    OwnGrant,
    OwnReview,
    TwoPersonsNeeded,
)
from accounts.models import (
    AccountRequest,
    Authority,
    GrantRequest,
    Membership,
    Organisation,
    Unit,
    User,
)
from accounts.models.accountrequest import Refused
from accounts.models.provisioning import ProvisioningAct
from accounts.naming import visible
from accounts.notifications import (
    REQUEST_ACCEPTED,
    REQUEST_REFUSED,
    ROLE_REQUESTED,
    ROLES_ARE_GIVEN,
    tell_owner,
    tell_people,
)
from accounts.roles import BY_TWO, NEED_ORGANISATION, NEED_UNIT, ON_REQUEST, OPENERS, PROGRAMS, WATCHERS, Role


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role to be given: to whom, where, and when (from now unless ``since``; ``until`` isn't included).

    ``certificate``: when the certificate of honorability was issued that whoever gives it saw today; ``certified``: who
    saw it instead, and when.
    """

    user: User
    role: Role
    authority: Authority
    unit: Unit | None = None
    organisation: Organisation | None = None
    since: datetime | None = None
    until: datetime | None = None
    certificate: date | None = None
    certified: tuple[User, datetime] | None = None


def grant(*, actor: Actor, at: datetime, appointment: Appointment) -> Membership:
    """Give a role at an authority; it counts from the next request of the person on.

    Raises:
        OwnGrant: the actor would grant it to themself.
        TwoPersonsNeeded: the role is one of those that two persons grant (SEC-AZ12, SEC-AZ24).
        InvalidInput: what the role needs is missing, is another authority's, or the period is impossible; or the
            person would both watch over readers and read (``held-apart``); or the account is closed, or another
            authority's; or the role needs a certificate of honorability, and none that counts was seen.
        AlreadyThere: the person holds this role there already, without end.
    """
    _require_may_give(actor, appointment, at=at)
    if appointment.role in BY_TWO and not actor.is_system:
        raise TwoPersonsNeeded(rule="two-persons")
    membership = _give(actor=actor, at=at, appointment=appointment)
    if membership.role in BY_TWO:
        tell_watchers(membership.authority_id, actor=actor, at=at)
    return membership


def give_requested_role(*, actor: Actor, at: datetime, appointment: Appointment) -> Membership | GrantRequest:
    """Give a role for which its person asked themself, wherever their account is at home; or ask a second person too.

    ``appointable_users`` guards people of elsewhere from being signed out by a role that they never wanted, and the
    fact that they have an account. Who asks says it, and wants it.

    Raises:
        OwnGrant, TwoPersonsNeeded, InvalidInput, AlreadyThere: as ``grant``.
    """
    _require_gives(actor, appointment, at=at)
    if appointment.role not in ON_REQUEST:
        raise TwoPersonsNeeded(rule="two-persons")
    act = _ask if appointment.role in BY_TWO else _give
    return act(actor=actor, at=at, appointment=appointment)


def ask(*, actor: Actor, at: datetime, appointment: Appointment) -> GrantRequest:
    """Ask for a role that two persons give; a second one has a week to confirm it, and nothing changes until then.

    Raises:
        OwnGrant, InvalidInput: as ``grant``; ``role`` also where one person gives it alone.
        AlreadyThere: it is held, or asked for already.
    """
    _require_may_give(actor, appointment, at=at)
    return _ask(actor=actor, at=at, appointment=appointment)


def _ask(*, actor: Actor, at: datetime, appointment: Appointment) -> GrantRequest:
    faults = dict(_faults(appointment, at=at, asked=True))
    if appointment.role not in BY_TWO:
        faults["role"] = ["not-a-choice"]
    if faults:
        raise InvalidInput(faults)
    same = {
        "user": appointment.user,
        "role": appointment.role,
        "authority": appointment.authority,
        "unit": appointment.unit,
        "organisation": appointment.organisation,
    }
    if Membership.objects.filter(valid_to=None, **same).exists():
        raise AlreadyThere
    # Refused by nobody, confirmed by nobody: it has lapsed, and the journal keeps that it was asked for.
    GrantRequest.objects.filter(decided_at=None, asked_at__lte=at - GRANT_OPEN_FOR, **same).delete()
    seen = _shows_certificate(appointment, at=at)
    try:
        with transaction.atomic():
            row = GrantRequest.objects.create(
                **same,
                valid_from=appointment.since,
                valid_to=appointment.until,
                certificate=appointment.certificate if seen else None,
                asked_by=own_account(actor),
                asked_at=at,
            )
    except IntegrityError as error:
        raise AlreadyThere(_("Ce rôle est déjà demandé pour cette personne.")) from error
    _record_request(acts.MEMBERSHIP_REQUESTED, row, actor=actor, at=at)
    others = second_persons("memberships.confirm", row.authority_id, but=(actor.user_id, row.user_id), at=at)
    able = second_person.confirmers(others, row.user_id, at=at)
    tell_people(able, ROLE_REQUESTED, row.authority_id, at=at, request_id=row.pk)
    return row


def give_or_ask(*, actor: Actor, at: datetime, appointment: Appointment) -> Membership | GrantRequest:
    """Give a role, or ask for it where two persons give it: ``grant`` or ``ask``, and refused as these."""
    act = ask if appointment.role in BY_TWO and not actor.is_system else grant
    return act(actor=actor, at=at, appointment=appointment)


def decide(
    *, actor: Actor, at: datetime, request_id: UUID, confirmed: bool
) -> tuple[GrantRequest, str | None]:
    """Give the role that was asked for, as the second person, or refuse it.

    Return the request, and the code of the invitation that this sends, if any: see ``give_as_second``.

    Raises:
        TwoPersonsNeeded: the actor asked for it; or would confirm it, and may not be the second person (SEC-AZ24).
        OwnGrant: it is for the actor.
        InvalidInput, AlreadyThere: as ``grant``: what has become of it since doesn't allow the role any more.
    """
    requests = open_grant_requests(actor, at=at)
    stepup.require(actor, at=at)
    row = visible(requests.select_for_update(of=("self",)), request_id)
    if actor.user_id == row.asked_by_id:
        raise TwoPersonsNeeded(rule="two-persons")
    if actor.user_id == row.user_id:
        raise OwnGrant
    code = None
    if confirmed:
        appointment = Appointment(
            user=row.user,
            role=Role(row.role),
            authority=row.authority,
            unit=row.unit,
            organisation=row.organisation,
            since=max(row.valid_from, at) if row.valid_from else None,
            until=row.valid_to,
            certificate=row.certificate,
            certified=(row.asked_by, row.asked_at) if row.certificate else None,
        )
        # Who is at the keyboard acts for who proposed, as with every second signature.
        by = replace(actor, obo=row.asked_by_id)
        row.membership, code = give_as_second(actor=by, at=at, appointment=appointment)
        tell_watchers(row.authority_id, actor=actor, at=at)
    row.decided_by_id, row.decided_at, row.confirmed = actor.user_id, at, confirmed
    row.save(update_fields=["decided_by", "decided_at", "confirmed", "membership"])
    if not confirmed:
        _record_request(acts.MEMBERSHIP_REFUSED, row, actor=actor, at=at)
    _answer_request(row, at=at)
    return row, code


def give_as_second(*, actor: Actor, at: datetime, appointment: Appointment) -> tuple[Membership, str | None]:
    """Give a role that another person asked for, who is the actor's ``obo``; the caller has asked for the right to.

    Where one person alone may be in the account, or nobody can be yet, what leads into it ends first, and an invitation
    is sent; return its code too, which the actor tells its person (SEC-AZ24).

    Raises:
        TwoPersonsNeeded: the actor may not be the second person for this account.
        InvalidInput, AlreadyThere: as ``grant``.
    """
    # Locked before it is looked at: no invitation is sent meanwhile.
    user = User.objects.select_for_update().filter(pk=appointment.user.pk, is_active=True).first()
    if user is None:
        raise InvalidInput({"email": ["not-a-choice"]})
    code = None
    if appointment.role in BY_TWO:
        second_person.require_second(actor, user.pk, at=at)
        code = _renewed(user, actor=actor, at=at, program=appointment.role in PROGRAMS)
    return _give(actor=actor, at=at, appointment=replace(appointment, user=user)), code


def _renewed(user: User, *, actor: Actor, at: datetime, program: bool) -> str | None:
    """End what leads into an account that is in one hand, and invite its person anew; return the code."""
    if second_person.is_in_one_hand(user):
        user.set_unusable_password()
        user.save(update_fields=["password"])
        record_about(acts.ACCESS_RENEWED, user.pk, actor=actor, at=at, tenant=user.home_authority_id)
        remove_all(user, at=at)
    elif second_person.has_way_in(user) or second_person.is_invited(user, at=at):
        return None
    if program:
        return None
    if actor.user_id in second_person.makers(user):
        raise TwoPersonsNeeded(rule="invitation-code")
    return send_invitation(user, ProvisioningAct.REISSUED, actor=actor, at=at)


def tell_watchers(authority_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Tell auditors and supervisors that roles which open cases were given (SEC-AZ24)."""
    watchers = office_holders([Role.AUDITOR, Role.SUPERVISOR], authority_id, at=at) - {actor.user_id}
    tell_people(watchers, ROLES_ARE_GIVEN, authority_id, at=at)


def _answer_request(row: GrantRequest, *, at: datetime) -> None:
    """Tell who asked for the role themself what became of it, where an administrator accepted that."""
    request = AccountRequest.objects.filter(
        user=row.user, authority=row.authority, role=row.role, accepted=True, membership=None
    ).first()
    if request is None:
        return
    if row.membership is None:
        request.accepted, request.reason = False, Refused.OTHER
    request.membership = row.membership
    request.save(update_fields=["membership", "accepted", "reason"])
    tell_owner(row.user, REQUEST_ACCEPTED if row.confirmed else REQUEST_REFUSED, at=at)


def _require_gives(actor: Actor, appointment: Appointment, *, at: datetime) -> None:
    require(actor, "accounts.manage", appointment.authority.pk)
    stepup.require(actor, at=at)
    if actor.user_id == appointment.user.pk:
        raise OwnGrant


def _require_may_give(actor: Actor, appointment: Appointment, *, at: datetime) -> None:
    _require_gives(actor, appointment, at=at)
    users = appointable_users(appointment.authority.pk, at=at)
    if not actor.is_system and not users.filter(pk=appointment.user.pk).exists():
        raise InvalidInput({"email": ["not-a-choice"]})


def _give(*, actor: Actor, at: datetime, appointment: Appointment) -> Membership:
    # Locked: two roles that are held apart could else be given at the same moment.
    if not User.objects.select_for_update().filter(pk=appointment.user.pk, is_active=True).first():
        raise InvalidInput({"email": ["not-a-choice"]})
    if faults := dict(_faults(appointment, at=at)):
        raise InvalidInput(faults)
    seen = _shows_certificate(appointment, at=at)
    witness, seen_at = appointment.certified or (None if actor.is_system else own_account(actor), at)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=appointment.user,
                role=appointment.role,
                authority=appointment.authority,
                unit=appointment.unit,
                organisation=appointment.organisation,
                valid_from=appointment.since or at,
                valid_to=appointment.until,
                reviewed_at=appointment.since or at,
                honorability_issued_on=appointment.certificate if seen else None,
                honorability_seen_on=seen_at.date() if seen else None,
                honorability_seen_by=witness if seen else None,
            )
    except IntegrityError as error:
        raise AlreadyThere from error
    _record(acts.MEMBERSHIP_GRANTED, membership, actor=actor, at=at)
    return membership


def _faults(
    appointment: Appointment, *, at: datetime, asked: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """Yield each field that can't be as it is, with the code of the fault; ``asked``: beside what waits already."""
    if appointment.role in NEED_UNIT and appointment.unit is None:
        yield "unit", ["required"]
    if appointment.unit and appointment.unit.authority_id != appointment.authority.pk:
        yield "unit", ["not-a-choice"]
    if appointment.role in NEED_ORGANISATION and appointment.organisation is None:
        yield "organisation", ["required"]
    if appointment.organisation and appointment.organisation.authority_id not in (
        None,
        appointment.authority.pk,
    ):
        yield "organisation", ["not-a-choice"]
    # Rights given backwards would justify what was done without them.
    if appointment.since and appointment.since < at:
        yield "valid_from", ["too-early"]
    if appointment.until and appointment.until <= (appointment.since or at):
        yield "valid_to", ["too-early"]
    if _conflicts(appointment, at=at) or (asked and _conflict_waits(appointment, at=at)):
        yield "role", ["held-apart"]
    if _shows_certificate(appointment, at=at):
        issued_on = appointment.certificate
        fault = "required" if issued_on is None else honorability.fault_of(issued_on, at)
        if fault is not None:
            yield "certificate", [fault]


def _shows_certificate(appointment: Appointment, *, at: datetime) -> bool:
    return appointment.role in honorability.doors.terms(appointment.authority, at).roles


def _apart(role: Role) -> frozenset[Role]:
    return OPENERS if role in WATCHERS else WATCHERS if role in OPENERS else frozenset()


def _conflict_waits(appointment: Appointment, *, at: datetime) -> bool:
    """Tell whether a role that the given one can't stand beside waits for a second person."""
    waiting = GrantRequest.objects.filter(
        user=appointment.user, authority=appointment.authority, role__in=_apart(appointment.role)
    )
    return waiting.filter(decided_at=None, asked_at__gt=at - GRANT_OPEN_FOR).exists()


def _conflicts(appointment: Appointment, *, at: datetime) -> bool:
    """Tell whether the person holds, in that period, a role that the given one can't stand beside."""
    apart = _apart(appointment.role)
    memberships = appointment.user.memberships.filter(authority=appointment.authority, role__in=apart)
    memberships = memberships.filter(Q(valid_to=None) | Q(valid_to__gt=appointment.since or at))
    if appointment.until:
        memberships = memberships.filter(valid_from__lt=appointment.until)
    return memberships.exists()


def review(*, actor: Actor, at: datetime, membership_id: UUID) -> Membership:
    """Say that somebody still holds a role rightly: nobody has to look at it again for a year. Its end stays its end.

    Raises:
        OwnReview: it is the actor's own.
        AlreadyThere: it has ended: it has to be given anew, by two where two give it.
        CertificateMissing: it needs a certificate of honorability, and has none that counts.
    """
    memberships = Membership.objects.all() if actor.is_system else reviewable_memberships(actor)
    stepup.require(actor, at=at)
    membership = visible(memberships.select_for_update(), membership_id)
    if membership.user_id == actor.user_id:
        raise OwnReview
    if membership.valid_to is not None and membership.valid_to <= at:
        raise AlreadyThere(_("Ce rôle est déjà terminé : il faut le donner à nouveau."))
    if not honorability.in_order(membership, at):
        raise CertificateMissing
    membership.reviewed_at = max(at, membership.reviewed_at)
    membership.save(update_fields=["reviewed_at"])
    _record(acts.MEMBERSHIP_REVIEWED, membership, actor=actor, at=at)
    return membership


def see_certificate(*, actor: Actor, at: datetime, membership_id: UUID, issued_on: date) -> Membership:
    """Say that one has seen somebody's certificate of honorability; nothing of it is kept but the days.

    Raises:
        OwnReview: it is the actor's own.
        InvalidInput: issued after today, or more than six months ago.
    """
    memberships = managed_memberships(actor).in_force(at)
    membership = memberships.select_for_update(of=("self",)).filter(pk=membership_id).first()
    if membership is None or not honorability.is_followed(membership, at):
        raise NotVisible
    if membership.user_id == actor.user_id:
        raise OwnReview
    if fault := honorability.fault_of(issued_on, at):
        raise InvalidInput({"issued_on": [fault]})
    membership.honorability_issued_on, membership.honorability_seen_on = issued_on, at.date()
    membership.honorability_seen_by = own_account(actor)
    membership.save(update_fields=["honorability_issued_on", "honorability_seen_on", "honorability_seen_by"])
    _record(acts.CERTIFICATE_SEEN, membership, actor=actor, at=at)
    return membership


def end(*, actor: Actor, at: datetime, membership_id: UUID) -> Membership:
    """End a membership at once, with its tokens; one that hadn't begun never will.

    Raises:
        AlreadyThere: it has ended before.
    """
    memberships = Membership.objects.all() if actor.is_system else managed_memberships(actor)
    stepup.require(actor, at=at)
    membership = visible(memberships.select_for_update(), membership_id)
    if membership.valid_to is not None and membership.valid_to <= at:
        raise AlreadyThere(_("Ce rôle est déjà terminé."))
    end_now(membership, actor=actor, at=at)
    return membership


def end_now(membership: Membership, *, actor: Actor, at: datetime, act: str = acts.MEMBERSHIP_ENDED) -> None:
    """End a membership, locked and not over yet; one that hadn't begun never will. ``act`` says why."""
    membership.valid_to = max(at, membership.valid_from)
    membership.save(update_fields=["valid_to"])
    _record(act, membership, actor=actor, at=at)


def _record_request(act: str, row: GrantRequest, *, actor: Actor, at: datetime) -> None:
    record_about(
        act,
        row.user_id,
        actor=actor,
        at=at,
        tenant=row.authority_id,
        thing=row.pk,
        to_state=str(row.role),
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
