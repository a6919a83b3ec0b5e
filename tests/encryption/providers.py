"""Providers that fail, to stand in for the file."""

from threading import Event

from encryption.errors import KeysUnavailable
from encryption.provider import FileProvider


class Stopped(FileProvider):
    """A key service that is down."""

    def _roots(self) -> dict[int, bytes]:
        raise KeysUnavailable


class Wrong(FileProvider):
    """A key service that answers, with another root key."""

    def _roots(self) -> dict[int, bytes]:
        return {1: b"\xee" * 32}


class Elsewhere(FileProvider):
    """Another key service, with root keys and a format of its own."""

    format = 9

    def _roots(self) -> dict[int, bytes]:
        return {7: b"\x77" * 32}


class Hangs(FileProvider):
    """A key service that takes a request and never answers."""

    remote = True

    def _roots(self) -> dict[int, bytes]:
        Event().wait(4)
        raise KeysUnavailable
