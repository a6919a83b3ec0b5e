"""The clock of the mails by which services are asked."""

import pytest

from tests.directory.confirmation_requests import Clock


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    for place in ("config.pipeline", "directory.actions.confirmations"):
        monkeypatch.setattr(f"{place}.instant", found)
    return found
