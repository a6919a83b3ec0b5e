"""Sequencer loop: places, then a signed checkpoint, then its witnesses, until told to stop.

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

from audit import alarms, checkpoints, origins, sequencing, tree, verifier, witnessfile, witnessing
from audit.chains import Chains
from audit.errors import AuditError, LogContradicted, NoWitnessedCheckpoint, OriginRefused, WitnessFileFaulty
from audit.models import Checkpoint, LogOrigin, SequencerPass
from audit.verifier import leaf_hash
from core.clock import instant
from encryption.errors import EncryptionError
from encryption.signing import Signer

_log = structlog.get_logger("audit")
PAUSE_SECONDS: Final = 1.0
#: How often the whole table is looked through for entries that have no place, whatever the mark says.
WHOLE_EVERY: Final = timedelta(hours=1)
#: How often the whole witness file is compared with the checkpoints of the database.
WITNESS_EVERY: Final = timedelta(days=1)
#: How often a sequencer leaves a sign of life (``SequencerPass``): whoever watches it waits for minutes.
SEEN_EVERY: Final = timedelta(seconds=30)


@dataclass(slots=True)
class Sequencer:
    """A process that may lead. It keeps the low-water mark from which it looks for entries, per connection."""

    signer: Signer
    clock: Callable[[], datetime] = instant
    batch: int = sequencing.BATCH
    _mark: dict[int, int] = field(default_factory=dict)
    _later: dict[str, datetime] = field(default_factory=dict)
    _chains: Chains = field(default_factory=Chains)
    _raw: object = None
    _looked_through: datetime | None = None
    _refused_origin: int | None = None
    _contradicted: int | None = None
    _faulty: str = ""
    _whole_looked_at: datetime | None = None
    _seen_at: datetime | None = None
    _end: witnessing.End | None = None
    _told: str = ""

    def once(self) -> int:
        """Give places to all entries that wait, sign what has grown, ask the witnesses; return how many places.

        Another one that leads is left to do it: 0. This one then adds to its own witness file what that one signed.

        Raises:
            OriginRefused: the newest origin isn't the operator's; nothing gets a place.
            LogContradicted: the tree isn't what was signed or witnessed; entries have places, nothing is signed.
            WitnessFileFaulty: the witness file isn't what it must be; likewise.
            OperationalError, InterfaceError: the database doesn't answer.
        """
        count = 0
        # Places first, all of them, then one signature: a checkpoint costs 4 KB and two signatures.
        while True:
            with sequencing.leading() as leads:
                if not leads:
                    break
                origin = sequencing.current(at=self.clock())
                done = self._integrate(origin) if self._is_ours(origin) else None
            # Outside the transaction, so that the alarm of ``_is_ours`` is committed although nothing else is.
            if done is None:
                raise OriginRefused
            # Only what is committed moves the mark, and the ends of the writers' chains.
            self._mark[origin.number] = done.settled
            self._chains.remember(done.judged)
            count += len(done.judged.fit)
            if not done.more:
                break
        if not leads:
            self._follow()
            return count
        try:
            published = self._publish(origin)
        except LogContradicted:
            self._tell_of(origin)
            raise
        if published is not None:
            # Last, without the lock: a witness that answers slowly must hold up no entry's place (SEC-AL7).
            witnessing.ask_all(published, at=self.clock(), later=self._later)
        return count

    def _is_ours(self, origin: LogOrigin) -> bool:
        """Tell whether the operator began this origin; one that somebody put into the table is an alarm (SEC-AL25)."""
        # Before any place is given: under a false origin a rewritten journal would get fresh places and a signature
        # (SEC-AL25).
        ours = origins.is_ours(origin, self.signer)
        if not ours and self._refused_origin != origin.number:
            self._refused_origin = origin.number
            alarms.raise_all([f"origin:{origin.number}"], at=self.clock())
        return ours

    def _tell_of(self, contradicted: LogOrigin) -> None:
        """Raise the alarm, once, that the tree isn't what was signed or witnessed."""
        # Once an origin: the loop comes here each second until an operator acts.
        if self._contradicted != contradicted.number:
            with sequencing.reading():
                alarms.raise_all([f"contradicted:{contradicted.number}"], at=self.clock())
            self._contradicted = contradicted.number

    def _integrate(self, origin: LogOrigin) -> sequencing.Integrated:
        return sequencing.integrate(
            origin, settled=self._look_from(origin), chains=self._chains, at=self.clock(), limit=self.batch
        )

    def _look_from(self, origin: LogOrigin) -> int:
        """Return the mark below which each entry has its place; hourly it isn't trusted (SEC-AL8)."""
        raw = connections[DEFAULT_DB_ALIAS].connection
        if raw is not self._raw:
            # Another connection may lead to another database than the one that the mark was read from.
            self._raw, self._mark, self._chains = raw, {}, Chains()
        now = self.clock()
        # Whoever writes a row by hand chooses its transaction number. Below the mark it would never be looked at
        # (SEC-AL8).
        if self._looked_through is None or now - self._looked_through >= WHOLE_EVERY:
            self._looked_through, self._mark = now, {}
        return self._mark.get(origin.number, sequencing.NOWHERE)

    def _publish(self, origin: LogOrigin) -> Checkpoint | None:
        file = witnessing.file_witness()
        if file is not None:
            # Before the signature, not after: a tree that contradicts the file must not be signed even once (SEC-AL26).
            self._require_witness(file)
        with sequencing.leading() as leads:
            if not leads:
                return None
            # Under the lock from reading to writing: of two that lead one after the other, the second continues the
            # first.
            before = checkpoints.last_signed(origin, self.signer)
            if file is not None and before is not None:
                file.add(before.raw)  # whoever signed it was killed before
            checkpoint = checkpoints.publish(
                origin,
                by=self.signer,
                seen=_seen(file),
                settled=self._mark[origin.number],
                cluster=sequencing.horizon().cluster,
                at=self.clock(),
            )
            self._leave_sign(at=self.clock())
        latest = checkpoint or checkpoints.last(origin.number)
        if file is not None and latest is not None:
            # After the commit: the file may lag by one checkpoint, which ``at_the_end`` allows, but never run ahead of
            # the database.
            file.add(bytes(latest.note))
            self._end = file.end()
        return latest

    def _leave_sign(self, *, at: datetime) -> None:
        """Note that this pass went through: places are given, and all that grew is signed. Only while leading."""
        if self._seen_at is None or at - self._seen_at >= SEEN_EVERY:
            SequencerPass.objects.bulk_create(
                [SequencerPass(at=at)], update_conflicts=True, unique_fields=["number"], update_fields=["at"]
            )
            self._seen_at = at

    def _follow(self) -> None:
        """Add what the one that leads has signed to this process's own witness file; alarm, once, where it can't be.

        Raises:
            LogContradicted: the tree isn't what this file has seen, whoever leads.
        """
        file = witnessing.file_witness()
        if file is None:
            return
        try:
            # One snapshot: what is signed while the file is compared would look as if the file lacked it.
            with sequencing.reading(steady=True):
                fault = self._fault(file)
                if fault and fault != self._told:
                    alarms.raise_all(
                        [f"witness:{fault}:{witnessfile.state_of(file, fault)}"], at=self.clock()
                    )
        except LogContradicted:
            with sequencing.reading():
                newest = tree.newest()
            if newest is not None:
                self._tell_of(newest)
            raise
        self._told = fault

    def _require_witness(self, file: witnessing.FileWitness) -> None:
        """Refuse to sign while the witness file isn't what the database says; the whole of it is read daily.

        Raises:
            WitnessFileFaulty: and no operator has accepted that.
        """
        with sequencing.leading() as leads:
            if not leads:
                return
            fault = self._fault(file)
            if not fault:
                self._faulty = ""
                return
            state = witnessfile.state_of(file, fault)
            # By an entry with a place: an operator's reason is in the journal before the file is written anew.
            accepted = witnessfile.is_accepted(state)
            if accepted:
                witnessfile.written_anew(file, self.signer)
            elif self._faulty != state:
                alarms.raise_all([f"witness:{fault}:{state}"], at=self.clock())
        # The whole file is read again after any fault: an acceptance names its size and its end alone.
        self._faulty, self._whole_looked_at = state, None
        if not accepted:
            raise WitnessFileFaulty(fault=fault, state=state)
        _log.warning("witness:accepted", code=fault)

    def _fault(self, file: witnessing.FileWitness) -> str:
        # First, and the file before any row: see ``witnessfile.complete``.
        if self._ends_where_it_did(file):
            witnessfile.complete(file, self.signer)
        fault = self._fault_of_whole(file)
        if not fault:
            self._end = file.end()
        return fault

    def _ends_where_it_did(self, file: witnessing.FileWitness) -> bool:
        """Tell whether the end of the file is as this process left it; of one that begins, the settings say so."""
        return settings.LOG_STANDBY if self._end is None else file.still_has(self._end)

    def _fault_of_whole(self, file: witnessing.FileWitness) -> str:
        newest = tree.newest()
        last = None if newest is None else checkpoints.last_signed(newest, self.signer)
        try:
            if last is not None:
                # Before the checks: half a note that a killed process left is no fault, and mustn't stop the log.
                file.mend(last.raw)
        except OSError:
            return witnessfile.UNREADABLE
        if fault := witnessfile.at_the_end(file, self.signer):
            return fault
        now = self.clock()
        if self._whole_looked_at is not None and now - self._whole_looked_at < WITNESS_EVERY:
            return ""
        fault = witnessfile.as_a_whole(file, self.signer)
        if not fault:
            self._whole_looked_at = now
        return fault


