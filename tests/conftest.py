"""What all tests share: both databases, the role of the application on PostgreSQL, and the world."""

import gc
from contextlib import ExitStack

import hypothesis
import pytest
from django.conf import settings
from django.db import connection, connections
from hypothesis.internal.conjecture import providers

pytest_plugins = [
    "tests.clock",
    "tests.shared_fixtures",
    "tests.selection",
    "tests.scheduling",
    "tests.budget",
    "tests.frames",
    "tests.unconfined",
]
pytest.register_assert_rewrite(*pytest_plugins)  # some are imported below before pytest does it

from audit import alarms, erasures, writer  # noqa: E402
from encryption import cache  # noqa: E402
from outbox import maintenance_gate  # noqa: E402
from tests.factories.world import World, build  # noqa: E402
from tests.night import NIGHT  # noqa: E402
from tests.shared_fixtures import BOTH, forget, see_all, shared_fixture  # noqa: E402
from tests.tables import made_quickly  # noqa: E402

__all__ = ["see_all"]
# By day the same few examples of each property in each run; at night many new ones.
hypothesis.settings.register_profile("day", max_examples=40, deadline=None, derandomize=True)
hypothesis.settings.register_profile("night", max_examples=2_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("night" if NIGHT else "day")
if not NIGHT:
    # Hypothesis reads the constants of each module for its examples: then they change with the code, and each kind of
    # text looks through 8,000 of them.
    providers._get_local_constants = lambda: providers._local_constants
# What collecting makes lives as long as the process; looking for garbage in it again and again costs a tenth of a run.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, in what the tests make alone, and while the processor has it at hand.

    What collecting left behind stays: to look through 800,000 objects takes a second, and gives back nearly nothing.

    A request leaves some hundred objects in circles. To look through few at a time takes up to half as long as through
    50,000, which have left its cache by then.
    """
    gc.freeze()
    gc.set_threshold(2_000, 20, 100)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """Leave what is there to the end of the process: pytest and Python would look through a gigabyte for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def folder_of_run(request, tmp_path_factory):
    """Where the processes of this run leave things for one another."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Before pytest-django makes the tables: let it be quick."""
    making = ExitStack()
    making.enter_context(made_quickly())
    return making


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_modify_db_settings, django_db_blocker):
    """Once the owner has made the tables, let every connection act as the application does in production."""
    with django_db_blocker.unblock():
        django_db_modify_db_settings.close()
    if connection.vendor == "postgresql":
        settings.DATABASE_ROLE = "repere_app"
        connections.close_all()
    yield django_db_setup
    settings.DATABASE_ROLE = ""
    connections.close_all()


@pytest.fixture(autouse=True)
def _no_key_is_remembered():
    """Each test begins without unwrapped keys: those of the test before are rolled back."""
    forget()
    yield
    forget()


@pytest.fixture(autouse=True)
def _a_writer_of_its_own():
    """Each test's entries begin a chain: those of the test before are rolled back, and nothing may follow them.

    Nor is an alarm of it raised once more.
    """
    yield
    writer._writers.clear()
    alarms._again.clear()


@pytest.fixture
def keys_stay(monkeypatch):
    """For who counts statements over minutes: a key is forgotten after one, and its next use asks the store again."""
    monkeypatch.setattr(cache, "monotonic", lambda: 0.0)


@pytest.fixture(autouse=True)
def _the_gate_is_open(monkeypatch):
    """Nothing was restored; tests of restoring take this away (``gate_as_it_is``)."""
    monkeypatch.setattr(maintenance_gate, "_reasons", [])


@pytest.fixture
def gate_as_it_is(_the_gate_is_open, monkeypatch):
    """The gate as the service has it, found out anew."""
    monkeypatch.setattr(maintenance_gate, "_reasons", [erasures.why_closed])
    maintenance_gate.forget()
    erasures.forget()
    yield
    maintenance_gate.forget()
    erasures.forget()


@shared_fixture
def world() -> World:
    """Three authorities with every role."""
    return build()


@pytest.fixture
def db_both(db):
    """Both databases; on PostgreSQL the transaction sees the rows of all authorities until a request narrows it."""
    see_all()
    return db


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that use the world both databases."""
    for item in items:
        if {"world", "db_both"} & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker(
            "django_db"
        ):
            item.add_marker(pytest.mark.django_db(databases=BOTH))
