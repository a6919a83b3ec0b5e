"""Timeout and circuit breaker for a key service: bounds each call, and stops asking a service that is down.

A separate thread enforces the timeout, because nothing else bounds all that may hang: a DNS look-up, a server that
trickles, a library that waits. The hung call stays in that thread, and nobody waits for it.

Source: SEC-FT8.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from time import monotonic
from typing import ClassVar, Final

from encryption.cache import KeyCache
from encryption.errors import KeysUnavailable
from encryption.roots import Provider

DEADLINE_SECONDS: Final = 1.5  # an opening has 2 s in all to say that the key service is out
PAUSE_SECONDS: Final = 5.0  # after a failure nobody asks for so long: the next ones are told at once
WORKERS: Final = 8

#: Until when a key service isn't asked, by its name.
_paused: KeyCache[str, float] = KeyCache()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="key-service")


# The threads of a parent aren't there in its child.
os.register_at_fork(after_in_child=_pool.cache_clear)


class Bounded:
    """The five calls of a provider, each bounded."""

    remote: ClassVar[bool] = True

    def __init__(self, name: str, provider: Provider) -> None:
        self._name = name
        self._provider = provider
        self.format: int = provider.format

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped under the current root key."""
        return self._in_time(self._provider.wrap, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key, or raise ``Unreadable``."""
        return self._in_time(self._provider.unwrap, wrapped, context)

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the same key under the current root key."""
        return self._in_time(self._provider.rewrap, wrapped, context)

    def current_version(self) -> int:
        """Return the number of the root key that ``wrap`` uses."""
        return self._in_time(self._provider.current_version)

    def health(self) -> None:
        """Ask even during a pause, which ends when the answer is good."""
        # Otherwise a readiness probe would keep reporting an outage that is over, until somebody files.
        _paused.drop(self._name)
        self._in_time(self._provider.health)

    def _in_time[T](self, call: Callable[..., T], *arguments: bytes) -> T:
        """Return what the call returns.

        Raises:
            KeysUnavailable: it didn't in time, or a call before it didn't and the pause isn't over.
        """
        until = _paused.get(self._name)
        # The pause answers at once. Without it each request of an outage would hold a worker for the whole deadline,
        # and filings, which need no provider, would wait behind them (SEC-FT8).
        if until is not None and monotonic() < until:
            raise KeysUnavailable
        future = _pool().submit(call, *arguments)
        try:
            return future.result(timeout=DEADLINE_SECONDS)
        # ``Unreadable`` isn't caught: a rejected ciphertext is an answer, and one bad row mustn't pause the service for
        # all others.
        except (TimeoutError, KeysUnavailable):
            future.cancel()
            _paused.put(self._name, monotonic() + PAUSE_SECONDS)
            raise KeysUnavailable from None
