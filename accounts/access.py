"""Access rules for accounts and for the journal: one table, one sentence each.

Rights on cases are those of ``referrals/access/visibility.py``. A rule always returns the set of authorities for which
the actor has the right; a list is filtered by that set and one object is looked up in it, so that both follow the same
rule (SEC-AZ1, SEC-AZ6).
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, override
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.errors import NotAllowed, NotVisible
from accounts.models import (
    AccountRequest,
    CalendarFeed,
    FactorReset,
    GrantRequest,
    ImportRun,
    Membership,
    Organisation,
    Token,
    Unit,
    User,
)
from accounts.models.calendarfeed import CalendarFeedQuerySet
from accounts.models.membership import MembershipQuerySet
from accounts.permissions import PERMISSIONS
from accounts.roles import POWERFUL, Role
from encryption.audited_rows import AuditedRows
from encryption.authentic import CheckedRows
from outbox.models import Endpoint

if TYPE_CHECKING:
    from accounts.actor import Actor


#: How long a request for a powerful role, or to reset somebody's factors, waits for the second person.
GRANT_OPEN_FOR: Final = timedelta(days=7)
RESET_OPEN_FOR: Final = timedelta(days=7)
#: How long a request for an account waits for a decision, since its address was confirmed.
REQUEST_OPEN_FOR: Final = timedelta(days=53)


def require(actor: "Actor", permission: str, authority_id: UUID | None) -> None:
    """Refuse an act for which the actor lacks the permission at this authority.

    The service itself may: it acts for whoever holds the server (``manage.py``).
    """
    if not actor.is_system and authority_id not in actor.may(permission):
        raise NotAllowed(rule=permission)


def require_somewhere(actor: "Actor", permission: str) -> None:
    """Refuse whoever has the permission at no authority, before anything that they sent is looked at."""
    if not actor.is_system and not actor.may(permission):
        raise NotAllowed(rule=permission)


def _somewhere(actor: "Actor", permission: str) -> frozenset[UUID]:
    """Return where the actor has the permission, at one authority at least; the service itself has it at none."""
    authorities = actor.may(permission)
    if not authorities:
        raise NotAllowed(rule=permission)
    return authorities


def managed_users(actor: "Actor", authority_id: UUID | None = None) -> QuerySet[User]:
    """Return the accounts that an administrator sees: made by the authority, or ever a member of it.

    ``authority_id`` narrows to one authority.
    """
    authorities = _managed(actor, authority_id)
    member = Membership.objects.filter(user=OuterRef("pk"), authority__in=authorities)
    users = User.objects.filter(Q(home_authority__in=authorities) | Exists(member))
    return _as_written(users, member, authorities)


def _as_written(
    users: QuerySet[User], member: MembershipQuerySet, authorities: frozenset[UUID]
) -> QuerySet[User]:
    """Return accounts of some authorities, those left out that are only members by a row that fails (SEC-AZ22)."""

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            here = row.home_authority_id in authorities
            return row.is_authentic and (here or Membership.mac_field().any_is_authentic(row.members))

    return Rows.of(users.annotate(members=AuditedRows.of(member, "user")))


def managed_memberships(actor: "Actor") -> MembershipQuerySet:
    """Return the memberships of the administered authorities, past ones included."""
    return Membership.objects.filter(authority__in=_managed(actor, None))


def reviewable_memberships(actor: "Actor") -> MembershipQuerySet:
    """Return the memberships whose review is the actor's affair, past ones and own ones included."""
    authorities = _somewhere(actor, "memberships.review")
    return Membership.objects.filter(_is_reviewed_by(authorities, actor.may("accounts.manage")))


def certified_memberships(actor: "Actor") -> MembershipQuerySet:
    """Return the memberships whose certificate of honorability the actor may read of: one's own, or by permission."""
    return Membership.objects.filter(Q(authority__in=actor.may("honorability.read")) | Q(user=actor.user_id))


