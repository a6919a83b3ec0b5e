"""SEC-CF6: a log line is one JSON object of codes, counts and ids, whoever writes it."""

import ast
import io
import json
import logging
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
import structlog

from config.logs import ALLOWED, OURS, REMOVED, Line, Plain
from tests.sources import nodes

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
def test_a_command_by_hand_logs_text_that_holds_no_more():
    """What its terminal shows is read by people, and the list of keys is the same."""
    try:
        raise LookupError(CANARY)
    except LookupError:
        fault = sys.exc_info()
    ours = logging.LogRecord("audit", logging.WARNING, "x.py", 1, "witness:away", (), None)
    ours.code, ours.rule = "unreachable", f"two\nlines {CANARY}"
    failed = logging.LogRecord("django.db", logging.ERROR, "x.py", 7, CANARY, (), fault)

    assert Plain().format(ours) == f"warning: witness:away (logger audit, code unreachable, rule {REMOVED})"
    first, *frames = Plain().format(failed).splitlines()
    assert first == "error: log (logger django.db, where x:7, error builtins.LookupError)"
    assert frames
    assert all(line.startswith("  tests/config/test_logs.py:") for line in frames)


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


#: The headers that are read somewhere, by us, the framework or its server.
HEADERS = ("User-Agent", "Referer", "X-Request-Id", "X-Forwarded-For", "Authorization", "Cookie", "Accept", "Origin",
           "Accept-Language", "Idempotency-Key", "If-Match")  # fmt: skip


@pytest.mark.sec("SEC-CF6")
@pytest.mark.parametrize("value", [value for value in INJECTIONS if value], ids=range(len(INJECTIONS) - 1))
def test_nothing_that_a_caller_says_anywhere_is_in_a_line(http, lines, value):
    """Requests that fail, are refused, find no address, name another host; a server hands bytes over as Latin-1."""
    said = value.encode("utf-8", "replace").decode("latin-1")
    headers = dict.fromkeys(HEADERS, said)
    for path in ("/in/fault", "/take", f"/in/fault/{quote(said)}"):
        http.get(f"{path}?q={quote(said)}", headers=headers)
        http.post(path, said.encode(), content_type=f"application/json; {said}", headers=headers)
    http.get("/in/fault", headers={"Host": said})

    assert lines(), "the faults are logged"
    for line in lines():
        assert set(line) <= KEYS
        assert said not in json.dumps(line, ensure_ascii=False)
        assert "Canary" not in json.dumps(line)


PRODUCTION = {
    "REPERE_MODE": "production", "REPERE_SECRET_KEY": "x" * 60, "REPERE_ALLOWED_HOSTS": "repere.example",
    "DATABASE_URL": "postgres://nobody@/none", "KEYS_DATABASE_URL": "postgres://nobody@/none-either",
    "REPERE_KEY_FILE": "/nowhere", "REPERE_LOG_LEVEL": "DEBUG", "DJANGO_SETTINGS_MODULE": "config.settings",
}  # fmt: skip
PRINTS = f"""
import gc, logging, threading, warnings
import django
django.setup()
warnings.simplefilter("always")
warnings.warn({CANARY!r}, RuntimeWarning)
logging.getLogger("gunicorn.access").info('"GET /%s" 200', {CANARY!r})
logging.getLogger("django.db.backends").debug("(0.1) INSERT; args=%s", ({CANARY!r},), extra={{"params": ({CANARY!r},)}})

def fails():
    raise LookupError({CANARY!r})

class Gone:
    def __del__(self):
        fails()

thread = threading.Thread(target=fails)
thread.start()
thread.join()
Gone()
gc.collect()
raise ValueError({CANARY!r})
"""


@pytest.mark.slow("production in a process of its own")
@pytest.mark.sec("SEC-CF6")
def test_in_production_what_python_prints_is_a_line_too(tmp_path):
    """Warnings, a thread and a command that fail: a driver's message would quote the row."""
    environment = {**os.environ, **PRODUCTION, "REPERE_STATE_DIR": str(tmp_path)}
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", PRINTS], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    said = [json.loads(line) for line in ended.stderr.splitlines()]
    assert ended.returncode == 1
    assert "Canary" not in ended.stderr + ended.stdout
    assert all(set(line) <= KEYS for line in said)
    told = [(line["event"], line.get("code"), line.get("error")) for line in said if line["event"] != "log"]
    assert told == [
        ("python:warned", "RuntimeWarning", None),
        ("process:failed", None, ["builtins.LookupError"]),
        ("process:failed", None, ["builtins.LookupError"]),
        ("process:failed", None, ["builtins.ValueError"]),
    ]
    assert {line["logger"] for line in said if line["event"] == "log"} >= {
        "gunicorn.access",
        "django.db.backends",
    }


@cache
def log_calls():
    """Return the calls by which our code logs, each with its path."""
    paths = (path for app in OURS for path in (ROOT / app).rglob("*.py"))
    return [(path, node) for path, node in nodes(paths, r"\b(?:_log|log|logger)\b") if _is_log_call(node)]


@pytest.mark.sec("SEC-CF6")
def test_every_key_that_our_code_logs_is_on_the_list():
    """A key that isn't would vanish without a word."""
    assert {key for _, call in log_calls() for key in _keys(call)} - ALLOWED - {"exc_info"} == set()


@pytest.mark.sec("SEC-CF6")
def test_every_event_that_our_code_logs_is_written_out():
    """A name that is built could hold a value; reports of faults take it as it is (config/reporting/)."""
    built = [
        f"{path.name}:{call.lineno}"
        for path, call in log_calls()
        if call.func.attr != "bind" and not _is_written_out(call.args[0])
    ]

    assert built == []


def _is_written_out(name):
    """A text, or one of two."""
    if isinstance(name, ast.IfExp):
        return _is_written_out(name.body) and _is_written_out(name.orelse)
    return isinstance(name, ast.Constant)


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
