"""Clients for the addresses of ``sample_urls``, and the settings as they are read anew."""

import os
from concurrent.futures import Future

import pytest
from django.test import Client

from config.metrics import asking
from tests.config.environments import is_of_the_service, settings_as_read


@pytest.fixture
def http(settings, db):
    """A client that sees what a caller sees: the answer, also to a fault of ours."""
    settings.ROOT_URLCONF = "tests.config.sample_urls"
    return Client(raise_request_exception=False)


class Inline:
    """Does at once what is handed to it."""

    def submit(self, call, *arguments):
        future = Future()
        future.set_result(call(*arguments))
        return future


@pytest.fixture
def inline(monkeypatch):
    monkeypatch.setattr(asking, "_pool", Inline)
    monkeypatch.setattr(asking, "_close_connections", lambda: None)
    asking.forget()
    yield
    asking.forget()


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read the page of settings in an environment that says so much and nothing else; return them by name."""

    def settings_of(**said):
        for name in filter(is_of_the_service, list(os.environ)):
            monkeypatch.delenv(name)
        for name, value in {"REPERE_STATE_DIR": str(tmp_path), **said}.items():
            monkeypatch.setenv(name, value)
        return settings_as_read()

    return settings_of
