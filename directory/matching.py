"""Finds services for a need: a pure function whose rules each say pass, fail or unknown in one sentence (field.md A.9).

Nothing is summed, no score: a rule that fails removes the service or stands below it in words, and a person chooses.
``CaseFacts`` is all that leaves a case: codes and numbers, never a name, a text or a reference. Version ``m1``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from directory.codes import Specialised
from directory.findings import REMOVING, Finding, Rule, Verdict
from directory.geography import distance_km
from directory.judging import Judge
from directory.matching_facts import CaseFacts, ServiceFacts, Vacancy
from directory.matching_rules import Case, is_excluded

__all__ = [
    "REMOVING",
    "RULES_VERSION",
    "CaseFacts",
    "Finding",
    "Matched",
    "Offer",
    "Rule",
    "ServiceFacts",
    "Vacancy",
    "Verdict",
    "assess",
    "match",
]

RULES_VERSION: Final = "m1"
_PREFERRED: Final = {code: place for place, code in enumerate(Specialised.values)}


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with what each rule says of it.

    ``distance_km`` is from the child's commune; None where it isn't known, for a secret place, and where somebody must
    be far away.
    """

    service: UUID
    name: str
    structure: UUID
    structure_name: str
    findings: tuple[Finding, ...]
    specialised: str = Specialised.GENERAL
    distance_km: int | None = None
    verified_on: date | None = None

    @property
    def removed_by(self) -> Finding | None:
        """Return the finding for which the service isn't offered."""
        failed = (one for one in self.findings if one.verdict is Verdict.FAIL and one.rule in REMOVING)
        return next(failed, None)


@dataclass(frozen=True, slots=True)
class Matched:
    """Services in their order, and those that were removed, each with its findings.

    ``cut``: there are more to offer than these, which are the first in the order; ``removed_cut``: more were removed.
    """

    offered: tuple[Offer, ...]
    removed: tuple[Offer, ...]
    rules_version: str = RULES_VERSION
    cut: bool = False
    removed_cut: bool = False


def match(facts: CaseFacts, services: Iterable[ServiceFacts], *, now: datetime, zone: ZoneInfo) -> Matched:
    """Say of each service what each rule says, and put them in order; the same input gives the same output.

    ``zone`` is that of the authority that asks: its day, and the clock by which hours are told. A service that the case
    must not meet is in neither list. What is said of a service depends on no other.
    """
    case = Case.of(facts, now=now, zone=zone)
    judge = Judge(case)
    offered: list[Offer] = []
    removed: list[Offer] = []
    for service in services:
        if not is_excluded(case, service):
            offer = _offer(case, service, judge)
            (removed if offer.removed_by else offered).append(offer)
    return Matched(tuple(sorted(offered, key=_order)), tuple(sorted(removed, key=_order_of_removed)))


def assess(facts: CaseFacts, service: ServiceFacts, *, now: datetime, zone: ZoneInfo) -> Offer | None:
    """Return what each rule says of one service; None where the case must not meet it."""
    case = Case.of(facts, now=now, zone=zone)
    return None if is_excluded(case, service) else _offer(case, service, Judge(case))


def _offer(case: Case, service: ServiceFacts, judge: Judge) -> Offer:
    return Offer(
        service=service.id,
        name=service.name,
        structure=service.structure,
        structure_name=service.structure_name,
        findings=judge.findings(service),
        specialised=service.specialised,
        distance_km=_distance(case, service),
        verified_on=service.verified_on,
    )


def _distance(case: Case, service: ServiceFacts) -> int | None:
    """Return how far a service is in whole kilometres: fine enough, and the same on every machine."""
    if case.far or service.secret or service.point is None or case.point is None:
        return None
    return round(distance_km(case.point, service.point))


def _order(offer: Offer) -> tuple[bool, int, int, float, int, str]:
    """Return where an offer stands (field.md A.9).

    Fails last, then the specialised, then the fewest unknowns, then the nearest, then the last verified, then by id.
    """
    verdicts = [one.verdict for one in offer.findings]
    return (
        Verdict.FAIL in verdicts,
        _PREFERRED.get(offer.specialised, len(_PREFERRED)),
        verdicts.count(Verdict.UNKNOWN),
        inf if offer.distance_km is None else offer.distance_km,
        -offer.verified_on.toordinal() if offer.verified_on else 0,
        offer.service.hex,
    )


def _order_of_removed(offer: Offer) -> tuple[int, str, str]:
    """Those for which the fewest rules speak against them come first."""
    fails = sum(one.verdict is Verdict.FAIL for one in offer.findings if one.rule in REMOVING)
    return fails, offer.name, offer.service.hex
