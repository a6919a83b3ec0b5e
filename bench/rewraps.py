"""How long data keys take to come under a new key above, and what sealing to a public key costs a filing.

``REPERE_STATE_DIR=$(mktemp -d) python -m bench.rewraps [--count 200000]``, on the databases that DATABASE_URL and
KEYS_DATABASE_URL name (SQLite in that folder by default). Only for databases made for it: it fills the key store.
"""

import argparse
import os
from time import perf_counter
from uuid import UUID, uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - once the apps are loaded
from django.db import connections  # noqa: E402 - once the apps are loaded

from encryption import keyring, rotation  # noqa: E402 - once the apps are loaded
from encryption.models import Kind, WrappedKey  # noqa: E402 - once the apps are loaded

AT_ONCE = 5_000


def fill(count: int, authority: UUID, above: object) -> None:
    """Insert data keys under ``above``, without the databases of cases."""
    for begin in range(0, count, AT_ONCE):
        rows = [keyring._new(Kind.CASE, uuid4(), above)[0] for _ in range(min(AT_ONCE, count - begin))]
        WrappedKey.objects.bulk_create(rows, batch_size=500)


def rotated(kind: Kind, authority: UUID) -> None:
    """Rotate one key and print how long its rows took."""
    began = perf_counter()
    rotation.begin(kind, authority)
    moved = sum(batch.moved for batch in rotation.carry_over(kind, authority))
    took = perf_counter() - began
    print(f"rotate {kind:<9} {moved:>7} keys in {took:6.1f} s  ({moved / took:,.0f} a second)")
    began = perf_counter()
    found = rotation.report()
    print(f"report {'':<9} {sum(use.wraps for use in found.uses):>7} keys in {perf_counter() - began:6.1f} s")
    assert not found.unfinished()


def filing(authority: UUID) -> None:
    """Print what wrapping one new data key costs, sealed to the pair and under the authority's own key."""
    for name, above in (
        ("sealed to the pair", keyring.intake_key(authority)),
        ("under the authority's key", keyring.wrapping_key(Kind.AUTHORITY, authority)),
    ):
        began = perf_counter()
        for _ in range(2_000):
            keyring._new(Kind.CASE, authority, above)
        print(f"one new data key, {name:<26} {(perf_counter() - began) / 2_000 * 1e6:6.0f} µs")


def main() -> None:
    """Fill, rotate, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=200_000)
    count = asked.parse_args().count
    for alias in ("default", "keys"):  # the report counts what stands under a key in either
        call_command("migrate", database=alias, verbosity=0)
    authority = uuid4()
    print(f"{connections['keys'].vendor}, {count} keys each")
    filing(authority)
    fill(count, authority, keyring.wrapping_key(Kind.AUTHORITY, authority))
    rotated(Kind.AUTHORITY, authority)
    fill(count, authority, keyring.intake_key(authority))
    rotated(Kind.INTAKE, authority)


if __name__ == "__main__":
    main()
