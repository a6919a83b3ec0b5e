"""How long the disk takes to keep 8 KiB for good: the floor under every commit."""

import os
import statistics
import time
from pathlib import Path

BLOCK = 8_192
TIMES = 200


def fdatasync_ms(folder: Path) -> tuple[float, float]:
    """Return median and p99 of write + fdatasync, in ms, over ``TIMES`` blocks of a file in ``folder``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, taken = folder / "fsync.probe", []
    try:
        with path.open("wb", buffering=0) as file:
            for _ in range(TIMES):
                began = time.perf_counter()
                file.write(os.urandom(BLOCK))
                os.fdatasync(file.fileno())
                taken.append(1000 * (time.perf_counter() - began))
    finally:
        path.unlink(missing_ok=True)
    return statistics.median(taken), sorted(taken)[int(0.99 * TIMES)]
