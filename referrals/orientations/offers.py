"""What the directory offers for a case, and what its rules say of one service of it (field.md A.9)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audit.disclosure import disclosure
from audit.events import Purpose
from directory import candidates
from directory.codes import Situation
from directory.matching import Finding, Matched, Offer
from directory.models import Service
from encryption.sealed import OpenScope
from referrals.access import case_ties, child_sight
from referrals.access.child_sight import Sight
from referrals.orientations import matching_facts
from referrals.orientations.matching_facts import Wanted
from referrals.workflow.case import Case


@dataclass(frozen=True, slots=True)
class Told:
    """What the rules were told of the situations of a case, and what they say; ``named``: of services by their name."""

    situations: frozenset[Situation]
    matched: Matched
    named: Matched


def find(
    case: Case, wanted: Wanted, sight: Sight, scope: OpenScope, *, with_removed: bool = False, named: str = ""
) -> Told:
    """Return the services for a need of a case, each with what the rules say of it, in the authority's time zone.

    ``named``: words of a name, of whose services it is said too why they are offered or not. One that the case must not
    meet is told to nobody.
    """
    facts = matching_facts.facts_of(case, wanted, sight, scope)
    return Told(
        facts.situations,
        candidates.find(facts, at=case.at, zone=case.zone, with_removed=with_removed),
        candidates.find_named(facts, named, at=case.at, zone=case.zone),
    )


def of_one(case: Case, wanted: Wanted, service: UUID) -> Offer | None:
    """Return what the rules say of one service, as whoever acts may read it; opened in a disclosure of its own.

    None where the case must not meet it.
    """
    referral = case.referral
    sight = child_sight.sight_of(referral, case_ties.ties_of(referral, case.actor), case.actor)
    with disclosure(
        actor=case.actor,
        purpose=Purpose.HANDLING,
        at=case.at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
    ) as scope:
        facts = matching_facts.facts_of(case, wanted, sight, scope)
    return candidates.find_one(facts, service, at=case.at, zone=case.zone)


def current_service(pk: UUID) -> Service | None:
    """Return a service that may be named: one that is there under its own id."""
    return Service.objects.filter(pk=pk, merged_into=None).select_related("structure").first()


def as_kept(offer: Offer) -> list[dict[str, Any]]:
    """Return what the rules say of a service as JSON holds it: codes and values."""
    return [one.as_dict() for one in offer.findings]


def as_read(kept: list[dict[str, Any]], *, withheld: frozenset[str] = frozenset()) -> list[dict[str, str]]:
    """Return what was kept with its sentences in the reader's language; a rule that says nothing is left out.

    Of the rules that are ``withheld`` there is no sentence, whether they say something or not: its absence tells
    nothing.
    """
    return [
        {
            "rule": str(one.rule),
            "verdict": str(one.verdict),
            "sentence": "" if one.rule in withheld else one.sentence,
        }
        for one in map(Finding.of, kept)
        if one.sentence or one.rule in withheld
    ]
