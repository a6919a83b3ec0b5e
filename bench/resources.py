"""How long it takes to find services for a need among many, each asked through the service's own function.

``python -m bench resources --sizes 1000 10000 100000``: fills ``repere_bench_resources`` with so many services of the
whole country (départements, EPCI, communes, ages, hours and days of verification spread by a fixed seed) and asks
``directory.candidates.find`` for random children, under the role of the application. Prints the most statements of a
question (fewer where nothing is found), how many services are offered in the middle, the median, the 95th percentile
and the longest in milliseconds (field.md A.10, test 8: p95 ≤ 50 ms at 100,000, a constant number of statements).
Beside them stand the milliseconds of the processor for one question, of the service (95th percentile) and of the
database (mean, where it runs on this machine): other programs lengthen every answer, but hardly change these.
"""

import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import territory
from accounts.models import Authority
from bench import common
from directory import candidates, geography, reach
from directory.codes import Need, Sex, Situation
from directory.matching import CaseFacts
from directory.models import Capacity, Place, Reach, Service, Structure
from directory.opening import zone_of

NAME = "repere_bench_resources"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NIGHT = datetime(2026, 12, 25, 6, tzinfo=UTC)  # three o'clock in Cayenne
BATCH = 2_000
#: Of a hundred services, how many answer a need; some answer a second one.
NEEDS = {
    "general_care": 14, "mental_health": 14, "sexual_health": 9, "addiction": 9, "legal_victim": 9,
    "parents_support": 10, "specialised_support": 5, "outreach": 6, "tonight_shelter": 4, "distance_shelter": 2,
    "medical_forensic": 2, "complaint": 4, "school_link": 5, "prevention_session": 3, "training_advice": 2,
    "digital_removal": 1, "runaway_search": 1, "trafficking_identification": 1,
}  # fmt: skip
SHELTER = ("tonight_shelter", "distance_shelter")
#: Zones, of a hundred services.
ZONES = {"department": 52, "epci": 16, "commune": 14, "departments": 14, "france": 2, "everywhere": 2}
HOURS = (
    "24/7", "Mo-Fr 09:00-18:00; PH off", "Mo-Fr 09:00-12:30,14:00-17:30", "Mo-Sa 08:00-20:00; PH off",
    "Mo-Fr,PH 08:00-20:00; Sa 09:00-12:00", "Mo-Su,PH 20:00-08:00", "",
)  # fmt: skip
#: What is asked: need, and when.
QUERIES = (
    ("mental_health", NOW), ("general_care", NOW), ("specialised_support", NOW), ("medical_forensic", NOW),
    ("tonight_shelter", NIGHT), ("distance_shelter", NIGHT),
)  # fmt: skip


