"""SEC-CF6: what a report holds comes from a closed list, whatever a request, a fault or a library holds."""

import base64
import gzip
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from sentry_sdk.envelope import Envelope

from config.reporting import facts, faults, traces
from outbox import scheduler
from tests.security.needles import MARK

WORD = "Canarïqwzx"
assert WORD == MARK


def encodings(word=WORD):
    """The word in six encodings; base64 at each of its three places within a group of bytes."""
    plain = word.encode()
    return {
        "plain": [plain, plain.lower(), word.encode("latin-1"), word.encode("unicode_escape"), b"qwzx"],
        "hex": [plain.hex().encode(), plain.hex().upper().encode(), b"qwzx".hex().encode()],
        "url": [quote(word).encode(), quote(quote(word)).encode()],
        "utf-16": [word.encode("utf-16-le"), word.encode("utf-16-be")],
        "gzip": [gzip.compress(plain, mtime=0)[10:-8]],
        "base64": [base64.b64encode(b"\0" * pad + plain)[pad + 2 : -4] for pad in range(3)],
    }


def variants(word=WORD):
    """The word as somebody might send it: plain, and in each encoding that is text."""
    plain = word.encode()
    return [
        word,
        base64.b64encode(plain).decode(),
        plain.hex(),
        quote(word),
        gzip.compress(plain).hex(),
        word.encode("utf-16").hex(),
    ]


def places_of(raw):
    """Where a canary lies in bytes, by encoding; each text that was sent encoded counts too."""
    needles = encodings() | {"as sent": [one.encode() for one in variants()]}
    return {name for name, found in needles.items() if any(one in raw for one in found)}


def send_everything(caller, value):
    """Ask each leaking address with the canary in its path, query, body, headers and cookies."""
    caller.cookies["session"] = caller.cookies["other"] = quote(value)
    headers = {
        "user-agent": value, "referer": value, "authorization": f"Bearer {value}", "x-forwarded-for": value,
        "x-request-id": value, "traceparent": f"00-{value}", "baggage": f"child={value}", "sentry-trace": value,
        "accept-language": value, "x-child": value,
    }  # fmt: skip
    answers = []
    for address in ("leak", "leak/sql", "leak/warning", "in", "nowhere"):
        sent = {"data": {"child": value}, "content_type": "application/json", "headers": headers}
        answers.append(caller.post(f"/{address}/{quote(value)}", query_params={"child": value}, **sent))
    return answers


@pytest.mark.sec("SEC-CF6")
def test_the_needles_are_found_where_they_are():
    for value in variants():
        assert places_of(b"x" + value.encode() + b"y")
    assert places_of(base64.b64encode(b"ab" + WORD.encode() + b"cdef")) == {"base64"}
    assert places_of(b'{"event_id": "1", "message": "leak:seen"}') == set()


@pytest.mark.sec("SEC-CF6")
@pytest.mark.parametrize("value", variants(), ids=["plain", "base64", "hex", "url", "gzip", "utf-16"])
def test_no_canary_leaves_and_the_useful_part_does(on, caller, monkeypatch, value):
    monkeypatch.setenv("REPERE_CANARY", value)
    monkeypatch.setattr("sys.argv", ["manage.py", value])
    monkeypatch.setattr("socket.gethostname", lambda: value)

    answers = send_everything(caller, value)
    on.flush()

    events, spans = split(on)
    assert places_of(on.all_bytes()) == set()
    failed = next(one for one in events if one["tags"].get("code") == "internal-error")
    assert failed["tags"] == {
        "event": "request:failed", "code": "internal-error", "status": "500", "route": "leak", "method": "POST",
        "request_id": answers[0]["X-Request-Id"], "process": "command",
    }  # fmt: skip
    cause, fault = failed["exception"]["values"]
    assert cause["type"] == "builtins.LookupError"
    assert fault["type"] == "tests.config.reporting.leaking_urls.Leak"
    assert fault["stacktrace"]["frames"][-1]["function"] == "leak"
    assert fault["stacktrace"]["frames"][-1]["filename"] == "tests/config/reporting/leaking_urls.py"
    assert failed["release"] == facts.release()
    assert {"leak:seen", "log"} <= {one["message"] for one in events}
    shown = {span.name: attributes for span, attributes, _ in spans}
    assert shown["POST leak"] == {
        "http.route": "leak", "http.request.method": "POST", "http.response.status_code": 500,
        "repere.request_id": answers[0]["X-Request-Id"],
    }  # fmt: skip
    assert {"POST leak-sql", "POST leak-warning", "POST none"} <= set(shown)


def split(server):
    """The events and the spans that a server received, which came by two protocols."""
    both, server.received = server.received, []
    found = []
    for path, read in ((b"/api/1/envelope/", server.events), (b"/v1/traces", server.spans)):
        server.received = [one for one in both if path in one.head]
        found.append(read())
    assert {one.head.split(b" ")[1] for one in both} == {b"/api/1/envelope/", b"/v1/traces"}
    server.received = both
    return found


