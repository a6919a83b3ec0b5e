"""What sealing costs beside the plain ciphers, and what it takes to open a page of fifty rows.

``REPERE_STATE_DIR=$(mktemp -d) python -m bench.sealing``, on the databases that DATABASE_URL and KEYS_DATABASE_URL name
(SQLite in that folder by default). Only for databases made for it. Times are those of the processor, the best of several
turns, for other programs on the machine change them least.
"""

import argparse
import os
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from cryptography.fernet import Fernet  # noqa: E402 - once the apps are loaded
from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402 - id.
from django.core.management import call_command  # noqa: E402 - id.
from django.db import connections  # noqa: E402 - id.
from django.test.utils import CaptureQueriesContext  # noqa: E402 - id.

from encryption import keys  # noqa: E402 - id.
from encryption.cache import forget_all  # noqa: E402 - id.
from encryption.sealed import OpenScope, Sealed  # noqa: E402 - id.
from referrals.models import Child, Fact  # noqa: E402 - id.

TEXT = ("Observation d'essai, sans personne réelle. " * 5)[:200]
TURNS = 9
NAMES = {"last_name": "Exemple", "first_names": "Lou", "birth_date": "2011-03-02"}


class Scope(OpenScope):
    """A disclosure that notes nothing: its own cost is in the detail line of the great table."""

    def note(self, label: str, row: UUID, key_id: UUID) -> None:
        """Note nothing."""


def best(act: Callable[[], object], count: int) -> float:
    """Return microseconds of processor time of one call, in the best of the turns."""
    found = []
    for _ in range(TURNS):
        began = process_time()
        for _ in range(count):
            act()
        found.append((process_time() - began) / count * 1e6)
    return min(found)


def ciphers(authority: UUID) -> None:
    """Print seal and open of 200 bytes: ours, AES-256-GCM with a nonce and nothing bound, Fernet."""
    field: Any = Fact._meta.get_field("text")
    key, row, scope, raw = keys.create_data_keys(uuid4(), authority)["case"], uuid4(), Scope(), TEXT.encode()
    plain, fernet = AESGCM(os.urandom(32)), Fernet(Fernet.generate_key())
    sealed = key.seal(field, row, TEXT)
    nonce = os.urandom(12)
    bare, token = plain.encrypt(nonce, raw, None), fernet.encrypt(raw)
    sides: dict[str, tuple[Callable[[], object], Callable[[], object], int]] = {
        "ours": (lambda: key.seal(field, row, TEXT), lambda: sealed.open(scope), len(sealed.ciphertext)),
        "AES-256-GCM": (
            lambda: plain.encrypt(os.urandom(12), raw, None), lambda: plain.decrypt(nonce, bare, None), len(bare) + 12,
        ),
        "Fernet": (lambda: fernet.encrypt(raw), lambda: fernet.decrypt(token), len(token)),
    }  # fmt: skip
    print("| 200 bytes | seal µs | open µs | bytes stored |\n|---|---:|---:|---:|")
    for name, (seal, unseal, size) in sides.items():
        print(f"| {name} | {best(seal, 5_000):.2f} | {best(unseal, 5_000):.2f} | {size} |")


def page(authority: UUID, rows: int) -> None:
    """Print what opening name, first names and birth date of so many children costs, keys in memory or not."""
    fields: dict[str, Any] = {name: Child._meta.get_field(name) for name in NAMES}
    owners = [uuid4() for _ in range(rows)]
    values: list[Sealed] = []
    ids = []
    for owner in owners:
        made, row = keys.create_data_keys(owner, authority), uuid4()
        ids += [key.id for key in made.values()]
        values += [made["case"].seal(field, row, NAMES[name]) for name, field in fields.items()]
    keys.adopt(ids, authority)
    scope, ready = Scope(), [(AESGCM(os.urandom(32)), os.urandom(12)) for _ in range(rows)]
    bare = [(c, n, c.encrypt(n, said.encode(), None)) for c, n in ready for said in NAMES.values()]

    def opened() -> None:
        keys.warm_for(values)
        for value in values:
            value.open(scope)

    def cold() -> None:
        _forget_data_keys()
        opened()

    opened()
    _forget_data_keys()
    with CaptureQueriesContext(connections["keys"]) as asked:
        opened()
    print(f"\n| {rows} rows, {len(values)} values | ms | queries |\n|---|---:|---:|")
    print(f"| opened, data keys not in memory | {best(cold, 20) / 1e3:.2f} | {len(asked)} |")
    print(f"| opened, data keys in memory | {best(opened, 20) / 1e3:.2f} | 0 |")
    plain = best(lambda: [c.decrypt(n, sealed, None) for c, n, sealed in bare], 20) / 1e3
    print(f"| AES-256-GCM alone, ciphers made before | {plain:.2f} | 0 |")
    forget_all()
    began = perf_counter()
    opened()
    print(
        f"| opened by a process that has no key at all yet | {(perf_counter() - began) * 1e3:.2f} (by the clock) | |"
    )


def _forget_data_keys() -> None:
    from encryption import keyring

    keyring._data._start_afresh()


def main() -> None:
    """Make an authority's keys, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=50)
    rows = asked.parse_args().rows
    call_command("migrate", database="keys", verbosity=0)
    authority = uuid4()
    keys.create_authority_key(authority)
    print(f"{connections['keys'].vendor}; load of the machine {os.getloadavg()[0]:.1f}\n")
    ciphers(authority)
    page(authority, rows)


if __name__ == "__main__":
    main()
