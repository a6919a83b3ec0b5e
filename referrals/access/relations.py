"""Relations of a person to a case (domain.md §1.1), and the rights they add up to."""

from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from encryption import index
from referrals.access.matrix import (
    APPROVERS,
    ASSIGNED_ROLES,
    BREAKERS,
    DRAFTERS,
    FILED,
    FILERS,
    GRANTABLE,
    ORDINARY,
    RECEIVERS,
    SHARED_READS,
    Relation,
    classes_read_by,
    partial_by,
    reads_by,
    works_by,
)
from referrals.workflow.step import HOLDER, RECEIVER, Step


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """What one actor is to one case, as read with its row: (role, relation) pairs and the named list.

    ``named``: what is restricted is open too, by the list or by a broken glass; ``glass``: by the latter now;
    ``listed``: by the former, so that they change the list (T46).
    ``absent``: by role, the person for whom the actor stands in there. ``hidden``: of a filing that was joined to a
    file, the children who are hidden from the actor in that file.
    """

    pairs: frozenset[tuple[Role, Relation]]
    draft: bool
    named: bool
    glass: bool = False
    absent: frozenset[tuple[Role, UUID]] = frozenset()
    hidden: frozenset[UUID] = frozenset()
    listed: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """Return the classes that may be read in full; all of the form for who types a draft (119 only writes)."""
        if self.draft:
            if self.shared:
                return SHARED_READS
            typed = any(role not in RECEIVERS for role, _ in self.pairs)
            return frozenset("ABCDEFG") if typed else frozenset()
        return classes_read_by(self.pairs)

    @property
    def partial(self) -> dict[str, str]:
        """Return the classes of which a part may be read, unless another tie reads them in full."""
        parts: dict[str, str] = {}
        for role, relation in self.pairs:
            parts |= partial_by(role, relation)
        return {c: part for c, part in parts.items() if c not in self.reads}

    @property
    def coarse(self) -> bool:
        """Tell whether the actor sees no more than the filer's five words (domain.md §1.4)."""
        # Class A is the shell: who reads neither it nor a part of another class has only the coarse line.
        return self.shared or (not self.draft and "A" not in self.reads and not self.partial)

    @property
    def shared(self) -> bool:
        """Tell whether the case is a draft of somebody else's, shown to the lead of the filer's institution."""
        return self.draft and {relation for _, relation in self.pairs} == {Relation.SHARED}

    @property
    def receiving(self) -> bool:
        """Tell whether the actor stands for an authority that was asked to take the case over."""
        return any(relation is Relation.RECEIVING for _, relation in self.pairs)

    @property
    def without_service(self) -> "CaseAccess":
        """Return what is left where the actor isn't for a measure of its service (SEC-AZ21)."""
        pairs = frozenset(pair for pair in self.pairs if pair[1] is not Relation.EXECUTING)
        return self if pairs == self.pairs else replace(self, pairs=pairs)

    def through(self, access_class: str) -> "CaseAccess":
        """Return what is left of the ties by those that read a class: what they alone open of its rows (SEC-AZ21)."""
        if self.draft:
            return self
        # Otherwise a tie that sees all children, but not this class, would lend its sight to one that reads the class
        # for one child alone.
        pairs = frozenset(pair for pair in self.pairs if access_class in reads_by(*pair))
        return self if pairs == self.pairs else replace(self, pairs=pairs)

    def as_filer(self) -> Role | None:
        """Return the filing role by which the case is the actor's own."""
        return next((role for role, relation in sorted(self.pairs) if relation is Relation.OWN), None)

    @property
    def filed(self) -> bool:
        """Tell whether the actor is to the case what files it, or is shown a draft of it, and nothing else."""
        return all(relation in FILED for _, relation in self.pairs)

    def files_as(self, role: str) -> bool:
        """Tell whether a role ties the actor to the case as who files it, or is shown it, alone (SEC-AL20)."""
        relations = {relation for tied_role, relation in self.pairs if tied_role == role}
        # The empty set is a subset too: without a tie nobody acts as who files.
        return bool(relations) and relations <= set(FILED)

    def reader(self, actor: Actor) -> Actor:
        """Return the actor as the entry of a reading names them: in the role that opens most."""
        role = self.reading_role()
        if role not in actor.roles:
            return actor
        return actor.acting_as(role, obo=self.in_name_of(role), filing=self.files_as(role))

    def role_for(self, step: Step) -> Role | None:
        """Return the role in which the actor may do a step; None if in none."""
        return next((role for role in step.roles if self._stands(step, role)), None)

    def _stands(self, step: Step, role: Role) -> bool:
        for tied_role, relation in self.pairs:
            # The side first: people of the asked authority hold the same roles, and must not do the holder's steps
            # (0013).
            if (
                tied_role is not role
                or (RECEIVER if relation is Relation.RECEIVING else HOLDER) not in step.sides
            ):
                continue
            if relation is Relation.RECEIVING:
                return True
            # Here own filing alone counts, even where a step asks merely to see the case: who is shown a draft changes
            # nothing in it.
            if self.draft or (relation is Relation.OWN and role in FILERS):
                return relation is Relation.OWN
            if step.seeing or (step.holding and "D" in self._holds(role, relation)):
                return True
            if not step.holding and works_by(role, relation):
                return True
        return False

    def _holds(self, role: Role, relation: Relation) -> frozenset[str]:
        """Return what counts for *holding*: class D, of which an extract is enough (domain.md §2.2 Roles)."""
        return reads_by(role, relation) | frozenset(partial_by(role, relation))

    def in_name_of(self, role: str) -> UUID | None:
        """Return the person for whom the actor acts in a role; None where the role is tied to the case by itself."""
        # With a tie of one's own one acts in one's own name: `obo` would name a person who has no part in the act
        # (0011).
        own = any(
            tied_role == role and relation is ORDINARY.get(tied_role) for tied_role, relation in self.pairs
        )
        return (
            None if own else min((user for tied_role, user in self.absent if tied_role == role), default=None)
        )

    def reading_role(self) -> str:
        """Return the role to write down for a read: the one that opens most."""
        return self._ranked()[0]

    def reading_relation(self) -> str:
        """Return the relation to write down for a read: that of the role that opens most."""
        return self._ranked()[1]

    def _ranked(self) -> tuple[str, str]:
        # The pair itself breaks a draw: entries of like readings must be alike.
        ranked = sorted(self.pairs, key=lambda pair: (-len(reads_by(*pair)), pair))
        return (str(ranked[0][0]), str(ranked[0][1])) if ranked else ("", "")


