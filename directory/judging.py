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
class _RuleFields:
    """A rule with the fields of a service that it asks, and no others."""

    rule: Callable[[Case, ServiceFacts], Finding]
    fields: Callable[[ServiceFacts], Any]


#: In the order of field.md A.9.
_RULES: Final = (
    _RuleFields(rules.need, attrgetter("needs")),
    _RuleFields(
        rules.status,
        attrgetter(
            "status", "structure_status", "suspended_until", "merged", "verified_on", "verified_by", "needs",
            "distance_placement",
        ),
    ),
    _RuleFields(rules.asker, attrgetter("who_may_ask")),
    _RuleFields(
        rules.territory,
        attrgetter("zones", "refused_departments", "distance_placement", "from_departments", "department"),
    ),
    _RuleFields(rules.age, attrgetter("age_min_months", "age_max_months")),
    _RuleFields(rules.sex, attrgetter("sexes")),
    _RuleFields(rules.refusals, attrgetter("accepts")),
    _RuleFields(
        rules.hour,
        lambda one: (
            one.round_the_clock, one.hours, one.hours_text, clock_of(clock_department(one.department, one.keeper)),
        ),
    ),
    _RuleFields(rules.exclusion, lambda _: None),
    _RuleFields(rules.agreement, attrgetter("agreements")),
    _RuleFields(rules.place, attrgetter("vacancies")),
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
        findings = []
        for rule, fields, cache in self._rules:
            facts = fields(service)
            finding = cache.get(facts)
            if finding is None:
                finding = cache[facts] = rule(self._case, service)
            findings.append(finding)
        return tuple(findings)
