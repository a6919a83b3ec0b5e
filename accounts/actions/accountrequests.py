"""Request an account or a role, confirm the address, and decide (``docs/decisions/0035``)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import acts, links, stepup
from accounts.access import led_positions, listed_organisations, open_account_requests, own_account
from accounts.accountrequests import digest_of, turn_of
from accounts.actions.entry import record, record_about
from accounts.actions.links import invite
from accounts.actions.memberships import Appointment, give_requested_role
from accounts.actions.places import NewOrganisation, make_organisation
from accounts.actions.tokens import require_session
from accounts.actions.users import NewUser, make_user, verify_user
from accounts.actor import Actor
from accounts.errors import AddressTaken, AlreadyThere, InvalidInput, LinkRefused, OwnRequest
from accounts.identifiers import normalised_email
from accounts.models import AccountRequest, Authority, Membership, Organisation, User
from accounts.models.accountrequest import REASONS, Refused
from accounts.naming import visible
from accounts.notifications import (
    ADDRESS_HAS_ACCOUNT,
    REQUEST_ACCEPTED,
    REQUEST_REFUSED,
    day_of,
    tell_owner,
    tell_people,
)
from accounts.request_locks import wait_turn
from accounts.roles import NEED_ORGANISATION, Role
from core.clock import instant
from encryption import digest
from outbox.models import Notice
from outbox.outcome import Pointless
from outbox.templates import Kind, Template, register

#: Where the link leads: an address of ``web/urls.py``.
PAGE: Final = "demande-de-compte/confirmation"


@dataclass(frozen=True, slots=True)
class Institution:
    """Where somebody works, as they say it: a name, a number of a register, or an institution of the list."""

    name: str = ""
    register: str = ""
    number: str = ""
    listed: Organisation | None = None


@dataclass(frozen=True, slots=True)
class Stranger:
    email: str
    full_name: str
    language: str = "fr"
    profession: str = ""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What an administrator adds who accepts.

    ``organisation`` is one of the list; ``kind`` makes one of what was said, under the name ``named`` if there is one.
    ``verified``: they have made sure who it is, by themselves. ``certificate``: as of ``Appointment``.
    """

    organisation: Organisation | None = None
    kind: str = ""
    named: str = ""
    verified: bool = False
    certificate: date | None = None


# --- Asking --------------------------------------------------------------------------------------------


def ask_account(*, at: datetime, stranger: Stranger, authority: Authority, institution: Institution) -> None:
    """Ask for an account as somebody who has none; nothing counts before the address is confirmed.

    The same rows are written whether the address has an account, an open request, or neither; only to whom the mail
    goes and which of two texts it has differs (SEC-AU2). No entry is made: strangers could fill the journal.

    Raises:
        InvalidInput: the address isn't one.
    """
    _ask(at=at, stranger=stranger, authority=authority, institution=institution)


def ask_colleague(*, actor: Actor, at: datetime, stranger: Stranger, position: UUID) -> None:
    """Ask for an account for a colleague, as the lead of an institution; the colleague confirms the address.

    Whether there is an account for it already isn't said, here neither.

    Raises:
        InvalidInput: the position isn't such a one of the actor's, or the address isn't one.
    """
    require_session(actor)
    led = led_positions(actor).filter(pk=position).first()
    if led is None or led.organisation is None:
        raise InvalidInput({"position": ["not-a-choice"]})
    place = Institution(listed=led.organisation)
    lead = own_account(actor)
    _ask(at=at, stranger=stranger, authority=led.authority, institution=place, asked_by=lead)
    # Of the lead alone: an entry that named the colleague would tell whether they have an account.
    record_about(acts.REQUEST_MADE, lead.pk, actor=actor, at=at, tenant=led.authority_id)


def _ask(
    *,
    at: datetime,
    stranger: Stranger,
    authority: Authority,
    institution: Institution,
    asked_by: User | None = None,
) -> None:
    try:
        email = normalised_email(stranger.email)
    except ValidationError as error:
        raise InvalidInput({"email": ["invalid"]}) from error
    account_ids = User.objects.filter(email=email).values_list("pk", flat=True)[:1]
    account_id = next(iter(account_ids), None)
    row = AccountRequest.objects.create(
        email=email,
        full_name=stranger.full_name,
        language=stranger.language,
        profession=stranger.profession,
        role=Role.FILER,
        authority=authority,
        organisation=institution.listed,
        organisation_name=institution.name,
        register=institution.register,
        number=institution.number,
        asked_by=asked_by,
        asked_at=at,
    )
    template = links.REQUEST if account_id is None else ADDRESS_HAS_ACCOUNT
    tell_people([account_id or row.pk], template, authority.pk, at=at)


