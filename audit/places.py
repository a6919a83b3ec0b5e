"""Wait for entries to have their places in the signed tree, with no transaction open (SEC-AL7).

What proves something by entries that were just written needs a checkpoint that covers them: the sequencer signs one
within seconds (SEC-AL8). ``PlaceAwaited`` rolls the request back, the pipeline waits here, and runs it once more
(``config/pipeline.py``). An open transaction would hold up the sequencer on SQLite, and row locks everywhere.
"""

import time
from collections.abc import Collection
from typing import Final
from uuid import UUID

from audit import checkpoints, tree
from audit.models import Leaf

#: How long a request waits: several passes of a sequencer, and less than a proxy waits for an answer.
PATIENCE_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.2


def wait_for(entries: Collection[UUID]) -> bool:
    """Wait until the latest checkpoint covers some entries; tell whether it does."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not are_covered(entries):
        if time.monotonic() >= until:
            return False
        pause()
    return True


def pause() -> None:
    """Leave the sequencer some time."""
    time.sleep(_PAUSE_SECONDS)


def are_covered(entries: Collection[UUID]) -> bool:
    """Tell whether the latest checkpoint covers some entries."""
    origin = tree.newest()
    checkpoint = None if origin is None else checkpoints.last(origin.number)
    if origin is None or checkpoint is None:
        return False
    leaves = Leaf.objects.filter(origin=origin.number, entry__in=entries, place__lt=checkpoint.size)
    return leaves.count() == len(set(entries))