def reviewers(authority_id: UUID, *, at: datetime) -> dict[UUID, Q]:
    """Return who reviews roles at an authority, each with the condition of the memberships that they review."""
    here, managing = frozenset({authority_id}), who_may("accounts.manage", authority_id, at=at)
    return {
        user: _is_reviewed_by(here, here if user in managing else frozenset()) & ~Q(user=user)
        for user in who_may("memberships.review", authority_id, at=at)
    }


def _is_reviewed_by(authorities: frozenset[UUID], managed: frozenset[UUID]) -> Q:
    """Return the condition of what somebody reviews who may at some authorities, and administers some of them."""
    return Q(authority__in=managed) | Q(authority__in=authorities, role__in=sorted(POWERFUL))


def _managed(actor: "Actor", authority_id: UUID | None) -> frozenset[UUID]:
    """Return the authorities whose people the actor may see; at least one."""
    authorities = _somewhere(actor, "accounts.manage")
    if authority_id is not None and authority_id not in authorities:
        raise NotAllowed(rule="accounts.manage")
    return authorities if authority_id is None else frozenset({authority_id})


def managed_authorities(actor: "Actor") -> frozenset[UUID]:
    """Return the authorities that the actor administers; none for the service itself."""
    return frozenset() if actor.is_system else actor.may("accounts.manage")


def appointable_users(authority_id: UUID, *, at: datetime) -> QuerySet[User]:
    """Return the open accounts that an authority may give a role: its own, who works there, and who is nobody's.

    A role ends the sessions of whoever gets it (SEC-AU5): no administrator may sign out the people of elsewhere by it,
    nor learn whether an address has an account there. Who works for two authorities gets the second role from the host.
    """
    roles = Membership.objects.in_force(at).filter(user=OuterRef("pk"))
    here, nobodys = (Exists(roles.filter(authority=authority_id)), Q(home_authority=None) & ~Exists(roles))
    return User.objects.filter(Q(home_authority=authority_id) | here | nobodys, is_active=True)


def resettable_users(actor: "Actor", *, at: datetime) -> QuerySet[User]:
    """Return the accounts whose factors an administrator may ask to reset: fewer than ``managed_users``.

    An account is its home authority's affair; one that has none that of the only authority where its person works now.
    Else two persons anywhere could give somebody a role there, and reset what guards an account elsewhere.
    """
    authorities = _managed(actor, None)
    member = Membership.objects.in_force(at).filter(user=OuterRef("pk"), authority__in=authorities)
    return _as_written(User.objects.filter(_is_theirs("", authorities, at=at)), member, authorities)


def open_resets(actor: "Actor", *, at: datetime) -> QuerySet[FactorReset]:
    """Return the requests to reset factors that wait for a second person at the actor's authorities.

    One whose asker no longer administers is dead (SEC-AZ12), and so is one older than a week.
    """
    authorities = _somewhere(actor, "factors.reset")
    asker = _askers(at).filter(authority__in=authorities)
    waiting = FactorReset.objects.filter(decided_at=None, asked_at__gt=at - RESET_OPEN_FOR)
    return waiting.filter(Exists(asker)).filter(_is_theirs("user__", authorities, at=at))


def _is_theirs(of: str, authorities: frozenset[UUID], *, at: datetime) -> Q:
    """Return the condition that the account at the path ``of`` was made there, or nowhere and works there alone."""
    roles = Membership.objects.in_force(at).filter(user=OuterRef(f"{of}pk"))
    alone = Exists(roles.filter(authority__in=authorities)) & ~Exists(
        roles.exclude(authority__in=authorities)
    )
    return Q(**{f"{of}home_authority__in": authorities}) | (Q(**{f"{of}home_authority": None}) & alone)


def open_grant_requests(actor: "Actor", *, at: datetime) -> QuerySet[GrantRequest]:
    """Return the requests for powerful roles that wait for a second person at the actor's authorities.

    One whose asker no longer administers the authority is dead (SEC-AZ12), and so is one older than a week.
    """
    authorities = _somewhere(actor, "memberships.confirm")
    return waiting_grants(authorities, at=at)


