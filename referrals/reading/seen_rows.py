"""Which rows of a case an actor sees, by the child and the part on which they hang (SEC-AZ20)."""

from collections.abc import Callable, Iterable
from uuid import UUID

from referrals.access import matrix
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.models import Referral
from referrals.workflow.about_children import rows_among


def hanging_on(referral: Referral, sight: Sight) -> Callable[[str, UUID | None, UUID | None], bool]:
    """Return what tells whether a row is seen, by its class, its child and its part.

    Its child is that of its column, else of its part; of a part about several, one that is seen is enough. A part of
    the whole case is the whole case's.
    """
    if not sight.children:
        return lambda *_: True
    measures = {row.pk: row for row in referral.measures.only("pk", "child_id", "referral_id")}
    justice = referral.judicial_referrals.prefetch_related("children")
    several = {row.pk: [child.pk for child in row.children.all()] for row in justice}

    def seen(access_class: str, child: UUID | None, part: UUID | None) -> bool:
        if part in measures:
            return access_class in sight.of_measure(measures[part]).reads
        children: list[UUID | None] = (
            [child] if child else [*several.get(part or matrix.NOBODY, ())] or [None]
        )
        return any(sight.reads(access_class, one) for one in children)

    return seen


def ties_among(referral: Referral, sight: Sight, ids: Iterable[UUID]) -> dict[UUID, tuple[CaseAccess, ...]]:
    """Return, of the children and of the rows on children that have one of the ids, the ties that count, by id.

    Of a row about several children, those of each. Nothing where no bound applies to the actor.
    """
    if not sight.children:
        return {}
    named = set(ids)
    ties: dict[UUID, tuple[CaseAccess, ...]] = {pk: (sight.of(pk),) for pk in sight.children & named}
    for pk, row in rows_among(referral, named - sight.children).items():
        measure = row.measure
        ties[pk] = (sight.of_measure(measure),) if measure else tuple(map(sight.of, sorted(row.children)))
    return ties