def confirm_request(*, token: str, at: datetime) -> None:
    """Confirm the address of a request by the link that was sent there; from now on administrators see it.

    What was asked for this address before gives way to it. Where somebody has an account for it by now, that is mailed
    instead; the answer is the same.

    Raises:
        LinkRefused: for whichever reason; which isn't said.
    """
    token_digest = digest_of(token)
    valid = AccountRequest.objects.filter(
        kept=token_digest, confirmed_at=None, asked_at__gt=at - links.valid_for(links.REQUEST)
    )
    email = valid.values_list("email", flat=True).first()
    if email is None:
        raise LinkRefused
    wait_turn(turn_of(email))
    row = valid.select_for_update(of=("self",)).first()
    if row is None:
        raise LinkRefused
    AccountRequest.objects.filter(user=None, email=email, decided_at=None).exclude(pk=row.pk).delete()
    holder = User.objects.filter(email=email).first()
    if holder is not None:
        row.delete()
        tell_owner(holder, ADDRESS_HAS_ACCOUNT, at=at)
        return
    row.kept, row.confirmed_at = None, at
    row.save(update_fields=["kept", "confirmed_at"])
    record(acts.REQUEST_CONFIRMED, actor=None, at=at, tenant=row.authority_id, thing=row.pk)


def ask_role(
    *, actor: Actor, at: datetime, role: Role, authority: Authority, institution: Institution
) -> AccountRequest:
    """Ask for a role for oneself, as somebody who has an account; its address is known, so it waits at once.

    Raises:
        InvalidInput: the role isn't one of the few, or needs an institution.
        AlreadyThere: one is open at this authority.
    """
    require_session(actor)
    if institution.listed is not None:
        organisations = listed_organisations(actor, authority.pk)
        if not organisations.filter(pk=institution.listed.pk).exists():
            raise InvalidInput({"organisation": ["not-a-choice"]})
    if role in NEED_ORGANISATION and not (institution.listed or institution.name or institution.number):
        raise InvalidInput({"organisation_name": ["required"]})
    user = own_account(actor)
    try:
        with transaction.atomic():
            row = AccountRequest.objects.create(
                user=user,
                role=role,
                language=user.language,
                authority=authority,
                organisation=institution.listed,
                organisation_name=institution.name,
                register=institution.register,
                number=institution.number,
                asked_at=day_of(at),
                confirmed_at=day_of(at),
            )
    except IntegrityError as error:
        raise AlreadyThere(_("Votre demande à cette autorité attend déjà une décision.")) from error
    record_about(
        acts.REQUEST_MADE, user.pk, actor=actor, at=at, tenant=authority.pk, thing=row.pk, to_state=str(role)
    )
    return row


# --- Deciding ------------------------------------------------------------------------------------------


