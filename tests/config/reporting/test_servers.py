"""A server of reports that is dead, slow, or leads elsewhere: no request waits, no start fails, nothing goes elsewhere."""

import logging
import socket
import sys
from time import perf_counter

import opentelemetry.trace
import pytest
import sentry_sdk
import structlog
from django.core.exceptions import ImproperlyConfigured

from config import env, reporting
from config.reporting import facts, faults, traces
from tests.config.reporting.conftest import reported
from tests.config.reporting.servers import Server, serving
from tests.config.test_local_mode import run
from tests.night import NIGHT

_log = structlog.get_logger("outbox")


def dead():
    """A server at whose port nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server()
        server.port = free.getsockname()[1]
    return server


def speak(times):
    """Report so many faults and spans; return the seconds that it took."""
    began = perf_counter()
    for _ in range(times):
        try:
            raise LookupError
        except LookupError:
            _log.exception("work:failed", code="test:failed")
        traces.tell({"route": "cases", "method": "GET", "status": 200}, 1)
    return perf_counter() - began


@pytest.fixture(autouse=True)
def _no_log_of_ours_is_written(monkeypatch):
    """Only what reporting costs is measured."""
    for handler in logging.getLogger().handlers:
        monkeypatch.setattr(handler, "emit", lambda record: None)


@pytest.fixture
def sooner(monkeypatch):
    """Let what is sent be given up by day after a sixth of its time: the test would wait for nothing else."""
    if not NIGHT:
        monkeypatch.setattr(facts, "TIMEOUT_SECONDS", 0.5)
        monkeypatch.setattr(faults.OnlyEvents, "TIMEOUT", 0.5)


@pytest.mark.parametrize("kind", ["dead", "dumb"])
@pytest.mark.usefixtures("sooner")
def test_a_server_that_is_dead_or_never_answers_keeps_nobody_waiting(kind):
    """More reports than both queues take: the rest is dropped, and the end of the process waits for seconds at most."""
    with serving(is_dumb=True) as dumb:
        server = dead() if kind == "dead" else dumb
        with reported(server):
            # Each took under a millisecond on an idle processor; without threads of their own each would take seconds.
            assert speak(faults.QUEUE_MAX + 200) < 6
            began = perf_counter()
            dumb.ended.set()
        assert perf_counter() - began < 3 * facts.TIMEOUT_SECONDS


@pytest.mark.usefixtures("sooner")
def test_the_end_of_a_process_waits_for_seconds_at_most():
    with serving(is_dumb=True) as dumb, reported(dumb) as (client, provider):
        speak(1)
        (exporter,) = [one.span_exporter for one in provider._active_span_processor._span_processors]

        began = perf_counter()
        client.close(timeout=facts.TIMEOUT_SECONDS)
        traces.end(provider, exporter)

        assert perf_counter() - began < 4 * facts.TIMEOUT_SECONDS


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status):
    """Only the host that the setting names is called."""
    with serving() as elsewhere:
        with (
            serving(status, f"http://localhost:{elsewhere.port}/api/1/envelope/") as server,
            reported(server) as both,
        ):
            speak(1)
            both[0].flush(timeout=5)
            both[1].force_flush()
            assert {one.head.split(b" ")[1] for one in server.wait(2)} == {b"/api/1/envelope/", b"/v1/traces"}

        assert elsewhere.received == []


def test_proxies_of_the_environment_are_not_asked(monkeypatch):
    with serving() as proxy, serving() as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with reported(server) as both:
            speak(1)
            both[0].flush(timeout=5)
            both[1].force_flush()
            server.wait(2)

        assert proxy.received == []


def test_neither_library_speaks_for_the_whole_process():
    with serving() as server, reported(server) as both:
        sentry_sdk.capture_message("hello")
        with opentelemetry.trace.get_tracer("x").start_as_current_span("hello"):
            pass
        logging.getLogger("django.request").error("hello")
        logging.getLogger("urllib3").exception("hello")
        both[0].flush(timeout=2)
        both[1].force_flush()

        assert server.received == []
        assert sentry_sdk.get_client().integrations == {}


def test_without_a_setting_nothing_is_loaded_and_nothing_is_sent(settings, monkeypatch):
    settings.SENTRY_DSN = settings.OTLP_ENDPOINT = ""
    for name in ("config.reporting.faults", "config.reporting.traces"):
        monkeypatch.setitem(sys.modules, name, None)

    reporting.start()


@pytest.mark.parametrize(
    ("setting", "module", "value"),
    [
        ("SENTRY_DSN", "faults", "https://key@sentry.example/1"),
        ("OTLP_ENDPOINT", "traces", "https://traces.example/v1/traces"),
    ],
)
def test_a_package_that_is_missing_is_a_sentence(settings, monkeypatch, setting, module, value):
    settings.SENTRY_DSN = settings.OTLP_ENDPOINT = ""
    setattr(settings, setting, value)
    monkeypatch.delattr(reporting, module, raising=False)
    monkeypatch.setitem(sys.modules, f"config.reporting.{module}", None)

    with pytest.raises(ImproperlyConfigured, match=f"REPERE_{setting} needs") as refused:
        reporting.start()

    assert value not in str(refused.value)


@pytest.mark.parametrize(
    "dsn", ["sentry.test", "https://sentry.test/1", "https://key@sentry.test/", "ftp://key@sentry.test/1"]
)
def test_an_address_that_is_none_is_a_sentence_without_it(dsn):
    with pytest.raises(ImproperlyConfigured, match="REPERE_SENTRY_DSN") as refused:
        faults.made(dsn)

    assert dsn not in str(refused.value)


@pytest.mark.slow("a process of its own")
def test_a_start_waits_for_no_server(tmp_path):
    gone = dead()
    begun = "import sys, django; django.setup(); print({*%r} - {*sys.modules})"

    started = run(
        tmp_path, "-c", begun % (("config.reporting.faults", "config.reporting.traces"),),
        DJANGO_SETTINGS_MODULE="config.settings", REPERE_SENTRY_DSN=gone.dsn, REPERE_OTLP_ENDPOINT=gone.endpoint,
    )  # fmt: skip

    assert (started.returncode, started.stdout) == (0, "set()\n"), started.stderr
    assert "Traceback" not in started.stderr


def test_a_start_refuses_what_is_no_address_by_a_sentence(settings, capsys):
    settings.SENTRY_DSN = "http://127.0.0.1/1"

    with pytest.raises(SystemExit) as refused, env.refusals_reported(1):
        reporting.start()

    assert refused.value.code == 1
    assert capsys.readouterr().err == "REPERE_SENTRY_DSN reads https://key@sentry.example.fr/1.\n"
