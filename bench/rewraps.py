"""How long data keys take to come under a new key above, and what sealing to a public key costs a filing.

``python -m bench rewraps [--server sqlite] [--count 200000]``.
"""

from time import perf_counter
from uuid import UUID, uuid4

from django.db import connections

from bench import common
from encryption import keyring, rotation
from encryption.models import Kind, WrappedKey

BATCH = 5_000


def fill(count: int, above: object) -> None:
    """Insert data keys under ``above``, without the databases of cases."""
    for begin in range(0, count, BATCH):
        rows = [keyring._new(Kind.CASE, uuid4(), above)[0] for _ in range(min(BATCH, count - begin))]
        WrappedKey.objects.bulk_create(rows, batch_size=500)


def rotate(kind: Kind, authority: UUID) -> None:
    """Rotate one key and print how long its rows took."""
    began = perf_counter()
    rotation.begin(kind, authority)
    moved = sum(batch.moved for batch in rotation.carry_over(kind, authority))
    took = perf_counter() - began
    print(f"rotate {kind:<9} {moved:>7} keys in {took:6.1f} s  ({moved / took:,.0f} a second)")
    began = perf_counter()
    report = rotation.report()
    print(
        f"report {'':<9} {sum(use.wraps for use in report.uses):>7} keys in {perf_counter() - began:6.1f} s"
    )
    assert not report.unfinished()


def main(_: str, words: list[str]) -> None:
    count = common.options(words, count=200_000).count
    authority = uuid4()
    print(f"{connections['keys'].vendor}, {count} keys each")
    sides = {
        Kind.AUTHORITY: ("under the authority's key", keyring.wrapping_key(Kind.AUTHORITY, authority)),
        Kind.INTAKE: ("sealed to the pair", keyring.intake_key(authority)),
    }
    for name, above in sides.values():
        began = perf_counter()
        for _ in range(2_000):
            keyring._new(Kind.CASE, authority, above)
        print(f"one new data key, {name:<26} {(perf_counter() - began) / 2_000 * 1e6:6.0f} µs")
    for kind, (_, above) in sides.items():
        fill(count, above)
        rotate(kind, authority)
