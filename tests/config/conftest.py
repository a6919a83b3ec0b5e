"""Clients for the addresses of ``sample_urls``, and the settings as they are read anew."""

import os
import runpy

import pytest
from django.test import Client

from config.env import BASE_DIR
from tests.config.environments import is_of_the_service


@pytest.fixture
def http(settings, db):
    """A client that sees what a caller sees: the answer, also to a fault of ours."""
    settings.ROOT_URLCONF = "tests.config.sample_urls"
    return Client(raise_request_exception=False)


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read the page of settings in an environment that says so much and nothing else; return them by name."""

    def settings_of(**said):
        for name in filter(is_of_the_service, list(os.environ)):
            monkeypatch.delenv(name)
        for name, value in {"REPERE_STATE_DIR": str(tmp_path), **said}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(BASE_DIR / "config" / "settings.py"))

    return settings_of
