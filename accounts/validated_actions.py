"""Validates inputs about accounts and places, then makes one call of ``actions``."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts import access, actions, sign_in_flow
from accounts.access import managed_organisations
from accounts.actor import Actor
from accounts.errors import InvalidInput
from accounts.imports.upload import Arrived
from accounts.inputs import (
    AcceptanceInput,
    AccountRequestInput,
    ColleagueInput,
    CorrectionInput,
    IdentifiedInput,
    ImportInput,
    MembershipInput,
    NamedUnitInput,
    NewcomerInput,
    OrganisationInput,
    RefusalInput,
    RoleRequestInput,
    UserInput,
)
from accounts.models import (
    AccountRequest,
    Authority,
    GrantRequest,
    ImportRun,
    Membership,
    Organisation,
    Unit,
    User,
)
from accounts.models.factor import Identified
from accounts.naming import account, named, named_or_none, visible
from accounts.request import ServiceRequest
from accounts.roles import Role
from accounts.territory import served_places
from core.one_file import FILE


def request_account(request: ServiceRequest, body: object, *, at: datetime) -> None:
    """Ask for an account by what was sent, as ``AccountRequestInput`` takes it."""
    serializer = AccountRequestInput(data=body)
    serializer.is_valid(raise_exception=True)
    sent = serializer.validated_data
    stranger = actions.Stranger(sent["email"], sent["full_name"], sent["language"], sent["profession"])
    authority, institution = served(sent["place"], at=at), serializer.institution()
    sign_in_flow.ask_account(request, stranger=stranger, authority=authority, institution=institution, at=at)


def request_colleague(request: ServiceRequest, body: object, *, actor: Actor, at: datetime) -> None:
    """Ask for an account for a colleague by what was sent, as ``ColleagueInput`` takes it."""
    actions.require_session(actor)
    access.led_positions(actor)
    sent = ColleagueInput.read(body)
    stranger = actions.Stranger(sent["email"], sent["full_name"], sent["language"])
    sign_in_flow.ask_colleague(request, actor, stranger=stranger, position=sent["position"], at=at)


def request_role(body: object, *, actor: Actor, at: datetime) -> AccountRequest:
    """Ask for a role by what was sent, as ``RoleRequestInput`` takes it."""
    serializer = RoleRequestInput(data=body)
    serializer.is_valid(raise_exception=True)
    sent, institution = serializer.validated_data, serializer.institution()
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
    place = served_places(on=at.date()).get(code)
    if place is None:
        raise InvalidInput({"place": ["not-served"]})
    return place[1]


def accepted(body: object, pk: UUID, *, actor: Actor, at: datetime) -> tuple[AccountRequest, str | None]:
    """Accept a request by what was sent, as ``AcceptanceInput`` takes it."""
    sent = AcceptanceInput.read(body)
    listed = access.visible_organisations(actor)
    organisation: Organisation | None = named_or_none("organisation", listed, sent.pop("organisation", None))
    wanted = actions.Acceptance(organisation=organisation, **sent)
    return actions.accept_request(actor=actor, at=at, request_id=pk, acceptance=wanted)


def refused(body: object, pk: UUID, *, actor: Actor, at: datetime) -> AccountRequest:
    """Refuse a request by what was sent, as ``RefusalInput`` takes it."""
    sent = RefusalInput.read(body)
    return actions.refuse_request(actor=actor, at=at, request_id=pk, **sent)


def made_user(body: object, *, actor: Actor, at: datetime) -> User:
    """Make an account of what was sent, as ``UserInput`` takes it."""
    fields = UserInput.read(body)
    fields["authority"] = named("authority", Authority.objects, fields["authority"])
    return actions.make_user(actor=actor, at=at, new_user=actions.NewUser(**fields))


def granted(body: object, *, actor: Actor, at: datetime) -> Membership:
    """Give a role of what was sent, as ``MembershipInput`` takes it."""
    return actions.grant(actor=actor, at=at, appointment=appointment(body, actor=actor))


def appointment(body: object, *, actor: Actor) -> actions.Appointment:
    """Return the role that is to be given, of what was sent, as ``MembershipInput`` takes it."""
    fields = MembershipInput.read(body)
    authority = named("authority", Authority.objects, fields["authority"])
    access.require(actor, "accounts.manage", authority.pk)  # before it can be asked who has an address
    return actions.Appointment(
        user=account(fields["email"]),
        role=fields["role"],
        authority=authority,
        unit=named_or_none("unit", Unit.objects, fields.get("unit")),
        organisation=named_or_none("organisation", Organisation.objects, fields.get("organisation")),
        since=fields.get("valid_from"),
        until=fields.get("valid_to"),
        certificate=fields.get("certificate"),
    )


def grant_or_request(body: object, *, actor: Actor, at: datetime) -> Membership | GrantRequest:
    """Give a role of what was sent, as ``MembershipInput`` takes it, or ask for it where two persons give it."""
    return actions.give_or_ask(actor=actor, at=at, appointment=appointment(body, actor=actor))


def added(body: object, *, actor: Actor, at: datetime) -> tuple[User, str | None]:
    """Add a person of what was sent, as ``NewcomerInput`` takes it; return the account, and the invitation's code."""
    fields = NewcomerInput.read(body)
    authority = named("authority", Authority.objects, fields.pop("authority"))
    roles = [_wanted(number, role) for number, role in enumerate(fields.pop("roles"))]
    return actions.add_person(
        actor=actor, at=at, newcomer=actions.Newcomer(authority=authority, roles=roles, **fields)
    )


