"""Base class of root key providers, and the header of what they wrap.

    format (1), one per provider | version of the root key (4) | the provider's own bytes

So a report says which root version is still in use without asking the provider.
"""

from typing import Final, Protocol

HEAD_BYTES: Final = 5


class Provider(Protocol):
    """Interface of a key provider, which holds the root key. Every method may raise ``KeysUnavailable`` (SEC-CR8)."""

    @property
    def format(self) -> int:
        """The number that its wrapped bytes begin with; it never changes meaning."""

    @property
    def remote(self) -> bool:
        """Whether it is asked over a network, and so within bounds."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped under the current root key."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key, or raise ``Unreadable`` when it isn't one of ours or the context differs."""

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the same key under the current root key."""

    def current_version(self) -> int:
        """Return the number of the root key that ``wrap`` uses."""

    def health(self) -> None:
        """Return when keys can be wrapped and unwrapped now, else raise ``KeysUnavailable``."""


def head(form: int, version: int) -> bytes:
    return bytes((form,)) + version.to_bytes(4)


def root_of(wrapped: bytes) -> tuple[int, int]:
    """Return format and version of the root key that wrapped these bytes; (0, 0) when they are none."""
    if len(wrapped) < HEAD_BYTES:
        return 0, 0
    return wrapped[0], int.from_bytes(wrapped[1:HEAD_BYTES])
