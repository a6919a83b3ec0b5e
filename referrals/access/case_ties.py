"""The ties of an actor to one case, as ``visible_to`` annotated them, and the state that it sees."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess, Tie, possible_ties
from referrals.models import Referral
from referrals.vocabulary.states import State


def ties_of(referral: Referral, actor: Actor) -> CaseAccess:
    """Return what ties the actor to a referral that ``visible_to`` gave."""
    row: Any = referral
    # By the flags of the query that gave the row: computed a second time, ties could differ from the list that showed
    # the case (SEC-AZ1).
    ties_on_row = tuple([t for t in possible_ties(actor) if getattr(row, t.name, None)])
    absent = tuple(
        [(t.role, getattr(row, t.name)) for t in ties_on_row if t.relation is Relation.STANDING_IN]
    )
    draft, glass, listed = (
        row.state == State.DRAFT,
        bool(getattr(row, "tie_glass", False)),
        bool(row.tie_named),
    )
    return _access(ties_on_row, absent, draft, glass, listed, bool(referral.restricted))


# The cases of a list are alike: most have the same ties.
@lru_cache(maxsize=1_000)
def _access(
    held: tuple[Tie, ...],
    absent: tuple[tuple[Role, UUID], ...],
    draft: bool,
    glass: bool,
    listed: bool,
    restricted: bool,
) -> CaseAccess:
    pairs, stood_for = frozenset((t.role, t.relation) for t in held), frozenset(absent)
    named = listed or glass
    # Restricted to others, a case keeps own filing alone, for its coarse line; all other ties give nothing (§1.3 rule
    # 3).
    if not draft and restricted and not named:
        pairs, stood_for = frozenset(pair for pair in pairs if pair[1] is Relation.OWN), frozenset()
    return CaseAccess(pairs=pairs, draft=draft, named=named, glass=glass, absent=stood_for, listed=listed)


def state_seen(referral: Referral, ties: CaseAccess) -> str:
    """Return the state from which the actor's steps start: a filing taken back stays so for whoever took it back.

    Otherwise what one may do would tell that somebody took the case up again (domain.md §1.4).
    """
    # Who arbitrates a transfer reads nothing of the case either, and needs its true state to answer (T33).
    taken_back = ties.coarse and not ties.receiving and referral.withdrawn_at is not None
    return str(State.WITHDRAWN if taken_back else referral.state)
