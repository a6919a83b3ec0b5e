"""What is asked of restored databases, in a process whose settings name them: erasures, journal, a sample of values.

It runs beside the real service and mustn't touch it: ledger, witness file and object folder of its settings are copies.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Model

from accounts.actor import SYSTEM
from audit import erasures, exporting, sequencing, tree, verifier
from audit.disclosure import disclosure
from audit.events import Purpose
from audit.models import Checkpoint, Entry
from audit.tree import Tree
from audit.witnessing import FileWitness
from config.acts import RESTORE_REHEARSED
from encryption.errors import Unreadable
from encryption.fields import sealed_fields
from referrals.access.row_level_security import for_the_service
from referrals.models import Referral
from referrals.retention import replay
from referrals.vocabulary.states import State

#: Statuses of the verifier: all holds; all holds, signatures of an algorithm that this machine lacks not checked.
_HOLDS: Final = (0, 3)


@dataclass(frozen=True, slots=True)
class Journal:
    """How the restored journal stands: entries with a place, how many the witness file has seen, what is wrong."""

    held: int
    witnessed: int
    fault: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What the restored databases hold; ``opened`` and ``unreadable`` count sealed values of the sample."""

    cases: int
    filings: int
    last_entry: str
    known_erasures: int
    erased_again: int
    journal: Journal
    opened: int
    unreadable: int

    def as_data(self) -> dict[str, Any]:
        """Return it as it is handed over, in JSON's types."""
        return asdict(self)


def look(
    *, ledgers: Sequence[Path], witnessed: Path | None, log_keys: Sequence[str], sample: int, at: datetime
) -> Findings:
    """Migrate the restored databases, replay the erasures, verify the journal, open a sample.

    ``witnessed``: a copy of the witness file, where that of the settings isn't there.

    Raises:
        AuditError, EncryptionError: the ledger is damaged, the key service is away, or the journal can't be written.
    """
    for alias in ("default", "keys"):
        call_command("migrate", database=alias, verbosity=0)
    with for_the_service():
        last = Entry.objects.order_by("-at").values_list("at", flat=True).first()
    named = set().union(*(erasures.in_ledger(one) for one in ledgers if one.exists()))
    done = replay.replay(named, sweep=False, at=at)
    journal = _journal(log_keys, witnessed)
    opened, unreadable = _sample(sample, at)
    with for_the_service():
        cases = Referral.objects.exclude(state__in=(State.DRAFT, State.PURGED)).count()
        filings = Referral.objects.filter(submitted_at__isnull=False).count()
    return Findings(
        cases=cases,
        filings=filings,
        last_entry="" if last is None else last.isoformat(),
        known_erasures=done.known,
        erased_again=done.cases + done.files,
        journal=journal,
        opened=opened,
        unreadable=unreadable,
    )


def _journal(log_keys: Sequence[str], witnessed: Path | None) -> Journal:
    """Verify the whole journal as an auditor would, and hold it against the witness file."""
    path = witnessed or (Path(settings.LOG_WITNESS_FILE) if settings.LOG_WITNESS_FILE else None)
    seen = FileWitness(path).checkpoints() if path is not None and path.exists() else []
    origin = tree.newest()
    if origin is None or not Checkpoint.objects.filter(origin=origin.number).exists():
        return Journal(0, max((one.size for one in seen), default=0), "unsigned" if seen else "")
    with tempfile.TemporaryDirectory() as folder:
        with sequencing.reading(steady=True):
            exporting.to_folder(exporting.latest(exporting.everything, origin=origin), Path(folder))
        report = _verified(folder, log_keys)
    size = tree.size_of(origin.number)
    own = [one for one in seen if one.origin == origin.name]
    whole = Tree.of(origin.number)
    # A tree that isn't the one that was witnessed is an alarm; one that is shorter is what a restore makes.
    if any(whole.root(one.size) != one.root for one in own if 0 < one.size <= size):
        return Journal(size, max(one.size for one in own), "contradicted")
    fault = "" if report.status in _HOLDS else "altered"
    return Journal(size, max((one.size for one in own), default=0), fault)


def _verified(folder: str, log_keys: Sequence[str]) -> verifier.Report:
    """Verify an export; its signatures too where the log's keys are named. The owner's machine needn't have them."""
    arguments = verifier.arguments().parse_args(
        ["verify", folder, *(word for key in log_keys or [""] for word in ("--key", key))]
    )
    if log_keys:
        return verifier.verify(arguments)
    export = verifier.Export([folder])
    return verifier.walked(verifier.Report(), export, export.checkpoint(), [], arguments)


def _sample(count: int, at: datetime) -> tuple[int, int]:
    """Open the sealed values of rows drawn at random, ``count`` of each table; return how many, and how many can't be.

    They are opened and forgotten; the entry of the copy says how many of each column, that of the service that a
    rehearsal opened some.
    """
    opened = unreadable = 0
    with (
        for_the_service(),
        transaction.atomic(),
        disclosure(
            act=RESTORE_REHEARSED,
            actor=SYSTEM,
            at=at,
            purpose=Purpose.MAINTENANCE,
            objects=[],
            tenant=None,
            urgent=True,
        ) as scope,
    ):
        for row, columns in _drawn(count):
            for name in columns:
                value = getattr(row, name)
                if value is None:
                    continue
                try:
                    value.open(scope)
                except Unreadable:
                    unreadable += 1
                else:
                    opened += 1
    return opened, unreadable


def _drawn(count: int) -> Iterator[tuple[Any, list[str]]]:
    columns: dict[type[Model], list[str]] = {}
    for field in sealed_fields():
        columns.setdefault(field.model, []).append(field.attname)
    for model, names in columns.items():
        # Keys are random: the rows after a random one are a sample, and no table is read whole.
        rows: Any = model._base_manager.order_by("pk")
        sample = list(rows.filter(pk__gte=uuid4())[:count])
        sample += list(rows.exclude(pk__in=[row.pk for row in sample])[: count - len(sample)])
        for row in sample:
            yield row, names
