"""The account that a breach puts in question: found, suspended, given back; it is kept by its pseudonym alone."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.actions.suspension import restore_account, suspend_account
from accounts.actor import Actor, system
from accounts.identifiers import sought_email
from accounts.models import Membership, User
from accounts.veil import account_of
from referrals.models import DataBreach


def named(address: str, authority_id: UUID, *, at: datetime) -> UUID | None:
    """Return the open account of an address that is of an authority, by its making or by a role."""
    held = Membership.objects.in_force(at).filter(user=OuterRef("pk"), authority=authority_id)
    users = User.objects.filter(Q(home_authority=authority_id) | Q(Exists(held)), is_active=True)
    user = users.filter(email=sought_email(address)).first()
    return user.pk if user is not None else None


def suspend(row: DataBreach, *, actor: Actor, at: datetime) -> None:
    """Suspend the account in question, as the service, for whoever declares or judges."""
    account = account_of(row.who, row.subjects, active=True)
    if account is None:
        return
    if suspend_account(actor=_service(actor), at=at, user_id=account, tenant=row.authority_id):
        row.suspended_at = at


def give_back(row: DataBreach, *, actor: Actor, at: datetime) -> None:
    """Lift the suspension, unless another breach suspends the same account."""
    account = account_of(row.who, row.subjects)
    others = DataBreach.objects.filter(who=row.who, suspended_at__isnull=False, lifted_at=None).exclude(
        pk=row.pk
    )
    if account is not None and not others.exists():
        restore_account(actor=_service(actor), at=at, user_id=account, tenant=row.authority_id)
    row.lifted_at, row.lifted_by_id = at, actor.user_id


def _service(actor: Actor) -> Actor:
    return replace(system(origin=actor.origin), obo=actor.user_id)
