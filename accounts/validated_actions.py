"""Validates inputs about accounts and places, then makes one call of ``actions``."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts import access, actions, sign_in_flow
from accounts.access import managed_organisations
from accounts.actor import Actor
from accounts.errors import InvalidInput
from accounts.inputs import (
    AcceptanceInput,
    AccountRequestInput,
    ColleagueInput,
    CorrectionInput,
    IdentifiedInput,
    MembershipInput,
    OrganisationInput,
    RefusalInput,
    RoleRequestInput,
    UserInput,
)
from accounts.models import AccountRequest, Authority, Membership, Organisation, Unit, User
from accounts.models.factor import Identified
from accounts.naming import account, named, named_or_none, visible
from accounts.request import ServiceRequest
from accounts.roles import Role
from accounts.territory import served_places


def asked_for_account(request: ServiceRequest, said: Any, *, at: datetime) -> None:
    """Ask for an account by what was sent, as ``AccountRequestInput`` takes it."""
    given = AccountRequestInput(data=said)
    given.is_valid(raise_exception=True)
    sent = given.validated_data
    stranger = actions.Stranger(sent["email"], sent["full_name"], sent["language"], sent["profession"])
    authority, institution = served(sent["place"], at=at), given.institution()
    sign_in_flow.ask_account(request, given=stranger, authority=authority, institution=institution, at=at)


def asked_for_colleague(request: ServiceRequest, said: Any, *, actor: Actor, at: datetime) -> None:
    """Ask for an account for a colleague by what was sent, as ``ColleagueInput`` takes it."""
    actions.require_session(actor)
    access.led_positions(actor)
    given = ColleagueInput(data=said)
    given.is_valid(raise_exception=True)
    sent = given.validated_data
    stranger = actions.Stranger(sent["email"], sent["full_name"], sent["language"])
    sign_in_flow.ask_colleague(request, actor, given=stranger, position=sent["position"], at=at)


def asked_for_role(said: Any, *, actor: Actor, at: datetime) -> AccountRequest:
    """Ask for a role by what was sent, as ``RoleRequestInput`` takes it."""
    given = RoleRequestInput(data=said)
    given.is_valid(raise_exception=True)
    sent, institution = given.validated_data, given.institution()
    if "organisation" in sent:
        listed = named("organisation", access.visible_organisations(actor), sent["organisation"])
        institution = actions.Institution(listed=listed)
    authority = served(sent["place"], at=at)
    return actions.ask_role(
        actor=actor, at=at, role=Role(sent["role"]), authority=authority, institution=institution
    )


def served(code: str, *, at: datetime) -> Authority:
    """Return the authority that answers for a place where one may ask for an account.

    Raises:
        InvalidInput: none does.
    """
    found = served_places(on=at.date()).get(code)
    if found is None:
        raise InvalidInput({"place": ["not-served"]})
    return found[1]


def accepted(said: Any, pk: UUID, *, actor: Actor, at: datetime) -> tuple[AccountRequest, str | None]:
    """Accept a request by what was sent, as ``AcceptanceInput`` takes it."""
    given = AcceptanceInput(data=said)
    given.is_valid(raise_exception=True)
    sent = dict(given.validated_data)
    known = access.visible_organisations(actor)
    organisation: Organisation | None = named_or_none("organisation", known, sent.pop("organisation", None))
    wanted = actions.Acceptance(organisation=organisation, **sent)
    return actions.accept_request(actor=actor, at=at, request_id=pk, given=wanted)


def refused(said: Any, pk: UUID, *, actor: Actor, at: datetime) -> AccountRequest:
    """Refuse a request by what was sent, as ``RefusalInput`` takes it."""
    given = RefusalInput(data=said)
    given.is_valid(raise_exception=True)
    return actions.refuse_request(actor=actor, at=at, request_id=pk, **given.validated_data)


def made_user(said: Any, *, actor: Actor, at: datetime) -> User:
    """Make an account of what was sent, as ``UserInput`` takes it."""
    given = UserInput(data=said)
    given.is_valid(raise_exception=True)
    asked = dict(given.validated_data)
    asked["authority"] = named("authority", Authority.objects, asked["authority"])
    return actions.make_user(actor=actor, at=at, given=actions.NewUser(**asked))


def granted(said: Any, *, actor: Actor, at: datetime) -> Membership:
    """Give a role of what was sent, as ``MembershipInput`` takes it."""
    return actions.grant(actor=actor, at=at, given=appointment(said, actor=actor))


def appointment(said: Any, *, actor: Actor) -> actions.Appointment:
    """Return the role that is to be given, of what was sent, as ``MembershipInput`` takes it."""
    given = MembershipInput(data=said)
    given.is_valid(raise_exception=True)
    asked = dict(given.validated_data)
    authority = named("authority", Authority.objects, asked["authority"])
    access.require(actor, "accounts.manage", authority.pk)  # before it can be asked who has an address
    return actions.Appointment(
        user=account(asked["email"]),
        role=asked["role"],
        authority=authority,
        unit=named_or_none("unit", Unit.objects, asked.get("unit")),
        organisation=named_or_none("organisation", Organisation.objects, asked.get("organisation")),
        since=asked.get("valid_from"),
        until=asked.get("valid_to"),
    )


def made_organisation(said: Any, *, actor: Actor, at: datetime) -> Organisation:
    """Add an institution of what was sent, as ``OrganisationInput`` takes it."""
    given = OrganisationInput(data=said)
    given.is_valid(raise_exception=True)
    asked = dict(given.validated_data)
    authority = named("authority", Authority.objects, asked.pop("authority"))
    new = actions.NewOrganisation(asked.pop("name"), asked.pop("kind"), authority, asked)
    return actions.make_organisation(actor=actor, at=at, given=new)


def corrected(said: Any, pk: UUID, *, actor: Actor, at: datetime) -> Organisation:
    """Correct an institution by what was sent, as ``CorrectionInput`` takes it."""
    visible(managed_organisations(actor), pk)
    given = CorrectionInput(data=said)
    given.is_valid(raise_exception=True)
    asked = dict(given.validated_data)
    wanted = actions.Correction(asked.pop("name"), asked.pop("kind"), asked)
    return actions.correct_organisation(actor=actor, at=at, pk=pk, given=wanted)


def identified(said: Any) -> Identified:
    """Return how somebody made sure, of what was sent, as ``IdentifiedInput`` takes it."""
    given = IdentifiedInput(data=said)
    given.is_valid(raise_exception=True)
    return Identified(given.validated_data["how"])
