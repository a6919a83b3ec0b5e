"""Writes the record linkage index: at filing, and later for a case whose identities have changed.

``outdate`` marks a case, ``work`` then opens and reindexes it; it changes attributes of the referral that the caller
saves, as a step's body does. A case that goes to another authority is a new row there, which the work indexes under
that authority's key; the values of a destroyed case go with its other rows (``referrals/retention/elimination.py``).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet, UUIDField

from accounts.models import Membership
from accounts.roles import Role
from core.compiled_queries import CompiledQuery, Given
from encryption import index
from referrals.matching import blocking_keys, buckets, identity
from referrals.matching.identity import Family
from referrals.vocabulary.states import DuplicateState
from referrals.workflow import hooks

if TYPE_CHECKING:
    from referrals.models import Referral
    from referrals.workflow.context import StepContext


def index_filing(act: "StepContext") -> None:
    """Index a concern while what it says is at hand: the same statements whoever it is about (T02, T03; SEC-AZ8)."""
    referral = act.case.referral
    rows = list(identity.rows_of(referral))
    day = (referral.received_at or act.at).date()
    family = identity.family(rows, act.case.plain or {}, on=day)
    act.case.insert(*_values(referral, family))


def replace(families: "Mapping[Referral, Family]") -> None:
    """Put the values of cases in the place of those that they had."""
    rows = [row for referral, family in families.items() for row in _values(referral, family)]
    table: Any = apps.get_model("referrals", "IndexValue")
    table.objects.filter(referral__in=list(families)).delete()
    table.objects.bulk_create(rows)


def _values(referral: Any, family: Family) -> list[Any]:
    """Return the rows of a case's values, and note on it by which version, length and key they are made."""
    bits = _BITS.first(authority=referral.authority_id) or buckets.SHORTEST
    under = index.likeness_keys()[0]
    traits = [*blocking_keys.of(family), *blocking_keys.of_people(family.people)]
    numbered = buckets.values(referral.authority_id, traits, bits, under=under)
    referral.index_norm, referral.index_bits, referral.index_key = blocking_keys.NORM, bits, under
    table = referral.index_values.model
    return [table(referral=referral, row=trait.row, bucket=bucket) for bucket, trait in numbered]


def _bits() -> "QuerySet[Any, int]":
    sizes: Any = apps.get_model("referrals", "IndexSize").objects
    of_authority: QuerySet[Any, Any] = sizes.filter(authority=Given("authority", UUIDField())).order_by("pk")
    return of_authority.values_list("bits", flat=True)[:1]


_BITS: Final = CompiledQuery(_bits)


def outdate(referral: "Referral") -> None:
    """Let a case be indexed and searched for anew: its identities changed (T42, T50).

    The values that it has stay until then.
    """
    referral.index_norm, referral.searched_at, referral.searched_partly = 0, None, ""


@hooks.service_named.register
def opens_to(referral: "Referral", service: UUID, *, at: datetime) -> None:
    """Let a case be compared anew when a service of another authority comes to read it: its people's ties count."""
    agents = Membership.objects.in_force(at).filter(organisation=service, role=Role.MEASURE_SERVICE)
    if agents.exclude(authority=referral.authority_id).exists():
        outdate(referral)


def follow_row(row: UUID, referral: "Referral") -> None:
    """Let the values of a row that went to another case go with it (T12, T35)."""
    referral.index_values.model.objects.filter(row=row).update(referral=referral)


def hide_row(row: UUID, referral: "Referral") -> None:
    """Take a child out of search at once: recorded by mistake, or kept for those who are named (T42, T46).

    The files that hold a pair with this one, which the service suggested, are searched for anew too: it may have been
    about the child, and is then taken back.
    """
    referral.index_values.filter(row=row).delete()
    outdate(referral)
    pairs = referral.duplicates_elsewhere.filter(state=DuplicateState.SUGGESTED, suggested_by=None)
    type(referral)._default_manager.filter(pk__in=pairs.values("referral")).update(searched_at=None)


def follow_corrections(act: "StepContext", corrected: Iterable[Any], *, wrong_person: UUID | None) -> None:
    """Take a mistaken child out of search; let what was corrected of an identity be indexed anew (T42)."""
    if wrong_person is not None:
        hide_row(wrong_person, act.case.referral)
    if any(item.field in identity.COMPARED.get(item.part, ()) for item in corrected):
        outdate(act.case.referral)
