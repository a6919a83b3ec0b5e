"""Emergency openings: which cases an actor may open, and in which role (domain.md §1.3 rule 7)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from accounts.roles import Role
from audit.pseudonyms import subject_of
from referrals.access.exceptions import exceptional
from referrals.access.matrix import BREAKERS, NOBODY, ORDINARY, Relation
from referrals.access.relations import possible_ties
from referrals.access.rule import among, cases_of, flag_of, rule_of, seen_by
from referrals.models import Referral


def breakable(actor: Actor, *, at: datetime) -> "QuerySet[Referral]":
    """Return the cases that the actor may open in an emergency: what the ordinary ties show, restricted or not.

    Of the own authorities, and of none that the actor is excluded from (domain.md §1.3 rules 3, 7 and 8).
    """
    special = exceptional(actor, at=at)
    # Who filed must not open the case by its reference, and an open glass is no reason for the next one.
    apart = (Relation.OWN, Relation.SHARED, Relation.BROKEN_GLASS)
    rules = {tie: rule_of(actor, tie, special) for tie in possible_ties(actor) if tie.relation not in apart}
    # A measure ties a service to cases of any authority; a glass is broken only where the person holds a role.
    here = Q(authority_id__in=sorted(actor.authority_ids))
    flags: dict[str, Any] = {tie.name: flag_of(rule) for tie, rule in rules.items() if rule is not None}
    flags |= {"tie_named": flag_of(among(special.named)), "pseudonym": subject_of("pk")}
    # Restriction alone is passed; exclusion stays, since `seen_by` asks it last (§1.3 rule 8).
    seen = seen_by(rules, special, past_restriction=True)
    return cases_of(seen & here).annotate(**flags)


def may_break(actor: Actor) -> bool:
    """Tell whether a role that the actor holds could ever open a case in an emergency, whichever case it is."""
    return bool(actor.holding(ORDINARY))


def may_break_this(pk: UUID, actor: Actor, *, at: datetime) -> bool:
    """Tell whether to offer the actor, who sees this case, to open it in an emergency.

    Others than those for whom a broken glass opens cells could, where a child is restricted to other persons: to offer
    it would tell them of that child (SEC-AZ20).
    """
    referral = breakable(actor, at=at).filter(pk=pk).first()
    return referral is not None and breaking_role(referral, actor) in BREAKERS


def breaking_role(referral: Referral, actor: Actor) -> Role | None:
    """Return the role in which the actor opens a case that ``breakable`` gave; None where nothing more is opened.

    By a role with cells that a broken glass opens; by others where case or child is restricted to other persons.
    """
    row: Any = referral
    ties_on_row = [tie.role for tie in possible_ties(actor) if getattr(row, tie.name, False)]
    here = [role for role in ties_on_row if role in actor.roles_in(referral.authority_id or NOBODY)]
    # With the columns of the HMAC: a restriction lifted by hand still withholds (SEC-AZ22).
    withheld = referral.restricted or any(
        child.restricted for child in referral.children.only("referral", "restricted", "mac")
    )
    if not row.tie_named and withheld:
        return next((role for role in here if role in BREAKERS), here[0] if here else None)
    return next((role for role in here if role in BREAKERS), None)
