"""Finds services for a need: a pure function whose rules each say pass, fail or unknown in one sentence (field.md A.9).

Nothing is summed, no score: a rule that fails removes the service or stands below it in words, and a person chooses.
``CaseFacts`` is all that leaves a case: codes and numbers, never a name, a text or a reference. Version ``m1``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from directory.codes import Agreement, Asker, Need, Sex, Situation

RULES_VERSION: Final = "m1"


class Verdict(StrEnum):
    """What a rule says of a service."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"


class Rule(StrEnum):
    """The rules, in their order."""

    NEED = "R1"
    STATUS = "R2"
    ASKER = "R3"
    TERRITORY = "R4"
    AGE = "R5"
    SEX = "R6"
    REFUSALS = "R7"
    HOUR = "R8"
    EXCLUSION = "R9"
    AGREEMENT = "R10"
    PLACE = "R11"


#: A service that fails one of these isn't offered.
REMOVING: Final = frozenset(
    {Rule.NEED, Rule.STATUS, Rule.ASKER, Rule.TERRITORY, Rule.AGE, Rule.SEX, Rule.EXCLUSION}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What is asked for: chosen by a person, or read off a case.

    ``commune``: INSEE code, or empty. ``age_months``: from and to, the same where it is known; None: not known.
    ``danger_departments``: where somebody must not be taken (distance). ``tonight``: the case is U3, or the need is for
    tonight. ``excluded``: structures and services that the case must not meet. ``agreements``: those that are there.
    """

    need: Need
    department: str
    commune: str = ""
    danger_departments: frozenset[str] = frozenset()
    age_months: tuple[int, int] | None = None
    sex: Sex | None = None
    situations: frozenset[Situation] = frozenset()
    languages: frozenset[str] = frozenset()
    asker: Asker = Asker.PROFESSIONALS
    agreements: frozenset[Agreement] = frozenset()
    tonight: bool = False
    excluded: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one service: its sentence as a code with its values, so that it reads in any language."""

    rule: Rule
    verdict: Verdict
    code: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Return the sentence in the reader's language; empty where the rule has nothing to say."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with what each rule says of it."""

    service: UUID
    name: str
    structure: UUID
    structure_name: str
    findings: tuple[Finding, ...]

    @property
    def removed_by(self) -> Finding | None:
        """Return the finding for which the service isn't offered."""
        failed = (one for one in self.findings if one.verdict is Verdict.FAIL and one.rule in REMOVING)
        return next(failed, None)


@dataclass(frozen=True, slots=True)
class Matched:
    """Services in their order, and those that were removed, each with its findings."""

    offered: tuple[Offer, ...]
    removed: tuple[Offer, ...]
    rules_version: str = RULES_VERSION


def match(facts: CaseFacts, services: Iterable[Any], *, now: datetime, zone: ZoneInfo) -> Matched:
    """Say of each service what each rule says, and put them in order; the same input gives the same output."""
    raise NotImplementedError
