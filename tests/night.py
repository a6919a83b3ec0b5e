"""Whether tests may take hours (``make test-night``): then what is long runs in full; by day as a fixed slice."""

import os
from collections.abc import Iterable, Sequence
from zlib import crc32

from hypothesis import settings

from tests.selection import vendor

NIGHT = os.environ.get("REPERE_TEST_NIGHT") == "yes"


def one_in[T](count: int, choices: Iterable[T]) -> list[T]:
    """Return all choices at night; by day one in ``count``, which a checksum of its text picks."""
    return [one for one in choices if NIGHT or crc32(str(one).encode()) % count == 0]


def some[T](choices: Sequence[T], name: str, count: int = 1, *, full: bool = NIGHT) -> Sequence[T]:
    """Return all choices at night; by day ``count`` of them, which a checksum of ``name`` picks, in each run the same."""
    if full or len(choices) <= count:
        return choices
    first = crc32(name.encode()) % len(choices)
    return [choices[(first + n) % len(choices)] for n in range(count)]


def examples(count: int) -> settings:
    """Return the settings of a property whose examples are dear: by day ``count`` of them, at night as of each."""
    return settings() if NIGHT else settings(max_examples=count)


def statements(by_day: int) -> int:
    """Return at which statements of a write it is made to fail: at one of so many, on SQLite at night at each.

    What a failure does to the code is the same on both. PostgreSQL takes ever longer to look at tables in which
    thousands of writes were undone, so that each statement there would take hours.
    """
    return (1 if vendor() == "sqlite" else 10) if NIGHT else by_day


def walks(by_day: int) -> int:
    """Return how many walks look for a broken invariant; on PostgreSQL, whose triggers they prove, a quarter at night."""
    at_night = settings.default.max_examples // (5 if vendor() == "sqlite" else 20)
    return at_night if NIGHT else by_day
