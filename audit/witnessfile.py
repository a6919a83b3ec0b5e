"""Checks the witness file against the checkpoints of the database (SEC-AL26).

An attacker who can rewrite the database could delete the file, and have a rewritten tree signed as if no witness had
seen another. So before each signature the end of the file must hold the last checkpoint of the database or the one
before; when a process begins, and daily, the whole file must hold every one, byte for byte. Where it doesn't, nothing
is signed until an operator has given the reason, by ``manage.py accept_witness``, which is an entry; its place is given
all the same. Only checkpoints of the database that bear the log's signature count.

Of two sequencers that have a file each, the one that doesn't lead follows: each second it adds to its own file what the
other has signed (``complete``), so that its file is whole when it takes over. This accepts no rewritten tree: a
checkpoint is added only if the log's key signed it, and only while the tree still has the root that the end of this
very file has seen. A file that is shorter than the process left it isn't completed; nor is one that was short already
when the process began, unless ``REPERE_LOG_STANDBY`` says that another one signs too. For a sequencer alone that means
a cut file, and signing stops as above (docs/decisions/0060).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.db.models import Q

from audit import checkpoints, columns, tree
from audit.events import register
from audit.models import Checkpoint, Entry, Leaf, LogOrigin
from audit.tree import Tree
from audit.verifier import Fault
from audit.witnessing import FileWitness
from encryption import digest
from encryption.signing import Signer

ACCEPTED: Final = "witness:accepted"
register(ACCEPTED)
#: Why an operator accepts that the file isn't what it should be.
REASONS: Final = ("begun", "lost", "moved", "damaged", "other")
#: What may be wrong with the file.
MISSING, UNREADABLE, UNSIGNED, BEHIND, GONE = "missing", "unreadable", "unsigned", "behind", "gone"
_BATCH: Final = 500


def at_the_end(file: FileWitness, by: Signer) -> str:
    """Return what is wrong with the end of the file, as a code; empty where nothing is.

    A file that knows a later checkpoint than the database is right, and it is the tree that is contradicted.
    """
    rows = Checkpoint.objects.order_by("-origin", "-size").iterator(chunk_size=_BATCH)
    latest = list(islice((row for row in rows if checkpoints.counts(row, by) is not None), 3))
    if not latest:
        return ""
    alone = len(latest) == 1  # whoever was killed after the first signature hasn't written it down yet
    try:
        checkpoints_seen = file.seen()
    except FileNotFoundError:
        return "" if alone else MISSING
    except (Fault, OSError):
        return UNREADABLE
    # Whoever can write the file but has no key could add a larger size, and stop the log by that.
    if not all(checkpoints.signed_by_log(one, by) for one in checkpoints_seen):
        return UNSIGNED
    last, *earlier = latest
    name = LogOrigin.objects.values_list("name", flat=True).get(pk=last.origin)
    seen = next((one.size for one in checkpoints_seen if one.origin == name), None)
    before = next((one.size for one in earlier if one.origin == last.origin), None)
    if seen is None:
        # An origin that has just begun isn't in the file yet; one with two signed checkpoints must be.
        return "" if before is None and (alone or checkpoints_seen) else GONE
    return "" if seen >= last.size or seen == before else BEHIND


def as_a_whole(file: FileWitness, by: Signer) -> str:
    """Return what is wrong with the whole file: each checkpoint of the database stands in it, in their order."""
    rows = Checkpoint.objects.order_by("origin", "size")
    newest = rows.last()
    try:
        with file.whole() as content:
            at = 0
            for row in rows.iterator(chunk_size=_BATCH):
                note = b"\n" + bytes(row.note)
                # Searched from the last hit on: the order counts too, and one pass is enough.
                start = content.find(note, at)
                if start >= 0:
                    at = start + len(note)
                elif checkpoints.counts(row, by) is not None and (row != newest or content[at:].strip()):
                    return GONE  # whoever was killed before the newest was written left nothing behind the one before
    except FileNotFoundError:
        return MISSING if rows.count() > 1 else ""
    except OSError:
        return UNREADABLE
    return ""


def complete(file: FileWitness, by: Signer) -> int:
    """Add to the file the signed checkpoints that follow its last one; return how many.

    A file whose last record isn't a checkpoint of the database, byte for byte, is left as it is.

    Raises:
        LogContradicted: the tree isn't the one that the end of the file has seen, or that the database's checkpoints
            tell; nothing is added.
    """
    try:
        # The file before any row: whoever shares it writes a checkpoint down after its commit, never before.
        end = next(reversed(file.seen()), None)
    except (Fault, OSError):
        return 0  # ``at_the_end`` says what is wrong with it
    latest = next(_signed(by, newest_first=True), None)
    if end is None or latest in {None, end.raw} or not checkpoints.signed_by_log(end, by):
        return 0
    newest, origin = tree.newest(), LogOrigin.objects.filter(name=end.origin).first()
    if newest is None or origin is None:
        return 0
    row = Checkpoint.objects.filter(origin=origin.number, size=end.size, note=end.raw).first()
    # Before anything is added: afterwards the last word of the file would be the database's own (SEC-AL26). What a
    # restore lost of a former origin contradicts nothing: the operator has begun another one (SEC-AL25).
    if row is not None or origin == newest:
        checkpoints.require_consistent(origin, Tree.of(origin.number), [end])
    if row is None:
        return 0
    head = checkpoints.last_signed(newest, by)
    checkpoints.require_consistent(newest, Tree.of(newest.number), [] if head is None else [head])
    added = 0
    for note in _signed(by, Q(origin=row.origin, size__gt=row.size) | Q(origin__gt=row.origin)):
        file.mend(note)  # half of it may stand there, of a process that was killed
        file.add(note)
        added += 1
    return added


def state_of(file: FileWitness, fault: str) -> str:
    """Return the name of a fault as it stands now, 64 hex digits: that one is accepted, and no later one."""
    last = Checkpoint.objects.order_by("-origin", "-size").first()
    newest = "" if last is None else f"{last.origin}/{last.size}"
    # Fault, checkpoint and end of the file: an acceptance holds for this state, and not for what somebody makes of it
    # later.
    return digest.sha256(f"{fault}\n{newest}\n{file.size()}\n".encode() + file.tail()).hex()


def is_accepted(state: str) -> bool:
    """Tell whether an operator has accepted this very state, by an entry that has its place (SEC-AL21)."""
    for row in Entry.objects.filter(tenant=None, act=ACCEPTED).order_by("-at")[:_BATCH]:
        entry = columns.entry_in(bytes(row.body))
        if (
            entry
            and (entry["act"], entry["to"]) == (ACCEPTED, state)
            # With a place: an entry without one may be forged by whoever wrote the table.
            and Leaf.objects.filter(entry=row.pk).exists()
        ):
            return True
    return False


def written_anew(file: FileWitness, by: Signer) -> None:
    """Put the file aside, and write another with each checkpoint of the database that bears the log's signature."""
    # Kept, not deleted: it is the evidence of what happened.
    file.put_aside()
    for note in _signed(by):
        file.add(note)


def _signed(by: Signer, which: Q | None = None, *, newest_first: bool = False) -> Iterator[bytes]:
    order = ("-origin", "-size") if newest_first else ("origin", "size")
    rows = Checkpoint.objects.filter(which or Q()).order_by(*order)
    return (bytes(row.note) for row in rows.iterator(_BATCH) if checkpoints.counts(row, by) is not None)
