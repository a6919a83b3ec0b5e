"""What the service calls on beside its databases: key service, store of attachments, antivirus.

``/metrics`` and ``/readyz?strict`` share the answers: however often they are read, a process asks each once in
``keep_seconds``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

from config.metrics import asking
from config.metrics.asking import SECONDS, Part, Sample
from encryption import keyring, provider
from encryption.errors import KeysUnavailable
from referrals.attachments import scanning, store
from referrals.errors import ObjectMissing


def key_service() -> Iterator[Sample]:
    """Ask the key service to wrap and to unwrap, the service's own index key too: another root key opens nothing."""
    provider.configured().health()
    if not keyring.opens_index_key():
        raise KeysUnavailable
    yield "repere_key_service_up", (), 1


def object_store() -> Iterator[Sample]:
    """Ask the store for an object that isn't there; of a folder also how much space is left."""
    try:
        next(store.configured().reading(uuid4()), None)
    except ObjectMissing:
        yield "repere_object_store_up", (), 1
    if settings.OBJECT_STORE.endswith(".FolderStore"):
        yield "repere_object_store_free_bytes", (), _free_bytes(settings.OBJECT_FOLDER)


def _free_bytes(folder: Path) -> float:
    """Return what is left where the folder is, or will be."""
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    disk = os.statvfs(there)
    return float(disk.f_bavail * disk.f_frsize)


def antivirus() -> Iterator[Sample]:
    """Ask the antivirus whether it is there, where one is set."""
    if settings.SCANNER:
        yield "repere_antivirus_up", (), scanning.answers(within=SECONDS)


#: Each says 0 while it isn't answered.
SERVICES: Final = (
    Part("key-service", key_service, (("repere_key_service_up", (), 0.0),), keep_seconds=30.0),
    Part("object-store", object_store, (("repere_object_store_up", (), 0.0),), keep_seconds=60.0),
    Part("antivirus", antivirus, (("repere_antivirus_up", (), 0.0),), keep_seconds=60.0),
)


def unanswered() -> list[str]:
    """Return the names of those that don't answer, within ``asking.SECONDS``."""
    answers = set(asking.read(SERVICES))
    return [part.name for part in SERVICES if answers.intersection(part.otherwise)]
