"""Child-level access: which classes an actor reads about which children of a case (SEC-AZ20, SEC-AZ21)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import UUIDField

from accounts.actor import Actor
from core.compiled_queries import CompiledQuery, Given, known_rows_of
from referrals.access.matrix import Relation
from referrals.access.people import services_of
from referrals.access.relations import CaseAccess
from referrals.models import Child, Referral
from referrals.vocabulary.states import ALIVE

if TYPE_CHECKING:
    from referrals.models import Measure


@dataclass(frozen=True, slots=True)
class Sight:
    """Of which children of one case an actor reads which classes; every part of a case asks it (SEC-AZ20).

    ``children``: all children of the case; empty where no bound applies to the actor. ``hidden``: those restricted to
    other persons (T46). ``confided``: the alive measures of the actor's own service, by id, with the child of each; the
    service's rights count for these alone (SEC-AZ21).
    """

    ties: CaseAccess
    children: frozenset[UUID] = frozenset()
    hidden: frozenset[UUID] = frozenset()
    confided: Mapping[UUID, UUID] = field(default_factory=dict)

    def of(self, child: UUID | None) -> CaseAccess:
        """Return the ties that count for what hangs on a child; None: for the whole case."""
        if child is None or child not in self.children:
            return self.ties
        # Before what is confided: a service with a measure for a restricted child isn't on its list for that (T46).
        if child in self.hidden:
            return replace(self.ties, pairs=frozenset())
        # The service's tie counts for its own children: a measure for one child must not open the brothers and sisters
        # (SEC-AZ21).
        return self.ties if child in self.confided.values() else self.ties.without_service

    def of_measure(self, measure: "Measure") -> CaseAccess:
        """Return the ties that count for a measure: those of its child, the service's for its own measures alone."""
        access = self.of(measure.child_id)
        return access if measure.pk in self.confided else access.without_service

    def reads(self, access_class: str, child: UUID | None = None) -> bool:
        """Tell whether the actor reads a class of what hangs on a child, in full; without one, of the whole case."""
        return access_class in self.of(child).reads

    def unread(self, access_class: str, *, partly: bool = False) -> frozenset[UUID]:
        """Return the children of whom the actor doesn't read a class, in full or, with ``partly``, in part either."""
        return frozenset(
            child
            for child in self.children
            if not self.reads(access_class, child) and not (partly and access_class in self.of(child).partial)
        )


#: The columns that the HMAC covers, and no sealed one: this is asked at each reading of a case.
_CHILDREN: Final = CompiledQuery(
    lambda: Child.objects.filter(referral=Given("file", UUIDField())).only("referral", "restricted", "mac")
)


def sight_of(referral: Referral, ties: CaseAccess, actor: Actor) -> Sight:
    """Return of which children the actor sees what, by a query at most for each of the two bounds."""
    # A draft is whole to who types it, and the coarse line names no child: neither needs a query.
    if ties.draft or ties.coarse:
        return Sight(ties)
    serves = any(relation is Relation.EXECUTING for _, relation in ties.pairs)
    confided: dict[UUID, UUID] = {}
    if serves:
        services = services_of(actor)
        # As rows, not by a condition: each is checked, for a measure confided by hand must give a service nothing
        # (SEC-AZ22).
        own = [
            row
            for row in known_rows_of(referral, "measures")
            if row.service_id in services and row.state in ALIVE
        ]
        confided = {row.pk: row.child_id for row in own if row.is_authentic}
    rows: Iterable[Child] = ()
    # Where children were prefetched for many cases, asking here would be a query for each of them.
    if "children" in getattr(referral, "_prefetched_objects_cache", {}):
        rows = referral.children.all()
    elif serves or not ties.named:
        rows = _CHILDREN.rows(file=referral.pk)
    children = {child.pk: child.restricted for child in rows}
    # `ties.hidden` comes from the file to which a filing is joined: a child hidden there is hidden in the filing too
    # (SEC-AZ20).
    hidden = ties.hidden | {pk for pk, restricted in children.items() if restricted and not ties.named}
    if not (hidden or serves):
        return Sight(ties)
    return Sight(ties, frozenset(children) | hidden, hidden, confided)
