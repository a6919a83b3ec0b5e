"""Patterns of the rules: a count in a day, a count within a time window, one event after another, a single event."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any

from audit.anomalies.facts import DAY, Fact, Group, Hit, Terms

type Picks = Callable[[Fact, Terms], bool]
type Counts = Callable[[Fact], Iterable[Any]]
type Finds = Callable[[Group, Terms], Iterator[Hit]]


def subjects(fact: Fact) -> Iterable[Any]:
    return fact.subjects


def itself(fact: Fact) -> Iterable[Any]:
    return (fact.id,)


def each(fact: Fact) -> Iterable[Any]:
    """Count as many as a fact stands for."""
    return ((fact.id, number) for number in range(fact.count))


def readers(fact: Fact) -> Iterable[Any]:
    return (fact.actor,)


def daily(picks: Picks, counts: Counts, limit: str) -> Finds:
    """Find the days on which at least ``limit`` different things were counted among the facts that ``picks`` takes."""

    def find(group: Group, terms: Terms) -> Iterator[Hit]:
        taken = (fact for fact in group.facts if picks(fact, terms))
        for _, of_day in groupby(taken, key=lambda fact: fact.at.astimezone(terms.zone).date()):
            facts = tuple(of_day)
            # Different ones: a file that is opened ten times a day is one file.
            things = {thing for fact in facts for thing in counts(fact)}
            if len(things) >= terms.limits[limit]:
                yield Hit(facts, len(things), facts[-1].actor)

    return find


def within(span: timedelta, picks: Picks, counts: Counts, limit: str, *, of_one: bool = True) -> Finds:
    """Find where, within ``span``, at least ``limit`` different things were counted; facts are told once.

    ``of_one``: it is about the person whose facts they are; else about nobody in particular.
    """

    def find(group: Group, terms: Terms) -> Iterator[Hit]:
        window: deque[Fact] = deque()
        things: Counter[Any] = Counter()
        for fact in group.facts:
            if not picks(fact, terms):
                continue
            # Counted in and out, each fact once: a group of thousands is asked each minute.
            while window and fact.at - window[0].at > span:
                for thing in counts(window.popleft()):
                    things[thing] -= 1
                    if not things[thing]:
                        del things[thing]
            window.append(fact)
            things.update(counts(fact))
            if len(things) >= terms.limits[limit]:
                # Then the window is emptied: the same facts must not be told a second time with the next one.
                yield Hit(tuple(window), len(things), fact.actor if of_one else None)
                window.clear()
                things.clear()

    return find


def nightly(picks: Picks, limit: str) -> Finds:
    """Find the nights and days off on which at least ``limit`` different files were opened off duty."""

    def find(group: Group, terms: Terms) -> Iterator[Hit]:
        taken = [fact for fact in group.facts if picks(fact, terms) and not terms.on_duty(fact.at)]
        # A night belongs to the evening on which it begins.
        for _, of_night in groupby(taken, key=lambda fact: (fact.at - DAY / 2).astimezone(terms.zone).date()):
            facts = tuple(of_night)
            subjects = {one for fact in facts for one in fact.subjects}
            if len(subjects) >= terms.limits[limit]:
                yield Hit(facts, len(subjects), facts[-1].actor)

    return find


def idle(picks: Picks, limit: str) -> Finds:
    """Find the days on which somebody opened at least ``limit`` files and did nothing on them, that day or before."""

    def find(group: Group, terms: Terms) -> Iterator[Hit]:
        # Of the whole group, days before included: what was worked on is read again.
        worked = {one for fact in group.facts if fact.works for one in fact.subjects}
        by_day: dict[Any, list[Fact]] = defaultdict(list)
        for fact in group.facts:
            # Work on any of the files of an opening clears it: a list that was opened for one file isn't idle.
            if picks(fact, terms) and not worked.intersection(fact.subjects):
                by_day[fact.at.astimezone(terms.zone).date()].append(fact)
        for facts in by_day.values():
            subjects = {one for fact in facts for one in fact.subjects}
            if len(subjects) >= terms.limits[limit]:
                yield Hit(tuple(facts), len(subjects), facts[-1].actor)

    return find


def alone(
    first: Picks, follows: Callable[[Fact, Fact], bool], unit: timedelta, span: str, limit: str
) -> Finds:
    """Find the days with at least ``limit`` facts that nothing followed within ``span`` units, once these are over."""

    def find(group: Group, terms: Terms) -> Iterator[Hit]:
        while_ = unit * terms.limits[span]
        by_day: dict[Any, list[Fact]] = defaultdict(list)
        for number, fact in enumerate(group.facts):
            # What may still be followed isn't judged yet; ``waits_for`` has it asked again.
            if not first(fact, terms) or fact.at + while_ > terms.at:
                continue
            later = (one for one in group.facts[number + 1 :] if one.at - fact.at <= while_)
            if not any(follows(fact, one) for one in later):
                by_day[fact.at.astimezone(terms.zone).date()].append(fact)
        for facts in by_day.values():
            if len(facts) >= terms.limits[limit]:
                yield Hit(tuple(facts), len(facts), facts[-1].actor)

    return find