def accept_request(
    *, actor: Actor, at: datetime, request_id: UUID, acceptance: Acceptance
) -> tuple[AccountRequest, str | None]:
    """Give the role that was asked for, with the account and its invitation where there is none; all or nothing.

    One that two persons give is asked for instead; its person is told once the second one has decided.

    Return the request, and the code of the invitation to be told beside the mail. Nobody is vouched for by it, unless
    the actor says so: that they made sure who it is.

    Raises:
        OwnRequest: it is for the actor, or they asked for it.
        AddressTaken: somebody has an account for this address by now.
        NumberTaken: an institution that is to be made has the number of another.
        InvalidInput, AlreadyThere: the role can't be given so, or is held; as ``grant``.
    """
    row = _waiting(actor, request_id, at=at)
    place = acceptance.organisation
    if acceptance.kind:
        if not (acceptance.named or row.organisation_name):
            raise InvalidInput({"named": ["required"]})
        numbers = {row.register: row.number} if row.number else {}
        new = NewOrganisation(
            acceptance.named or row.organisation_name, acceptance.kind, row.authority, numbers
        )
        place = make_organisation(actor=actor, at=at, new_organisation=new)
    is_new = row.user is None
    user = row.user or _account_for(row, actor=actor, at=at)
    wanted = Appointment(
        user=user,
        role=Role(row.role),
        authority=row.authority,
        organisation=place,
        certificate=acceptance.certificate,
    )
    given = give_requested_role(actor=actor, at=at, appointment=wanted)
    if acceptance.verified and user.verified_at is None:
        verify_user(actor=actor, at=at, user_id=user.pk)
    code = None
    if is_new:
        _user, code = invite(actor=actor, at=at, user_id=user.pk)
    elif isinstance(given, Membership):
        tell_owner(user, REQUEST_ACCEPTED, at=at)
    row.user, row.organisation = user, place
    row.membership = given if isinstance(given, Membership) else None
    row.email = row.full_name = ""  # they stand in the account now
    row.decided_by_id, row.decided_at, row.accepted = actor.user_id, at, True
    row.save()
    record_about(
        acts.REQUEST_ACCEPTED,
        user.pk,
        actor=actor,
        at=at,
        tenant=row.authority_id,
        thing=row.pk,
        to_state=str(row.role),
    )
    return row, code


def refuse_request(*, actor: Actor, at: datetime, request_id: UUID, reason: Refused) -> AccountRequest:
    """Refuse a request; its person is told that it was, and not why.

    Raises:
        OwnRequest: as ``accept_request``.
        InvalidInput: the reason isn't one that a person gives.
    """
    row = _waiting(actor, request_id, at=at)
    if reason not in REASONS:
        raise InvalidInput({"reason": ["not-a-choice"]})
    row.decided_by_id, row.decided_at, row.accepted, row.reason = actor.user_id, at, False, reason
    row.save(update_fields=["decided_by", "decided_at", "accepted", "reason"])
    tell_people([row.user_id or row.pk], REQUEST_REFUSED, row.authority_id, at=at)
    record(
        acts.REQUEST_REFUSED, actor=actor, at=at, tenant=row.authority_id, to_state=str(reason), thing=row.pk
    )
    return row


def _waiting(actor: Actor, request_id: UUID, *, at: datetime) -> AccountRequest:
    """Return a request that the actor may decide on, locked: of two at once, one finds it decided."""
    requests = open_account_requests(actor, at=at)
    stepup.require(actor, at=at)
    row = visible(requests.select_for_update(of=("self",)), request_id)
    if actor.user_id in (row.user_id, row.asked_by_id):
        raise OwnRequest
    return row


def _account_for(row: AccountRequest, *, actor: Actor, at: datetime) -> User:
    new = NewUser(row.email, row.full_name, row.authority, row.language)
    try:
        return make_user(actor=actor, at=at, new_user=new)
    except AlreadyThere as error:
        raise AddressTaken from error


# --- The mail ------------------------------------------------------------------------------------------


def _open_request(notice: Notice) -> AccountRequest:
    """Return the request of which a mail tells, if its link is to be sent still.

    Raises:
        Pointless: it is gone, confirmed or too old, or somebody has an account for its address by now.
    """
    waiting = AccountRequest.objects.filter(pk=notice.user_id or uuid4(), confirmed_at=None)
    row = waiting.exclude(email__in=User.objects.values("email")).first()
    if row is None or instant() >= row.asked_at + links.valid_for(links.REQUEST):
        raise Pointless("link-not-due")
    return row


def _address_of(notice: Notice) -> str:
    return _open_request(notice).email


def _link_of(notice: Notice) -> str:
    """Make the link of a mail that is about to leave; its secret stands in the mail alone."""
    token = digest.token()
    waiting = AccountRequest.objects.filter(pk=_open_request(notice).pk, confirmed_at=None)
    if not waiting.update(kept=digest_of(token)):
        raise Pointless("link-replaced")
    return f"{settings.PUBLIC_ADDRESS}/{PAGE}#{token}"


register(
    Template(
        links.REQUEST,
        Kind.ACCOUNT,
        _("Confirmez cette adresse pour demander un compte ; si ce n'est pas vous, ignorez ce message."),
        made=_link_of,
        to=_address_of,
    ),
)
