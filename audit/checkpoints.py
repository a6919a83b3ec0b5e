"""Signs tree heads: C2SP checkpoints in signed notes, with an Ed25519 line and an ML-DSA-44 line (SEC-AL9, SEC-AL10).

Only the sequencer signs, with a key that no web process reads. First it checks that the tree still contains what it
signed before and what its witnesses saw: it never signs a smaller tree, or another root for the same size.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from audit import alarms, verifier
from audit.errors import LogContradicted
from audit.models import Checkpoint, Cosignature, LogOrigin
from audit.notes import key_id, signed
from audit.tree import Tree
from audit.verifier import Fault
from encryption.signing import Signer, ed25519_holds

__all__ = ["last", "publish", "signer", "whole_note"]


def signer() -> Signer:
    """Return the holder of the log's keys that the settings name.

    Raises:
        KeysUnavailable: this process has no such keys, as a web process hasn't.
    """
    # In production a missing key file is a fault: a new key would begin a log that no auditor and no witness trusts.
    log_signer = import_string(settings.LOG_SIGNER)(settings.LOG_KEY_FILE, make=not settings.PRODUCTION)
    return cast("Signer", log_signer)


def last(origin: int) -> Checkpoint | None:
    return Checkpoint.objects.filter(origin=origin).order_by("-size").first()


def last_signed(origin: LogOrigin, by: Signer) -> verifier.Checkpoint | None:
    """Return the latest stored note of an origin that counts: a row that somebody else put in counts for nothing."""
    # Not simply the newest row: whoever writes the table could put one in, and the sequencer must not continue from it.
    rows = Checkpoint.objects.filter(origin=origin.number).order_by("-size")
    signed = (counts(row, by) for row in rows.iterator(chunk_size=100))
    return next((note for note in signed if note is not None and note.origin == origin.name), None)


def signed_by_log(note: verifier.Checkpoint, by: Signer) -> bool:
    """Tell whether a note bears the Ed25519 line of the log's own key, under the origin that it names."""
    # Ed25519 alone is checked: one line proves the log, and ML-DSA-44 is for readers decades from now.
    ours = note.origin, key_id(note.origin, verifier.ED25519, by.ed25519_public())
    return any(
        (name, key) == ours and ed25519_holds(by.ed25519_public(), signature, note.text)
        for name, key, signature in note.lines
    )


def counts(row: Checkpoint, by: Signer) -> verifier.Checkpoint | None:
    """Return what a stored note says, if the log signed it and the row says the same; None otherwise (SEC-AL10)."""
    try:
        note = verifier.Checkpoint.of(bytes(row.note))
    except Fault:
        return None
    # The columns could have been changed under a note that is sound.
    same = (note.size, note.root) == (row.size, bytes(row.root))
    return note if same and signed_by_log(note, by) else None


def whole_note(checkpoint: Checkpoint) -> bytes:
    cosignatures: QuerySet[Cosignature, str] = Cosignature.objects.filter(
        origin=checkpoint.origin, size=checkpoint.size
    ).values_list("line", flat=True)
    return bytes(checkpoint.note) + "".join(sorted(cosignatures)).encode()


def require_consistent(origin: LogOrigin, tree: Tree, seen: Iterable[verifier.Checkpoint]) -> None:
    """Refuse to go on when the tree isn't the one that was signed or witnessed before.

    Raises:
        LogContradicted: it is smaller, or another root stands where one of ``seen`` was.
    """
    for one in seen:
        # The root is recomputed at the size that was seen: a rewritten journal is noticed before it is signed.
        if one.origin == origin.name and (one.size > tree.size or tree.root(one.size) != one.root):
            raise LogContradicted


def publish(
    origin: LogOrigin,
    *,
    by: Signer,
    seen: Sequence[verifier.Checkpoint],
    settled: int,
    cluster: int,
    at: datetime,
) -> Checkpoint | None:
    """Sign the tree as it is, if it has grown; None when it hasn't. Only while leading, in its transaction.

    ``seen`` is what witnesses outside the database hold.

    Raises:
        LogContradicted: the tree contradicts what was signed or seen before; nothing is signed.
    """
    tree, before = Tree.of(origin.number), last_signed(origin, by)
    require_consistent(origin, tree, [*([] if before is None else [before]), *seen])
    signed_size = before.size if before else 0
    # Rows above the last signed size aren't ours. They are named, and nothing is signed until the tree has outgrown
    # them: the database refuses a second root for a size.
    false = Checkpoint.objects.filter(origin=origin.number, size__gt=signed_size).order_by("-size")
    sizes = list(false.values_list("size", flat=True)[:100])
    alarms.raise_all((f"note:{origin.number}:{size}" for size in sizes), at=at)
    # At most one checkpoint for a size: 4 KB each, and none while nothing is written.
    if tree.size <= max([signed_size, *sizes]):
        return None
    root = tree.root(tree.size)
    return Checkpoint.objects.create(
        origin=origin.number,
        size=tree.size,
        root=root,
        at=at,
        note=signed(origin.name, tree.size, root, by, at=at),
        settled=settled,
        cluster=cluster,
    )
