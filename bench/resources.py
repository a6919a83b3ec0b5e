"""How long it takes to find services for a need among many, each asked through the service's own function.

``python -m bench.resources --sizes 1000 10000 100000``: makes ``repere_bench_resources`` on the server of ``--server``,
fills it with so many services of the whole country (départements, EPCI, communes, ages, hours and days of verification
spread by a fixed seed) and asks ``directory.candidates.find`` for random children, under the role of the application.
Prints the most statements of a question (fewer where nothing is found), how many services are offered in the middle,
the median, the 95th percentile and the longest in milliseconds (field.md A.10, test 8: p95 ≤ 50 ms at 100,000, a
constant number of statements). Beside them stand the milliseconds of the processor for one question, of the service
(95th percentile) and of the database (mean, where it runs on this machine): other programs lengthen every answer, but
hardly change these.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from bench.database import ROOT, STATE

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
ASKED = (
    ("mental_health", NOW), ("general_care", NOW), ("specialised_support", NOW), ("medical_forensic", NOW),
    ("tonight_shelter", NIGHT), ("distance_shelter", NIGHT),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.resources", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--times", type=int, default=200, help="how often each need is asked for")
    parser.add_argument("--keep", action="store_true", help="ask the database of the run before")
    asked = parser.parse_args()
    os.environ.update(_environment(asked.server))
    if not asked.keep:
        _make(asked.server)
    import django

    django.setup()
    print(
        "| services | need | statements | offered | median ms | p95 | longest | CPU service p95 | CPU database |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    for size in asked.sizes:
        if not asked.keep:
            _fill(size)
            _analyze(asked.server)
        for need, at in ASKED:
            statements, offered, taken, busy, database = _measured(need, at, asked.times)
            print(
                f"| {size:,} | `{need}` | {statements} | {offered:.0f} | {statistics.median(taken):.1f} "
                f"| {_p95(taken):.1f} | {max(taken):.1f} | {_p95(busy):.1f} | {database:.1f} |",
                flush=True,
            )


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(0.95 * (len(taken) - 1))]


def _environment(server: str) -> dict[str, str]:
    base = server.rstrip("/")
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": f"{base}/{NAME}",
        "KEYS_DATABASE_URL": f"{base}/{NAME}_keys", "REPERE_STATE_DIR": str(STATE / NAME),
        "REPERE_DATABASE_ROLE": "repere_app", "REPERE_LOG_LEVEL": "ERROR",
    }  # fmt: skip


def _make(server: str) -> None:
    """Make the databases anew, with their tables."""
    (STATE / NAME).mkdir(mode=0o700, parents=True, exist_ok=True)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in (NAME, f"{NAME}_keys"):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
    env = os.environ | {"REPERE_DATABASE_ROLE": ""}
    for alias in ("default", "keys"):
        command = [sys.executable, "manage.py", "migrate", "-v", "0", "--database", alias]
        subprocess.run(command, cwd=ROOT, env=env, check=True)


def _analyze(server: str) -> None:
    with psycopg.connect(f"{server}/{NAME}", autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


# --- Filling


def _fill(size: int) -> None:
    """Add services until there are so many; two and a half to a structure."""
    from accounts.models import Authority
    from directory.models import Service

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
    from directory import reach
    from directory.models import Capacity, Place, Reach, Service, Structure

    structures, services, places, capacities = [], [], [], []
    for number in range(count):
        if number % 5 in (0, 2):  # two structures to five services
            structures.append(_structure(chance, authority))
            places.append(_place(chance, authority, structures[-1]))
        service = _service(chance, authority, structures[-1], places[-1].department, places[-1].insee_code)
        services.append(service)
        if set(service.needs) & set(SHELTER) and chance.random() < 0.5:
            told = NOW - timedelta(hours=chance.randrange(24 * 14))
            capacities.append(Capacity(service=service, maximum=9, vacancy=chance.randrange(4), told_at=told))
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
    from directory.models import Structure

    pk = UUID(int=chance.getrandbits(128), version=4)
    return Structure(
        id=pk, authority=authority, kind="mental_health", name=f"Structure {pk.hex[:6]}", source="own",
        source_id=str(pk), updated_on=NOW.date(),
        opening_hours=chance.choice(HOURS),
    )  # fmt: skip


def _place(chance: random.Random, authority: Any, structure: Any) -> Any:
    from accounts import territory
    from directory.models import Place

    code = chance.choice(_communes())
    return Place(
        authority=authority, structure=structure, insee_code=code, department=territory.department_of(code)
    )


def _service(chance: random.Random, authority: Any, structure: Any, department: str, commune: str) -> Any:
    from directory.models import Service

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
    from directory import geography

    match chance.choices(list(ZONES), list(ZONES.values()))[0]:
        case "department":
            return [department]
        case "epci":
            return sorted(geography.epci_of(commune)) or [department]
        case "commune":
            return [commune]
        case "departments":
            return sorted({department, *chance.sample(_departments(), 3)})
        case "france":
            return ["france"]
    return []


_known: dict[str, list[str]] = {}


def _communes() -> list[str]:
    """Return codes of communes; those of large cities as often as a hundred villages."""
    from accounts import territory

    if "communes" not in _known:
        every = [one.code for one in territory.communes_named("", begins=True)]
        large = [one.code for name in ("Paris", "Lille", "Bobigny", "Marseille", "Cayenne", "Nice", "Toulouse")
                 for one in territory.communes_named(name)]  # fmt: skip
        _known["communes"] = every + large * 150
    return _known["communes"]


def _departments() -> list[str]:
    from accounts import territory

    return list(territory.departments())


# --- Asking


def _measured(need: str, at: datetime, times: int) -> tuple[int, float, list[float], list[float], float]:
    """Return statements, services offered in the middle, and milliseconds: of each question, of the processor for it.

    The last is what the database's process was busy in the mean.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken, busy, offered = [], [], []
    ask = _asking(need, at)
    for facts in _children(need, 20, seed=1):
        ask(facts)
    counts = set()
    for facts in _children(need, 10, seed=2):
        with CaptureQueriesContext(connection) as captured:
            ask(facts)
        counts.add(len(captured))
    before = _database_busy()
    for facts in _children(need, times, seed=3):
        start, worked = time.perf_counter(), time.process_time()
        found = ask(facts)
        taken.append((time.perf_counter() - start) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        offered.append(len(found.offered))
    database = (_database_busy() - before) / times
    return max(counts), statistics.median(offered), taken, busy, database


def _database_busy() -> float:
    """Return for how many milliseconds the process behind our connection has used a processor; 0 on another machine."""
    from django.db import connection

    ours: Any = connection.connection
    stat = Path(f"/proc/{ours.info.backend_pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1_000 / os.sysconf("SC_CLK_TCK")


def _asking(need: str, at: datetime) -> Callable[[Any], Any]:
    from directory import candidates
    from directory.opening import zone_of

    def ask(facts: Any) -> Any:
        zone: ZoneInfo = zone_of(facts.department)
        return candidates.find(facts, at=at, zone=zone)

    return ask


def _children(need: str, count: int, *, seed: int) -> Iterator[Any]:
    """Yield the facts of children: seven in ten of a large city."""
    from accounts import territory
    from directory.codes import Need, Sex, Situation
    from directory.matching import CaseFacts

    chance = random.Random(seed)
    for _ in range(count):
        code = chance.choice(_communes())
        months = chance.randrange(132, 215)
        yield CaseFacts(
            need=Need(need), department=territory.department_of(code), commune=code, age_months=(months, months),
            sex=Sex.GIRL, situations=frozenset({Situation.RUNAWAY, Situation.SUBSTANCE}),
            danger_departments=frozenset({"93"}), tonight=need in SHELTER,
        )  # fmt: skip


if __name__ == "__main__":
    main()
