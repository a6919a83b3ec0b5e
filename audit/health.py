"""Health of the log: last checkpoint, entries waiting for a place, entries set apart, last cosignatures.

Auditors read it to notice that a log is silent, lags, or is seen by no outside witness (SEC-AL8, SEC-AL11).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from audit import checkpoints, sequencing_lag, tree, witnessing
from audit.inspection import Auditing, authorities_of, record
from audit.models import Alarm, Checkpoint, Cosignature, Refused

#: How far back it is looked for what a witness signed last.
_LATEST: Final = 200
#: How many entries set apart, and how many alarms, are named.
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The last cosignature of a witness; ``size`` and ``at`` are None if it cosigned nothing lately."""

    name: str
    size: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """State of the log; without a checkpoint nothing is signed yet."""

    origin: str | None
    checkpoint: Checkpoint | None
    waiting_since: datetime | None
    behind: bool
    witnesses: tuple[Witnessed, ...]
    refused_count: int
    refused: tuple[Refused, ...]
    alarms: tuple[Alarm, ...]

    @property
    def size(self) -> int:
        """How many entries the latest checkpoint covers."""
        return 0 if self.checkpoint is None else self.checkpoint.size

    @property
    def root_hash(self) -> str | None:
        return None if self.checkpoint is None else bytes(self.checkpoint.root).hex()

    @property
    def signed_at(self) -> datetime | None:
        return None if self.checkpoint is None else self.checkpoint.at


def health(*, actor: Auditing | None, at: datetime) -> Health:
    """Return how the log stands, and write down that it was asked.

    Raises:
        NotAuditor: the caller reads the entries of no authority.
    """
    authorities = authorities_of(actor)
    origin = tree.newest()
    checkpoint = None if origin is None else checkpoints.last(origin.number)
    waiting = sequencing_lag.oldest_waiting()
    # Asked anew and not from the gauge: an auditor must see the state, not what this process remembers.
    late = waiting is not None and at - waiting > timedelta(minutes=settings.LOG_LAG_MINUTES)
    record("health", actor=actor, authorities=authorities, counts={}, at=at)
    return Health(
        origin=None if origin is None else origin.name,
        checkpoint=checkpoint,
        waiting_since=waiting,
        behind=bool(settings.LOG_LAG_MINUTES) and late,
        witnesses=() if origin is None else witnessed(origin.number),
        refused_count=Refused.objects.count(),
        refused=tuple(Refused.objects.order_by("-at", "entry")[:SHOWN]),
        alarms=tuple(
            Alarm.objects.filter(settled_at=None)
            .exclude(key__startswith="refused:")
            .order_by("-at", "key")[:SHOWN]
        ),
    )


def witnessed(origin: int) -> tuple[Witnessed, ...]:
    """Return each witness of the settings, and each that signed lately, by name."""
    signed: dict[str, Witnessed] = {}
    rows = Cosignature.objects.filter(origin=origin).order_by("-size", "witness")
    for name, size, at in rows.values_list("witness", "size", "at")[:_LATEST]:
        signed.setdefault(name, Witnessed(name, size, at))
    # Those of the settings that signed nothing are listed too: silence of a witness is what is looked for.
    for one in witnessing.witnesses():
        signed.setdefault(one.key.name, Witnessed(one.key.name, None, None))
    return tuple(signed[name] for name in sorted(signed))
