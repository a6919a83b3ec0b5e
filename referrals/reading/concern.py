"""Content of the concern and its parts for an actor, opened as far as the actor's classes go (domain.md §1.3, §4)."""

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Any, Final

from accounts.actor import Actor
from core.compiled_queries import load
from encryption.keys import warm
from encryption.sealed import OpenScope
from referrals.access import child_sight
from referrals.access.relations import CaseAccess
from referrals.models import PARTS, Concern, Referral
from referrals.reading.fields import opened, readable
from referrals.vocabulary.states import Whereabouts

if TYPE_CHECKING:
    from referrals.models import Child


def content(referral: Referral, ties: CaseAccess, scope: OpenScope, *, actor: Actor) -> dict[str, Any]:
    """Return the concern and its parts, as far as the actor's classes go (domain.md §1.3, §4)."""
    warm(key for key in (referral.case_key, referral.filer_key) if key)
    typing = ties.draft and bool(ties.reads) and not ties.shared
    concern = readable(referral.concern, ties.reads - {"A"} | ({"I"} if typing else set()), scope)
    concern.pop("id")
    if concern:
        concern["not_known"] = _unknown_members(referral.concern, ties.reads)
    parts: dict[str, Any] = {"concern": concern} if concern else {}
    for name in PARTS:
        rows = part(referral, name, ties, scope, actor=actor)
        if rows is not None:
            parts[name] = rows
    return parts


def _unknown_members(concern: Concern, classes: Container[str]) -> list[str]:
    """Return the items said to be not known, those of the classes that one reads; the holders are identity (B)."""
    class_of = {field.name: getattr(field, "access_class", "") for field in concern._meta.concrete_fields}
    return [name for name in concern.not_known if class_of.get(name, "B") in classes]


def prefetch(referral: Referral, ties: CaseAccess) -> None:
    """Load the parts that the actor will read, once for guards and content alike."""
    load(referral, [name for name in PARTS if PART_CLASS[name] in ties.reads], empty=referral.lacks)


#: The class without which a part isn't in the answer at all.
PART_CLASS: Final[Mapping[str, str]] = {
    "children": "B",
    "holders": "B",
    "facts": "D",
    "signs": "D",
    "health_signs": "E",
    "third_parties": "F",
    "digital_traces": "G",
}


def part(
    referral: Referral, name: str, ties: CaseAccess, scope: OpenScope, *, actor: Actor
) -> list[dict[str, Any]] | None:
    """Return one repeatable part; None for who may not read it."""
    if PART_CLASS[name] not in ties.reads:
        return None
    rows = getattr(referral, name).all()
    if name == "children":
        sight = child_sight.sight_of(referral, ties, actor)
        return [_child(row, sight.of(row.pk).through("B"), scope) for row in rows if sight.reads("B", row.pk)]
    classes = ties.through(PART_CLASS[name]).reads
    return [readable(row, classes, scope) for row in rows]


def _child(row: "Child", ties: CaseAccess, scope: OpenScope) -> dict[str, Any]:
    """Return a child; where it is sheltered, its place is of class K (domain.md §4.1)."""
    detail, row.whereabouts_detail = row.whereabouts_detail, None
    fields = readable(row, ties.reads, scope)
    row.whereabouts_detail = detail
    sheltered = fields.get("whereabouts") == Whereabouts.SHELTERED
    if sheltered and not ties.draft and "K" not in ties.reads:
        del fields["whereabouts"], fields["whereabouts_detail"]
    elif detail is not None:
        fields["whereabouts_detail"] = opened(detail, scope)
    return fields
