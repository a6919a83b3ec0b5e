"""The filings joined to a file, and those that a reader of the file may read with it (T12)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from accounts.actor import Actor
from core.compiled_queries import CompiledQuery, Given
from encryption.authentic import CheckedRows
from referrals.access.child_sight import sight_of
from referrals.access.exceptions import exceptional
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess
from referrals.models import Joining, Referral


def joined_filings(referral: Referral) -> Iterator[Referral]:
    """Yield the filings joined to a file, and those joined to them before."""
    for joining in _JOININGS.rows(target=referral.pk):
        yield joining.referral
        # Chains are walked, not flattened, for each joining can be undone by itself.
        yield from joined_filings(joining.referral)


def _joinings() -> "QuerySet[Any]":
    joined = Joining.objects.filter(target=Given("target", UUIDField()), undone_at=None)
    return CheckedRows.of(joined.select_related("referral__concern"))


_JOININGS: Final = CompiledQuery(_joinings)


def readable_filings(
    referral: Referral, ties: CaseAccess, actor: Actor, *, at: datetime
) -> Iterator[tuple[Referral, CaseAccess]]:
    """Yield the filings joined to a file that its reader may read, with the ties that count for each (T12).

    The file's own ties, unless the reader is excluded from the filing, or it is restricted to others. A broken glass
    opens one case, and no other that was joined to it (§1.3 rule 7). A child who is hidden in the file is hidden in
    its filings too, under the id that it has there, and a filing about hidden children alone is too (SEC-AZ20).
    """
    # The file's ties don't decide alone: each filing has exclusions and a restriction of its own (SEC-AZ4).
    special = exceptional(actor, at=at)
    ordinary = frozenset(pair for pair in ties.pairs if pair[1] is not Relation.BROKEN_GLASS)
    hidden = sight_of(referral, ties, actor).hidden
    for joining in _JOININGS.rows(target=referral.pk):
        filing = joining.referral
        named, glass = filing.pk in special.unlocked, filing.pk in special.glass
        # A child has another id in each filing: hiding the file's id alone would show it under the other (SEC-AZ20).
        twins = {UUID(mine) for mine, same in joining.same_children.items() if UUID(same) in hidden}
        theirs = replace(
            ties, pairs=ties.pairs if glass else ordinary, named=named, glass=glass, hidden=hidden | twins
        )
        may_read = filing.pk not in special.excluded and (named or not filing.restricted)
        if may_read and not (hidden and _about_hidden_alone(joining, hidden)):
            yield filing, theirs
        # The file's own pairs go down, not those left for this filing: a glass that doesn't open this one may open one
        # below.
        yield from readable_filings(filing, replace(theirs, pairs=ties.pairs, glass=ties.glass), actor, at=at)


def _about_hidden_alone(joining: Joining, hidden: frozenset[UUID]) -> bool:
    """Tell whether all children of a filing are hidden in its file, as the same there or as brought to it."""
    same = {UUID(theirs) for theirs in joining.same_children.values()}
    brought = joining.moved.filter(relation="children").values_list("row", flat=True)
    return same <= hidden and set(brought) <= hidden
