"""Evaluates the rules on a synthetic corpus, day by day as in service: detections and false alarms."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from audit.anomalies import detection
from audit.anomalies.facts import DAY, Fact, Finding, Terms
from audit.anomalies.rules import RULES
from audit.anomalies.synthetic_corpus import FIRST, Corpus

ZONE: Final = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Figures:
    """Results of the rules on a corpus; ``by_kind``: found and planted, ``by_rule``: false alarms."""

    found: int
    planted: int
    false_alarms: int
    user_days: int
    by_kind: Mapping[str, tuple[int, int]]
    by_rule: Mapping[str, int]

    @property
    def recall(self) -> float:
        """The share of planted episodes that some finding names."""
        return self.found / self.planted

    @property
    def false_rate(self) -> float:
        """False alarms per 1,000 days of somebody's work."""
        return 1_000 * self.false_alarms / self.user_days


def measure(of: Corpus, limits: Mapping[str, int]) -> Figures:
    """Ask the rules day by day, as the service does, and count."""
    findings = _sought(of, limits)
    by_kind: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    planted: set[UUID] = set()
    for kind, facts in of.episodes.values():
        planted |= facts
        by_kind[kind][1] += 1
        # Caught is an episode of which some finding names an entry, whichever rule it was: that is what an auditor
        # would open.
        by_kind[kind][0] += any(facts.intersection(finding.entries) for finding in findings)
    false = [finding for finding in findings if not planted.intersection(finding.entries)]
    by_rule: dict[str, int] = defaultdict(int)
    for finding in false:
        by_rule[finding.rule] += 1
    caught = sum(count for count, _ in by_kind.values())
    kinds = {kind: (count, of_) for kind, (count, of_) in sorted(by_kind.items())}
    return Figures(caught, len(of.episodes), len(false), of.user_days, kinds, dict(sorted(by_rule.items())))


def _sought(of: Corpus, limits: Mapping[str, int]) -> list[Finding]:
    history = detection.Remembered(of.facts)
    by_day: dict[int, list[Fact]] = defaultdict(list)
    waiting: dict[int, list[Fact]] = defaultdict(list)
    for fact in of.facts:
        by_day[(fact.at - FIRST).days].append(fact)
        for rule in RULES:
            if rule.waits_for is not None and rule.waits_for[0] == fact.act:
                _, limit, unit = rule.waits_for
                waiting[(fact.at + unit * limits[limit] - FIRST).days].append(fact)
    findings: dict[tuple[str, str], Finding] = {}
    # Some days beyond the end: rules that wait for a sequel speak only once it hasn't come.
    for day in range(min(by_day), of.days + 5):
        # The rules see no more than was written by that evening. With the days to come they would look better than they
        # are.
        history.until = FIRST + (day + 1) * DAY
        terms = Terms(
            at=history.until,
            limits=limits,
            zone=ZONE,
            on_duty=_on_duty,
            rules=frozenset(r.code for r in RULES),
            closed=frozenset({"ended"}),
            decoys=of.decoys,
        )
        facts = [*by_day[day], *waiting[day]]
        if facts:
            for one in detection.findings(facts, history, facts[0].tenant or UUID(int=0), terms):
                findings[one.rule, one.key] = one
    return list(findings.values())


def _on_duty(instant: datetime) -> bool:
    wall = instant.astimezone(ZONE)
    return 6 <= wall.hour < 21 and wall.weekday() < 5
