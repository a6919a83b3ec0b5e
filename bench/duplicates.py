"""How long the duplicate search takes: ``python -m bench.duplicates --children 100000``.

A database of its own is filled with invented children of one authority (``bench/spellings.py``), sealed and indexed by
the service's code and written by COPY. Then children are searched for as they are miswritten: numbers made, the index
asked, up to 297 files opened and compared, the entries written.
"""

import argparse
import gc
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections import defaultdict
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from bench import database, spellings
from bench.fill import NOW, SHELL, Maker, signature

BATCH = 2_000
PROCESSES = 2
CHILD = ("id", "referral_id", "last_name", "first_names", "birth_date", "mac")
VALUE = ("id", "referral_id", "row", "bucket")


def environment(server: str, children: int, *, role: str = database.ROLE) -> dict[str, str]:
    """Return the settings under which the service uses the database for so many children."""
    name = f"repere_bench_search_{children // 1_000}k"
    return database.environment(server, children, role=role) | {
        "DATABASE_URL": f"{server}/{name}",
        "KEYS_DATABASE_URL": f"{server}/{name}_keys",
        "REPERE_STATE_DIR": str(database.STATE / name),
    }


class Filler(Maker):
    """Makes the lines of cases that hold nothing but their child; one per process."""

    def __init__(self, world: dict[str, Any], seed: int, children: int) -> None:
        super().__init__(world, seed)
        from bench.rows import Table
        from encryption import index
        from referrals import models
        from referrals.matching import blocking_keys, buckets

        self.chance_of = spellings.Population(children, seed)
        self.bits = buckets.length_for(children)
        self.under = index.likeness_keys()[0]
        made = {"index_norm": blocking_keys.NORM, "index_bits": self.bits, "index_key": self.under}
        self.case = Table(models.Referral, *SHELL, **made, searched_at=NOW)
        self.child = Table(models.Child, *CHILD)
        self.value = Table(models.IndexValue, *VALUE)
        # Far above what the column itself would give, for indexing is measured afterwards.
        self.next_id, self.at = (seed + 1) * 10**12, 0

    def tables(self) -> dict[str, tuple[str, str]]:
        """Return alias and COPY statement of each table, in an order that a foreign key accepts."""
        found = {self.key.name: ("keys", self.key.copy)}
        return found | {
            t.name: ("default", t.copy) for t in (self.case, self.child, self.value, self.subject)
        }

    def _referral(self) -> None:
        from audit import pseudonyms
        from referrals import models
        from referrals.matching import blocking_keys, buckets
        from referrals.vocabulary import formats

        pk, row, authority = uuid4(), uuid4(), self.authorities[0]
        said = self.chance_of.children[self.at]
        self.at += 1
        made = self._keys(pk, authority)
        shell = dict.fromkeys(SHELL) | {
            "id": pk, "reference": formats.new_reference(), "authority_id": authority, "unit_id": self.units[0],
            "department": "93", "version": 4, "state": "triage", "urgency": "U1", "age_band": "11-15", "under_15": True,
            "created_at": NOW, "received_at": NOW, "submitted_at": NOW, "filed_by": self.random.randbytes(32),
            "case_key": made["case"].id, "filer_key": made["filer"].id,
        }  # fmt: skip
        shell |= signature(models.Referral, shell)
        self.lines[self.case.name].append(self.case.line(**shell))
        told = {"last_name": said.last, "first_names": said.first, "birth_date": said.birth.isoformat()}  # type: ignore[union-attr]  # every one of them has a date
        sealed = {
            name: made["case"].seal(models.Child._meta.get_field(name), row, value).ciphertext
            for name, value in told.items()
        }
        child = {"id": row, "referral_id": pk}
        self.lines[self.child.name].append(
            self.child.line(**child, **sealed, **signature(models.Child, child))
        )
        pseudonym = uuid4()
        mac = pseudonyms.mac(self.subject.name, pk, pseudonym)
        self.lines[self.subject.name].append(
            self.subject.line(referral_id=pk, pseudonym=pseudonym, created_at=NOW, mac=mac)
        )
        for number, _ in buckets.values(
            authority, blocking_keys.of(spellings.family(said)), self.bits, under=self.under
        ):
            self.next_id += 1
            self.lines[self.value.name].append(
                self.value.line(id=self.next_id, referral_id=pk, row=row, bucket=number)
            )


