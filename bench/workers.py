"""How requests a second grow with workers, and with what is in the database: our endpoints alone, one table.

``python -m bench.workers``: on the databases of ``make bench``, which are made and filled where they aren't there.
"""

import argparse
import os

from bench import database, load, server
from bench.report import ENDPOINTS
from bench.run import SIDES, requests

WORKERS = (1, 2, 4)


def main() -> None:
    """Measure each number of workers on each size; print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.workers", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=8)
    asked = parser.parse_args()
    print("| referrals | workers |", *(f"{what} /s |" for what in ENDPOINTS))
    print("|---:|---:|" + "---:|" * len(ENDPOINTS))
    for size in asked.sizes:
        database.ensure(asked.server, size)
        for workers in WORKERS:
            rates = measured(database.environment(asked.server, size), size, workers, asked.seconds)
            print(f"| {size:,} | {workers} |", *(f"{rate:.0f} |" for rate in rates), flush=True)


def measured(environment: dict[str, str], size: int, workers: int, seconds: float) -> list[float]:
    """Return the answers a second of each endpoint.

    Raises:
        SystemExit: one was refused.
    """
    asks, found = requests(database.world_of(size), SIDES["ours"]), []
    with server.serving(environment, workers) as (address, _):
        for what in ENDPOINTS:
            load.run(address, asks[what], min(2.0, seconds))
            taken = load.run(address, asks[what], seconds)
            if taken.failures:
                raise SystemExit(f"{what}: {len(taken.failures)} failed: {taken.failures[0]!r}")
            found.append(taken.rate)
    return found


if __name__ == "__main__":
    main()
