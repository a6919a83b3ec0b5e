"""SEC-AL2, SEC-AL5: a write that crashes at any statement leaves neither effect nor entry; effects = entries.

Each write of the service, by its address, is sent over and over on what there is, crashing one statement later each
time, until it passes: a crash leaves all as it was, so that one set-up serves for all of them. The writes of a case are
those of the walks, which ``tests/security/test_procedure.py`` plays; the others, and the pages, are in
``tests/faults/writes.py``.
"""

import re
from itertools import count
from uuid import uuid4
from zlib import crc32

import pytest
from django.db import connections, transaction
from django.test import RequestFactory

from config.pipeline import is_carried
from encryption.models import WrappedKey
from tests.expected.routes import ROUTES
from tests.factories.concerns import concern
from tests.factories.providers import let_the_site_have_one
from tests.faults.crash import FAULTS, crashing, effects, entries, quiet, state, wrecked
from tests.faults.writes import HOOKS, LEFT, NO_WRITES, TWINS, UNWRITTEN, WALKED, WRITES
from tests.night import one_in, statements
from tests.security.test_routes import STEPS

pytestmark = [
    pytest.mark.sec("SEC-AL2", "SEC-AL5"),
    pytest.mark.both_databases("what each database leaves after a crash, and its own tools for copies"),
]


@pytest.fixture(autouse=True)
def _quiet():
    with quiet():
        yield


#: Each statement in a run at night. Else one of 61, another for each write, so that what all writes have in common
#: crashes at each.
EVERY = statements(61)
#: By day every other write crashes; the others are sent any JSON (tests/security/test_any_body.py).
CRASHED = one_in(2, WRITES)
#: The shortest write has so many statements.
FEWEST = 4


def without_ids(route: str) -> str:
    """Return an address as the tables have it."""
    return re.sub(r"<(uuid|slug):\w+>", lambda found: "{id}" if found[1] == "uuid" else "{slug}", route)


def steps_of_the_list() -> set[str]:
    """Return the addresses of the steps of the procedure."""
    return {
        without_ids(route) for route, row in ROUTES.items() if row in STEPS and route.startswith("POST /api/")
    }


def route_of(name: str) -> str:
    """Return the address of a move of a walk, as the list has it."""
    verb, path = name.removesuffix(" at once").split(" ")
    return f"{verb.upper()} /api/v1/{path}"


def test_no_write_is_left_out():
    """Whoever adds an address that writes adds it to the table, or says whose twin it is."""
    writes = {without_ids(route) for route in ROUTES if not route.startswith("GET ")}

    assert writes == WALKED | steps_of_the_list() | set(WRITES) | set(TWINS) | NO_WRITES
    assert set(TWINS.values()) <= WALKED | set(WRITES)


def test_each_page_passes_the_transaction_of_a_request():
    """What holds for a page that was tried holds for its twin: nothing is written outside that transaction."""
    pages = [route.split(" ")[1] for route in ROUTES if not route.startswith("GET ")]

    assert [path for path in pages if not is_carried(RequestFactory().post(path))] == []


@pytest.mark.slow("crashes at one statement after the other")
@pytest.mark.parametrize("route", CRASHED)
def test_each_other_write_is_whole_or_nothing(world, settings, tmp_path, route):
    settings.OBJECT_FOLDER, settings.WEBHOOK_HOSTS = tmp_path / "objects", [HOOKS]
    settings.TRAINING = "/entrainement" in route
    let_the_site_have_one(settings)
    make_ready = WRITES[route](world)
    before, written = state(), entries()

    first = 1 + crc32(route.encode()) % min(EVERY, FEWEST)
    answer, crashes = wrecked(route, make_ready, first=first, every=EVERY, aside=LEFT.get(route, frozenset()))

    assert answer.status_code in (200, 201, 202, 204, 303), answer.content
    assert crashes >= (FEWEST if EVERY == 1 else 1)
    if route not in UNWRITTEN:
        assert state() != before
        assert set(entries() - written) - FAULTS


def kill(_sql):
    """Cut the connection under the running transaction, as a server does that is killed."""
    raw = connections["default"].connection
    if connections["default"].vendor == "postgresql":
        raw.close()
    else:
        raw.rollback()
    return True


@pytest.mark.slow("crashes at one statement after the other")
@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_filing_whose_connection_is_cut_anywhere_is_filed_once(world):
    """The client tries again under its key until it is told; one case, and no more key than it needs, results."""
    key = uuid4().hex
    caller = world.as_("filer")
    body = concern() | {"submit": True}
    lost = 0
    for at in count(1, 2):
        cut = iter(range(1, at + 1))
        with crashing(hits=lambda sql: next(cut, 0) == at and kill(sql)) as crash:  # noqa: B023 - used in the block
            answer = caller.post("referrals", body, key=key)
        if not crash.fired:
            break
        if connections["default"].vendor == "postgresql":
            connections["default"].close()
        lost += answer.status_code >= 400

    assert answer.status_code == 201
    assert lost >= 10
    with transaction.atomic():
        filed = [row for table, row in effects() if table == "referrals_referral"]
    assert len(filed) == 1
    assert entries()["referral:submit"] == 1
    assert WrappedKey.objects.filter(kind="case").exists()
