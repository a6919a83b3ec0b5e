"""Asks the parts of the service how they are: each in a thread of its own, within ``SECONDS``, and not too often.

A part that hangs costs one thread until it answers: it isn't asked a second time meanwhile, and nobody waits for it
longer than ``SECONDS``. So a reading takes no longer than that, whatever is out, and one that comes too soon gets the
answers of the one before.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from time import monotonic
from typing import Final

import structlog
from django.db import connections

_log = structlog.get_logger(__name__)
SECONDS: Final = 2.0
#: At most this many at once, so that a reading takes few connections of a database.
WORKERS: Final = 8

#: A metric's name, the values of its labels in the order of ``names.py``, and its value.
type Sample = tuple[str, tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Part:
    """One question; ``otherwise`` is what is said where it isn't answered. An answer counts for ``keep_seconds``."""

    name: str
    ask: Callable[[], Iterable[Sample]]
    otherwise: tuple[Sample, ...] = ()
    keep_seconds: float = 10.0


@dataclass(slots=True)
class _Entry:
    samples: tuple[Sample, ...] = ()
    until: float = 0.0
    running: Future[tuple[Sample, ...]] | None = field(default=None)


_lock = Lock()
_cache: dict[str, _Entry] = {}


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="metrics")


def forget() -> None:
    """Ask everything anew at the next occasion."""
    _cache.clear()


def _start_afresh() -> None:
    """Forget the threads and the lock of a parent, which aren't there, or never released, in its child."""
    global _lock
    _lock = Lock()
    forget()
    _pool.cache_clear()


os.register_at_fork(after_in_child=_start_afresh)


def read(parts: Iterable[Part]) -> list[Sample]:
    """Return the answers of these parts, in their order."""
    requested = tuple(parts)
    with _lock:
        running = [one for part in requested if (one := _begun(part)) is not None]
    wait(running, timeout=SECONDS)
    with _lock:
        return [sample for part in requested for sample in _settled(part)]


def _begun(part: Part) -> Future[tuple[Sample, ...]] | None:
    entry = _cache.setdefault(part.name, _Entry())
    if entry.running is None and monotonic() >= entry.until:
        entry.until = monotonic() + part.keep_seconds
        entry.running = _pool().submit(_answer, part)
    return entry.running


def _settled(part: Part) -> tuple[Sample, ...]:
    entry = _cache.setdefault(part.name, _Entry())
    if entry.running is not None:
        if not entry.running.done():
            return part.otherwise
        entry.samples, entry.running = entry.running.result(), None
    return entry.samples


def _answer(part: Part) -> tuple[Sample, ...]:
    try:
        return tuple(part.ask())
    except Exception as failed:  # a border, as the worker's: one part that is out must not hide the others
        _log.warning("metrics:unanswered", code=part.name, rule=type(failed).__name__)
        return part.otherwise
    finally:
        _close_connections()


def _close_connections() -> None:
    """Close the connections of this thread: each would be one more for as long as the process lives."""
    connections.close_all()
