"""Runs the anomaly rules over given facts, and over new entries of the journal.

``findings`` is pure: the generator of planted abuse (``audit/anomalies/synthetic_corpus.py``) calls it as the service
does. ``new_facts`` reads the entries placed in the tree since the last run: it skips none, however late it was
committed, and reads none twice.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final, Protocol
from uuid import UUID

from audit import tree
from audit.anomalies.facts import DAY, NAMED, Fact, Finding, Group, Hit, Terms, fact_of
from audit.anomalies.rules import BY_CODE, GIVES_ACCESS, RULES, SESSION, By, Rule
from audit.events import Outcome, Topic
from audit.models import Decoy, Leaf, ReadEntry
from audit.reading import entries_of

BATCH: Final = 1_000
#: How many facts of one person or file are looked at; more are more than a day's work of anybody.
MOST: Final = 20_000
DEVICE_DAYS: Final = 60
#: What is compared by place.
_OF_A_PLACE: Final = GIVES_ACCESS | {SESSION}


class History(Protocol):
    """Where the facts around a new one come from."""

    def group(self, by: By, key: object, rule: Rule, since: datetime) -> Group:
        """Return the facts of a person, file, question, writer, authority or place since an instant, in order."""


def key_of(by: By, fact: Fact) -> tuple[Any, ...]:
    if by is By.SUBJECT:
        return fact.subjects
    key = {
        By.PLACE: fact.place if fact.act in _OF_A_PLACE and fact.outcome == "allow" else None,
        By.ACTOR: fact.actor,
        By.QUESTION: fact.asked or None,
        By.WRITER: fact.writer,
        By.AUTHORITY: fact.tenant,
    }[by]
    return (key,) if key else ()


def findings(new: Sequence[Fact], history: History, tenant: UUID, terms: Terms) -> list[Finding]:
    """Return what the rules find around some new facts of one authority; each finding bears a key of its own."""
    by_key: dict[tuple[str, str], Finding] = {}
    for rule in RULES:
        # Some rules can't be switched off: an authority that is looked at mustn't choose what is looked for.
        if not (rule.always or rule.code in terms.rules):
            continue
        touched: dict[Any, datetime] = {}
        for fact in new:
            if rule.looks(fact):
                for key in key_of(rule.by, fact):
                    touched[key] = min(fact.at, touched.get(key, fact.at))
        # Asked once a group and rule, from the earliest new fact on: a batch of a thousand entries of one person is one
        # look.
        for key, first in touched.items():
            for hit in rule.finds(history.group(rule.by, key, rule, first - rule.back), terms):
                finding = _finding_of(rule, hit, key, tenant, terms)
                earlier = by_key.get((finding.rule, finding.key))
                # A rule may find several hits on one day; the auditor is told one anomaly with all its facts (0023).
                by_key[finding.rule, finding.key] = _joined(rule, earlier, finding) if earlier else finding
    return list(by_key.values())


def _finding_of(rule: Rule, hit: Hit, group: object, tenant: UUID, terms: Terms) -> Finding:
    """Return a hit as a finding: of one rule, one person or file and one day there is one."""
    day = hit.facts[0].at.astimezone(terms.zone).date()
    about = hit.actor or group
    return Finding(
        rule=rule.code,
        tenant=tenant,
        key=f"{about}/{day.isoformat()}",
        actor=hit.actor,
        count=hit.count,
        facts=hit.facts,
        **_named(hit.facts),
    )


def _joined(rule: Rule, one: Finding, other: Finding) -> Finding:
    """Return what a rule found twice of one person or file on one day, as the one finding that it is."""
    facts = tuple(sorted({fact.id: fact for fact in (*one.facts, *other.facts)}.values(), key=_instant))
    count = one.count + other.count if rule.adds else max(one.count, other.count)
    return replace(other, count=count, facts=facts, **_named(facts))


def _named(facts: Sequence[Fact]) -> dict[str, Any]:
    subjects = dict.fromkeys(chain.from_iterable(fact.subjects for fact in facts))
    return {
        "subjects": tuple(subjects)[:NAMED],
        "entries": tuple(fact.id for fact in facts)[:NAMED],
        "first_at": min(fact.at for fact in facts),
        "last_at": max(fact.at for fact in facts),
    }


def later(finding: Finding, instant: datetime) -> Finding | None:
    """Return what of a finding came after an instant, which counts its entries; None if nothing did."""
    if finding.first_at > instant:
        return finding
    facts = tuple(fact for fact in finding.facts if fact.at > instant)
    return replace(finding, count=len(facts), facts=facts, **_named(facts)) if facts else None


# --- Facts in memory ----------------------------------------------------------------------------------


@dataclass
class Remembered:
    """The facts of a corpus, grouped once, as far as they were known at ``until``."""

    facts: Iterable[Fact]
    until: datetime | None = None
    _groups: dict[tuple[By, Any], list[Fact]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for fact in sorted(self.facts, key=_instant):
            for by in By:
                for key in key_of(by, fact):
                    self._groups[by, key].append(fact)

    def group(self, by: By, key: object, rule: Rule, since: datetime) -> Group:
        every = self._groups[by, key]
        first = bisect_left(every, since, key=_instant)
        last = len(every) if self.until is None else bisect_left(every, self.until, key=_instant)
        devices: set[str] = set()
        if rule is BY_CODE["R07"]:
            devices = {
                fact.device
                for fact in every[:first]
                if fact.act == SESSION and fact.device and since - fact.at <= DEVICE_DAYS * DAY
            }
        return Group(tuple(every[first:last]), every[first - 1].at if first else None, frozenset(devices))


def _instant(fact: Fact) -> datetime:
    return fact.at


# --- Facts of the journal -----------------------------------------------------------------------------


@dataclass
class Journal:
    """The journal of one authority; inside ``reading.as_auditor``. What was read once is remembered."""

    tenant: UUID
    until: datetime
    _read: dict[Any, Group] = field(default_factory=dict)

    def group(self, by: By, key: object, rule: Rule, since: datetime) -> Group:
        name = (by, key, rule.back, since) if by is not By.WRITER else (by, key)
        if name not in self._read:
            self._read[name] = self._grouped(by, key, rule, since)
        return self._read[name]

    def _grouped(self, by: By, key: Any, rule: Rule, since: datetime) -> Group:
        # From the newest on and bounded: a flood of entries must not make each pass slower than the pause between two.
        filters: dict[str, Any] = {"since": since}
        # Of all authorities: a process writes for each of them, and its clock is one.
        if by is By.WRITER:
            rows = ReadEntry.objects.filter(writer=key, at__gte=since).order_by("-writer_seq")[:BATCH]
            return Group(_ordered(rows))
        if by is By.QUESTION:
            # The digest isn't a column: what was asked can be compared by bytes alone, and found by no index.
            searches = entries_of([self.tenant], filters | {"topic": Topic.SEARCH}).order_by("-at", "-id")
            return Group(tuple(fact for fact in _ordered(searches[:MOST]) if fact.asked == key))
        if by is By.PLACE:
            rows = entries_of([self.tenant], filters).filter(act__in=_OF_A_PLACE, outcome=Outcome.ALLOW)
            facts = _ordered(rows.order_by("-at", "-id")[:MOST])
            return Group(tuple(fact for fact in facts if fact.place == key))
        if by is By.AUTHORITY:  # of all that its people do, what they were refused
            refused = entries_of([self.tenant], filters | {"outcome": Outcome.DENY})
            return Group(_ordered(refused.order_by("-at", "-id")[:MOST]))
        rows = entries_of([self.tenant], filters | {by.value: key}).order_by("-at", "-id")[:MOST]
        if by is By.SUBJECT:
            return Group(_ordered(rows))
        before = ReadEntry.objects.filter(actor=key, at__lt=since).order_by("-at", "-id")
        last = before.values_list("at", flat=True).first()
        return Group(
            _ordered(rows), last, self._devices(key, since) if rule is BY_CODE["R07"] else frozenset()
        )

    def _devices(self, actor: UUID, since: datetime) -> frozenset[str]:
        sessions = ReadEntry.objects.filter(
            actor=actor, act=SESSION, at__gte=since - DEVICE_DAYS * DAY, at__lt=since
        )
        newest = sessions.order_by("-at", "-id")[:MOST]
        return frozenset(fact.device for fact in _ordered(newest) if fact.device)


def _ordered(rows: Iterable[ReadEntry]) -> tuple[Fact, ...]:
    # Pruned entries say nothing any more; rules look back weeks, and nothing is pruned before months.
    facts = (fact_of(bytes(row.body)) for row in rows if row.body)
    return tuple(sorted(facts, key=lambda fact: (fact.at, fact.seq)))


@dataclass(frozen=True, slots=True)
class Placed:
    """New facts by authority, and the place that was reached."""

    by_tenant: Mapping[UUID, list[Fact]]
    origin: int
    place: int
    more: bool


def new_facts(origin: int, place: int) -> Placed | None:
    """Return the facts placed in the tree from ``place`` on, a batch of them; of a newer origin from its beginning.

    Inside ``reading.as_auditor``. None while the tree has no origin.
    """
    newest = tree.newest()
    if newest is None:
        return None
    # A new origin gives other places: what was examined is examined again, and findings are told once by their key.
    start = place if newest.number == origin else 0
    leaves = Leaf.objects.filter(origin=newest.number, place__gte=start, place__lt=start + BATCH)
    placed = list(leaves.values_list("place", "entry"))
    rows = ReadEntry.objects.filter(pk__in=[entry for _, entry in placed if entry is not None])
    by_tenant: dict[UUID, list[Fact]] = defaultdict(list)
    # In the order of instants, not of places: rules count within days and hours of the acts.
    for fact in _ordered(rows):
        if fact.tenant is not None:
            by_tenant[fact.tenant].append(fact)
    # By place, not by instant: an entry that committed late has an early instant, and would be skipped.
    reached = max((at for at, _ in placed), default=start - 1) + 1
    return Placed(by_tenant, newest.number, reached, len(placed) == BATCH)


def matured(tenant: UUID, since: datetime, terms: Terms) -> Iterator[Fact]:
    """Yield the facts after which enough time has passed by now, and hadn't at ``since``: what wasn't followed."""
    # These rules look for something that doesn't come. No entry tells of that, so they are asked again after a while.
    for rule in RULES:
        if rule.waits_for is None:
            continue
        act, limit, unit = rule.waits_for
        while_ = unit * terms.limits[limit]
        rows = entries_of([tenant], {"act": act, "since": since - while_, "until": terms.at - while_})
        yield from _ordered(rows.order_by("-at", "-id")[:MOST])


def decoys_of(tenant: UUID) -> frozenset[UUID]:
    """Return the pseudonyms of an authority's decoys."""
    return frozenset(Decoy.objects.filter(tenant=tenant).values_list("subject", flat=True))