def _seen(file: witnessing.FileWitness | None) -> list[verifier.Checkpoint]:
    return file.seen() if file is not None and file.exists() else []


def begin_new_origin(*, by: Signer, at: datetime, witnessed: Path | None = None) -> LogOrigin:
    """Begin a new origin: the last checkpoint that a witness saw of the old one, then the old one's places (SEC-AL25).

    ``witnessed`` is a file with that checkpoint, as an auditor or a witness sends it; by default that of the file
    witness. Places 1 and on are those of the old origin, in their order and by the hashes that they had, so that any
    earlier checkpoint can be recomputed over them; the entry behind them says how many. Entries without a place get
    theirs in the passes that follow.

    Raises:
        NoWitnessedCheckpoint: none of the present origin, signed by this log's key, was found.
    """
    with sequencing.leading() as leads:
        before = tree.newest()
        if not leads or before is None:
            raise NoWitnessedCheckpoint
        # Without a witnessed checkpoint the old tree would be forgotten, and a new origin could hide a rewrite.
        note = _last_witnessed(before, by, witnessed)
        carried = origins.carried_entry(
            tree.size_of(before.number), at=at, clk=sequencing.clock_of_database()
        )
        number = before.number + 1
        name = f"{settings.LOG_ORIGIN}/{number}"
        begun = LogOrigin(number=number, name=name, begun_at=at, after=note, carried=carried)
        begun.signature = by.ed25519(origins.statement(begun))
        begun.save(force_insert=True)
        # In this order: entry 0 ties the new tree to the old one, the old places keep their order, the counting entry
        # closes them.
        sequencing.extend(number, [(None, leaf_hash(note))])
        sequencing.carry_over(before.number, number)
        sequencing.extend(number, [(None, leaf_hash(carried))])
    _log.warning("journal:new origin", n=begun.number)
    return begun