@pytest.mark.sec("SEC-CF6")
def test_only_fields_of_the_list_are_in_a_report(on, caller):
    send_everything(caller, WORD)
    on.flush()

    events, spans = split(on)
    for event in events:
        assert set(event) == {
            "event_id", "timestamp", "platform", "level", "release", "transaction", "message", "tags", "exception",
            "fingerprint",
        }  # fmt: skip
        assert set(event["tags"]) <= set(facts.FIELDS)
        for one in event["exception"]["values"]:
            assert set(one) == {"type", "stacktrace"}
            assert all(
                set(frame) == {"filename", "lineno", "function", "in_app"}
                for frame in one["stacktrace"]["frames"]
            )
    for span, attributes, resource in spans:
        assert not span.events
        assert not span.links
        assert not span.parent_span_id
        assert not span.status.message
        assert set(attributes) <= {
            "http.route",
            "http.request.method",
            "http.response.status_code",
            "repere.request_id",
        }
        assert set(resource) == {"service.name", "service.version", "repere.process"}


@pytest.mark.sec("SEC-CF6")
def test_a_library_that_speaks_through_our_client_says_nothing(on):
    """Even where somebody fills an event with all that Sentry knows."""
    (handler,) = [one for one in faults.logging.getLogger().handlers if isinstance(one, faults.Reporter)]
    full = {
        "message": WORD, "logentry": {"message": WORD, "params": [WORD]}, "user": {"email": WORD},
        "request": {"url": WORD, "data": WORD, "headers": {"a": WORD}, "cookies": WORD, "query_string": WORD, "env": {"a": WORD}},
        "extra": {"a": WORD}, "contexts": {"trace": {"trace_id": WORD}, "a": {"b": WORD}}, "server_name": WORD,
        "modules": {WORD: WORD}, "breadcrumbs": {"values": [{"message": WORD}]}, "environment": WORD, "dist": WORD,
        "release": WORD, "transaction": WORD, "logger": WORD, "fingerprint": [WORD], "level": WORD,
        "tags": {"a": WORD, "code": WORD, WORD: WORD, "route": WORD, "request_id": WORD, "method": WORD, "process": WORD},
        "threads": {"values": [{"name": WORD}]}, "debug_meta": {"images": [WORD]},
        "exception": {"values": [{
            "type": f"a {WORD}", "value": WORD, "module": WORD, "mechanism": {"data": WORD},
            "stacktrace": {"frames": [
                {"filename": f"a/{WORD}.py", "lineno": 1, "function": "a"}, {"filename": "a/b.py", "lineno": WORD, "function": "a"},
                {"filename": "a/b.py", "lineno": 1, "function": WORD},
                {"filename": "a/b.py", "lineno": 1, "function": "a", "vars": {"a": WORD}, "context_line": WORD, "abs_path": WORD},
            ]},
        }]},
    }  # fmt: skip

    handler.client.capture_event(full)
    envelope = Envelope(headers={"event_id": "1", "trace": {"a": WORD}})
    envelope.add_session({"sid": WORD})
    handler.client.transport.capture_envelope(envelope)
    handler.client.capture_event(
        {"type": "transaction", "transaction": WORD, "spans": [], "timestamp": 1, "start_timestamp": 1}
    )
    on.flush()

    (event,) = on.events()
    assert places_of(on.all_bytes()) == set()
    assert event["exception"]["values"][0]["stacktrace"]["frames"] == [
        {"filename": "a/b.py", "lineno": 1, "function": "a", "in_app": True}
    ]


@pytest.mark.sec("SEC-CF6")
def test_a_span_that_somebody_filled_is_built_anew(on):
    (tracer,) = traces._tracers
    with tracer.start_as_current_span(
        WORD, attributes={"a": WORD, "http.route": f"/{WORD}", WORD: WORD}
    ) as span:
        span.add_event(WORD, {"a": WORD})
        span.set_attribute("repere.task", WORD)
        try:
            raise ValueError(WORD)
        except ValueError as failed:
            span.record_exception(failed)
        span.set_status(traces.Status(traces.StatusCode.ERROR, WORD))
    on.flush()

    ((span, attributes, _),) = on.spans()
    assert places_of(on.all_bytes()) == set()
    assert (span.name, attributes) == ("span", {})


def test_recurring_work_is_a_span_with_its_outcome(on, db, monkeypatch):
    def fails(at):
        raise ValueError(WORD)

    work = [
        scheduler.Recurring("test:done", timedelta(hours=1), timedelta(hours=1), lambda at: 3),
        scheduler.Recurring("test:failed", timedelta(hours=1), timedelta(hours=1), fails),
    ]
    monkeypatch.setattr(scheduler, "_registered", {one.name: one for one in work})

    scheduler.run_due()
    on.flush()

    events, spans = split(on)
    assert places_of(on.all_bytes()) == set()
    assert {span.name: attributes["repere.outcome"] for span, attributes, _ in spans} == {
        "test:done": "done",
        "test:failed": "failed",
    }
    assert [(one["message"], one["tags"]["code"]) for one in events] == [("work:failed", "test:failed")]
    assert all(span.end_time_unix_nano > span.start_time_unix_nano for span, _, _ in spans)


def test_the_id_of_a_request_leads_from_a_report_to_the_log(on, caller):
    answer = caller.get("/in/fault")
    on.flush()

    events, _ = split(on)
    assert [one["tags"]["request_id"] for one in events] == [str(UUID(answer["X-Request-Id"]))]
