"""Mailed links: a person sets their password or confirms their address with one.

The worker that sends the mail makes the link's secret; before there is none, and afterwards only the mail has it. The
table holds keyed hashes: of the secret, and of the account as it was then, so that another password, address or second
factor invalidates the link (``docs/decisions/0029``). The secret follows the ``#`` of the address: no browser sends
that part to a server, so neither a log nor a Referer has it.

A mailbox alone must never be enough to read a case. A person who forgot the password gets a link only if they have a
second factor to prove afterwards; a person without one is invited, and needs a code sent by another channel.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Factor, MailedLink, Membership, User
from accounts.roles import PROGRAMS
from encryption import index
from outbox.scheduler import recurring

#: The codes of the mails.
FORGOTTEN: Final = "account.password-link"
INVITATION: Final = "account.invitation"
ADDRESS: Final = "account.address"
REQUEST: Final = "account.request"


def people() -> QuerySet[User]:
    """Return the accounts that may have a password at all: those that are open, and of no program."""
    return User.objects.filter(~programs(), is_active=True)


def programs() -> Exists:
    """Return the condition that an account is, or ever was, a program's."""
    return Exists(Membership.objects.filter(user=OuterRef("pk"), role__in=sorted(PROGRAMS)))


def who_may_forget() -> QuerySet[User]:
    """Return those of them whose second factor stays in the way of whoever reads their mail."""
    return people().filter(Exists(Factor.objects.filter(user=OuterRef("pk"))))


def valid_for(template: str) -> timedelta:
    """Return for how long a link counts, from when it was asked for."""
    if template == INVITATION:
        return timedelta(days=settings.INVITATION_DAYS)
    if template == REQUEST:
        return timedelta(hours=settings.ACCOUNT_REQUEST_HOURS)
    return timedelta(minutes=settings.PASSWORD_LINK_MINUTES)


def digest_of(token: str) -> bytes:
    return index.keyed("link.secret", token.encode())


def digest_of_code(user: User, code: str) -> bytes:
    """Return what is kept of the code of an invitation; blanks, hyphens and capitals make no difference."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return index.keyed("link.code", user.pk.bytes + plain.encode())


def state_of(user: User) -> bytes:
    """Return what a link is bound to: the account with its present address, password and second factors."""
    state = f"{user.pk}\n{user.email}\n{user.password}\n{user.factors_version}"
    return index.keyed("link.state", state.encode())


@recurring("links:forgotten", every=timedelta(hours=1))
def forget_old(at: datetime) -> int:
    """Delete the links that count no more; return how many."""
    over = [link.pk for link in MailedLink.objects.iterator() if link.expires_at <= at]
    return int(MailedLink.objects.filter(pk__in=over).delete()[0])
