"""Tests that commit leave no rows, although the journal refuses Django's flush; some write as the owner of the tables."""

import pytest
from django.db import connection
from django.test import TransactionTestCase

from encryption.cache import forget_all
from tests.audit.flush import KEPT, flush_all

#: What the migrations fill beside Django's own tables.
CATALOGUE = KEPT | {"referrals_measuretype"}


@pytest.fixture(scope="package", autouse=True)
def _flushed_by_the_owner():
    def flush(case):
        flush_all(case.databases, keep=CATALOGUE)
        forget_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush)
        yield


@pytest.fixture
def as_the_owner(settings):
    """Let a test write as the owner of the tables: a connection that is open keeps the role of before."""
    settings.DATABASE_ROLE = ""
    connection.close()
    yield
    connection.close()
