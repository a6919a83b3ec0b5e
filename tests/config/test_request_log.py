"""The request log: a line for each answer, by the name of its route, and nothing of what was sent (SEC-CF6)."""

import json
from urllib.parse import quote

import pytest
from django.test import Client

from config.logs import ALLOWED
from config.metrics.requests import NONE
from tests.config.environments import PRODUCTION
from tests.config.test_logs import lines  # noqa: F401 - a fixture
from tests.security.needles import MARK, forms

FIELDS = {"at", "level", "event", "logger", "route", "method", "status", "ms", "request_id"}


@pytest.fixture
def logged(settings, lines):  # noqa: F811 - the fixture
    """The lines of the request log, which is on."""
    settings.REQUEST_LOG = True
    settings.ROOT_URLCONF = "tests.config.sample_urls"
    return lambda: [line for line in lines() if line["event"] == "request:answered"]


@pytest.fixture
def caller(db):
    return Client(raise_request_exception=False)


@pytest.mark.sec("SEC-CF6")
def test_an_answer_is_one_line_of_route_method_status_and_time(logged, caller):
    answer = caller.get("/readyz")

    (line,) = logged()
    assert set(line) == FIELDS
    assert FIELDS - {"at", "level", "event", "logger"} <= ALLOWED
    assert (line["level"], line["route"], line["method"], line["status"]) == (
        "info",
        "readyz",
        "GET",
        answer.status_code,
    )
    assert line["request_id"] == answer["X-Request-Id"]
    assert 0 < line["ms"] < 60_000


@pytest.mark.parametrize(
    ("address", "status"), [("/nowhere", 404), ("/in/fault", 500), ("/in/keys", 503), ("/in/anonymous", 401)]
)
def test_a_refusal_and_a_fault_have_a_line_too(logged, caller, address, status):
    assert caller.get(address).status_code == status

    assert [line["status"] for line in logged()] == [status]


def test_no_line_tells_that_a_process_lives(logged, caller):
    caller.get("/healthz")

    assert logged() == []


def test_it_can_be_switched_off(logged, caller, settings):
    settings.REQUEST_LOG = False

    caller.get("/readyz")

    assert logged() == []


def test_it_is_on_in_production_and_off_elsewhere_unless_the_setting_says_otherwise(read):
    assert read()["REQUEST_LOG"] is False
    assert read(REPERE_REQUEST_LOG="yes")["REQUEST_LOG"] is True
    assert read(**PRODUCTION)["REQUEST_LOG"] is True
    assert read(**PRODUCTION, REPERE_REQUEST_LOG="no")["REQUEST_LOG"] is False


@pytest.mark.sec("SEC-CF6")
def test_nothing_that_was_sent_is_in_a_line(logged, caller):
    """The method is text of the caller's as well, and an address that leads nowhere has no route."""
    sent = {
        "QUERY_STRING": f"name={quote(MARK)}",
        "HTTP_USER_AGENT": MARK,
        "HTTP_REFERER": f"https://{MARK}.example/",
        "HTTP_X_REQUEST_ID": MARK,
        "HTTP_X_FORWARDED_FOR": MARK,
        "HTTP_TRACEPARENT": MARK,
        "HTTP_COOKIE": f"session={MARK}",
        "HTTP_AUTHORIZATION": f"Bearer {MARK}",
        "REMOTE_USER": MARK,
    }

    caller.generic(
        MARK.upper().encode("ascii", "ignore").decode(), f"/{MARK}", json.dumps({MARK: MARK}), **sent
    )
    caller.post(f"/take?{MARK}={MARK}", json.dumps({MARK: MARK}), content_type="application/json", **sent)
    caller.get(f"/in/{MARK}", **sent)

    text = json.dumps(logged(), ensure_ascii=False).encode()
    told = [(line["method"], line["route"], line["status"]) for line in logged()]
    assert told == [
        (NONE, NONE, 405),
        ("POST", "tests.config.sample_urls.Take", 400),
        ("GET", "tests.config.sample_urls.Raise", 500),
    ]
    assert all(set(line) == FIELDS for line in logged())
    assert not [name for name, form in forms().items() if form in text]
    assert b"Canar" not in text
    assert b"CANAR" not in text
