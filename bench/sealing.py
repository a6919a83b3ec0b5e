"""What sealing costs beside the plain ciphers, and what it takes to open a page of fifty rows.

``python -m bench sealing [--server sqlite]``. Times are those of the processor, the best of several turns, for other
programs on the machine change them least.
"""

import os
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections
from django.test.utils import CaptureQueriesContext

from bench import common
from encryption import keyring, keys
from encryption.cache import forget_all
from encryption.sealed import OpenScope, Sealed
from referrals.models import Child, Fact

TEXT = ("Observation d'essai, sans personne réelle. " * 5)[:200]
TURNS = 9
NAMES = {"last_name": "Exemple", "first_names": "Lou", "birth_date": "2011-03-02"}


class Scope(OpenScope):
    """A disclosure that notes nothing: its own cost is in the detail line of the great table."""

    def note(self, label: str, row: UUID, key_id: UUID) -> None: ...


def taken(act: Callable[[], object], count: int) -> tuple[float, float]:
    """Return seconds by the clock and of the processor that one act takes."""
    clock, cpu = perf_counter(), process_time()
    for _ in range(count):
        act()
    return (perf_counter() - clock) / count, (process_time() - cpu) / count


def best(act: Callable[[], object], count: int) -> float:
    """Return microseconds of processor time of one call, in the best of the turns."""
    return 1e6 * min(taken(act, count)[1] for _ in range(TURNS))


def pairs(authority: UUID) -> dict[str, dict[str, float]]:
    """Return seal+open pairs a second and the CPU of one, ours and plain AES-256-GCM, by turns; the best counts."""
    field: Any = Fact._meta.get_field("text")
    key, row, scope = keys.create_data_keys(uuid4(), authority)["case"], uuid4(), Scope()
    plain, raw = AESGCM(os.urandom(32)), TEXT.encode()

    def bare() -> object:
        nonce = os.urandom(12)
        return plain.decrypt(nonce, plain.encrypt(nonce, raw, b""), b"")

    sides = {"ours": lambda: key.seal(field, row, TEXT).open(scope), "bare": bare}
    turns = [{side: taken(act, 5_000) for side, act in sides.items()} for _ in range(TURNS)]
    clock, cpu = ({side: min(turn[side][at] for turn in turns) for side in sides} for at in (0, 1))
    return {side: {"rate": 1 / clock[side], "cpu": cpu[side]} for side in sides}


def ciphers(authority: UUID) -> None:
    """Print seal and open of 200 bytes: ours, AES-256-GCM with a nonce and nothing bound, Fernet."""
    field: Any = Fact._meta.get_field("text")
    key, row, scope, raw = keys.create_data_keys(uuid4(), authority)["case"], uuid4(), Scope(), TEXT.encode()
    plain, fernet = AESGCM(os.urandom(32)), Fernet(Fernet.generate_key())
    sealed, nonce = key.seal(field, row, TEXT), os.urandom(12)
    bare, token = plain.encrypt(nonce, raw, None), fernet.encrypt(raw)
    sides: dict[str, tuple[Callable[[], object], Callable[[], object], int]] = {
        "ours": (lambda: key.seal(field, row, TEXT), lambda: sealed.open(scope), len(sealed.ciphertext)),
        "AES-256-GCM": (
            lambda: plain.encrypt(os.urandom(12), raw, None), lambda: plain.decrypt(nonce, bare, None), len(bare) + 12,
        ),
        "Fernet": (lambda: fernet.encrypt(raw), lambda: fernet.decrypt(token), len(token)),
    }  # fmt: skip
    common.head("200 bytes", "seal µs", "open µs", "bytes stored")
    for name, (seal, unseal, size) in sides.items():
        common.line(name, f"{best(seal, 5_000):.2f}", f"{best(unseal, 5_000):.2f}", size)


def page(authority: UUID, rows: int) -> None:
    """Print what opening name, first names and birth date of so many children costs, keys in memory or not."""
    fields: dict[str, Any] = {name: Child._meta.get_field(name) for name in NAMES}
    values: list[Sealed] = []
    ids = []
    for _ in range(rows):
        made, row = keys.create_data_keys(uuid4(), authority), uuid4()
        ids += [key.id for key in made.values()]
        values += [made["case"].seal(field, row, NAMES[name]) for name, field in fields.items()]
    keys.adopt(ids, authority)
    scope, ready = Scope(), [(AESGCM(os.urandom(32)), os.urandom(12)) for _ in range(rows)]
    bare = [
        (cipher, nonce, cipher.encrypt(nonce, text.encode(), None))
        for cipher, nonce in ready
        for text in NAMES.values()
    ]

    def opened() -> None:
        keys.warm_for(values)
        for value in values:
            value.open(scope)

    def cold() -> None:
        keyring._data._start_afresh()
        opened()

    opened()
    with CaptureQueriesContext(connections["keys"]) as queries:
        cold()
    print()
    common.head(f"{rows} rows, {len(values)} values", "ms", "queries")
    common.line("opened, data keys not in memory", f"{best(cold, 20) / 1e3:.2f}", len(queries))
    common.line("opened, data keys in memory", f"{best(opened, 20) / 1e3:.2f}", 0)
    plain = best(lambda: [cipher.decrypt(nonce, text, None) for cipher, nonce, text in bare], 20) / 1e3
    common.line("AES-256-GCM alone, ciphers made before", f"{plain:.2f}", 0)
    forget_all()
    clock, _ = taken(opened, 1)
    common.line("opened by a process that has no key at all yet", f"{clock * 1e3:.2f} (by the clock)", "")


def main(_: str, words: list[str]) -> None:
    rows = common.options(words, rows=50).rows
    authority = uuid4()
    keys.create_authority_key(authority)
    print(f"{connections['keys'].vendor}; load of the machine {os.getloadavg()[0]:.1f}\n")
    ciphers(authority)
    page(authority, rows)
