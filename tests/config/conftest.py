"""Clients for the addresses of ``sample_urls``."""

import pytest
from django.test import Client


@pytest.fixture
def http(settings, db):
    """A client that sees what a caller sees: the answer, also to a fault of ours."""
    settings.ROOT_URLCONF = "tests.config.sample_urls"
    return Client(raise_request_exception=False)
