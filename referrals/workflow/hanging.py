"""On which children of a case its rows hang that bodies, records and notices name by their ids (SEC-AZ20, SEC-AZ21)."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from referrals.models import Measure, Referral

_IS_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


class Row(NamedTuple):
    """A row that hangs on children: on whom; the measure where it is one, for a service has its own alone."""

    children: frozenset[UUID]
    measure: "Measure | None" = None


def ids_in(said: Any) -> Iterator[UUID]:
    """Yield the ids anywhere in an input, or in the same as JSON."""
    if isinstance(said, UUID):
        yield said
    elif isinstance(said, Mapping):
        for one in (*said, *said.values()):
            yield from ids_in(one)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from ids_in(one)
    elif isinstance(said, str) and _IS_ID.fullmatch(said) is not None:
        yield UUID(said)


def rows_among(referral: "Referral", ids: Collection[UUID]) -> dict[UUID, Row]:
    """Return the rows of a case that have one of the ids and hang on children, by id."""
    if not ids:
        return {}
    measures = referral.measures.filter(pk__in=ids)
    found = {row.pk: Row(frozenset([row.child_id]), row) for row in measures}
    about: dict[UUID, set[UUID]] = {}
    for pk, child in referral.judicial_referrals.filter(pk__in=ids).values_list("pk", "children"):
        about.setdefault(pk, set()).update([child] if child else ())
    for relation in _listing(type(referral)):
        for pk, children in getattr(referral, relation).filter(pk__in=ids).values_list("pk", "children"):
            about[pk] = {UUID(child) for child in children}
    return found | {pk: Row(frozenset(children)) for pk, children in about.items() if children}


def only_child(row: Any) -> UUID | None:
    """Return the child whom a row lists alone: a record, a clock and a notice of it are that child's."""
    return UUID(row.children[0]) if row is not None and len(row.children) == 1 else None


@cache
def _listing(model: "type[Referral]") -> tuple[str, ...]:
    """Return the relations whose rows list the children whom they are about: messages, questions, answers, files."""
    return tuple(
        str(relation.get_accessor_name())
        for relation in model._meta.related_objects
        if any(field.name == "children" for field in relation.related_model._meta.concrete_fields)
    )
