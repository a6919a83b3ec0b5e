"""The account that a breach puts in question: found, suspended, given back; it is kept by its pseudonym alone."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.actions.suspension import holds, open_or_suspended, restore_account, suspend_account
from accounts.actor import Actor, system
from accounts.identifiers import sought_email
from accounts.models import Membership, User
from accounts.veil import account_of
from audit import pseudonyms
from referrals.access import row_level_security
from referrals.models import DataBreach


def named(address: str, authority_id: UUID, *, at: datetime) -> UUID | None:
    """Return the account of an address that is of an authority, by its making or by a role; not one that is closed."""
    going_on = Q(valid_to=None) | Q(valid_to__gt=at)
    memberships = Membership.objects.filter(
        going_on, user=OuterRef("pk"), authority=authority_id, valid_from__lte=at
    )
    users = User.objects.filter(
        Q(home_authority=authority_id) | Q(Exists(memberships)), open_or_suspended(at)
    )
    user = users.filter(email=sought_email(address)).first()
    return user.pk if user is not None else None


def suspend(row: DataBreach, *, actor: Actor, at: datetime) -> None:
    """Suspend the account in question, as the service, for whoever declares or judges; again, where another does."""
    account = account_of(row.who, row.subjects)
    if account is None:
        return
    if suspend_account(actor=_service(actor), at=at, user_id=account, tenant=row.authority_id):
        row.suspended_at = at


def give_back(row: DataBreach, *, actor: Actor, at: datetime) -> None:
    """Lift the suspension, unless another breach suspends the same account."""
    account = account_of(row.who, row.subjects)
    if account is not None and not is_suspended(account, but=row):
        restore_account(actor=_service(actor), at=at, user_id=account, tenant=row.authority_id)
    row.lifted_at, row.lifted_by_id = at, actor.user_id


def is_suspended(account: UUID, *, but: DataBreach | None = None) -> bool:
    """Tell whether a breach, ``but`` one, suspends an account and isn't lifted, at whichever authority.

    A row names it by its own pseudonym, or by that under which it filed one of its cases.
    """
    with row_level_security.beyond():
        rows = DataBreach.objects.filter(suspended_at__isnull=False, lifted_at=None)
        standing = [one for one in rows if but is None or one.pk != but.pk]
        return any(
            pseudonyms.account(one.who, among=[account], cases=[UUID(case) for case in one.subjects])
            for one in standing
            if one.who is not None
        )


holds.stands = is_suspended


def _service(actor: Actor) -> Actor:
    return replace(system(origin=actor.origin), obo=actor.user_id)
