"""A database that restarts or changes over costs no request after it answers again (docs/decisions/0059)."""

import os
import time
from collections.abc import Iterator
from copy import deepcopy

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.db.utils import ConnectionHandler

from config import database
from tests.faults import cluster
from tests.faults.test_killed_server import Caller, server, status

pytestmark = pytest.mark.both_databases(
    "what each database leaves after a crash, and its own tools for copies"
)

__all__ = ["server"]

ON_ITS_OWN = pytest.mark.only_on("postgresql", "the settings of PostgreSQL's connections")


@pytest.fixture(scope="module")
def own() -> Iterator[cluster.Cluster]:
    with cluster.running() as made:
        yield made


@pytest.fixture
def thread(own, settings, django_db_blocker):
    """The connection of a thread of the service, under the settings of the service, on a server of its own."""
    settings.DATABASE_ROLE = ""
    where = {"HOST": "127.0.0.1", "PORT": str(own.port), "NAME": "postgres", "USER": "tester", "PASSWORD": ""}
    kept = ConnectionHandler({"default": deepcopy(settings.DATABASES["default"]) | where})["default"]
    with django_db_blocker.unblock():  # a server of its own: no table of the tests is on it
        yield kept
        kept.close()


def request(kept, statement: str) -> list:
    """Do what Django does around a request, and one statement in it."""
    kept.close_if_unusable_or_obsolete()
    try:
        with kept.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        kept.close_if_unusable_or_obsolete()


def insert_for_ever(kept) -> None:
    """A running session reads the new configuration in its own time."""
    while True:
        request(kept, "INSERT INTO act VALUES (1)")
        time.sleep(0.02)


@ON_ITS_OWN
@pytest.mark.needs("postgresql")
def test_the_first_request_after_a_restart_is_answered(own, thread):
    """A connection is kept for good; before a request it is asked whether it is still one."""
    assert request(thread, "SELECT 1") == [(1,)]

    own.does("restart")

    assert request(thread, "SELECT 1") == [(1,)]


@ON_ITS_OWN
@pytest.mark.needs("postgresql")
def test_a_request_while_it_is_away_is_refused_at_once_and_the_next_one_answered(own, thread):
    request(thread, "SELECT 1")
    own.does("stop")

    began = time.monotonic()
    with pytest.raises(OperationalError):
        request(thread, "SELECT 1")
    assert time.monotonic() - began < 3

    own.does("start")
    assert request(thread, "SELECT 1") == [(1,)]


@ON_ITS_OWN
@pytest.mark.needs("postgresql")
def test_a_server_that_only_reads_is_out_and_is_left(own, thread):
    """A demoted primary answers SELECT 1: asked for nothing else, its connection would be kept for good."""
    request(thread, "CREATE TABLE IF NOT EXISTS act (at int)")
    own.set_read_only("on")
    try:
        with pytest.raises(OperationalError):
            insert_for_ever(thread)
        assert thread.connection is None, "it isn't asked again"

        with pytest.raises(OperationalError, match="read-only"):
            request(thread, "SELECT 1")
    finally:
        own.set_read_only("off")

    until = time.monotonic() + 5
    while True:
        try:
            assert request(thread, "INSERT INTO act VALUES (2) RETURNING at") == [(2,)]
            return
        except OperationalError:
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.mark.only_on("postgresql", "its backends are ended")
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_no_request_fails_once_the_databases_are_back(world, server):
    """All connections of a server are cut, as a restart cuts them; each of its threads goes on with another."""
    caller = Caller(server, world.secrets["93", "filer"])
    asked = lambda: status(caller.send("GET", "me"))  # noqa: E731
    assert {asked() for _ in range(4)} == {200}

    for alias in ("default", "keys"):
        name = connections[alias].settings_dict["NAME"]
        with psycopg.connect(f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/postgres") as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
                [name, connections[alias].connection.info.backend_pid],
            )

    assert {asked() for _ in range(8)} == {200}


def test_the_wrapper_is_there_once_however_often_a_connection_is_opened():
    for _ in range(3):
        database.leave_read_only(connection)

    assert connection.execute_wrappers.count(database._left) == (connection.vendor == "postgresql")
