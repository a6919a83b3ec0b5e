"""Two small measures: seal and open beside the plain cipher; the journal beside a plain insert of the same bytes."""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from bench import database
from bench.server import seconds_of

PROCESSES = 8
VALUE = "Observation d'essai, sans personne réelle. " * 5  # about 200 bytes
TURNS = 7
TIMES = 3


def _taken(act: Callable[[], object], count: int) -> tuple[float, float]:
    """Return seconds by the clock and of the processor that one act takes."""
    clock, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        act()
    return (time.perf_counter() - clock) / count, (time.process_time() - cpu) / count


def sealing(world: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return seal+open pairs a second and the CPU of one, ours and plain AES-256-GCM with the same nonces and lengths of key and text.

    The two take turns; the best turn of each counts.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from encryption import keys
    from encryption.sealed import OpenScope
    from referrals.models import Fact

    class Scope(OpenScope):
        def note(self, label: str, row: UUID, key_id: UUID) -> None:
            """Note nothing: the disclosure's own cost is in the detail line of the table."""

    field: Any = Fact._meta.get_field("text")
    key = keys.create_data_keys(uuid4(), UUID(world["authorities"]["93"]))["case"]
    row, scope, value = uuid4(), Scope(), VALUE[:200]
    plain, text = AESGCM(os.urandom(32)), VALUE[:200].encode()

    def ours() -> object:
        return key.seal(field, row, value).open(scope)

    def bare() -> object:
        nonce = os.urandom(12)
        return plain.decrypt(nonce, plain.encrypt(nonce, text, b""), b"")

    turns = [(_taken(ours, 5_000), _taken(bare, 5_000)) for _ in range(TURNS)]
    best = {
        side: tuple(map(min, zip(*taken, strict=True)))
        for side, taken in zip(("ours", "bare"), zip(*turns, strict=True), strict=True)
    }
    return {side: {"rate": 1 / clock, "cpu": cpu} for side, (clock, cpu) in best.items()}


# --- The journal, eight processes ---------------------------------------------------------------------


def _entry(subject: UUID) -> None:
    from django.db import transaction

    from audit import journal
    from audit.events import Purpose

    with transaction.atomic():
        journal.record(
            "field:opened", actor=None, at=datetime.now(UTC), objects=[subject], purpose=Purpose.HANDLING
        )


def _row(body: bytes) -> None:
    from django.db import transaction

    from bench.bare.models import PlainEntry

    with transaction.atomic():
        PlainEntry(at=datetime.now(UTC), act="field:opened", outcome="allow", subject=uuid4(), writer=uuid4(),
                   writer_seq=1, body=body, leaf_hash=body[:32]).save(force_insert=True)  # fmt: skip


def _append(which: str, seconds: float, start: Any) -> tuple[int, float]:
    """Append for so long in this process; return how many, and the CPU that this and its database connection took."""
    import django

    django.setup()
    from django.db import connection

    subject, body = uuid4(), b"x" * 640
    act: Callable[[], None] = (lambda: _entry(subject)) if which == "ours" else (lambda: _row(body))
    act()
    pids = (os.getpid(), connection.connection.info.backend_pid)
    start.wait()
    before = sum(map(seconds_of, pids))
    until, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        act()
        count += 1
    return count, sum(map(seconds_of, pids)) - before


_start: Any


def _keep(barrier: Any) -> None:
    global _start
    _start = barrier


def _work(which: str, seconds: float) -> tuple[int, float]:
    return _append(which, seconds, _start)


def appending(seconds: float, *, processes: int = PROCESSES) -> dict[str, dict[str, float]]:
    """Return commits a second and the CPU of one: by the journal, and of a plain row of its size by the same ORM call."""
    context = multiprocessing.get_context("spawn")
    found: dict[str, list[tuple[int, float]]] = {"ours": [], "bare": []}
    barrier = context.Barrier(processes)
    with context.Pool(processes, _keep, (barrier,)) as pool:
        for _ in range(TIMES):
            for which, told in found.items():
                told += pool.starmap(_work, [(which, seconds)] * processes, chunksize=1)
    count = {which: sum(one for one, _ in told) for which, told in found.items()}
    return {
        which: {"rate": count[which] / seconds / TIMES, "cpu": sum(cpu for _, cpu in told) / count[which]}
        for which, told in found.items()
    }


def main(server: str, size: int, seconds: float) -> None:
    """Measure both on one database; print JSON on the last line."""
    os.environ.update(database.environment(server, size))
    import django

    django.setup()
    world = database.world_of(size)
    print(json.dumps({"sealing": sealing(world), "appending": appending(seconds)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
