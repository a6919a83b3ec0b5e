"""Who may be the second person of an act on an account, and whether one person alone may be in it (SEC-AZ24).

Whoever made an account chose where its mail goes; whoever was shown the code of an invitation to it knows the other
half. One person who has both is in the account, whosever name it bears. So neither that person nor who helped with it
lately confirms what opens cases to it, and before that takes effect the way in is made anew, with the code shown to
somebody else.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from accounts.access import GRANT_OPEN_FOR
from accounts.actor import Actor
from accounts.errors import TwoPersonsNeeded
from accounts.models import FactorReset, GrantRequest, Identity, MailedLink, Membership, Provisioning, User
from accounts.models.provisioning import ProvisioningAct
from accounts.roles import BY_TWO
from encryption.authentic import SignedQuerySet


def record(
    act: ProvisioningAct, user: User, *, actor: Actor, at: datetime, shown_to: UUID | None = None
) -> None:
    """Write that somebody made an account, or sent its invitation: who asked for it, where two persons act."""
    Provisioning.objects.create(
        user=user, act=act, by_id=actor.obo or actor.user_id, shown_to_id=shown_to, at=at
    )


def _hands(users: Collection[UUID], *, at: datetime) -> dict[UUID, set[UUID | None] | None]:
    """Return who made each account, sent its invitation or reset its factors within ``SECOND_PERSON_DAYS``.

    None: a row that says so isn't authentic, so it could be anybody.
    """
    since = at - timedelta(days=settings.SECOND_PERSON_DAYS)
    hands: dict[UUID, set[UUID | None] | None] = {user: set() for user in users}
    for act in Provisioning.objects.filter(user__in=users):
        _add(hands, act, {act.by_id} if act.at > since else set())
    resets: SignedQuerySet[FactorReset] = SignedQuerySet(FactorReset)
    for reset in resets.filter(user__in=users, confirmed=True):
        both = {reset.asked_by_id, reset.decided_by_id}
        _add(hands, reset, both if reset.decided_at is not None and reset.decided_at > since else set())
    return hands


def _add(
    found: dict[UUID, set[UUID | None] | None], row: Provisioning | FactorReset, people: set[UUID | None]
) -> None:
    before = found[row.user_id]
    found[row.user_id] = before | people if before is not None and row.is_authentic else None


def barred_from(users: Collection[UUID], person: UUID | None, *, at: datetime) -> frozenset[UUID]:
    """Return the accounts of which somebody may not confirm, as the second person, what opens cases to them."""
    hands = _hands(users, at=at)
    return frozenset(user for user, people in hands.items() if people is None or person in people)


def require_second(actor: Actor, user_id: UUID, *, at: datetime) -> None:
    """Refuse as a second person whoever made the account, sent its invitation or reset its factors lately.

    Raises:
        TwoPersonsNeeded: the actor did.
    """
    if barred_from([user_id], actor.user_id, at=at):
        raise TwoPersonsNeeded(rule="second-person")


def confirmers(people: Collection[UUID], user_id: UUID, *, at: datetime) -> frozenset[UUID]:
    barred = _hands([user_id], at=at)[user_id]
    return frozenset() if barred is None else frozenset(people) - barred


def makers(user: User) -> frozenset[UUID | None]:
    """Return who made or reopened an account, however long ago; None stands for the server."""
    made = Provisioning.objects.filter(user=user, act=ProvisioningAct.MADE)
    return frozenset(row.by_id for row in made)


def opens_cases(user: User, *, at: datetime) -> bool:
    """Tell whether an account holds, will hold or waits for a role that two persons give."""
    memberships = Membership.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), user=user, role__in=BY_TWO)
    waits = GrantRequest.objects.filter(user=user, decided_at=None, asked_at__gt=at - GRANT_OPEN_FOR)
    return memberships.exists() or waits.exists()


def may_be_shown_code(actor: Actor, user: User, *, at: datetime) -> bool:
    """Tell whether somebody may be shown the code of an invitation: not who made an account that opens cases."""
    return actor.is_system or actor.user_id not in makers(user) or not opens_cases(user, at=at)


def has_way_in(user: User) -> bool:
    """Tell whether its person has a password or an identity of a provider."""
    return user.has_usable_password() or Identity.objects.filter(user=user).exists()


def is_in_one_hand(user: User) -> bool:
    """Tell whether who made an account was shown the code of an invitation since it was last made anew.

    An account from before such rows were written is in none that is known.
    """
    rows = list(Provisioning.objects.filter(user=user).order_by("at"))
    if not all(row.is_authentic for row in rows):
        return True
    made_by = {row.by_id for row in rows if row.act == ProvisioningAct.MADE} - {None}
    renewed = max((row.at for row in rows if row.act == ProvisioningAct.REISSUED), default=None)
    since = [row for row in rows if renewed is None or row.at >= renewed]
    return any(row.shown_to_id in made_by for row in since if row.act == ProvisioningAct.INVITED)


def is_invited(user: User, *, at: datetime) -> bool:
    links = MailedLink.objects.filter(user=user, code__isnull=False)
    return any(link.expires_at > at for link in links)
