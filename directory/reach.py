"""Which services answer a need in a zone: the rows of ``Reach``, written with their service (field.md A.9)."""

from collections.abc import Sequence
from itertools import batched
from typing import Final

from directory.codes import SHELTER, Status
from directory.models import Reach, Service

EVERYWHERE: Final = "everywhere"
#: The zone of services that take somebody from far away.
FAR: Final = "far"
_AT_ONCE: Final = 500


def zones_of(service: Service, need: str) -> set[str]:
    """Return the zones in which a service is found for a need of its own."""
    zones = set(service.zones) or {EVERYWHERE}
    return zones | {FAR} if service.distance_placement and need in SHELTER else zones


def write(service: Service) -> None:
    """Make the rows of a service what the service says; none where it doesn't work or was merged into another."""
    wanted = _wanted(service)
    existing = {(row.need, row.zone): row.pk for row in Reach.objects.filter(service=service)}
    Reach.objects.filter(pk__in=[pk for key, pk in existing.items() if key not in wanted]).delete()
    Reach.objects.bulk_create(
        Reach(service=service, need=need, zone=zone) for need, zone in sorted(wanted - existing.keys())
    )


def write_together(services: Sequence[Service]) -> None:
    """Make the rows of many services what these say, in few statements."""
    for some in batched(services, _AT_ONCE):
        Reach.objects.filter(service__in=some).delete()
        Reach.objects.bulk_create(
            (Reach(service=one, need=need, zone=zone) for one in some for need, zone in sorted(_wanted(one))),
            batch_size=_AT_ONCE,
        )


def _wanted(service: Service) -> set[tuple[str, str]]:
    """Return needs and zones of a service that works."""
    if Status.CLOSED in (service.status, service.structure.status) or service.merged_into_id is not None:
        return set()
    return {(need, zone) for need in service.needs for zone in zones_of(service, need)}