def filed_by(user_id: UUID) -> bytes:
    """Return the keyed index value by which an account finds its own filings (design.md, Keys)."""
    # Keyed, for a stolen copy of the table must name no filer (SEC-CR20, 0040).
    return index.keyed("filer", user_id.bytes)


def shared_with(organisation_id: UUID) -> bytes:
    """Return the keyed index value by which an institution's lead finds the drafts that are shared with it.

    No draft names in clear where its author works.
    """
    return index.keyed("shared", organisation_id.bytes)


@dataclass(frozen=True, slots=True)
class Tie:
    """One way in which an actor may be tied to cases; ``name`` is its flag on the rows that ``visible_to`` gives."""

    name: str
    role: Role
    relation: Relation


def possible_ties(actor: Actor) -> tuple[Tie, ...]:
    """Return the ways in which the roles held now may tie the actor to a case, in a fixed order."""
    return _ties_by(frozenset(position.role for position in actor.positions))


@lru_cache(maxsize=1_000)
def _ties_by(roles: frozenset[Role]) -> tuple[Tie, ...]:
    ties = []
    # The order counts: ``breaking_role`` takes the first role that fits, and a set has another order in each process.
    for role in sorted(roles):
        if role in DRAFTERS:
            ties.append(Tie(f"tie_own_{role}", role, Relation.OWN))
        if role in ORDINARY:
            ties.append(Tie(f"tie_{role}", role, ORDINARY[role]))
        if role is Role.FILER_ORG_LEAD:
            ties.append(Tie(f"tie_shared_{role}", role, Relation.SHARED))
        if role in APPROVERS:
            ties.append(Tie(f"tie_approver_{role}", role, Relation.APPROVER))
        if role in GRANTABLE:
            ties.append(Tie(f"tie_granted_{role}", role, Relation.GRANTED))
        if role in BREAKERS:
            ties.append(Tie(f"tie_glass_{role}", role, Relation.BROKEN_GLASS))
        if role in ASSIGNED_ROLES:
            ties.append(Tie(f"tie_standing_{role}", role, Relation.STANDING_IN))
    return tuple(ties)
