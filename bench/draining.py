"""How fast waiting entries get their places, the check of each included, by the size of a batch (SEC-AL8, SEC-AL21).

``python -m bench draining [--server sqlite]``: writes entries, lets the sequencer give them places and sign, and
prints entries a second and processor time for each batch size.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.db import connection, transaction

from audit import journal
from audit.events import Purpose
from audit.sequencer import Sequencer
from bench import common
from encryption.signing import FileSigner

BATCHES = (500, 2_000, 8_000)


def main(_: str, words: list[str]) -> None:
    entries = common.options(words, entries=20_000).entries
    signer = FileSigner(Path(os.environ["REPERE_STATE_DIR"], "log.key"), make=True)
    Sequencer(signer).once()
    backend = connection.connection.info.backend_pid if connection.vendor == "postgresql" else 0
    common.head("batch", "entries/s", "sequencer, µs", "database, µs")
    for batch in BATCHES:
        _write(entries)
        began, before = time.perf_counter(), [common.seconds_of(pid) for pid in (os.getpid(), backend)]
        count = Sequencer(signer, batch=batch).once()
        took = time.perf_counter() - began
        after = [common.seconds_of(pid) for pid in (os.getpid(), backend)]
        each = [(now - then) / count * 1e6 for now, then in zip(after, before, strict=True)]
        common.line(f"{batch:,}", f"{count / took:,.0f}", *(f"{one:.0f}" for one in each))


def _write(count: int) -> None:
    """Write entries, a tenth of them about ten files."""
    for number in range(count):
        files = [uuid4() for _ in range(1 if number % 10 else 10)]
        with transaction.atomic():
            journal.record(
                "field:opened", actor=None, at=datetime.now(UTC), objects=files, purpose=Purpose.HANDLING
            )
