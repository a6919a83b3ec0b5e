"""How long the duplicate search takes: ``python -m bench duplicates --children 100000``.

A database of its own is filled with invented children of one authority (``bench/spellings.py``), sealed and indexed by
the service's code and written by COPY. Then children are searched for as they are miswritten: numbers made, the index
asked, up to 297 files opened and compared, the entries written.
"""

import gc
import os
import time
from typing import Any
from uuid import UUID

import django

from bench import common, database


def name_of(children: int) -> str:
    return f"repere_bench_search_{children // 1_000}k"


def main(server: str, words: list[str]) -> None:
    options = common.options(words, children=100_000, queries=520, with_date=False)
    children, name = options.children, name_of(options.children)
    database.ensure(server, name, "fill_children", "--children", str(children))
    os.environ.update(database.environment(server, name))
    django.setup()
    from bench import fill_children, spellings

    authority = UUID(database.world_of(name)["authorities"]["93"])
    population = spellings.Population(children // (2 * database.PROCESSES), fill_children.FIRST_SEED)
    each = max(1, options.queries // len(spellings.KINDS))
    kinds = spellings.SINGLE_WITH_DATE if options.with_date else spellings.KINDS
    queries = [record for kind in kinds for _, record in spellings.queries(population, kind, each, 1)]
    _search(authority, queries[0])  # connections and keys of the authority
    gc.collect()
    gc.freeze()  # the invented children, which no process of the service holds
    columns: Any = zip(*(_search(authority, record) for record in queries), strict=True)
    whole, index, files, busy = columns

    def shown(values: list[float], *shares: float, form: str = ".1f") -> str:
        return " · ".join(f"{common.percentile(values, share):{form}}" for share in shares)

    common.head(
        "children", f"{children:,} ({len(queries)} searches, load of the machine {os.getloadavg()[0]:.1f})"
    )
    common.line("whole search, p50 · p95 · p99, ms", shown(whole, 0.5, 0.95, 0.99))
    common.line("of which the index, p50 · p95, ms", shown(index, 0.5, 0.95))
    common.line("processor time beside the database's, p50 · p95, ms", shown(busy, 0.5, 0.95))
    common.line("files opened, p50 · p95", shown(files, 0.5, 0.95, form="d"))
    _measure_indexing(min(children, 2_000))


def _search(authority: UUID, record: Any) -> tuple[float, float, int, float]:
    """Return how long a search takes, how long its index, in ms, how many files were opened, and its processor time."""
    from bench.fill import NOW
    from bench.linkage import index
    from referrals.access import row_level_security
    from referrals.duplicates import tasks
    from referrals.matching import blocking_keys, candidates

    with row_level_security.for_the_service():
        began, worked, opened = time.perf_counter(), time.process_time(), 0
        mine, size = index.family(record), candidates.size_of(authority)
        likely = candidates.likely(size, blocking_keys.searched_for(mine))
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


def _measure_indexing(count: int) -> None:
    """Print what indexing and the check of ties take at a filing, and how many cases a minute are indexed anew.

    Whatever is written for the first two is taken back.
    """
    from django.db import transaction

    from accounts.actor import SYSTEM
    from audit.disclosure import disclosure
    from audit.events import Purpose
    from bench.fill import NOW
    from referrals.access import row_level_security
    from referrals.conflicts_of_interest import hits
    from referrals.duplicates import renewal
    from referrals.matching import blocking_keys, candidates, indexing
    from referrals.models import Referral

    spent: dict[str, list[float]] = {"indexing": [], "check of ties": []}
    with row_level_security.for_the_service():
        pks = list(Referral.objects.order_by("pk").values_list("pk", flat=True)[:count])
        with disclosure(
            actor=SYSTEM, purpose=Purpose.SEARCH, at=NOW, objects=[], tenant=None, act="index:made"
        ) as scope:
            cases = list(Referral.objects.order_by("pk")[:200])
            candidates.load(cases)
            for case in cases:
                _, family = candidates.opened_whole(case, scope)
                for name, work in (
                    ("indexing", lambda: indexing.replace({case: family})),  # noqa: B023 - called at once
                    ("check of ties", lambda: hits.exclude(case, family, at=NOW)),  # noqa: B023 - id.
                ):
                    worked = time.process_time()
                    work()
                    spent[name].append((time.process_time() - worked) * 1_000)
        transaction.set_rollback(True)
    for name, times in spent.items():
        middle, p95 = common.percentile(times, 0.5), common.percentile(times, 0.95)
        common.line(f"{name} of one case, processor time, p50 · p95, ms", f"{middle:.2f} · {p95:.2f}")
    for name, older in (("length", {"index_bits": 2}), ("version", {"index_norm": blocking_keys.NORM - 1})):
        with row_level_security.for_the_service():
            Referral.objects.filter(pk__in=pks).update(**older)
        began, worked = time.perf_counter(), time.process_time()
        done = renewal.renew(pks, NOW)
        took, busy = time.perf_counter() - began, time.process_time() - worked
        each = f"{done / took * 60:,.0f} ({busy / done * 1_000:.2f} ms of the processor each)"
        common.line(f"indexed anew in a minute, after another {name}, of {done:,}", each)
