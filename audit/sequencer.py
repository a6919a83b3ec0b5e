"""One pass of the sequencer: places, then a signed checkpoint, then its witnesses; again and again until told to stop.

It runs apart from the web processes (``manage.py sequence --forever``), and beside the server in the demonstration.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Final

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, close_old_connections, connections

from audit import checkpoints, notes, sequencing, tree, verifier, witnessing
from audit.chains import Chains
from audit.errors import AuditError, LogContradicted, NoWitnessedCheckpoint
from audit.models import Checkpoint, LogOrigin
from audit.verifier import Fault, leaf_hash
from encryption.errors import EncryptionError
from encryption.signing import Signer, ed25519_holds
from outbox.instants import instant

_log = structlog.get_logger("audit")
PAUSE_SECONDS: Final = 1.0
#: How often the whole table is looked through for entries that have no place, whatever the mark says.
WHOLE_EVERY: Final = timedelta(hours=1)


@dataclass(slots=True)
class Sequencer:
    """A process that may lead. It remembers from where on to look, for the connection that it has."""

    signer: Signer
    clock: Callable[[], datetime] = instant
    batch: int = sequencing.BATCH
    _mark: dict[int, int] = field(default_factory=dict)
    _later: dict[str, datetime] = field(default_factory=dict)
    _chains: Chains = field(default_factory=Chains)
    _raw: object = None
    _looked_through: datetime | None = None

    def once(self) -> int:
        """Give places to all entries that wait, sign what has grown, ask the witnesses; return how many places.

        Another one that leads is left to do it: 0.

        Raises:
            LogContradicted: the tree isn't what was signed or witnessed; entries have places, nothing is signed.
            OperationalError, InterfaceError: the database doesn't answer.
        """
        count = 0
        while True:
            with sequencing.leading() as leads:
                if not leads:
                    return count
                origin = sequencing.current(at=self.clock())
                settled = self._look_from(origin)
                done = sequencing.integrate(
                    origin, settled=settled, chains=self._chains, at=self.clock(), limit=self.batch
                )
            # Only what is committed moves the mark, and the ends of the writers' chains.
            self._mark[origin.number] = done.settled
            self._chains.remember(done.judged)
            count += len(done.judged.fit)
            if not done.more:
                break
        published = self._publish(origin)
        if published is not None:
            witnessing.ask_all(published, at=self.clock(), later=self._later)
        return count

    def _look_from(self, origin: LogOrigin) -> int:
        """Return the mark below which each entry has its place; hourly it isn't trusted (SEC-AL8)."""
        raw = connections[DEFAULT_DB_ALIAS].connection
        if raw is not self._raw:
            # Another connection may lead to another database than the one that the mark was read from.
            self._raw, self._mark, self._chains = raw, {}, Chains()
        now = self.clock()
        if self._looked_through is None or now - self._looked_through >= WHOLE_EVERY:
            self._looked_through, self._mark = now, {}
        return self._mark.get(origin.number, sequencing.NOWHERE)

    def _publish(self, origin: LogOrigin) -> Checkpoint | None:
        file = witnessing.file_witness()
        with sequencing.leading() as leads:
            if not leads:
                return None
            made = checkpoints.publish(
                origin,
                by=self.signer,
                seen=_seen(file),
                settled=self._mark[origin.number],
                cluster=sequencing.horizon().cluster,
                at=self.clock(),
            )
        latest = made or checkpoints.last(origin.number)
        if file is not None and latest is not None:
            file.add(bytes(latest.note))
        return latest


def _seen(file: witnessing.FileWitness | None) -> list[verifier.Checkpoint]:
    try:
        return [] if file is None else file.seen()
    except Fault:
        # A file that was written over says nothing; to sign all the same would be to believe whoever did it.
        raise LogContradicted from None


def begin_new_origin(*, by: Signer, at: datetime, witnessed: Path | None = None) -> LogOrigin:
    """Begin a new origin, whose entry 0 holds the last checkpoint that a witness saw of the old one (SEC-AL10).

    ``witnessed`` is a file with that checkpoint, as an auditor or a witness sends it; by default that of the file
    witness. All entries of the database get their places anew, in the passes that follow.

    Raises:
        NoWitnessedCheckpoint: none of the present origin, signed by this log's key, was found.
    """
    with sequencing.leading() as leads:
        before = tree.newest()
        if not leads or before is None:
            raise NoWitnessedCheckpoint
        note = _last_witnessed(before, by, witnessed)
        begun = LogOrigin.objects.create(
            number=before.number + 1,
            name=f"{settings.LOG_ORIGIN}/{before.number + 1}",
            begun_at=at,
            after=note,
        )
        sequencing.add_leaves(begun.number, 0, [(None, leaf_hash(note))])
    _log.warning("journal:new origin", n=begun.number)
    return begun


def _last_witnessed(before: LogOrigin, by: Signer, given: Path | None) -> bytes:
    file = witnessing.FileWitness(given) if given else witnessing.file_witness()
    found = [] if file is None else [one for one in file.seen() if one.origin == before.name]
    key = notes.key_id(before.name, verifier.ED25519, by.ed25519_public())
    for one in found:
        for name, key_id, signature in one.lines:
            ours = (name, key_id) == (before.name, key)
            if ours and ed25519_holds(by.ed25519_public(), signature, one.text):
                return one.raw
    raise NoWitnessedCheckpoint


def forever(
    stop: Event, *, pause_seconds: float = PAUSE_SECONDS, made: Callable[[], Sequencer] | None = None
) -> None:
    """Do ``Sequencer.once`` with pauses until ``stop`` is set.

    What contradicts itself, a key that can't be read and a database that is away are logged, and tried again.
    """
    sequencer: Sequencer | None = None
    while not stop.is_set():
        try:
            close_old_connections()
            sequencer = sequencer or (made or (lambda: Sequencer(checkpoints.signer())))()
            sequencer.once()
        except (AuditError, EncryptionError) as refused:
            _log.error("journal:not signed", code=refused.code)
        except (OperationalError, InterfaceError):
            _log.warning("work:waiting", code="database")
            connections.close_all()
        stop.wait(pause_seconds)
    connections.close_all()
