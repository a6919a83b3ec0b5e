"""Asks the rules of matching, each for the fields that it needs, and remembers what they said of the same ones."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from directory import matching_rules as rules
from directory.findings import Finding
from directory.matching_facts import ServiceFacts
from directory.matching_rules import Case
from directory.opening import clock_department, clock_of


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule with the fields of a service that it asks, and no others."""

    rule: Callable[[Case, ServiceFacts], Finding]
    fields: Callable[[ServiceFacts], Any]


#: In the order of field.md A.9.
_RULES: Final = (
    _Asked(rules.need, attrgetter("needs")),
    _Asked(
        rules.status,
        attrgetter(
            "status", "structure_status", "suspended_until", "merged", "verified_on", "verified_by", "needs",
            "distance_placement",
        ),
    ),
    _Asked(rules.asker, attrgetter("who_may_ask")),
    _Asked(
        rules.territory,
        attrgetter("zones", "refused_departments", "distance_placement", "from_departments", "department"),
    ),
    _Asked(rules.age, attrgetter("age_min_months", "age_max_months")),
    _Asked(rules.sex, attrgetter("sexes")),
    _Asked(rules.refusals, attrgetter("accepts")),
    _Asked(
        rules.hour,
        lambda one: (
            one.round_the_clock, one.hours, one.hours_text, clock_of(clock_department(one.department, one.keeper)),
        ),
    ),
    _Asked(rules.exclusion, lambda _: None),
    _Asked(rules.agreement, attrgetter("agreements")),
    _Asked(rules.place, attrgetter("vacancies")),
)  # fmt: skip


class Judge:
    """Says of services what each rule says, for one case.

    Services are much alike: what a rule said of one is said of the next whose fields that it asks are the same.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._rules = [(one.rule, one.fields, dict[Any, Finding]()) for one in _RULES]

    def findings(self, service: ServiceFacts) -> tuple[Finding, ...]:
        """Return what each rule says, in their order."""
        found = []
        for rule, fields, said in self._rules:
            asked = fields(service)
            finding = said.get(asked)
            if finding is None:
                finding = said[asked] = rule(self._case, service)
            found.append(finding)
        return tuple(found)
