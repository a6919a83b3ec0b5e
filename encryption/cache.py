"""Cache of unwrapped keys: small, short-lived, never shared across a fork (SEC-CR9)."""

import os
from threading import Lock
from time import monotonic
from typing import Any, Final, override
from weakref import WeakSet

from django.conf import settings

# Upper ends that no setting lifts (SEC-CR9): a key destroyed elsewhere works here for this long at most.
MAX_SECONDS: Final = 60
MAX_SIZE: Final = 1_000


class KeyCache[K, V]:
    """A mapping with expiry: it returns nothing older than ``settings.KEY_CACHE_SECONDS``.

    Time is monotonic, so setting the wall clock back keeps no key alive. Entries are dropped in the
    order they came, which is the order in which they expire; so age and size are bounded at each
    ``put`` without a scan, and without a thread of its own that a fork would break.
    """

    def __init__(self) -> None:
        self._entries: dict[K, tuple[V, float]] = {}
        self._lock = Lock()
        _caches.add(self)

    def __len__(self) -> int:
        return len(self._entries)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("A cache of keys stays in its process.")

    def get(self, key: K) -> V | None:
        """Return what is kept and still young, or None."""
        # Read without the lock: one look-up in a dictionary is atomic, and every opening passes here.
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[1] <= monotonic():
            self.sweep()
            return None
        return entry[0]

    def put(self, key: K, value: V) -> None:
        """Keep ``value`` from now on for the time that the settings allow."""
        expires = monotonic() + min(settings.KEY_CACHE_SECONDS, MAX_SECONDS)
        with self._lock:
            # Taken out first, so that the key moves to the end: the order of the dictionary is the order of expiry.
            self._entries.pop(key, None)
            self._entries[key] = (value, expires)
            while len(self._entries) > min(settings.KEY_CACHE_SIZE, MAX_SIZE):
                del self._entries[next(iter(self._entries))]
        self.sweep()

    def drop(self, key: K) -> None:
        with self._lock:
            self._entries.pop(key, None)

    def sweep(self) -> None:
        now = monotonic()
        with self._lock:
            while self._entries and self._entries[next(iter(self._entries))][1] <= now:
                del self._entries[next(iter(self._entries))]

    def _start_afresh(self) -> None:
        """Forget all, with a new lock: another thread of the parent may have held the old one."""
        # Emptied by assignment, not under the old lock: the thread that held it doesn't exist in the child.
        self._lock = Lock()
        self._entries = {}


class StandingCache[K, V](KeyCache[K, V]):
    """A cache that also keeps expired values, for as long as their source is out.

    For the keys of the filing side alone: without them nobody could file while the key service is out
    (SEC-FT8). ``get`` stays as bounded as that of any cache.
    """

    def held(self, key: K) -> V | None:
        """Return what was last kept, however old."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    @override
    def sweep(self) -> None:
        """Drop nothing: there are a handful."""


_caches: WeakSet["KeyCache[Any, Any]"] = WeakSet()


def forget_all() -> None:
    """Empty every cache of keys in this process."""
    for cache in list(_caches):
        cache._start_afresh()


# A child (a worker, a parser of hostile files) never starts with its parent's keys.
os.register_at_fork(after_in_child=forget_all)
