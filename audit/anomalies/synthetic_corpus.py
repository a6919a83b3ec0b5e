"""Synthetic corpus of work with planted abuse, to measure the rules: detection rate and false alarms.

Everything is drawn from a seed. ``SHARES`` and the figures of ordinary work were fixed before any threshold was tuned;
only a seed that nobody tuned on counts (``measuring.py``, ``manage.py judge_rules``). It doesn't model real people: it
shows whether rules and thresholds work as intended, on work of the size that domain.md §8.4 expects.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from audit import events
from audit.anomalies.facts import DAY, NAMESAKE, Fact

#: Of a hundred planted episodes, how many are of each kind.
SHARES: Final[Mapping[str, int]] = {
    "bulk": 8,
    "browsing": 10,
    "night": 10,
    "namesake": 10,
    "crowd": 4,
    "refusals": 5,
    "probing": 8,
    "export": 5,
    "dormant": 5,
    "same_search": 4,
    "failing": 4,
    "after_lift": 4,
    "decoy": 5,
    "closed": 7,
    "glass": 4,
    "searching": 4,
    "two_places": 3,
}
#: (opens a day, share of files then worked on, searches a day) of ordinary work, by role and share of people.
ROLES: Final[Mapping[str, tuple[float, float, float, int]]] = {
    "intake_agent": (12, 0.8, 5, 20),
    "crip_coordinator": (14, 0.75, 4, 20),
    "assessor": (4, 0.6, 0, 35),
    "ase_inspector": (5, 0.6, 0, 12),
    "supervisor": (4, 0.3, 0, 8),
    "on_call": (2, 0.9, 0, 5),
}
TERRITORIAL: Final = frozenset({"intake_agent", "crip_coordinator", "supervisor", "on_call"})
FIRST: Final = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
#: Two people of France bear the same surname about this often.
SAME_SURNAME: Final = 0.0004
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


@dataclass
class Person:
    """Somebody who works: role, habits, and when they were away."""

    id: UUID
    role: str
    device: str
    network: str
    away: range
    own: list[UUID] = field(default_factory=list)


@dataclass
class Corpus:
    """Facts in order, the days that people worked, and which facts were planted, by episode."""

    facts: list[Fact]
    user_days: int
    episodes: dict[str, tuple[str, frozenset[UUID]]]
    decoys: frozenset[UUID]
    days: int


class Author:
    """Writes a corpus: ordinary days first, then what is planted."""

    def __init__(self, seed: int, *, people: int, days: int, episodes: int) -> None:
        self.draw = Random(seed)  # noqa: S311 - invented work, replayable
        self.days, self.tenant = days, self._id()
        self.facts: list[Fact] = []
        self.user_days = 0
        self.files = [self._id() for _ in range(people * 12)]
        self.decoys = frozenset(self._id() for _ in range(3))
        roles = [role for role, (*_, share) in ROLES.items() for _ in range(share)]
        self.people = [self._person(self.draw.choice(roles)) for _ in range(people)]
        self.wanted = episodes

    def _id(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def _person(self, role: str) -> Person:
        # A few are away for months: honest, and yet what the rule on silent accounts looks for.
        start = self.draw.randrange(self.days)
        length = 200 if self.draw.random() < 0.003 else self.draw.choice((7, 14, 21))
        person = Person(
            self._id(),
            role,
            f"firefox/{self.draw.randint(120, 140)}",
            f"10.{len(self.facts) % 250}.0.0/24",
            range(start, start + length),
        )
        # A load of cases of one's own, to which most openings go.
        person.own = self.draw.sample(self.files, 15)
        return person

    def _poisson(self, mean: float) -> int:
        # From the gaps between events: the standard library draws no Poisson figure.
        count, left = 0, self.draw.expovariate(1)
        while left < mean:
            count, left = count + 1, left + self.draw.expovariate(1)
        return count

    def fact(self, act: str, at: datetime, who: Person, file: UUID | None = None, **extra: object) -> Fact:
        values: dict[str, Any] = {
            "actor": who.id,
            "role": who.role,
            "network": who.network,
            "device": who.device,
            "subjects": () if file is None else (file,),
        } | extra
        fact = Fact(id=self._id(), at=at, act=act, tenant=self.tenant, **values)
        self.facts.append(fact)
        return fact

    def opens(self, at: datetime, who: Person, file: UUID, **extra: object) -> Fact:
        rule = "territory" if who.role in TERRITORIAL else "assigned"
        return self.fact(events.OPENED, at, who, file, **({"rule": rule, "state": "in_assessment"} | extra))

    # --- Ordinary work ------------------------------------------------------------------------------------

    def work(self) -> None:
        """Write the ordinary days of everybody."""
        for day in range(self.days):
            if (FIRST + day * DAY).weekday() > 4:
                continue
            for who in self.people:
                if day not in who.away:
                    self.user_days += 1
                    self._day(who, FIRST + day * DAY)

    def _day(self, who: Person, midnight: datetime) -> None:
        draw = self.draw
        opens, works, searches, _ = ROLES[who.role]
        begins = midnight + 7 * HOUR + draw.randint(0, 90) * MINUTE
        # Browsers update: a new device is no abuse by itself.
        if draw.random() < 0.01:
            who.device = f"firefox/{draw.randint(120, 140)}"
        self.fact("session:opened", begins, who)
        # Some days are twice as full: a figure that only fits the average would cry wolf on these.
        busy = 2.2 if draw.random() < 0.03 else 1.0
        for _ in range(self._poisson(opens * busy)):
            self._one_file(who, begins + draw.randint(1, 520) * MINUTE, works)
        for _ in range(self._poisson(searches)):
            at = begins + draw.randint(1, 520) * MINUTE
            # A family is looked up by several agents on one day, rightly: such searches are equal, too.
            search = (
                f"{draw.getrandbits(40):x}"
                if draw.random() < 0.97
                else f"family {draw.randint(0, 50)} {at:%d%m}"
            )
            self.fact("search:done", at, who, asked=search)
            if draw.random() < 0.75:
                self.opens(at + MINUTE, who, draw.choice(self.files))
        for _ in range(self._poisson(0.5)):
            self.fact(
                "request:denied",
                begins + draw.randint(1, 520) * MINUTE,
                who,
                outcome="deny",
                rule="not-allowed",
            )
        for _ in range(self._poisson(0.25)):
            self.fact(
                "request:denied",
                begins + draw.randint(1, 520) * MINUTE,
                who,
                outcome="deny",
                rule="not-found",
            )
        # An honest evening at the desk, which the rule on nights must bear.
        if draw.random() < 0.02:
            self._late(who, midnight)
        if who.role == "on_call" and draw.random() < 0.3:
            self._duty(who, midnight)

    def _one_file(self, who: Person, at: datetime, works: float) -> None:
        draw = self.draw
        file = draw.choice(who.own) if draw.random() < 0.7 else draw.choice(self.files)
        state = "ended" if draw.random() < 0.04 else "in_assessment"
        self.opens(at, who, file, state=state)
        if draw.random() < SAME_SURNAME:
            self.fact(NAMESAKE, at, who, file)
        if draw.random() < works:
            self.fact("referral:log_contact", at + draw.randint(2, 30) * MINUTE, who, file)
        if draw.random() < 0.001:
            self.fact(events.OPENED, at, who, file, outcome="fail", values=2)

    def _late(self, who: Person, midnight: datetime) -> None:
        for number in range(self.draw.randint(1, 2)):
            self.opens(midnight + 20 * HOUR + (5 + number) * MINUTE, who, self.draw.choice(who.own))

    def _duty(self, who: Person, midnight: datetime) -> None:
        file, at = self.draw.choice(self.files), midnight + 21 * HOUR + self.draw.randint(0, 300) * MINUTE
        self.fact("glass:open", at, who, file, purpose="emergency")
        self.opens(at + MINUTE, who, file, purpose="emergency")
        if self.draw.random() < 0.95:
            self.fact("referral:log_contact", at + 20 * MINUTE, who, file)

    # --- Abuse --------------------------------------------------------------------------------------------

    def plant(self) -> dict[str, tuple[str, frozenset[UUID]]]:
        """Write the episodes, each on a day of its own of somebody; return by name the kind and the facts."""
        planted: dict[str, tuple[str, frozenset[UUID]]] = {}
        kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
        for number in range(self.wanted):
            # In turn, not drawn: each kind has its share even in a small corpus.
            kind = kinds[number % len(kinds)]
            who = self.draw.choice(self.people)
            # In the second half, so that rules which look back find a history; not at the end, for some wait for days.
            day = self.draw.randrange(self.days // 2, self.days - 4)
            # On a working day: at week-ends the rule on nights would find what is planted for another.
            day -= max(0, (FIRST + day * DAY).weekday() - 4)
            before = len(self.facts)
            _KINDS[kind](self, who, FIRST + day * DAY + self.draw.randint(8, 15) * HOUR)
            planted[f"{number}"] = (kind, frozenset(fact.id for fact in self.facts[before:]))
        return planted

    def some(self, low: int, high: int) -> list[UUID]:
        return self.draw.sample(self.files, self.draw.randint(low, high))

    def each(
        self, does: Callable[[datetime, Any], object], at: datetime, things: list[Any], pause: timedelta
    ) -> None:
        for number, thing in enumerate(things):
            does(at + number * pause, thing)


def _bulk(a: Author, who: Person, at: datetime) -> None:
    a.each(lambda when, file: a.opens(when, who, file), at, a.some(55, 150), MINUTE / 2)


def _browsing(a: Author, who: Person, at: datetime) -> None:
    a.each(lambda when, file: a.opens(when, who, file, rule="territory"), at, a.some(15, 40), 5 * MINUTE)


def _night(a: Author, who: Person, at: datetime) -> None:
    late = at.replace(hour=21, minute=10)
    # Who is on call rightly reads at night: it wouldn't be abuse.
    role = "crip_coordinator" if who.role == "on_call" else who.role
    a.each(lambda when, file: a.opens(when, who, file, role=role), late, a.some(3, 9), 6 * MINUTE)


def _namesake(a: Author, who: Person, at: datetime) -> None:
    file = a.draw.choice(a.files)
    a.opens(at, who, file)
    a.fact(NAMESAKE, at, who, file)


def _crowd(a: Author, _: Person, at: datetime) -> None:
    file = a.draw.choice(a.files)
    crowd = a.draw.sample(a.people, a.draw.randint(12, 20))
    a.each(lambda when, one: a.opens(when, one, file), at, crowd, 10 * MINUTE)


def _refusals(a: Author, who: Person, at: datetime) -> None:
    count = list(range(a.draw.randint(22, 80)))
    a.each(
        lambda when, _: a.fact("request:denied", when, who, outcome="deny", rule="not-allowed"),
        at,
        count,
        MINUTE / 2,
    )


def _probing(a: Author, who: Person, at: datetime) -> None:
    count = list(range(a.draw.randint(12, 60)))
    a.each(
        lambda when, _: a.fact("request:denied", when, who, outcome="deny", rule="not-found"),
        at,
        count,
        6 * MINUTE,
    )


def _export(a: Author, who: Person, at: datetime) -> None:
    a.fact("audit:exported", at, who, device=f"chrome/{a.draw.randint(90, 99)}")


def _dormant(a: Author, who: Person, at: datetime) -> None:
    # A person of their own, of whom the corpus has nothing in between.
    sleeper = Person(a._id(), who.role, who.device, who.network, range(0))
    a.fact("session:opened", at - a.draw.randint(60, 120) * DAY, sleeper)
    a.each(lambda when, file: a.opens(when, sleeper, file), at, a.some(1, 5), MINUTE)


def _same_search(a: Author, _: Person, at: datetime) -> None:
    crowd, search = a.draw.sample(a.people, a.draw.randint(4, 7)), f"{a.draw.getrandbits(60):x}"
    a.each(lambda when, one: a.fact("search:done", when, one, asked=search), at, crowd, 4 * HOUR)


def _failing(a: Author, who: Person, at: datetime) -> None:
    a.each(
        lambda when, file: a.fact(events.OPENED, when, who, file, outcome="fail", values=3),
        at,
        a.some(5, 20),
        MINUTE,
    )


def _after_lift(a: Author, who: Person, at: datetime) -> None:
    file = a.draw.choice(a.files)
    boss = a.draw.choice([one for one in a.people if one is not who])
    # Who hasn't read the file before: an earlier reader isn't one who waited for the lift.
    newcomer = Person(a._id(), who.role, who.device, who.network, range(0))
    a.fact("session:opened", at - 3 * DAY, newcomer)
    a.fact("referral:lift_exclusion", at, boss, file)
    a.opens(at + a.draw.randint(1, 20) * HOUR, newcomer, file)


def _decoy(a: Author, who: Person, at: datetime) -> None:
    a.opens(at, who, a.draw.choice(sorted(a.decoys)))


def _closed(a: Author, who: Person, at: datetime) -> None:
    # Supervisors review closings: of them it wouldn't be abuse.
    role = "assessor" if who.role == "supervisor" else who.role
    a.each(
        lambda when, file: a.opens(when, who, file, state="ended", role=role), at, a.some(8, 25), 3 * MINUTE
    )


def _glass(a: Author, who: Person, at: datetime) -> None:
    a.each(
        lambda when, file: a.fact("glass:open", when, who, file, purpose="emergency"), at, a.some(2, 4), HOUR
    )


def _searching(a: Author, who: Person, at: datetime) -> None:
    """In the evening, when nothing else is done that would seem to follow."""
    digests = [f"{a.draw.getrandbits(60):x}" for _ in range(a.draw.randint(10, 25))]
    a.each(
        lambda when, one: a.fact("search:done", when, who, asked=one),
        at.replace(hour=18, minute=10),
        digests,
        MINUTE,
    )


def _two_places(a: Author, who: Person, at: datetime) -> None:
    for number in range(4):
        network = "203.0.113.0/24" if number % 2 else who.network
        a.opens(at + number * a.draw.randint(1, 9) * MINUTE, who, a.draw.choice(who.own), network=network)


_KINDS: Final[Mapping[str, Callable[[Author, Person, datetime], None]]] = {
    "bulk": _bulk,
    "browsing": _browsing,
    "night": _night,
    "namesake": _namesake,
    "crowd": _crowd,
    "refusals": _refusals,
    "probing": _probing,
    "export": _export,
    "dormant": _dormant,
    "same_search": _same_search,
    "failing": _failing,
    "after_lift": _after_lift,
    "decoy": _decoy,
    "closed": _closed,
    "glass": _glass,
    "searching": _searching,
    "two_places": _two_places,
}


def corpus(seed: int, *, people: int = 120, days: int = 120, episodes: int = 200) -> Corpus:
    """Return invented work of so many people and days, with so many planted episodes."""
    author = Author(seed, people=people, days=days, episodes=episodes)
    author.work()
    planted = author.plant()
    author.facts.sort(key=lambda fact: fact.at)
    return Corpus(author.facts, author.user_days, planted, author.decoys, days)
