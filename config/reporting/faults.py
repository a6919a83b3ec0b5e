"""Faults, by Sentry's protocol: each error that the service logs, built from the closed list.

The client is our own and not the library's global one, so that nothing else in the process speaks through it. No
integration is on. The event passes ``rebuilt`` as the last thing before it is put into its envelope, and the envelope
passes ``OnlyEvents`` as the last thing before it is sent.
"""

import atexit
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, Literal

import sentry_sdk
import urllib3
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import HttpTransport
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn

from config.logs import fields_of_ours
from config.reporting import facts
from config.reporting.middleware import whence

QUEUE_MAX: Final = 100
_LEVELS: Final[dict[int, Literal["error", "fatal"]]] = {logging.ERROR: "error", logging.CRITICAL: "fatal"}


class OnlyEvents(HttpTransport):
    """Sends events and nothing else, to the named host and nowhere else, by a thread of its own."""

    TIMEOUT = facts.TIMEOUT_SECONDS

    def capture_envelope(self, envelope: Envelope) -> None:
        """Put a new envelope with the events of this one into the queue; a full queue drops it."""
        event = envelope.get_event()
        if event is not None:
            bare = Envelope(headers={"event_id": event["event_id"]})
            bare.add_event(event)
            super().capture_envelope(bare)

    def _get_pool_options(self) -> dict[str, Any]:
        """Return the library's options, and follow no redirect: only the named host is called."""
        return super()._get_pool_options() | {
            "retries": urllib3.Retry(0, redirect=0, raise_on_redirect=False)
        }


class Reporter(logging.Handler):
    """Hands each error that the service's own code logs to a client."""

    def __init__(self, client: sentry_sdk.Client) -> None:
        """Speak through ``client``, of errors and worse."""
        super().__init__(logging.ERROR)
        self.client = client

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the report. Whatever fails here fails without a word: the log has the error itself already."""
        with suppress(Exception):
            if (fields := fields_of_ours(record)) is not None:
                self.client.capture_event(described(record, fields))


def start(dsn: str) -> sentry_sdk.Client:
    """Send from now on each error that is logged to the server in ``dsn``; return the client.

    Raises:
        ImproperlyConfigured: it is no address of such a server.
    """
    client = made(dsn)
    logging.getLogger().addHandler(Reporter(client))
    atexit.register(client.close, timeout=facts.TIMEOUT_SECONDS)
    return client


def made(dsn: str) -> sentry_sdk.Client:
    """Return a client with everything off that could be; proxies of the environment aren't asked either.

    Raises:
        ImproperlyConfigured: ``dsn`` is no address of such a server.
    """
    try:
        return sentry_sdk.Client(
            dsn=dsn,
            transport=OnlyEvents,
            transport_queue_size=QUEUE_MAX,
            release=facts.release(),
            environment="",
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            attach_stacktrace=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            enable_backpressure_handling=False,
            propagate_traces=False,
            traces_sample_rate=None,
            spotlight=False,
            # Every such server reads it; not so Brotli. The library compares text, whatever its types say.
            _experiments={"transport_compression_algo": "gzip"},  # type: ignore[typeddict-item]
            debug=False,
            http_proxy="",
            https_proxy="",
            ca_certs=settings.OUTBOUND_CA_FILE or None,
            before_send=rebuilt,
            before_send_transaction=_nothing,
            before_breadcrumb=_nothing,
        )
    except BadDsn:
        raise ImproperlyConfigured("REPERE_SENTRY_DSN reads https://key@sentry.example.fr/1.") from None


def described(record: logging.LogRecord, said: Mapping[str, Any]) -> Event:
    """Return the report of an error that was logged: its event and code, its types and places, whence it came."""
    error = record.exc_info[1] if record.exc_info else None
    values = {"event": record.msg, **said, **whence(), "process": facts.process()}
    return {
        "level": _LEVELS.get(record.levelno, "error"),
        "tags": values,
        "exception": {"values": [] if error is None else list(_exceptions(error))},
    }


def _exceptions(error: BaseException) -> Iterator[dict[str, Any]]:
    """Yield the causes of an error, then itself with its frames; Sentry reads them in this order."""
    kinds = facts.kinds(error)
    yield from ({"type": kind} for kind in reversed(kinds[1:]))
    frames = [
        {"filename": frame.file, "lineno": frame.line, "function": frame.function}
        for frame in facts.frames(error)
    ]
    yield {"type": kinds[0] if kinds else "", "stacktrace": {"frames": frames}}


def rebuilt(event: Event, _hint: Hint) -> Event:
    """Return a new event with the fields of the list and no other; the library's last call before it sends."""
    tags = event.get("tags")
    passed = facts.passed(tags if isinstance(tags, Mapping) else {})
    exceptions = [_exception(one) for one in (event.get("exception") or {}).get("values", [])]
    title = passed.get("event", "log")
    places = [frame["filename"] for one in exceptions for frame in one["stacktrace"]["frames"][-1:]]
    return {
        "event_id": event["event_id"],
        "timestamp": event["timestamp"],
        "platform": "python",
        "level": "fatal" if event.get("level") == "fatal" else "error",
        "release": facts.release(),
        "transaction": passed.get("route", passed.get("process", "")),
        "message": title,
        "tags": passed,
        "exception": {"values": exceptions},
        "fingerprint": [title, passed.get("code", ""), *[one["type"] for one in exceptions], *places],
    }


def _exception(given: Mapping[str, Any]) -> dict[str, Any]:
    frames = (given.get("stacktrace") or {}).get("frames") or []
    kind = given.get("type")
    return {"type": kind if facts.is_name(kind) else "", "stacktrace": {"frames": list(_frames(frames))}}


def _frames(given: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for frame in given:
        file, line, function = frame.get("filename"), frame.get("lineno"), frame.get("function")
        if facts.is_file(file) and isinstance(line, int) and facts.is_name(function):
            yield {"filename": file, "lineno": line, "function": function, "in_app": True}


def _nothing(*_: object) -> None:
    """Drop it."""