def main(server: str, words: list[str]) -> None:
    options = common.options(words, sizes=[1_000, 10_000, 100_000], times=200)
    common.head(
        "services", "need", "statements", "offered", "median ms", "p95", "longest", "CPU service p95", "CPU database"
    )  # fmt: skip
    for size in options.sizes:
        _fill(size)
        with psycopg.connect(f"{server}/{NAME}", autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")
        for need, at in QUERIES:
            _measure(size, need, at, options.times)


# --- Filling


def _fill(size: int) -> None:
    """Add services until there are so many; two and a half to a structure."""
    chance = random.Random(size)
    authority, _ = Authority.objects.get_or_create(
        code="93", defaults={"name": "Seine-Saint-Denis", "timezone": "Europe/Paris"}
    )
    left = size - Service.objects.count()
    while left > 0:
        count = min(BATCH, left)
        _batch(chance, authority, count)
        left -= count


def _batch(chance: random.Random, authority: Any, count: int) -> None:
    structures, services, places, capacities = [], [], [], []
    for number in range(count):
        if number % 5 in (0, 2):  # two structures to five services
            structures.append(_structure(chance, authority))
            places.append(_place(chance, authority, structures[-1]))
        service = _service(chance, authority, structures[-1], places[-1].department, places[-1].insee_code)
        services.append(service)
        if set(service.needs) & set(SHELTER) and chance.random() < 0.5:
            at = NOW - timedelta(hours=chance.randrange(24 * 14))
            capacities.append(Capacity(service=service, maximum=9, vacancy=chance.randrange(4), told_at=at))
    Structure.objects.bulk_create(structures)
    Service.objects.bulk_create(services)
    Place.objects.bulk_create(places)
    Capacity.objects.bulk_create(capacities)
    Reach.objects.bulk_create(
        Reach(service=one, need=need, zone=zone)
        for one in services
        for need in one.needs
        for zone in sorted(reach.zones_of(one, need))
    )


def _structure(chance: random.Random, authority: Any) -> Any:
    pk = UUID(int=chance.getrandbits(128), version=4)
    return Structure(
        id=pk, authority=authority, kind="mental_health", name=f"Structure {pk.hex[:6]}", source="own",
        source_id=str(pk), updated_on=NOW.date(),
        opening_hours=chance.choice(HOURS),
    )  # fmt: skip


def _place(chance: random.Random, authority: Any, structure: Any) -> Any:
    code = chance.choice(_communes())
    return Place(
        authority=authority, structure=structure, insee_code=code, department=territory.department_of(code)
    )


def _service(chance: random.Random, authority: Any, structure: Any, department: str, commune: str) -> Any:
    needs = chance.choices(list(NEEDS), list(NEEDS.values()), k=2 if chance.random() < 0.2 else 1)
    short = bool(set(needs) & set(SHELTER))
    low, high = chance.choice([(None, None), (0, 215), (144, 251), (132, 215), (72, 215), (192, 311)])
    pk = UUID(int=chance.getrandbits(128), version=4)
    return Service(
        id=pk, authority=authority, structure=structure, name=f"Service {pk.hex[:6]}", description="Un service d'essai.",
        source="own", source_id=str(pk), updated_on=NOW.date(), needs=sorted(set(needs)),
        zones=_zones(chance, department, commune), age_min_months=low, age_max_months=high,
        sexes=chance.choice([[], [], [], ["girl"], ["girl", "other"], ["boy"]]) if short else [],
        accepts={
            one: {"answer": chance.choice(["yes", "case", "no"]), "words": "Appeler avant."}
            for one in chance.sample(["runaway", "substance", "dual_status", "unaccompanied"], 2)
        },
        distance_placement=short and chance.random() < 0.6,
        refused_departments=[department] if short and chance.random() < 0.1 else [],
        round_the_clock=short and chance.random() < 0.4, opening_hours=chance.choice(HOURS),
        specialised=chance.choices(["dedicated", "trained", "general"], [3, 17, 80])[0],
        who_may_ask=chance.choice([[], ["professionals"], ["users", "professionals"], ["ase"]]),
        needs_agreement=chance.choice([[], [], ["ase_decision"], ["judge_order", "funding"]]) if short else [],
        languages=chance.choice([[], ["fr"], ["fr", "en"]]),
        verified_on=_verified(chance, 90 if short else 365), verified_by="phone",
        status=chance.choices(["active", "suspended"], [97, 3])[0],
    )  # fmt: skip


def _verified(chance: random.Random, limit: int) -> date | None:
    """Return a day: one service in seven is stale, one in fifty was never verified."""
    return (
        None if chance.random() < 0.02 else NOW.date() - timedelta(days=chance.randrange(int(limit * 7 / 6)))
    )


def _zones(chance: random.Random, department: str, commune: str) -> list[str]:
    match chance.choices(list(ZONES), list(ZONES.values()))[0]:
        case "department":
            return [department]
        case "epci":
            return sorted(geography.epci_of(commune)) or [department]
        case "commune":
            return [commune]
        case "departments":
            return sorted({department, *chance.sample(list(territory.departments()), 3)})
        case "france":
            return ["france"]
    return []


@cache
def _communes() -> list[str]:
    """Return codes of communes; those of large cities as often as a hundred villages."""
    every = [one.code for one in territory.communes_named("", begins=True)]
    cities = ("Paris", "Lille", "Bobigny", "Marseille", "Cayenne", "Nice", "Toulouse")
    return every + [one.code for name in cities for one in territory.communes_named(name)] * 150


# --- Asking


def _measure(size: int, need: str, at: datetime, times: int) -> None:
    """Print one line of the table."""

    def find(facts: CaseFacts) -> Any:
        return candidates.find(facts, at=at, zone=zone_of(facts.department))

    for facts in _children(need, 20, seed=1):
        find(facts)
    statements = 0
    for facts in _children(need, 10, seed=2):
        with CaptureQueriesContext(connection) as captured:
            find(facts)
        statements = max(statements, len(captured))
    taken, busy, offered = [], [], []
    backend = connection.connection.info.backend_pid
    before = common.seconds_of(backend)
    for facts in _children(need, times, seed=3):
        began, worked = time.perf_counter(), time.process_time()
        answer = find(facts)
        taken.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        offered.append(len(answer.offered))
    database = (common.seconds_of(backend) - before) / times * 1000
    common.line(
        f"{size:,}", f"`{need}`", statements, f"{statistics.median(offered):.0f}", f"{statistics.median(taken):.1f}",
        f"{common.percentile(taken, 0.95):.1f}", f"{max(taken):.1f}", f"{common.percentile(busy, 0.95):.1f}",
        f"{database:.1f}",
    )  # fmt: skip


def _children(need: str, count: int, *, seed: int) -> Iterator[CaseFacts]:
    """Yield the facts of children: seven in ten of a large city."""
    chance = random.Random(seed)
    for _ in range(count):
        code = chance.choice(_communes())
        months = chance.randrange(132, 215)
        yield CaseFacts(
            need=Need(need), department=territory.department_of(code), commune=code, age_months=(months, months),
            sex=Sex.GIRL, situations=frozenset({Situation.RUNAWAY, Situation.SUBSTANCE}),
            danger_departments=frozenset({"93"}), tonight=need in SHELTER,
        )  # fmt: skip
