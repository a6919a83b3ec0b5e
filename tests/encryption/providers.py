"""Providers that fail, to stand in for the file."""

from threading import Event

import pytest

from encryption import bounded
from encryption.errors import KeysUnavailable
from encryption.provider import FileProvider
from tests.night import NIGHT


def gives_up_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a call to a key service end by day after half a second, not 1.5: the test would wait for nothing else."""
    if not NIGHT:
        monkeypatch.setattr(bounded, "DEADLINE_SECONDS", 0.5)


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
