"""The schema is valid OpenAPI 3.1, and what it promises never ends in a fault of ours (SEC-IN9, in part)."""

import json
from functools import partial
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate

from tests.factories.concerns import concern
from tests.night import NIGHT, one_in, some
from tests.schema import document, drawn
from tests.security.procedure import version_of

#: Cases for each caller and operation: by day the same one in each run, at night ten new ones. A case costs 30 ms of
#: processor time, so the million of SEC-IN9 would take eight hours a night; twelve thousand new ones take six minutes.
EXAMPLES = 10 if NIGHT else 1
FUZZED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not NIGHT,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OUR_FAULT = 500
ROLES = ("filer", "crip_coordinator", "auditor")


@pytest.mark.slow("validates the whole schema")
def test_the_schema_is_valid_openapi(db_both):
    found = document()

    validate(found)
    assert found["openapi"].startswith("3.1")


class Asking:
    """Ask generated cases of a role, some of them about a case that exists, on its newest version."""

    def __init__(self, world, role):
        self.filed = (
            world.as_("filer").post("referrals", concern() | {"submit": True}, key="schema-001").json()["id"]
        )
        self.client = Client(
            headers={"authorization": f"Bearer {world.secrets['93', role]}"}, raise_request_exception=False
        )
        self.asked: set[str] = set()
        #: What ended in a fault of ours, whole, so that it can be asked again: a night's cases don't come back.
        self.faults = []

    def ask(self, case, *, on_the_case):
        parameters = dict(case.path_parameters or {})
        if on_the_case and "id" in parameters:
            parameters["id"] = self.filed
        path = case.operation.path.format(**{name: _safe(value) for name, value in parameters.items()})
        headers = {name.lower(): str(value) for name, value in (case.headers or {}).items() if _fits(value)}
        if on_the_case:
            headers["if-match"] = f'"{version_of(self.filed)}"'
        query = f"?{urlencode(case.query, doseq=True)}" if case.query else ""
        body = case.body if isinstance(case.body, dict | list) else {}
        answer = self.client.generic(
            case.method, path + query, json.dumps(body), content_type="application/json", headers=headers
        )
        self.asked.add(case.operation.label)
        if answer.status_code >= OUR_FAULT:
            self.faults.append((answer.status_code, case.method, path + query, headers, body))


def _safe(value):
    return "".join(sign for sign in str(value) if sign.isalnum() or sign == "-") or "x"


def _fits(value):
    return str(value).isascii() and str(value).isprintable()


def fuzz(operation, ask):
    """Ask generated cases of one operation."""

    @FUZZED
    @given(case=operation.as_strategy())
    def each(case):
        ask(case)

    each()


@pytest.mark.slow("every operation, as three roles")
@pytest.mark.sec("SEC-IN9")
@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_the_schema_allows_ends_in_a_fault_of_ours(world, role):
    """Every operation is asked with generated input, on a case that exists or on none: never a 5xx.

    At night on both, as each role; by day half of the operations as one of them.
    """
    asking = Asking(world, role)
    every = [drawn()[label] for label in one_in(2, drawn())]
    operations = every if NIGHT else every[ROLES.index(role) :: len(ROLES)]

    for operation in operations:
        for on_the_case in some((False, True), f"{role} {operation.label}"):
            fuzz(operation, partial(asking.ask, on_the_case=on_the_case))

    assert asking.faults == []
    assert asking.asked == {operation.label for operation in operations}
