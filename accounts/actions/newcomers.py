"""Add a person to an authority in one act: the account, its roles or the requests for them, and the invitation."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import second_person, stepup
from accounts.access import managed_users, require
from accounts.actions.links import invite
from accounts.actions.memberships import Appointment, give_or_ask
from accounts.actions.users import NewUser, make_user, verify_user
from accounts.actor import Actor
from accounts.errors import AlreadyThere, InvalidInput
from accounts.identifiers import normalised_email
from accounts.models import Authority, Organisation, Unit, User
from accounts.roles import BY_TWO, Role


@dataclass(frozen=True, slots=True)
class WantedRole:
    """A role for somebody who has no account yet; the other members as of ``Appointment``."""

    role: Role
    unit: Unit | None = None
    organisation: Organisation | None = None
    since: datetime | None = None
    until: datetime | None = None
    certificate: date | None = None

    def of(self, user: User, authority: Authority) -> Appointment:
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return Appointment(user=user, authority=authority, **values)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be added; ``verified``: the actor has made sure who it is, by themself."""

    email: str
    full_name: str
    authority: Authority
    language: str = "fr"
    roles: Sequence[WantedRole] = ()
    verified: bool = False


def add_person(*, actor: Actor, at: datetime, newcomer: Newcomer) -> tuple[User, str | None]:
    """Make an account, give its roles or ask for those that two persons give, and invite its person: all or nothing.

    Return the account, and the code of the invitation to be told beside the mail; None where a role waits for a second
    person, whose confirmation sends the invitation and shows the code (SEC-AZ24). Each part is the act that there is
    for it alone, with its entry; nobody is vouched for unless the actor says so.

    Raises:
        AlreadyThere: the address is that of somebody whom the actor administers; ``extra["user"]`` is the account's id.
        InvalidInput: the address isn't one, or can't be used (somebody elsewhere has it, which isn't said); or a role
            can't be given so, as ``grant``: its faults are named ``roles.<number>.<field>``.
    """
    require(actor, "accounts.manage", newcomer.authority.pk)
    stepup.require(actor, at=at)
    new = NewUser(newcomer.email, newcomer.full_name, newcomer.authority, newcomer.language)
    try:
        user = make_user(actor=actor, at=at, new_user=new)
    except AlreadyThere as error:
        raise _taken(newcomer.email, actor) from error
    if newcomer.verified:
        verify_user(actor=actor, at=at, user_id=user.pk)
    faults: dict[str, list[str]] = {}
    # What one person gives comes first: what two give is held against it (``held-apart``).
    for number, wanted in sorted(enumerate(newcomer.roles), key=lambda one: one[1].role in BY_TWO):
        try:
            give_or_ask(actor=actor, at=at, appointment=wanted.of(user, newcomer.authority))
        except InvalidInput as error:
            faults |= {f"roles.{number}.{name}": codes for name, codes in error.extra["fields"].items()}
        except AlreadyThere:
            faults[f"roles.{number}.role"] = ["duplicate"]
    if faults:
        raise InvalidInput(faults)
    if not second_person.may_be_shown_code(actor, user, at=at):
        return user, None
    return invite(actor=actor, at=at, user_id=user.pk)


def _taken(email: str, actor: Actor) -> AlreadyThere | InvalidInput:
    """Return the refusal of an address that has an account: whose it is, is for who administers that one (0031)."""
    user_id: UUID | None = None
    if not actor.is_system:
        holder = managed_users(actor).filter(email=normalised_email(email)).first()
        user_id = holder.pk if holder else None
    if user_id is None:
        return InvalidInput({"email": ["not-usable"]})
    return AlreadyThere(
        _("Cette personne a déjà un compte ici."), fields={"email": ["has-account"]}, user=str(user_id)
    )
