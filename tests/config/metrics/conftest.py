"""Parts asked one after the other in the thread of the test, whose transaction other threads don't see."""

import pytest
from django.test import Client

from config.metrics import asking

TOKEN = "4f9c1be27a06d853e9b1fa0472c6d81957b3e0aa"


@pytest.fixture
def measured(settings, tmp_path, inline):
    """A service that is measured, counting in a folder of its own; returns who reads it."""
    settings.METRICS_TOKEN = TOKEN
    settings.METRICS_DIR = tmp_path / "metrics"
    return Reader()


class Reader:
    """The monitoring."""

    def __init__(self):
        self.client = Client(raise_request_exception=False)

    def get(self, token=TOKEN, **headers):
        authorization = {} if token is None else {"authorization": f"Bearer {token}"}
        return self.client.get("/metrics", headers=authorization | headers)

    def values(self):
        """Return each sample by its name and the values of its labels."""
        from prometheus_client.parser import text_string_to_metric_families

        asking.forget()
        answer = self.get()
        assert answer.status_code == 200, answer.content
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }
