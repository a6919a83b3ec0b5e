"""Imports of the directory: what a file does once, twice, and when rows are gone or secret (field.md A.7, A.10)."""

import time
from typing import Any

from directory.codes import Means, Status
from directory.models import HeldRow, Place, Service, Structure, Verification
from tests.directory.exchange.samples import AT, LATER, di_service, di_structure, done, packed, tried


def test_five_thousand_services_twice_change_nothing_the_second_time(world: Any) -> None:
    """field.md A.10.1: the second run changes 0 rows and deletes 0."""
    raw = packed(
        [di_structure(one) for one in range(1000)], [di_service(one, one % 1000) for one in range(5000)]
    )

    start = time.monotonic()
    first, _ = done(world, raw, extent="whole")
    middle = time.monotonic()
    second, _ = done(world, raw, extent="whole", at=LATER)
    end = time.monotonic()

    print(f"first {middle - start:.1f} s, second {end - middle:.1f} s")
    assert (first.created, first.refused) == (6000, 0)
    assert (second.created, second.changed, second.archived, second.unchanged) == (0, 0, 0, 6000)
    assert Service.objects.count() == 5000
