"""Actor: who acts, as every access rule receives it. Built at the edge by ``accounts/signin.py``, then immutable."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.permissions import PERMISSIONS
from accounts.roles import SYSTEM_ROLE, Role
from audit.events import Origin


@dataclass(frozen=True, slots=True)
class Position:
    """One membership in force at the instant of the request."""

    membership_id: UUID
    role: Role
    authority_id: UUID
    unit_id: UUID | None = None
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person or program, with the rights read for this request (SEC-AZ10).

    ``role`` and ``organisation_id`` say in which capacity the act is done; they are set when there is but one
    position, or by :meth:`acting_as`. ``scopes`` is None for a session, and narrows the rights of a token. ``obo`` is
    the account in whose name a job or a stand-in works (SEC-AZ11). ``filing``: this act is done as who files the
    case, and its entry doesn't say by whom (SEC-AL20). ``verified``: an administrator made sure who this is.
    ``proved_at``: when the second factor was proved last in this session; ``proved_in_part``: by a code alone, which
    is one factor. ``name`` is the person's, for comparing alone (``referrals/reading/namesakes.py``): no log shows
    it. Satisfies ``audit.events.Acting``.
    """

    user_id: UUID | None
    positions: tuple[Position, ...]
    origin: Origin
    scopes: frozenset[str] | None = None
    role: str = ""
    organisation_id: UUID | None = None
    obo: UUID | None = None
    filing: bool = False
    verified: bool = False
    proved_at: datetime | None = None
    proved_in_part: bool = False
    name: str = field(default="", repr=False, compare=False)

    @property
    def authority_ids(self) -> frozenset[UUID]:
        return frozenset(position.authority_id for position in self.positions)

    @property
    def membership_ids(self) -> tuple[UUID, ...]:
        return tuple(position.membership_id for position in self.positions)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(position.role for position in self.positions)

    @property
    def is_system(self) -> bool:
        """Tell whether this is the service itself: no account can be it, whatever its roles."""
        return self.user_id is None and self.role == SYSTEM_ROLE

    def narrowed(self, positions: Iterable[Position]) -> "Actor":
        """Return a copy that holds some of its positions alone; in the one that is left, if it is one."""
        retained = tuple(positions)
        only = retained[0] if len(retained) == 1 else None
        return replace(
            self,
            positions=retained,
            role=str(only.role) if only else "",
            organisation_id=only.organisation_id if only else None,
        )

    def roles_in(self, authority_id: UUID) -> frozenset[Role]:
        return frozenset(p.role for p in self.positions if p.authority_id == authority_id)

    def holding(self, roles: Iterable[Role]) -> tuple[Position, ...]:
        wanted = frozenset(roles)
        return tuple(position for position in self.positions if position.role in wanted)

    def may(self, permission: str) -> frozenset[UUID]:
        """Return the authorities for which the actor has a permission of ``accounts/access.py``.

        Raises:
            KeyError: no such permission; a typing error must not read as a refusal.
        """
        return frozenset(position.authority_id for position in self.holding(PERMISSIONS[permission]))

    def acting_as(
        self, role: str, *, authority_id: UUID | None = None, obo: UUID | None = None, filing: bool = False
    ) -> "Actor":
        """Return a copy that says in which role it acts, with the organisation of that position, and in whose name.

        ``filing``: as who files the case.

        Raises:
            ValueError: the actor doesn't hold this role (there).
        """
        for position in self.positions:
            if position.role == role and authority_id in (None, position.authority_id):
                organisation = position.organisation_id
                return replace(
                    self, role=str(role), organisation_id=organisation, obo=obo or self.obo, filing=filing
                )
        raise ValueError("The actor doesn't hold this role.")


_NOWHERE: Final = Origin(rid="", ip="", ua="", dev="", trace="", auth=SYSTEM_ROLE)


def system(*, origin: Origin = _NOWHERE, obo: UUID | None = None, filing: bool = False) -> Actor:
    """Return the service itself as an actor: no account, no position, hence no right of its own on a case."""
    return Actor(user_id=None, positions=(), origin=origin, role=SYSTEM_ROLE, obo=obo, filing=filing)


SYSTEM: Final = system()