def waiting_grants(authorities: frozenset[UUID], *, at: datetime) -> QuerySet[GrantRequest]:
    """Return the requests for powerful roles that wait at these authorities; see ``open_grant_requests``."""
    asker = _askers(at).filter(authority=OuterRef("authority"))
    waiting = GrantRequest.objects.filter(
        authority__in=authorities, decided_at=None, asked_at__gt=at - GRANT_OPEN_FOR
    )
    return waiting.filter(Exists(asker))


def managed_imports(actor: "Actor", *, at: datetime) -> QuerySet[ImportRun]:
    """Return the imports of the administered authorities; of others those that were asked for."""
    own = Q(tried_by=actor.user_id) | Q(asked_at__isnull=False)
    going = Q(decided_at__isnull=False) | Q(tried_at__gt=at - GRANT_OPEN_FOR)
    return ImportRun.objects.filter(own, going, authority__in=_managed(actor, None))


def open_imports(actor: "Actor", *, at: datetime) -> QuerySet[ImportRun]:
    """Return the imports that wait for a second person at the actor's authorities, as ``open_grant_requests``."""
    authorities = _somewhere(actor, "memberships.confirm")
    asker = _askers(at, "tried_by").filter(authority=OuterRef("authority"))
    waiting = ImportRun.objects.filter(
        authority__in=authorities, decided_at=None, asked_at__isnull=False, tried_at__gt=at - GRANT_OPEN_FOR
    )
    return waiting.filter(Exists(asker))


def visible_imports(actor: "Actor", *, at: datetime) -> QuerySet[ImportRun]:
    if not actor.may("accounts.manage"):
        return open_imports(actor, at=at)
    managed = managed_imports(actor, at=at)
    if not actor.may("memberships.confirm") - actor.may("accounts.manage"):
        return managed
    both = Q(pk__in=managed.values("pk")) | Q(pk__in=open_imports(actor, at=at).values("pk"))
    return ImportRun.objects.filter(both)


def _askers(at: datetime, by: str = "asked_by") -> MembershipQuerySet:
    """Return the offices in which whoever asked, of an outer row that says it in ``by``, may still ask."""
    offices = Membership.objects.in_force(at).filter(role__in=sorted(PERMISSIONS["accounts.manage"]))
    return offices.filter(user=OuterRef(by))


def waiting_requests(*, at: datetime) -> QuerySet[AccountRequest]:
    """Return the requests for accounts and roles that wait for a decision, anywhere.

    One that an institution's lead made for a colleague is dead when they lead it no more, one of a closed account too.
    """
    lead = Membership.objects.in_force(at).filter(
        user=OuterRef("asked_by"),
        role=Role.FILER_ORG_LEAD,
        authority=OuterRef("authority"),
        organisation=OuterRef("organisation"),
    )
    waiting = AccountRequest.objects.filter(decided_at=None, confirmed_at__gt=at - REQUEST_OPEN_FOR)
    waiting = waiting.filter(Q(user=None) | Q(user__is_active=True))
    return waiting.filter(Q(asked_by=None) | Exists(lead))


def open_account_requests(actor: "Actor", *, at: datetime) -> QuerySet[AccountRequest]:
    """Return the requests for accounts and roles that wait for a decision at the actor's authorities."""
    authorities = _somewhere(actor, "account-requests.decide")
    return waiting_requests(at=at).filter(authority__in=authorities)


def decided_account_requests(actor: "Actor") -> QuerySet[AccountRequest]:
    """Return those on which somebody of the actor's authorities decided lately."""
    authorities = actor.may("account-requests.decide")
    return AccountRequest.objects.filter(authority__in=authorities, decided_by__isnull=False)