def _wanted(number: int, fields: dict[str, Any]) -> actions.WantedRole:
    return actions.WantedRole(
        role=Role(fields["role"]),
        unit=named_or_none(f"roles.{number}.unit", Unit.objects, fields.get("unit")),
        organisation=named_or_none(
            f"roles.{number}.organisation", Organisation.objects, fields.get("organisation")
        ),
        since=fields.get("valid_from"),
        until=fields.get("valid_to"),
        certificate=fields.get("certificate"),
    )


def made_organisation(body: object, *, actor: Actor, at: datetime) -> Organisation:
    """Add an institution of what was sent, as ``OrganisationInput`` takes it."""
    fields = OrganisationInput.read(body)
    authority = named("authority", Authority.objects, fields.pop("authority"))
    new = actions.NewOrganisation(fields.pop("name"), fields.pop("kind"), authority, fields)
    return actions.make_organisation(actor=actor, at=at, new_organisation=new)


def made_unit(body: object, *, actor: Actor, at: datetime) -> Unit:
    """Make a unit of what was sent, as ``NamedUnitInput`` takes it."""
    fields = NamedUnitInput.read(body)
    authority = named("authority", Authority.objects, fields["authority"])
    return actions.make_unit(actor=actor, at=at, new_unit=actions.NewUnit(authority, fields["name"]))


def corrected(body: object, pk: UUID, *, actor: Actor, at: datetime) -> Organisation:
    """Correct an institution by what was sent, as ``CorrectionInput`` takes it."""
    visible(managed_organisations(actor), pk)
    fields = CorrectionInput.read(body)
    wanted = actions.Correction(fields.pop("name"), fields.pop("kind"), fields)
    return actions.correct_organisation(actor=actor, at=at, pk=pk, correction=wanted)


def identified(body: object) -> Identified:
    """Return how somebody made sure, of what was sent, as ``IdentifiedInput`` takes it."""
    sent = IdentifiedInput.read(body)
    return Identified(sent["how"])


def tried_import(arrived: Arrived, *, actor: Actor, at: datetime) -> ImportRun:
    """Try an import by what was sent, as ``ImportInput`` takes it beside the file."""
    if arrived.refused:
        raise InvalidInput({FILE: [arrived.refused]})
    sent = ImportInput.read(arrived.fields)
    authority = named("authority", Authority.objects, sent["authority"])
    return actions.try_import(
        actor=actor, at=at, authority=authority, source=sent["source"], raw=bytes(arrived.raw)
    )
