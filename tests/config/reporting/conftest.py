"""Reporting that is on for one test, to a server of the test."""

import atexit
import logging
from contextlib import contextmanager

import pytest
from django.test import Client

from config.reporting import faults, traces
from outbox import scheduler
from tests.config.reporting.servers import serving


@contextmanager
def reported(server):
    """Report to ``server`` while the block runs; give client and provider."""
    client, provider = faults.start(server.dsn), traces.start(server.endpoint)
    try:
        yield client, provider
    finally:
        root = logging.getLogger()
        for handler in [one for one in root.handlers if isinstance(one, faults.Reporter)]:
            root.removeHandler(handler)
        scheduler.ran.disconnect(dispatch_uid=traces.__name__)
        atexit.unregister(client.close)
        atexit.unregister(traces.end)
        client.close(timeout=0)
        traces._tracers.clear()
        provider.shutdown()


@pytest.fixture
def server():
    with serving() as one:
        yield one


@pytest.fixture
def on(server, settings):
    """Both kinds of reports go to ``server``."""
    settings.SENTRY_DSN, settings.OTLP_ENDPOINT = server.dsn, server.endpoint
    settings.ROOT_URLCONF = "tests.config.reporting.leaking_urls"
    with reported(server) as (client, provider):
        server.flush = lambda: (client.flush(timeout=5), provider.force_flush())
        yield server


@pytest.fixture
def caller(db):
    return Client(raise_request_exception=False)
