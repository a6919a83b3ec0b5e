"""Create accounts, vouch for them, and set their passwords."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import acts, passwords, second_person, sessions, stepup
from accounts.access import managed_users, own_account, require
from accounts.actions.entry import record_about
from accounts.actions.tokens import require_session
from accounts.actor import Actor
from accounts.errors import (
    AlreadyThere,
    InvalidInput,
    NotAllowed,
    OwnAccount,
    PresentPasswordRefused,
)
from accounts.models import Authority, MailedLink, User
from accounts.models.provisioning import ProvisioningAct
from accounts.naming import visible
from accounts.notifications import PASSWORD_CHANGED, tell_owner


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made; ``authority`` will administer it (None: the host alone does)."""

    email: str
    full_name: str
    authority: Authority | None = None
    language: str = "fr"
    phone: str = ""


def make_user(*, actor: Actor, at: datetime, new_user: NewUser) -> User:
    """Make an account that can't sign in yet: it has no password, and no role; nobody has vouched for it.

    Raises:
        InvalidInput: the address isn't one.
        AlreadyThere: there is an account with this address.
    """
    require(actor, "accounts.manage", new_user.authority.pk if new_user.authority else None)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                email=new_user.email,
                full_name=new_user.full_name,
                language=new_user.language,
                phone=new_user.phone,
                home_authority=new_user.authority,
            )
    except ValidationError as error:
        raise InvalidInput({"email": ["invalid"]}) from error
    except IntegrityError as error:
        raise AlreadyThere from error
    second_person.record(ProvisioningAct.MADE, user, actor=actor, at=at)
    record_about(acts.USER_MADE, user.pk, actor=actor, at=at, tenant=user.home_authority_id)
    return user


def verify_user(*, actor: Actor, at: datetime, user_id: UUID) -> User:
    """Say that one has made sure who holds an account: the person, and where they work.

    Raises:
        OwnAccount: nobody vouches for themself.
        AlreadyThere: it is verified.
    """
    users = User.objects.all() if actor.is_system else managed_users(actor)
    user = visible(users.select_for_update(), user_id)
    if actor.user_id == user.pk:
        raise OwnAccount
    if user.verified_at is not None:
        raise AlreadyThere(_("Ce compte est déjà vérifié."))
    user.verified_at = at
    user.save(update_fields=["verified_at"])
    record_about(acts.USER_VERIFIED, user.pk, actor=actor, at=at, tenant=user.home_authority_id)
    return user


def require_present_password(user: User, present: str) -> None:
    """Refuse what isn't the present password of an account; the caller counts the failures.

    Raises:
        PresentPasswordRefused: it isn't.
    """
    if not passwords.matches(user, present):
        raise PresentPasswordRefused


def change_password(*, actor: Actor, at: datetime, present: str, password: str) -> User:
    """Set one's own password in a session, by the present one; all sessions end. Return the account as it is then.

    The caller counts the failures, and keeps the session (``accounts/sign_in_flow.py``).

    Raises:
        PresentPasswordRefused: it isn't the present one; nothing is said of the new one then.
        InvalidInput: the new one isn't acceptable, or is the present one.
    """
    require_session(actor)
    stepup.require(actor, at=at)
    user = User.objects.select_for_update().get(pk=own_account(actor).pk)
    require_present_password(user, present)
    if passwords.spelled(password) == passwords.spelled(present):
        raise InvalidInput({"password": ["unchanged"]})
    set_password(actor=actor, at=at, user=user, password=password)
    return user


def set_password(*, actor: Actor, at: datetime, user: User, password: str) -> None:
    """Set a person's password; sessions and links of before end, and the owner is told.

    Raises:
        InvalidInput: the password isn't acceptable.
    """
    if not actor.is_system and actor.user_id != user.pk:
        raise NotAllowed(rule="own-password")
    passwords.require_acceptable(password, user)
    user.set_password(passwords.spelled(password))
    user.save(update_fields=["password"])
    sessions.end_all(user.pk)
    MailedLink.objects.filter(user=user, email="").delete()
    record_about(acts.PASSWORD_SET, user.pk, actor=actor, at=at, tenant=user.home_authority_id)
    tell_owner(user, PASSWORD_CHANGED, at=at)
