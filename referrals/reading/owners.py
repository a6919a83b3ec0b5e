"""Who is in charge of a case: of the people who are put on it, those whose turn it is in its state."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.actor import Actor
from accounts.roles import Role
from core.compiled_queries import AmongGiven
from referrals.access import visibility
from referrals.access.exceptions import exceptional
from referrals.models import Assignment
from referrals.vocabulary.role_sets import IN_CELL
from referrals.vocabulary.states import State

#: Whose turn it is first: whoever follows the family once it is protected, who decides before, who assesses until then.
_TURNS: Final[Mapping[str, Sequence[Role]]] = {
    State.IN_ASSESSMENT: (Role.ASSESSOR, Role.ASE_INSPECTOR),
    State.REPORT_SUBMITTED: (Role.ASE_INSPECTOR, Role.ASSESSOR),
    State.ADMIN_OFFER: (Role.ASE_INSPECTOR, Role.CASE_REFERENT),
    State.JUDICIAL_PENDING: (Role.ASE_INSPECTOR, Role.CASE_REFERENT),
}
#: Whoever took it in charge for the cell comes last: the others are named once the case has left it.
_OTHERWISE: Final = (Role.CASE_REFERENT, Role.ASE_INSPECTOR, Role.ASSESSOR, *IN_CELL)


def current(actor: Actor, *, at: datetime) -> "QuerySet[Assignment]":
    """Return who is on which case now, as far as the actor may know: not for a child who is restricted to others."""
    unlocked = sorted(exceptional(actor, at=at).unlocked)
    seen = Q(child=None) | Q(child__restricted=False) | Q(referral__in=unlocked)
    return Assignment.objects.filter(seen, until_at=None, role__in=_OTHERWISE)


def by_turn(rows: "QuerySet[Assignment]") -> "QuerySet[Assignment]":
    """Return the rows in the order in which they are in charge of their case."""
    whens = [
        When(referral__state=state, role=role, then=Value(n))
        for state, roles in _TURNS.items()
        for n, role in enumerate(roles)
    ]
    whens += [When(role=role, then=Value(len(_OTHERWISE) + n)) for n, role in enumerate(_OTHERWISE)]
    turn = Case(*whens, output_field=IntegerField())
    return rows.annotate(turn=turn).order_by("turn", "user__full_name", "id")


def owners_of(cases: Collection[UUID], actor: Actor, *, at: datetime) -> dict[UUID, list[Assignment]]:
    """Return, by case, the assignments of those in charge, with their persons; one query, nobody for most new cases."""
    owners: dict[UUID, list[Assignment]] = {}
    for row in _OF_CASES.rows(actor, at=at, cases=list(cases)):
        case_owners = owners.setdefault(row.referral_id, [])
        if not case_owners or (
            case_owners[0].role == row.role and row.user_id not in {one.user_id for one in case_owners}
        ):
            case_owners.append(row)
    return owners


def _of_cases(actor: Actor, *, at: datetime) -> "QuerySet[Assignment]":
    return by_turn(current(actor, at=at).filter(AmongGiven("referral", "cases"))).select_related("user")


_OF_CASES: Final = visibility.KeptByRights(_of_cases)
