"""SEC-CF6: a log line is one JSON object of codes, counts and ids, whoever writes it."""

import ast
import io
import json
import logging
from pathlib import Path
from uuid import UUID

import pytest
import structlog

from config.logs import ALLOWED, OURS, REMOVED, Line

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"at", "level", "event", "logger", "where", "status", "error", "frames"} | ALLOWED
CANARY = "Canary-Dupont né le 3 mars"


@pytest.fixture
def lines():
    """What the log would hold, line by line, as parsed JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Line())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@pytest.mark.sec("SEC-CF6")
def test_only_keys_of_the_list_pass(lines):
    structlog.get_logger("audit").info("request:denied", rid="r-1", name=CANARY, body={"a": CANARY}, n=3)

    (line,) = lines()
    assert line["event"] == "request:denied"
    assert (line["rid"], line["n"], line["level"], line["logger"]) == ("r-1", 3, "info", "audit")
    assert set(line) == {"at", "level", "event", "logger", "rid", "n"}


@pytest.mark.sec("SEC-CF6")
def test_our_own_standard_loggers_keep_the_same_list(lines):
    logging.getLogger("encryption.x").error("key refused", extra={"key_id": UUID(int=1), "child": CANARY})
    logging.getLogger("encryption.x").error("refused: %s", CANARY)

    first, second = lines()
    assert (first["event"], first["key_id"]) == ("key refused", str(UUID(int=1)))
    assert second["event"] == "log"
    assert "Canary" not in json.dumps([first, second])


INJECTIONS = [
    "a\nb",
    "a\r\n{}",
    '"},{"level":"critical',
    "a\x00b",
    "a\x1b[31mb",
    "a\u2028b",
    "a\u202eb",
    "\ud800",
    "${jndi:ldap://x}",
    "%s%n",
    CANARY,
    "a" * 201,
    "",
]


@pytest.mark.sec("SEC-CF6")
@pytest.mark.parametrize("value", INJECTIONS, ids=range(len(INJECTIONS)))
def test_a_value_that_is_no_code_is_removed(lines, value):
    structlog.get_logger("x").warning("request:denied", code=value, rule=[value], route={"a": value})

    (line,) = lines()
    assert (line["code"], line["rule"], line["route"]) == (REMOVED, REMOVED, REMOVED)


@pytest.mark.sec("SEC-CF6")
@pytest.mark.parametrize("value", INJECTIONS, ids=range(len(INJECTIONS)))
def test_an_event_that_is_no_code_has_no_name(value):
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, value, None, None)
    record.fields = {}

    assert json.loads(Line().format(record))["event"] == "log"


def test_an_id_a_number_and_a_route_pass(lines):
    one = UUID(int=1)
    structlog.get_logger("x").info("a:b", tenant=one, ms=1.5, count=None, route="api/v1/referrals/<uuid:pk>")

    (line,) = lines()
    assert line["tenant"] == str(one)
    assert line["route"] == "api/v1/referrals/<uuid:pk>"
    assert line["ms"] == 1.5


@pytest.mark.sec("SEC-CF6")
def test_what_a_library_says_is_cut_down_to_where_it_was_said(lines):
    logging.getLogger("django.security.csrf").warning("Not Found: %s", f"/nowhere/{CANARY}?q={CANARY}")
    logging.getLogger("django.db.backends").error(CANARY, extra={"params": CANARY, "status_code": 404})

    first, second = lines()
    assert first["event"] == second["event"] == "log"
    assert second["status"] == 404
    assert CANARY.split()[0] not in json.dumps([first, second])
    assert set(first) | set(second) <= KEYS


@pytest.mark.sec("SEC-CF6")
def test_an_exception_keeps_its_types_and_frames_and_loses_its_message(lines):
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as first:
            raise ValueError(CANARY) from first
    except ValueError:
        structlog.get_logger("x").exception("request:failed", code="internal-error")

    (line,) = lines()
    assert line["error"] == ["builtins.ValueError", "builtins.KeyError"]
    assert line["frames"][-1].startswith("tests/config/test_logs.py:")
    assert "Canary" not in json.dumps(line)


@pytest.mark.sec("SEC-CF6")
def test_the_request_id_is_on_every_line_of_a_request(lines):
    with structlog.contextvars.bound_contextvars(rid="r-2", secret=CANARY):
        structlog.get_logger("x").info("a:b")
        logging.getLogger("django").info("something")

    assert [line["rid"] for line in lines()] == ["r-2", "r-2"]
    assert all("secret" not in line for line in lines())


@pytest.mark.sec("SEC-CF6")
def test_a_request_leaves_neither_query_nor_body_in_the_log(http, lines):
    answer = http.get("/in/fault?name=Canary")
    http.post("/take", b'{"name": "Canary"}', content_type="application/json", headers={"referer": "Canary"})

    assert "Canary" not in json.dumps(lines())
    (failed,) = [line for line in lines() if "error" in line]
    assert failed["error"] == ["tests.config.sample_urls.Fault"]
    assert failed["request_id"] == answer.json()["request_id"]


@pytest.mark.sec("SEC-CF6")
def test_every_key_that_our_code_logs_is_on_the_list():
    """A key that isn't would vanish without a word."""
    missing = set()
    for path in (path for app in OURS for path in (ROOT / app).rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _is_log_call(call):
                missing |= set(_keys(call)) - ALLOWED - {"exc_info"}

    assert not missing


def _keys(call):
    for keyword in call.keywords:
        if keyword.arg == "extra":
            yield from (key.value for key in keyword.value.keys)
        else:
            yield keyword.arg


def _is_log_call(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"debug", "info", "warning", "error", "critical", "exception", "bind"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"_log", "log", "logger"}
    )