def _last_witnessed(before: LogOrigin, by: Signer, path: Path | None) -> bytes:
    file = witnessing.FileWitness(path) if path else witnessing.file_witness()
    checkpoints_seen = [] if file is None or not file.exists() else file.seen()
    for one in checkpoints_seen:
        if one.origin == before.name and checkpoints.signed_by_log(one, by):
            return one.raw
    raise NoWitnessedCheckpoint


def forever(
    stop: Event,
    *,
    pause_seconds: float = PAUSE_SECONDS,
    make_sequencer: Callable[[], Sequencer] | None = None,
) -> None:
    """Do ``Sequencer.once`` with pauses until ``stop`` is set.

    What contradicts itself, a key that can't be read and a database that is away are logged, and tried again.
    """
    sequencer: Sequencer | None = None
    while not stop.is_set():
        try:
            close_old_connections()
            sequencer = sequencer or (make_sequencer or (lambda: Sequencer(checkpoints.signer())))()
            sequencer.once()
        # Tried again each second: entries keep their places meanwhile, and what was wrong may be mended by then.
        except (AuditError, EncryptionError) as refused:
            _log.error("journal:not signed", code=refused.code)
        except (OperationalError, InterfaceError):
            _log.warning("work:waiting", code="database")
            connections.close_all()
        stop.wait(pause_seconds)
    connections.close_all()
