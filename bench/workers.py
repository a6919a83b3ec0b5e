"""How requests a second grow with workers, and with what is in the database: our endpoints alone, one table.

``python -m bench workers``: on the databases of ``make bench``, which are made and filled where they aren't there.
"""

import os

import django

from bench import common, database, load, server
from bench.report import ENDPOINTS


def main(address: str, words: list[str]) -> None:
    options = common.options(words, sizes=[10_000, 1_000_000], seconds=8.0, workers=[1, 2, 4])
    common.head("referrals", "workers", *(f"{what} /s" for what in ENDPOINTS))
    for size in options.sizes:
        name = database.name_of(size)
        database.ensure(address, name, "fill", "--size", str(size))
        environment = database.environment(address, name)
        os.environ.update(environment)
        django.setup()
        from bench import run

        requests = run.requests(database.world_of(name), run.SIDES["ours"])
        for workers in options.workers:
            with server.serving(environment, workers) as (socket, _):
                rates = []
                for what in ENDPOINTS:
                    load.run(socket, requests[what], min(2.0, options.seconds))
                    rates.append(load.run(socket, requests[what], options.seconds).rate)
            common.line(f"{size:,}", workers, *(f"{rate:.0f}" for rate in rates))
