"""Names to choose from: of a case's children and holders, and of the professionals around it.

A child's or holder's name is opened within the caller's disclosure, and nothing else of the row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import prefetch_related_objects

from accounts.actor import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from encryption.keys import warm
from encryption.sealed import OpenScope
from referrals.access import child_sight
from referrals.access import people as access_people
from referrals.access.relations import CaseAccess
from referrals.models import Referral
from referrals.reading.fields import opened
from referrals.vocabulary.states import ChildKind

if TYPE_CHECKING:
    from referrals.models import Child

#: What a child is called by, the first that is known; first and last name go together.
_CALLED: Final = ("usual_name", "nickname")
#: What of a child a list tells, where names are asked for.
IN_LISTS: Final = ("first_names", "last_name", "usual_name", "commune_insee")


@dataclass(frozen=True, slots=True)
class Names:
    """Words by row id; an empty name where the reader may not have it, or nobody knows it."""

    children: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    subjects: frozenset[str] = frozenset()


def names(
    referral: Referral, ties: CaseAccess, scope: OpenScope | None, *, actor: Actor, holders_too: bool = True
) -> Names:
    """Return the children and holders that the actor may know of; their names to readers of B, where ``scope`` is.

    Children whose recording was a mistake are left out.
    """
    prefetch_related_objects([referral], "children")  # the disclosure looks at their names too
    sight = child_sight.sight_of(referral, ties, actor)
    unread = sight.unread("B") if "B" in ties.reads else sight.hidden
    children = [
        child for child in referral.children.all() if not child.wrong_person and child.pk not in unread
    ]
    reads = "B" in ties.reads and scope is not None
    holders = list(referral.holders.all()) if holders_too and "B" in ties.reads else []
    if reads:
        warm([referral.case_key] if referral.case_key else [])
    return Names(
        {str(child.pk): child_name(child, scope) if reads else "" for child in children},
        {str(holder.pk): _text(holder.name, scope) if reads else "" for holder in holders},
        frozenset(str(child.pk) for child in children if child.kind == ChildKind.SUBJECT),
    )


def child_name(child: "Child", scope: OpenScope | None) -> str:
    """Return what a child is called by; empty where nothing is known or readable."""
    full = " ".join(filter(None, (_text(child.first_names, scope), _text(child.last_name, scope))))
    return full or next(filter(None, (_text(getattr(child, name), scope) for name in _CALLED)), "")


def _text(value: object, scope: OpenScope | None) -> str:
    text = opened(value, scope) if value is not None and scope is not None else ""
    return text if isinstance(text, str) else ""


def people(referral: Referral, roles: Iterable[Role], *, at: datetime) -> list[tuple[str, str, str]]:
    """Return id, name and role of who may be named on a case in one of the roles (R221-8); see ``reading.people``."""
    barred = referral.exclusions.filter(lifted_at=None).values("user_id")
    memberships = Membership.objects.in_force(at).filter(authority=referral.authority, role__in=list(roles))
    rows = memberships.exclude(user_id__in=barred).select_related("user").order_by("user__full_name", "id")
    return [(str(one.user_id), one.user.full_name, str(one.role)) for one in rows]


def staff(ids: Iterable[str | UUID | None]) -> dict[str, str]:
    """Return the names of accounts by id."""
    wanted = {str(one) for one in ids if one}
    if not wanted:
        return {}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=wanted).values_list("pk", "full_name")}


def add_names(
    rows: Sequence[Referral],
    ties: Mapping[UUID, CaseAccess],
    lines: Sequence[dict[str, Any]],
    scope: OpenScope,
    *,
    actor: Actor,
) -> None:
    """Add the children's names and communes to lines of a list, for the cases of which the caller reads class B."""
    named = [row for row in rows if "B" in ties[row.pk].reads]
    # The measures for who works for a service: which children are confided to it.
    prefetch_related_objects(named, "children", *(["measures"] if access_people.services_of(actor) else []))
    warm([row.case_key for row in named if row.case_key])
    by_id = {line["id"]: line for line in lines}
    for row in named:
        sight = child_sight.sight_of(row, ties[row.pk], actor)
        children = [child for child in row.children.all() if sight.reads("B", child.pk)]
        by_id[str(row.pk)]["children"] = [
            {name: opened(getattr(child, name), scope) for name in IN_LISTS} for child in children
        ]
