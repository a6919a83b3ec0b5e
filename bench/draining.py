"""How fast waiting entries get their places, the check of each included, by the size of a batch (SEC-AL8, SEC-AL21).

``python -m bench.draining [--server postgres://…]``: without a server on SQLite. Writes entries, lets the sequencer give
them places and sign, and prints entries a second and processor time for each batch size; beside it the least that the
check of an entry can cost: its JSON read once, one HMAC and one SHA-256 over its bytes.
"""

import argparse
import hashlib
import hmac
import json
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

from bench import appending, database

NAME = "repere_bench_drain"
BATCHES = (500, 2_000, 8_000)
#: Entries of one transaction while they are written.
_AT_ONCE = 500


def main() -> None:
    """Make the database, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.draining", description=__doc__)
    parser.add_argument("--server", default="")
    parser.add_argument("--entries", type=int, default=20_000)
    asked = parser.parse_args()
    os.environ.update(appending.made(asked.server.rstrip("/"), NAME) if asked.server else _on_sqlite())
    import django

    django.setup()
    from audit.sequencer import Sequencer
    from encryption.signing import FileSigner

    signer = FileSigner(database.STATE / NAME / "log.key", make=True)
    Sequencer(signer).once()
    print(
        "| batch | entries/s | µs an entry | of it in this process | ÷ the least |\n|---:|---:|---:|---:|---:|"
    )
    for batch in BATCHES:
        least = _written(asked.entries)
        clock, cpu = time.perf_counter(), time.process_time()
        count = Sequencer(signer, batch=batch).once()
        taken, own = time.perf_counter() - clock, time.process_time() - cpu
        print(
            f"| {batch:,} | {count / taken:,.0f} | {taken / count * 1e6:.0f} | {own / count * 1e6:.0f} |"
            f" {own / count / least:.1f} |",
            flush=True,
        )


def _on_sqlite() -> dict[str, str]:
    folder = database.STATE / NAME
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    found = appending.quiet(folder)
    if not database._migrate(os.environ | found):
        sys.exit("The bench database can't be migrated.")
    return found


def _written(count: int) -> float:
    """Write entries, a tenth of them about ten files; return how many seconds the least check of one takes."""
    from django.db import transaction

    from audit import journal
    from audit.events import Purpose

    bodies = []
    for first in range(0, count, _AT_ONCE):
        with transaction.atomic():
            for number in range(first, min(first + _AT_ONCE, count)):
                files = [uuid4() for _ in range(1 if number % 10 else 10)]
                entry = journal.record(
                    "field:opened", actor=None, at=datetime.now(UTC), objects=files, purpose=Purpose.HANDLING
                )
                bodies.append(bytes(entry.body))
    key, began = bytes(32), time.process_time()
    for body in bodies:
        json.loads(body)
        hmac.digest(key, body, "sha256")
        hashlib.sha256(b"\0" + body).digest()
    return (time.process_time() - began) / count


if __name__ == "__main__":
    main()
