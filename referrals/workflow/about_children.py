"""Children that each row of a case concerns, where bodies, records and notices name rows by id (SEC-AZ20, SEC-AZ21)."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from django.apps import apps

if TYPE_CHECKING:
    from referrals.models import Measure, Referral

_IS_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


class Row(NamedTuple):
    """A row about children: which ones; and the measure if it is one, because a service sees only its own."""

    children: frozenset[UUID]
    measure: "Measure | None" = None


def ids_in(said: object) -> Iterator[UUID]:
    """Yield the ids anywhere in an input, or in the same as JSON."""
    if isinstance(said, UUID):
        yield said
    elif isinstance(said, Mapping):
        # Keys too: some inputs map a child's id to what is said of it.
        for one in (*said, *said.values()):
            yield from ids_in(one)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from ids_in(one)
    elif isinstance(said, str) and _IS_ID.fullmatch(said) is not None:
        yield UUID(said)


def rows_among(referral: "Referral", ids: Collection[UUID]) -> dict[UUID, Row]:
    """Return the rows of a case that have one of the ids and hang on children, by id.

    A file of a filing that was joined to the case is about whom it names, as the children that they are in the case;
    one that names nobody, about all whom its filing is about. What a step left on record is about whom the record is.
    """
    if not ids:
        return {}
    # A measure first: a service is known by its own measure, not by the child.
    measures = referral.measures.filter(pk__in=ids)
    by_id = {row.pk: Row(frozenset([row.child_id]), row) for row in measures}
    about: dict[UUID, set[UUID]] = {}
    for pk, child in referral.judicial_referrals.filter(pk__in=ids).values_list("pk", "children"):
        about.setdefault(pk, set()).update([child] if child else ())
    for relation in _listing(type(referral)):
        rows: Any = getattr(referral, relation)
        # Files of a joined filing stay with it: they are looked for in the whole table, by their id.
        if relation == FILES:
            rows = rows.model.objects
        for pk, children, holder in rows.filter(pk__in=ids).values_list("pk", "children", "referral_id"):
            named = {UUID(child) for child in children}
            about[pk] = named if holder == referral.pk else _of_filing(referral, holder, named)
    if rest := set(ids) - by_id.keys() - about.keys():
        orientations: Any = referral.orientations.filter(pk__in=rest, child__isnull=False)
        about |= {pk: {child} for pk, child in orientations.values_list("pk", "child")}
    if rest := rest - about.keys():
        for pk, child, part in referral.steps.filter(pk__in=rest).values_list("pk", "child", "part"):
            parts = rows_among(referral, {part}) if part and not child else {}
            about[pk] = {child} if child else set[UUID]().union(*(row.children for row in parts.values()))
    return by_id | {pk: Row(frozenset(children)) for pk, children in about.items() if children}


#: The relation whose rows stay with a filing that is joined to a file, and are named by the file's steps.
FILES: Final = "attachments"


def _of_filing(referral: "Referral", holder: UUID, named: set[UUID]) -> set[UUID]:
    """Return as whom a case knows the children of a filing that was joined to it, those named alone where any are."""
    joinings: Any = apps.get_model("referrals", "Joining")
    at, all_of_it, children = holder, not named, named
    # The file to which a filing was joined may be joined in turn: a child has another id at each stage.
    while at != referral.pk:
        joining = joinings.objects.filter(referral=at, undone_at=None).first()
        if joining is None:
            # It isn't of this case: about nobody, and so left out.
            return set()
        same = {UUID(mine): UUID(theirs) for mine, theirs in joining.same_children.items()}
        children = {same.get(child, child) for child in children}
        if all_of_it:
            brought = joining.moved.filter(relation="children").values_list("row", flat=True)
            children |= {*same.values(), *brought}
        at = joining.target_id
    return children


def visits_of(referral: "Referral", children: Collection[UUID]) -> set[UUID]:
    """Return the visits of a case that were to some of its children, and to no other."""
    met: dict[UUID, set[UUID]] = {}
    for visit, child in referral.sightings.values_list("visit", "child") if children else ():
        met.setdefault(visit, set()).add(child)
    return {visit for visit, seen in met.items() if seen <= set(children)}


def only_child(row: Any) -> UUID | None:
    """Return the child whom a row lists alone: a record, a clock and a notice of it are that child's."""
    return UUID(row.children[0]) if row is not None and len(row.children) == 1 else None


# Asked of the models, so that a new list of children can't be forgotten (SEC-AZ20).
@cache
def _listing(model: "type[Referral]") -> tuple[str, ...]:
    """Return the relations whose rows list the children whom they are about: messages, questions, answers, files."""
    return tuple(
        str(relation.get_accessor_name())
        for relation in model._meta.related_objects
        if any(field.name == "children" for field in relation.related_model._meta.concrete_fields)
    )
