"""GET /metrics: what is measured, as OpenMetrics or as Prometheus' text, to whoever has the monitoring's token.

It is neither journalled nor part of a session, and answers while the service is closed or a database is out: what can't
be asked then is absent or 0.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from django.conf import settings
from django.http import HttpResponse
from prometheus_client import CollectorRegistry, exposition
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from accounts.request import ServiceRequest
from config.errors import refuse
from config.health import misused
from config.metrics import asking, folder
from config.metrics.asking import Sample
from config.metrics.names import BY_NAME
from config.metrics.parts import PARTS
from encryption import digest

_OPEN_METRICS: Final = "application/openmetrics-text"
_OPEN_METRICS_TYPE: Final = f"{_OPEN_METRICS}; version=1.0.0; charset=utf-8"
_TEXT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SCHEME: Final = "Bearer "


def metrics(request: ServiceRequest) -> HttpResponse:
    """Answer with all metrics; 404 as if there were none where no token is set, 401 to a wrong one."""
    if refused := misused(request):
        return refused
    if not settings.METRICS_TOKEN:
        return refuse(request, 404, "not-found")
    if not _may_read(request):
        return refuse(request, 401, "not-authenticated")
    registry = CollectorRegistry()
    registry.register(_Counts())
    registry.register(_Gauges())
    if _OPEN_METRICS in request.headers.get("Accept", ""):
        text = openmetrics.generate_latest(registry)
        return HttpResponse(text, content_type=_OPEN_METRICS_TYPE)
    return HttpResponse(exposition.generate_latest(registry), content_type=_TEXT_TYPE)


def _may_read(request: ServiceRequest) -> bool:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else ""
    return digest.equal(token.encode(), settings.METRICS_TOKEN.encode())


class _Counts(Collector):
    """What the processes counted."""

    def collect(self) -> Iterable[Metric]:
        """Return the sums over all processes of this machine."""
        return folder.counted(settings.METRICS_DIR)


class _Gauges(Collector):
    """What the parts say of themselves."""

    def collect(self) -> Iterator[Metric]:
        """Yield each metric that has a value now."""
        return families(asking.read(PARTS))


def families(samples: Iterable[Sample]) -> Iterator[Metric]:
    """Group samples by their metric, in the order of ``names.py``.

    Raises:
        KeyError: a metric isn't in ``names.py``.
    """
    by_name: dict[str, list[Sample]] = {}
    for sample in samples:
        by_name.setdefault(BY_NAME[sample[0]].name, []).append(sample)
    for name, described in BY_NAME.items():
        if matching := by_name.get(name):
            yield _family(described.kind, name, described.help, described.labels, matching)


def _family(kind: str, name: str, said: str, labels: tuple[str, ...], samples: list[Sample]) -> Metric:
    if kind == "info":
        info = InfoMetricFamily(name, said)
        for _, values, _value in samples:
            info.add_metric([], dict(zip(labels, values, strict=True)))
        return info
    gauge = GaugeMetricFamily(name, said, labels=labels)
    for _, values, value in samples:
        gauge.add_metric(values, float(value))
    return gauge
