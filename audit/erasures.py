"""Erasure certificates, and detection of a backup that undid an erasure (SEC-CR11, SEC-CR12, SEC-FT12).

``announce`` is committed before a case changes. ``certify`` writes the entry ``key:shredded`` in the transaction that
destroys it; ``witness`` notes it outside the databases once the keys are gone. When the last backup of the key store
that could bring the keys back has expired, ``complete`` writes ``key:erased``: from then on the case is gone for good.

``why_closed`` compares the three places that know what was shredded: the journal's table, the key store, the ledger.
One that knows less than another was restored.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit import erasure_ledger, journal, verifier, witnessing
from audit.canonical import MAX_OBJECTS
from audit.checkpoints import last
from audit.errors import ExportRefused, LedgerRefused, LedgerUnavailable
from audit.events import Purpose, register
from audit.models import Entry, JournalMark, LogOrigin, Shred
from audit.tree import TILE
from audit.verifier import Fault
from encryption import keys, marks
from encryption.models import StoreMark
from outbox.scheduler import recurring

_log = structlog.get_logger("audit")
SHREDDED: Final = "key:shredded"
ERASED: Final = "key:erased"
JOURNAL_SET_BACK: Final = "journal-set-back"
register(SHREDDED, ERASED)
#: What a shred destroyed: a case with all its keys, or one file of a case.
CASE: Final = "case"
FILE: Final = "file"
#: The rule of what a replay destroys again.
REPLAYED: Final = "replayed"
#: How long a copy of the database of cases lives at most (SEC-CR12).
CASE_COPIES: Final = timedelta(days=35)


def announce(pseudonym: UUID, tenant: UUID | None, *, at: datetime, kind: str = CASE) -> None:
    """Say that a case, or one file of it, is about to be shredded. To be committed before anything of it is destroyed.

    Raises:
        LedgerUnavailable: what is destroyed couldn't be noted outside, so that nothing may be.
    """
    # Asked first: a destruction that can't be noted outside the databases mustn't begin (SEC-CR12).
    erasure_ledger.require_writable()
    Shred.objects.bulk_create(
        [Shred(pseudonym=pseudonym, tenant=tenant, announced_at=at, kind=kind)], ignore_conflicts=True
    )


def certify(
    pseudonym: UUID, tenant: UUID | None, *, count: int, at: datetime, rule: str = "", kind: str = CASE
) -> bytes:
    """Write the certificate, in the transaction of the destruction; return the leaf hash of its entry.

    ``count`` is how many keys go; ``rule`` is ``replayed`` where a backup had brought the case back, ``file`` where one
    file of it goes.
    """
    entry: Entry = journal.record(
        SHREDDED,
        actor=None,
        at=at,
        objects=[pseudonym],
        tenant=tenant,
        purpose=Purpose.MAINTENANCE,
        count=count,
        rule=rule,
    )
    leaf = bytes(entry.leaf_hash)
    row, is_new = Shred.objects.get_or_create(
        pk=pseudonym,
        defaults={"tenant": tenant, "announced_at": at, "done_at": at, "leaf": leaf, "kind": kind},
    )
    # Every purge was announced by such a row. A replay has one with an earlier certificate, which this one replaces.
    if not is_new:
        row.done_at, row.leaf, row.erased_at = at, leaf, None
        row.save(update_fields=["done_at", "leaf", "erased_at"])
    return leaf


def witness(pseudonym: UUID, leaf: bytes, *, rule: str = "") -> None:
    """Note outside the databases that the keys are gone: the last act, before the commit.

    Raises:
        LedgerUnavailable: it can't be noted; the transaction must fail, and is done again.
    """
    try:
        erasure_ledger.add([(pseudonym, leaf)])
    except LedgerUnavailable:
        # The owner of the tables may read the ledger and not write it (``docs/keys.md``). What a replay destroys was
        # noted when it was destroyed first, and ``complete`` adds what this ledger lacks within the hour.
        if rule != REPLAYED:
            raise


@recurring("shreds:completed", every=timedelta(hours=1))
def complete(at: datetime) -> int:
    """Write ``key:erased`` for what no backup can bring back any more; return how many.

    The keys of a case are in the backups of the key store; the key of a file is in those of its row.

    Beside it, what other machines shredded is noted in this machine's ledger too.
    """
    done = Shred.objects.filter(done_at__isnull=False)
    # Each machine completes its own file: a purge on another machine wrote its line there.
    erasure_ledger.add((row.pseudonym, bytes(row.leaf)) for row in done.only("pseudonym", "leaf") if row.leaf)
    # Only when the last backup of the key store has expired is the case gone for good; until then the entry would be
    # untrue.
    keys_gone = Q(kind=CASE, done_at__lte=at - timedelta(days=settings.KEY_BACKUP_DAYS))
    rows_gone = Q(kind=FILE, done_at__lte=at - CASE_COPIES)
    gone = done.filter(keys_gone | rows_gone, erased_at=None)
    by_tenant: dict[UUID | None, list[UUID]] = defaultdict(list)
    for pseudonym, tenant in gone.order_by("pseudonym").values_list("pseudonym", "tenant"):
        by_tenant[tenant].append(pseudonym)
    for tenant, pseudonyms in by_tenant.items():
        for begin in range(0, len(pseudonyms), MAX_OBJECTS):
            _complete(tenant, pseudonyms[begin : begin + MAX_OBJECTS], at)
    return sum(map(len, by_tenant.values()))


def _complete(tenant: UUID | None, pseudonyms: list[UUID], at: datetime) -> None:
    with transaction.atomic():
        Shred.objects.filter(pk__in=pseudonyms).update(erased_at=at)
        journal.record(
            ERASED,
            actor=None,
            at=at,
            objects=pseudonyms,
            tenant=tenant,
            purpose=Purpose.MAINTENANCE,
            count=len(pseudonyms),
        )


# --- What was shredded, by the word of others ----------------------------------------------------------


def in_ledger(path: Path, *, despite_damage: bool = False) -> set[UUID]:
    """Return what a ledger says was shredded, each line's code checked.

    Raises:
        LedgerRefused: a line is damaged, or wasn't written by this service. ``despite_damage`` passes these over.
        LedgerUnavailable, KeysUnavailable: it can't be read, or not be checked.
    """
    ledger = erasure_ledger.read(path)
    holding = [line.pseudonym for line in ledger.lines if line.holds()]
    # A missing line is a case that comes back: an operator has to decide, not the program.
    if not despite_damage and (ledger.damaged or len(holding) < len(ledger.lines)):
        raise LedgerRefused
    return set(holding)


def in_exports(places: Sequence[str], log_keys: Sequence[str]) -> set[UUID]:
    """Return what an export of the journal says was shredded, once the whole of it is verified.

    Raises:
        ExportRefused: a signature, a hash or a place is wrong, or an entry is missing.
    """
    # Verified before anything is read from it: a forged export could have live cases destroyed.
    words = ["verify", *places, *(word for key in log_keys for word in ("--key", key)), "--strict"]
    arguments = verifier.arguments().parse_args(words)
    try:
        if verifier.verify(arguments).status:
            raise ExportRefused
        export = verifier.Export(places)
        size = export.checkpoint().size
    except (Fault, OSError, ValueError) as error:
        raise ExportRefused from error
    shredded: set[UUID] = set()
    for number in range((size + TILE - 1) // TILE):
        bundle = export.tile("entries", number, min(TILE, size - number * TILE)) or b""
        for body in verifier.records(bundle):
            # A prefix would do, but an entry 0 that continues another origin isn't JSON.
            if SHREDDED.encode() in body and body.startswith(b"{"):
                entry = json.loads(body)
                if entry["act"] == SHREDDED:
                    shredded |= {UUID(one) for one in entry["obj"]}
    return shredded


# --- Whether a database was restored -------------------------------------------------------------------


_agreed: tuple[object, ...] | None = None


def why_closed() -> str:
    """Return why the service must stay closed, as a code; empty when nothing was restored, or all is replayed.

    Three counts and a look at a file, while nothing has changed since all was found in order.

    Raises:
        DatabaseError, KeysUnavailable: a database doesn't answer.
    """
    if not marks.is_valid(JournalMark, "default"):
        return "cases-restored"
    if not marks.is_valid(StoreMark, "keys"):
        return "keys-restored"
    # The cheap questions first: marks are one row each, and this is asked on every request's way at most each five
    # seconds.
    return journal_set_back(witnessing.file_witness()) or _shreds_undone()


def journal_set_back(file: witnessing.FileWitness | None) -> str:
    """Say that a witness saw more of the journal than the database holds. It is read first, for it is written second.

    An origin that another one continues is behind us: the newer one holds its last witnessed checkpoint (SEC-AL10).
    """
    try:
        seen = [] if file is None else file.seen()
    except (Fault, OSError):
        return ""  # the sequencer refuses to sign, and says so
    ours = [one for one in seen if f"{one.origin}/".startswith(f"{settings.LOG_ORIGIN}/")]
    if not ours:
        return ""
    numbers = dict(LogOrigin.objects.values_list("name", "number"))
    for one in ours:
        number = numbers.get(one.origin)
        signed = None if number is None else last(number)
        # An older origin may be behind: a newer one took over its last witnessed checkpoint.
        behind = signed is None or signed.size < one.size
        if number is None or (behind and number == max(numbers.values())):
            return JOURNAL_SET_BACK
    return ""


def _shreds_undone() -> str:
    """Compare the three places. The order of reading is that of writing, so that what is under way looks whole."""
    global _agreed
    done = Shred.objects.filter(done_at__isnull=False)
    path = Path(settings.SHRED_FILE)
    # Counts and a stamp of the file stand for the three lists: comparing them in full would cost more with each purge.
    seen = (done.count(), _stamp(path), keys.count_shredded(), Shred.objects.count())
    if seen == _agreed:
        return ""
    finished = set(done.values_list("pk", flat=True))
    outside = _outside(path)
    in_store = keys.shredded()
    in_table = set(Shred.objects.values_list("pk", flat=True))
    # The table says done and the key store doesn't know: the keys were set back.
    if finished - in_store:
        return "keys-set-back"
    # Shredded without an announcement: the announcement is committed first, so it was the cases that were set back.
    if in_store - in_table or any(line.holds() for line in outside if line.pseudonym not in in_table):
        return "cases-set-back"
    _agreed = seen
    return ""


def _outside(path: Path) -> tuple[erasure_ledger.Line, ...]:
    """Return the lines of the ledger; none where it isn't this process's to read, as on a web server."""
    try:
        return erasure_ledger.read(path).lines
    except LedgerUnavailable:
        _log.warning("ledger:unreadable")
        # A web server has no ledger of its own. The two databases are compared all the same.
        return ()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return status.st_size, status.st_mtime_ns


def forget() -> None:
    """Compare anew: the databases may be others."""
    global _agreed
    _agreed = None
