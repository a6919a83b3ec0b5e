"""Exports the first-level keys to the escrow and restores them from it (SEC-CR13; ``encryption/escrow.py``).

These keys and the key store open everything, even when the key service is lost: the restored keys are rewrapped by the
key service that is configured now.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from encryption import escrow, keyring, opening, provider
from encryption.cache import forget_all
from encryption.errors import Unreadable
from encryption.models import FIRST_LEVEL, WrappedKey
from encryption.unwrapped import commits


@dataclass(frozen=True, slots=True)
class Bundle:
    """An escrow bundle: its ``text``, to be written to a file, and the keys that it lacks."""

    text: str
    count: int
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recovered:
    """Result of a recovery: how many keys were rewrapped; which keys of the bundle have no row, or a different one."""

    count: int
    refused: tuple[str, ...]


def bundle(public: dict[str, Any], *, at: datetime) -> Bundle:
    """Return all keys of the first level, sealed to the escrow's public half; nothing leaves in clear.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
        escrow.EscrowError: ``public`` is no public half.
    """
    with keyring.store():
        rows = list(WrappedKey.objects.filter(kind__in=FIRST_LEVEL).order_by("pk"))
    keys_by_id = {row.pk: _entry_of(row) for row in rows}
    readable = [one for one in keys_by_id.values() if one is not None]
    text = escrow.sealed({"made_at": at.isoformat(), "keys": readable}, public)
    return Bundle(text, len(readable), tuple(str(pk) for pk, one in keys_by_id.items() if one is None))


def _entry_of(row: WrappedKey) -> dict[str, Any] | None:
    try:
        raw = opening.raw_of(row, None)
    except Unreadable:
        return None
    # A row that was altered would fail at the recovery, years later. It is named now, when it can still be looked into.
    if not commits(raw, row):
        return None
    return {
        "id": row.pk.hex,
        "kind": row.kind,
        "owner": row.owner.hex,
        "suite": row.suite,
        "commitment": base64.b64encode(bytes(row.commitment)).decode("ascii"),
        "raw": base64.b64encode(raw).decode("ascii"),
    }


def recover(document: dict[str, Any]) -> Recovered:
    """Wrap the keys of an opened bundle anew by the configured provider, each in its row, in one transaction.

    A key whose row isn't in the key store, or is committed to other bytes, is refused and named.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer; nothing was changed.
    """
    done, refused = [], []
    # One transaction: a recovery that breaks off leaves no mixture of rows under the lost service and the new one.
    with keyring.store(), transaction.atomic(using="keys"):
        for entry in document["keys"]:
            row = WrappedKey.objects.filter(pk=UUID(hex=entry["id"]), kind__in=FIRST_LEVEL).first()
            if row is None or not _taken_back(row, entry["raw"]):
                refused.append(str(UUID(hex=entry["id"])))
            else:
                done.append(row)
        WrappedKey.objects.bulk_update(done, ["wrapped"])
    # ``LostKey`` entries of these ids may be in memory, and would keep the values unreadable for another minute.
    forget_all()
    return Recovered(len(done), tuple(refused))


def _taken_back(row: WrappedKey, text: str) -> bool:
    raw = base64.b64decode(text)
    # The commitment decides, not the bundle: a forged bundle can't put other bytes under a key's name.
    if not commits(raw, row):
        return False
    row.wrapped = provider.configured().wrap(raw, opening.provider_context(row))
    return True
