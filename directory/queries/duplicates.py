"""Entries that look like another one, for a person to decide on (field.md A.8).

The same SIRET or FINESS, or the same phone in the same commune. Of a secret place the commune isn't known: there the
département counts, which everybody reads.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from accounts.actor import Actor
from directory.access import editable_structures
from directory.codes import Status
from directory.models import Place, Structure

PAIRS_MAX: Final = 200
_NUMBERS: Final = ("siret", "finess")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two structures of one authority that may be one; ``by``: ``siret``, ``finess`` or ``phone``."""

    first: UUID
    first_name: str
    second: UUID
    second_name: str
    by: str


def possible_duplicates(actor: Actor) -> list[Pair]:
    """Return the pairs among what the actor keeps, each once, by name; five queries.

    Raises:
        NotAllowed: the actor keeps no entries.
    """
    rows = editable_structures(actor).filter(merged_into=None).exclude(status=Status.CLOSED)
    pairs: dict[tuple[UUID, UUID], Pair] = {}
    for by in (*_NUMBERS, "phone"):
        for alike in _alike(rows, by):
            first, *others = sorted(alike, key=lambda one: (one.name, one.pk))
            for other in others:
                key = (first.pk, other.pk)
                pairs.setdefault(key, Pair(first.pk, first.name, other.pk, other.name, by))
    return sorted(pairs.values(), key=lambda pair: (pair.first_name, pair.second_name, pair.first))[
        :PAIRS_MAX
    ]


def _alike(rows: QuerySet[Structure], by: str) -> Iterable[list[Structure]]:
    """Return the groups of structures of one authority that have the same number."""
    same = rows.exclude(**{by: ""}).order_by().values("authority", by).annotate(n=Count("pk")).filter(n__gt=1)
    numbers = sorted({one[by] for one in same[: 5 * PAIRS_MAX]})
    if not numbers:
        return []
    own = Prefetch("places", Place.objects.filter(service=None), to_attr="own_places")
    groups: dict[tuple[object, ...], list[Structure]] = defaultdict(list)
    for one in rows.filter(**{f"{by}__in": numbers}).prefetch_related(own):
        where = _where(one) if by == "phone" else ("",)
        for place in where:
            groups[one.authority_id, getattr(one, by), place].append(one)
    return [group for group in groups.values() if len(group) > 1]


def _where(structure: Structure) -> tuple[str, ...]:
    """Return the places by which a structure is compared: its département if it is secret or compared with such."""
    places: list[Place] = getattr(structure, "own_places", [])
    if not places:
        return ()
    (place,) = places
    return (place.insee_code or f"{place.department}?",)
