"""People of an authority as their administrators see them: state of the account, roles, filters, search by name."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.links import programs
from accounts.models import Factor, Identity, MailedLink, User
from accounts.models.membership import MembershipQuerySet
from core.texts import holds_words

#: A ``User`` with ``state``, and ``held``, some of its memberships; of one person also ``asked_for``, the roles that
#: wait for a second person, and ``code``, that of an invitation just made (None else). Queries alone give these.
type Person = Any
#: As many people are shown of those whom a search finds.
SHOWN_AT_MOST: Final = 50


class AccountState(models.TextChoices):
    """What stands between an account and its use, the first that does."""

    CLOSED = "closed", _("Compte fermé")
    PROGRAM = "program", _("Programme")
    INVITED = "invited", _("Invitation envoyée")
    NOT_INVITED = "not_invited", _("À inviter")
    NO_FACTOR = "no_factor", _("Sans second moyen de connexion")
    ACTIVE = "active", _("Actif")


def with_state(users: QuerySet[User]) -> QuerySet[Person]:
    """Give each account its ``state``.

    An invitation that has lapsed counts until it is deleted, within the hour (``links:forgotten``).
    """
    own = {"user": OuterRef("pk")}
    invited = Exists(MailedLink.objects.filter(**own, code__isnull=False))
    cannot_sign_in = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) & ~Exists(
        Identity.objects.filter(**own)
    )
    states = Case(
        When(is_active=False, then=Value(AccountState.CLOSED)),
        When(programs(), then=Value(AccountState.PROGRAM)),
        When(invited, then=Value(AccountState.INVITED)),
        When(cannot_sign_in, then=Value(AccountState.NOT_INVITED)),
        When(~Exists(Factor.objects.filter(**own)), then=Value(AccountState.NO_FACTOR)),
        default=Value(AccountState.ACTIVE),
        output_field=models.CharField(),
    )
    return users.annotate(state=states)


def with_roles(users: QuerySet[Person], held: MembershipQuerySet) -> QuerySet[Person]:
    """Give each account ``held``, those of these memberships that are its own, with the names of their places."""
    rows = held.select_related("authority", "unit", "organisation").order_by("role", "valid_from", "pk")
    return users.prefetch_related(Prefetch("memberships", queryset=rows, to_attr="held"))


def lasting(memberships: MembershipQuerySet, *, at: datetime) -> MembershipQuerySet:
    """Keep the memberships that haven't ended, those to come included."""
    return memberships.filter(Q(valid_to=None) | Q(valid_to__gt=at))


def narrowed(
    users: QuerySet[Person],
    held: MembershipQuerySet,
    *,
    state: str = "",
    role: str = "",
    place: UUID | None = None,
) -> QuerySet[Person]:
    """Keep the accounts in a state of ``with_state``, and those with a role or at a place by one of ``held``."""
    if state:
        users = users.filter(state=state)
    if role or place:
        theirs = held.filter(user=OuterRef("pk"))
        theirs = theirs.filter(role=role) if role else theirs
        theirs = theirs.filter(Q(unit=place) | Q(organisation=place)) if place else theirs
        users = users.filter(Exists(theirs))
    return users


def matching_ids(users: QuerySet[User], words: str) -> list[UUID]:
    """Return the ids of the accounts in whose name or address each word stands, whatever its accents and case.

    Compared here, not in SQL: the two databases know case and accents differently.
    """
    rows = users.order_by("email").values_list("pk", "full_name", "email")
    return [pk for pk, name, email in rows if holds_words(f"{name} {email}", words)]