def own_account_requests(actor: "Actor") -> QuerySet[AccountRequest]:
    """Return what the actor asked for themself; what became of a request for a colleague is that colleague's."""
    return AccountRequest.objects.filter(user=own_account(actor), asked_by=None)


def led_positions(actor: "Actor") -> QuerySet[Membership]:
    """Return the institutions that the actor leads now, as positions."""
    ids = [position.membership_id for position in actor.holding([Role.FILER_ORG_LEAD])]
    if not ids:
        raise NotAllowed(rule="filer_org_lead")
    return Membership.objects.filter(pk__in=ids).select_related("authority", "organisation").order_by("id")


def office_holders(roles: Iterable[Role], authority_id: UUID | None, *, at: datetime) -> frozenset[UUID]:
    memberships = Membership.objects.in_force(at).filter(authority=authority_id, role__in=sorted(roles))
    return frozenset(one.user_id for one in memberships)


def second_persons(
    permission: str, authority_id: UUID | None, *, but: Collection[UUID | None], at: datetime
) -> frozenset[UUID]:
    """Return who can confirm at an authority what one person asked for, without those whom it isn't for."""
    return who_may(permission, authority_id, at=at) - set(but)


def who_may(permission: str, authority_id: UUID | None, *, at: datetime) -> frozenset[UUID]:
    return office_holders(PERMISSIONS[permission], authority_id, at=at)


def own_account(actor: "Actor") -> User:
    if actor.user_id is None:
        raise NotVisible
    return User.objects.get(pk=actor.user_id)


def own_positions(actor: "Actor") -> QuerySet[Membership]:
    """Return the memberships in which the actor came, with what is shown of them: one query."""
    ids = [position.membership_id for position in actor.positions]
    return (
        Membership.objects.filter(pk__in=ids)
        .select_related("authority", "unit", "organisation")
        .order_by("authority__code", "role", "id")
    )


def own_profession(actor: "Actor") -> str:
    """Return what the actor works as (``accounts.models.accountrequest.Profession``), or none."""
    ids = [position.membership_id for position in actor.positions]
    accepted = AccountRequest.objects.filter(membership__in=ids, accepted=True).exclude(profession="")
    return accepted.order_by("-decided_at").values_list("profession", flat=True).first() or ""


def own_tokens(actor: "Actor") -> QuerySet[Token]:
    """Return a person's tokens; for a program only those of the membership as which it came."""
    if actor.scopes is None:
        return Token.objects.filter(membership__user=actor.user_id)
    return Token.objects.filter(membership__in=[position.membership_id for position in actor.positions])


def own_feeds(actor: "Actor") -> CalendarFeedQuerySet:
    """Return a person's calendar feeds, those that no longer open anything included."""
    return CalendarFeed.objects.filter(user=own_account(actor))


def own_endpoints(actor: "Actor") -> QuerySet[Endpoint]:
    """Return the addresses where the actor is called, those removed left out: none, unless it is a program."""
    return Endpoint.objects.filter(user_id=own_account(actor).pk, disabled_at=None)


def units_of(actor: "Actor", authority_id: UUID) -> QuerySet[Unit]:
    if authority_id not in actor.authority_ids:
        raise NotVisible
    return Unit.objects.filter(authority=authority_id)


def visible_organisations(actor: "Actor") -> QuerySet[Organisation]:
    """Return the institutions of the actor's authorities, and those of the whole country."""
    return Organisation.objects.filter(Q(authority=None) | Q(authority__in=actor.authority_ids))


def managed_organisations(actor: "Actor") -> QuerySet[Organisation]:
    """Return the institutions whose entry the actor may correct: those of the administered authorities."""
    authorities = _somewhere(actor, "organisations.manage")
    return Organisation.objects.filter(authority__in=authorities)


def listed_organisations(actor: "Actor", authority_id: UUID) -> QuerySet[Organisation]:
    """Return the institutions that a member of one authority's own may be of: the authority's and the country's."""
    return visible_organisations(actor).filter(Q(authority=None) | Q(authority=authority_id))
