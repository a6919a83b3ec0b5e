"""The rule of visibility in SQL: the condition of one tie, and what may be seen by several (domain.md §1.3).

The order of decision: authority → exclusion → relation, restriction included → state.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

from accounts.actor import Actor
from accounts.roles import Role
from encryption.authentic import CheckedRows
from referrals.access.exceptions import Exceptional
from referrals.access.matrix import FILED, FILERS, Relation
from referrals.access.people import institutions_of, services_of
from referrals.access.relations import Tie, filed_by, shared_with
from referrals.models import Measure, Referral
from referrals.vocabulary.states import ALIVE, Exploitation, State


def cases_of(rule: Q) -> "QuerySet[Referral]":
    """Return the cases of a rule, those left out that the service didn't place as they are."""
    return CheckedRows.of(Referral.objects.filter(rule))


def flag_of(rule: Q | None) -> Any:
    """Return the annotation that tells whether a rule holds for a row; None never holds."""
    never = Value(False, output_field=BooleanField())
    return never if rule is None else ExpressionWrapper(rule, output_field=BooleanField())


def among(cases: frozenset[UUID]) -> Q | None:
    """Return the rule of single cases; None for none of them."""
    return Q(pk__in=sorted(cases)) if cases else None


def seen_by(rules: Mapping[Tie, Q | None], special: Exceptional, *, past_restriction: bool = False) -> Q:
    """Return the rule of what may be seen: not purged, no exclusion, then one of the ties, restriction included.

    What an ordinary tie of the same role contains anyway adds nothing to it, and is left out: PostgreSQL
    couldn't walk an index in order past the OR.
    """
    whole = {tie.role for tie in rules if tie.relation is Relation.TERRITORY and tie.role not in NARROWED}
    own: list[Q] = []
    others: list[Q] = []
    for tie, rule in rules.items():
        # Over a whole territory the role's other ties add no case. Their OR would keep PostgreSQL from walking the
        # index of the queue in order.
        if rule is None or (
            tie.relation is not Relation.TERRITORY and tie.relation in HERE and tie.role in whole
        ):
            continue
        (own if tie.relation in FILED else others).append(rule)
    seen = []
    if others:
        # A draft is for who types it and whom they show it (domain.md §1.4): no other role, however wide, sees one.
        any_of_them = reduce(or_, others) & ~Q(state=State.DRAFT)
        if special.tied:
            any_of_them &= _COMPARED
        # Restriction is asked of all these ties together: a place on the list opens the case, whatever ties the person
        # to it.
        if not past_restriction:
            open_, unlocked = Q(restricted=False), among(special.unlocked)
            any_of_them &= open_ if unlocked is None else open_ | unlocked
        seen.append(any_of_them)
    # Own filings pass a restriction: who filed keeps the coarse line (SEC-AZ9), and it tells nothing of the
    # restriction.
    seen += own
    if not seen:
        # Not `Q()`: an empty condition would show every case.
        return Q(pk__in=[])
    # Exclusion is the last factor, so that it beats own filings, the list and a broken glass too (SEC-AZ4, §1.3 rule
    # 8).
    cases: Q = reduce(or_, seen) & ~Q(state=State.PURGED)
    barred = among(special.excluded)
    return cases if barred is None else cases & ~barred


#: The people of the case have been compared with declared ties: it isn't filed without, and what changes them since
#: closes it to whoever has declared any, until the service has looked again (``indexing.outdate``).
_COMPARED: Final = Q(index_norm__gt=0)
#: Relations that hold within the authorities of the role, as a territory does.
HERE: Final = (Relation.APPROVER, Relation.GRANTED, Relation.BROKEN_GLASS, Relation.STANDING_IN)
#: Territory roles that see a part of it only.
NARROWED: Final = (Role.EXPLOITATION_LEAD,)


def by_seats(actor: Actor, role: Role) -> Q:
    """Return the condition of cases at the authorities where the actor holds a role."""
    return Q(authority_id__in=sorted({position.authority_id for position in actor.holding([role])}))


def rule_of(actor: Actor, tie: Tie, special: Exceptional) -> Q | None:
    """Return the condition of one tie, in SQL; None where it holds for no case at all."""
    here = by_seats(actor, tie.role)
    if tie.relation is Relation.OWN:
        own = Q(filed_by=filed_by(actor.user_id)) if actor.user_id else None
        if own is None or tie.role not in FILERS:
            # Staff and programs type drafts too, but keep nothing as who filed: after the filing their role decides.
            return own if own is None else own & Q(state=State.DRAFT)
        return own & Q(goes_on_as=None)  # one filing, wherever it has got to (§1.4)
    if tie.relation is Relation.SHARED:
        shared = [shared_with(institution) for institution in sorted(institutions_of(actor))]
        return Q(state=State.DRAFT, shared_with__in=shared) if shared else None
    if tie.relation in HERE:
        cases = among(_exceptional_cases(tie, special))
        # `here` is asked of single cases too: a grant, a signature or a glass ends with the role at that authority
        # (SEC-AZ10).
        return None if cases is None else here & cases
    return _ordinary_rule(actor, tie.role, tie.relation, here, special)


def _exceptional_cases(tie: Tie, special: Exceptional) -> frozenset[UUID]:
    if tie.relation is Relation.STANDING_IN:
        return frozenset(special.stood_for(tie.role))
    by_relation = {
        Relation.APPROVER: special.approver,
        Relation.GRANTED: special.granted,
        Relation.BROKEN_GLASS: special.glass,
    }
    return by_relation[tie.relation]


def _ordinary_rule(actor: Actor, role: Role, relation: Relation, here: Q, special: Exceptional) -> Q | None:
    if role is Role.EXPLOITATION_LEAD:
        return here & ~Q(prostitution_status=Exploitation.NONE)
    if relation is Relation.TERRITORY:
        return here
    if relation is Relation.UNIT:
        return here & Q(unit_id__in=sorted({p.unit_id for p in actor.holding([role]) if p.unit_id}))
    if relation is Relation.ASSIGNED:
        cases = among(frozenset(case for special_role, case in special.assigned if special_role == role))
        return None if cases is None else here & cases
    # Without `here`: a service executes measures in cases of any authority (0006).
    return Q(pk__in=confided_measures(services_of(actor)).values("referral_id"))


def confided_measures(services: frozenset[UUID]) -> "QuerySet[Measure]":
    """Return the alive measures of these services."""
    return Measure.objects.filter(service_id__in=sorted(services), state__in=ALIVE)