_filler: Filler


def _begin(world: dict[str, Any], seeds: Any, children: int) -> None:
    global _filler
    import django

    django.setup()
    from django.db import connections

    _filler = Filler(world, seeds.get(), children)
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")


def _write(count: int) -> int:
    from django.db import connections

    _filler.lines = defaultdict(list)
    for _ in range(count):
        _filler._referral()
    for name, (alias, statement) in _filler.tables().items():
        with connections[alias].cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("".join(_filler.lines[name]))
    return count


def ensure(server: str, children: int) -> None:
    """Make and fill the database unless a finished one is there."""
    settings = environment(server, children, role="")
    name = settings["DATABASE_URL"].rpartition("/")[2]
    ready = database.STATE / name / "world.json"
    if ready.exists() and database._exists(server, name):
        return
    ready.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in (name, f"{name}_keys"):
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(one)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(one)))
    if not database._migrate(os.environ | settings):
        raise SystemExit("The bench database can't be migrated.")
    command = [
        sys.executable,
        "-m",
        "bench.duplicates",
        "--server",
        server,
        "--children",
        str(children),
        "--fill",
    ]
    subprocess.run(command, cwd=database.ROOT, env=os.environ | settings, check=True)


def fill(server: str, children: int) -> None:
    import django

    django.setup()

    from audit import pseudonyms
    from bench import world
    from referrals.matching import buckets
    from referrals.models import IndexSize

    found = world.build()
    found["pseudonym"] = str(pseudonyms.actor(UUID(found["coordinator"]["id"])))
    IndexSize.objects.create(
        authority_id=found["authorities"]["93"],
        children=children,
        bits=buckets.length_for(children),
        counted_at=NOW,
    )
    began, name = time.monotonic(), environment(server, children)["DATABASE_URL"].rpartition("/")[2]
    context = multiprocessing.get_context("spawn")
    seeds: Any = context.Queue()
    for seed in range(PROCESSES):
        seeds.put(seed)
    counts = [min(BATCH, children - start) for start in range(0, children, BATCH)]
    with (
        database.without_indexes(server, name),
        database.without_indexes(server, f"{name}_keys"),
        context.Pool(PROCESSES, _begin, (found, seeds, children)) as pool,
    ):
        for done, _ in enumerate(pool.imap_unordered(_write, counts), 1):
            if done % 25 == 0:
                print(f"  {done * BATCH:,} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    (database.STATE / name / "world.json").write_text(json.dumps(found))


def measure(server: str, children: int, queries: int, *, with_date: bool) -> None:
    """Search for miswritten children; print the table."""
    os.environ.update(environment(server, children))
    import django

    django.setup()
    name = environment(server, children)["DATABASE_URL"].rpartition("/")[2]
    authority = UUID(json.loads((database.STATE / name / "world.json").read_text())["authorities"]["93"])
    population = spellings.Population(children // (2 * PROCESSES), 0)
    each = max(1, queries // len(spellings.KINDS))
    kinds = spellings.SINGLE_WITH_DATE if with_date else spellings.KINDS
    asked = [q for kind in kinds for q in spellings.queries(population, kind, each, 1)]
    _search(authority, asked[0][1])  # connections and keys of the authority
    gc.collect()
    gc.freeze()  # the invented children, which no process of the service holds
    times = sorted(_search(authority, said) for _, said in asked)
    index = sorted(found[1] for found in times)
    files = sorted(found[2] for found in times)
    busy = sorted(found[3] for found in times)

    def at(values: list[Any], share: float) -> Any:
        return values[min(len(values) - 1, int(len(values) * share))]

    whole = [found[0] for found in times]
    print(
        f"| children | {children:,} ({len(asked)} searches, load of the machine {os.getloadavg()[0]:.1f}) |"
    )
    print("|---|---|")
    print(
        f"| whole search, p50 · p95 · p99 | {at(whole, 0.5):.1f} · {at(whole, 0.95):.1f} · {at(whole, 0.99):.1f} ms |"
    )
    print(f"| of which the index, p50 · p95 | {at(index, 0.5):.1f} · {at(index, 0.95):.1f} ms |")
    print(
        f"| processor time beside the database's, p50 · p95 | {at(busy, 0.5):.1f} · {at(busy, 0.95):.1f} ms |"
    )
    print(f"| files opened, p50 · p95 | {at(files, 0.5)} · {at(files, 0.95)} |")
    measure_indexing(min(children, 2_000))


def measure_indexing(count: int) -> None:
    """Print what indexing and the check of ties take at a filing, and how many cases a minute are indexed anew.

    Whatever is written is taken back.
    """
    from django.db import transaction

    from accounts.actor import SYSTEM
    from audit.disclosure import disclosure
    from audit.events import Purpose
    from referrals.access import row_level_security
    from referrals.conflicts_of_interest import hits
    from referrals.duplicates import renewal
    from referrals.matching import blocking_keys, candidates, indexing
    from referrals.models import Referral

    spent: dict[str, list[float]] = defaultdict(list)
    with row_level_security.for_the_service():
        with disclosure(
            actor=SYSTEM, purpose=Purpose.SEARCH, at=NOW, objects=[], tenant=None, act="index:made"
        ) as scope:
            cases = list(Referral.objects.order_by("pk")[:200])
            candidates.load(cases)
            for case in cases:
                _, family = candidates.opened_whole(case, scope)
                for name, work in (
                    ("indexing", lambda case=case, family=family: indexing.replace({case: family})),
                    ("check of ties", lambda case=case, family=family: hits.exclude(case, family, at=NOW)),
                ):
                    began, busy = time.perf_counter(), time.process_time()
                    work()
                    spent[name].append((time.perf_counter() - began) * 1_000)
                    spent[f"{name}, processor time"].append((time.process_time() - busy) * 1_000)
        transaction.set_rollback(True)
    for name, times in spent.items():
        times.sort()
        print(f"| {name} of one case, p50 · p95 | {times[100]:.2f} · {times[190]:.2f} ms |")
    pks = list(_every("pk", count))
    for name, older in (("length", {"index_bits": 2}), ("version", {"index_norm": blocking_keys.NORM - 1})):
        with row_level_security.for_the_service():
            Referral.objects.filter(pk__in=pks).update(**older)
        began, busy = time.perf_counter(), time.process_time()
        done = renewal.renew(pks, NOW)
        took, busy = time.perf_counter() - began, time.process_time() - busy
        told = f"{done / took * 60:,.0f} ({busy / done * 1_000:.2f} ms of the processor each)"
        print(f"| indexed anew in a minute, after another {name}, of {done:,} | {told} |")


def _every(column: str, count: int) -> list[Any]:
    from referrals.access import row_level_security
    from referrals.models import Referral

    with row_level_security.for_the_service():
        return list(Referral.objects.order_by("pk").values_list(column, flat=True)[:count])


def _search(authority: UUID, said: spellings.Said) -> tuple[float, float, int, float]:
    """Return how long a search takes, how long its index, in ms, how many files were opened, and its processor time."""
    from referrals.access import row_level_security
    from referrals.duplicates import tasks
    from referrals.matching import blocking_keys, candidates

    with row_level_security.for_the_service():
        began, worked, opened = time.perf_counter(), time.process_time(), 0
        mine, size = spellings.family(said), candidates.size_of(authority)
        likely = candidates.likely(size, blocking_keys.asked_for(mine))
        indexed = time.perf_counter()
        with tasks.opened_in(size, [], NOW) as entries:

            def opening(others: list[Any]) -> Any:
                nonlocal opened
                opened += len(others)
                return tasks.entry_for(others, entries)

            candidates.searched(mine, authority, likely, opening)
        ended = time.perf_counter()
    busy = time.process_time() - worked
    return (ended - began) * 1_000, (indexed - began) * 1_000, opened, busy * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=520)
    parser.add_argument(
        "--with-date", action="store_true", help="kinds of one mistake and a right date alone"
    )
    parser.add_argument("--fill", action="store_true", help="fill the database of the settings, and no more")
    asked = parser.parse_args()
    if asked.fill:
        fill(asked.server, asked.children)
        return
    ensure(asked.server, asked.children)
    measure(asked.server, asked.children, asked.queries, with_date=asked.with_date)


if __name__ == "__main__":
    main()
