"""SEC-IN13: any JSON as body, or as an object or list within it, is answered; of the writes that no walk takes.

Those of the procedure are tried where it is played: ``tests/security/test_procedure.py``. That each of these writes
passes as it is made ready: ``tests/faults/test_crash_at_every_statement.py``. By day these here are the writes that don't
crash there.
"""

import pytest

from tests.factories.providers import let_the_site_have_one
from tests.faults.test_crash_at_every_statement import CRASHED, steps_of_the_list
from tests.faults.writes import HOOKS, WALKED, WRITES
from tests.night import NIGHT
from tests.security.bodies import operations, swept

pytestmark = pytest.mark.sec("SEC-IN13")

TAKEN = [route for route in WRITES if "/api/" in route]
TRIED = [route for route in TAKEN if NIGHT or route not in CRASHED]


@pytest.mark.slow("makes the whole schema")
def test_every_operation_that_takes_a_body_is_tried(db_both):
    assert set(operations()) - WALKED - steps_of_the_list() - set(TAKEN) == set()


@pytest.mark.slow("may be the one that makes the whole schema")
@pytest.mark.parametrize("route", TRIED)
def test_any_body_is_answered(world, settings, tmp_path, route):
    settings.OBJECT_FOLDER, settings.WEBHOOK_HOSTS = tmp_path / "objects", [HOOKS]
    let_the_site_have_one(settings)
    if route not in operations():
        return
    make_ready = WRITES[route](world)

    assert swept(route, make_ready)
