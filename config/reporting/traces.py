"""Traces, by OpenTelemetry's protocol: one span for each request and for each piece of recurring work, and no more.

The provider is our own and not the library's global one, so that no other package adds spans. Each span is built anew
from the closed list as the last thing before it is sent, whatever it held. A span has no parent: a ``traceparent`` that
came with a request counts for nothing, and nothing is passed on.
"""

import atexit
from collections.abc import Mapping, Sequence
from time import monotonic, time_ns
from typing import Final

import requests
from django.conf import settings
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

from config.reporting import facts
from outbox import scheduler

QUEUE_MAX: Final = 2_048
BATCH_MAX: Final = 512
PAUSE_MILLISECONDS: Final = 5_000
_SCOPE: Final = InstrumentationScope("repere")
#: How OpenTelemetry's conventions name our fields (semantic conventions 1.36, HTTP); the others begin with ``repere.``.
_NAMES: Final = {
    "route": "http.route",
    "method": "http.request.method",
    "status": "http.response.status_code",
}
_OURS: Final = {shown: name for name, shown in _NAMES.items()}
_PREFIX: Final = "repere."
_FAILED: Final = 500
_tracers: Final[list[Tracer]] = []


def start(endpoint: str) -> TracerProvider:
    """Send spans from now on to the collector at ``endpoint`` (its whole address, ``https://…/v1/traces``)."""
    exporter = Rebuilt(_exporter(endpoint))
    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=exporter.resource,
        shutdown_on_exit=False,
        span_limits=SpanLimits(max_events=0, max_links=0),
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=QUEUE_MAX,
            schedule_delay_millis=PAUSE_MILLISECONDS,
            max_export_batch_size=BATCH_MAX,
        )
    )
    _tracers[:] = [provider.get_tracer(_SCOPE.name)]
    scheduler.ran.connect(_work_ran, dispatch_uid=__name__)
    atexit.register(end, provider, exporter)
    return provider


def end(provider: TracerProvider, exporter: "Rebuilt") -> None:
    """Send what waits, for twice ``TIMEOUT_SECONDS`` at most; the rest is lost."""
    _tracers.clear()
    exporter.ends_at = monotonic() + facts.TIMEOUT_SECONDS
    provider.shutdown()


def tell(values: Mapping[str, object], began: int) -> None:
    """Queue one span, from ``began`` (nanoseconds since 1970) until now; a full queue drops the oldest."""
    for tracer in _tracers:
        shown = {_NAMES.get(name, _PREFIX + name): value for name, value in facts.passed(values).items()}
        span = tracer.start_span(
            "span", context=Context(), kind=SpanKind.SERVER, attributes=shown, start_time=began
        )
        span.end(time_ns())


def _work_ran(*, name: str, began: int, failed: bool, **_: object) -> None:
    tell({"task": name, "outcome": "failed" if failed else "done"}, began)


class Rebuilt(SpanExporter):
    """Sends spans that hold the fields of the list and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        """Send by ``exporter``."""
        self.exporter = exporter
        self.ends_at: float | None = None
        own = facts.passed({"release": facts.release(), "process": facts.process()})
        names = {"release": "service.version", "process": "repere.process"}
        self.resource = Resource({"service.name": "repere"} | {names[name]: own[name] for name in own})

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send new spans in the place of these."""
        if self.ends_at is not None and monotonic() > self.ends_at:
            return SpanExportResult.FAILURE
        return self.exporter.export([self._anew(span) for span in spans])

    def shutdown(self) -> None:
        """Send nothing more."""
        self.exporter.shutdown()

    def _anew(self, span: ReadableSpan) -> ReadableSpan:
        given = span.attributes or {}
        passed = facts.passed(
            {_OURS.get(name, name.removeprefix(_PREFIX)): value for name, value in given.items()}
        )
        failed = int(passed.get("status", 0)) >= _FAILED or passed.get("outcome") == "failed"
        shown: dict[str, str | int] = {
            _NAMES.get(name, _PREFIX + name): value for name, value in passed.items()
        }
        if "status" in passed:
            shown[_NAMES["status"]] = int(passed["status"])
        return ReadableSpan(
            name=passed.get("task")
            or " ".join(passed[name] for name in ("method", "route") if name in passed)
            or "span",
            context=span.context,
            resource=self.resource,
            attributes=shown,
            kind=SpanKind.INTERNAL if "task" in passed else SpanKind.SERVER,
            status=Status(StatusCode.ERROR if failed else StatusCode.UNSET),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=_SCOPE,
        )


def _exporter(endpoint: str) -> SpanExporter:
    """Return the library's exporter; it follows no redirect, and asks neither proxies nor passwords of this machine."""
    session = requests.Session()
    session.trust_env = False
    return OTLPSpanExporter(
        endpoint,
        certificate_file=settings.OUTBOUND_CA_FILE or None,
        timeout=facts.TIMEOUT_SECONDS,
        compression=Compression.Gzip,
        session=session,
    )
