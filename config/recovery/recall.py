"""Which acknowledged filings, and how many entries, a restored database lacks, by what stands outside it.

The feed of filings names each of them, sealed; the feed of leaf hashes names each entry. The witness file knows how
many entries had a place, and when. The request log knows how many filings were answered. What reached none of them
can't be known. An older feed of leaf hashes names filings too.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import Final

from django.conf import settings

from audit import tree, verifier
from audit.models import Entry
from audit.verifier import Checkpoint
from audit.witnessing import FileWitness
from referrals.access.row_level_security import for_the_service
from referrals.filing.feed import Filing, filing_in
from referrals.models import Referral
from referrals.vocabulary import formats

_AT_ONCE: Final = 1_000
_ED25519_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Witnessed:
    """How many places were witnessed, how many of them the database holds, when the last one was signed."""

    seen: int
    held: int
    until: datetime | None

    @property
    def lost(self) -> int:
        """How many witnessed places are gone."""
        return max(0, self.seen - self.held)


@dataclass(frozen=True, slots=True)
class Losses:
    """Filings of the feed that the database lacks, oldest first; entries that it lacks; what the witness says."""

    filings: tuple[Filing, ...]
    named: int
    entries: int
    feed_lines: int
    witnessed: Witnessed | None


def look(feeds: Sequence[Path], witness: Path | None) -> Losses:
    """Compare the database with both kinds of feed and the witness file.

    Raises:
        OSError: a file can't be read.
        KeysUnavailable: the index key can't be had, so that the feed can't be read.
    """
    with for_the_service():
        named, lost = _filings(feeds)
        lines, entries = _entries(feeds)
    return Losses(
        tuple(sorted(lost, key=lambda one: (one.at, one.reference))),
        named,
        entries,
        lines,
        _witnessed(witness),
    )


def standing_of(reference: str, losses: Losses) -> str:
    """Return what is known of a reference that somebody names: ``held``, ``lost``, ``unknown``, or ``misheard``."""
    meant = formats.read_reference(reference)
    if meant is None:
        return "misheard"
    with for_the_service():
        if Referral.objects.filter(reference=meant).exists():
            return "held"
    return "lost" if any(one.reference == meant for one in losses.filings) else "unknown"


def _lines(feeds: Sequence[Path]) -> Iterator[str]:
    for feed in feeds:
        # A collected log of many programs: what is no UTF-8 doesn't end the reading.
        with feed.open(encoding="utf-8", errors="replace") as lines:
            yield from lines


def _filings(feeds: Sequence[Path]) -> tuple[int, list[Filing]]:
    named = {one.reference: one for line in _lines(feeds) if (one := filing_in(line))}
    present: set[str] = set()
    for some in batched(named, _AT_ONCE):
        present.update(Referral.objects.filter(reference__in=some).values_list("reference", flat=True))
    return len(named), [one for reference, one in named.items() if reference not in present]


def _entries(feeds: Sequence[Path]) -> tuple[int, int]:
    if not feeds:
        return 0, 0
    leaves = {bytes.fromhex(match[3]) for line in _lines(feeds) if (match := verifier.FEED_LINE.search(line))}
    lines = len(leaves)
    for leaf in Entry.objects.values_list("leaf_hash", flat=True).iterator(chunk_size=10_000):
        leaves.discard(bytes(leaf))
    return lines, len(leaves)


def _witnessed(path: Path | None) -> Witnessed | None:
    if path is None or not path.exists():
        return None
    seen = FileWitness(path).checkpoints()
    origin = tree.newest()
    if origin is not None and bytes(origin.after):
        # A new origin has begun: it names the last witnessed checkpoint, and what was carried over.
        last = Checkpoint.of(bytes(origin.after))
        size = int(json.loads(bytes(origin.carried))["n"])
        return Witnessed(last.size, size, signed_at(last))
    name = settings.LOG_ORIGIN if origin is None else origin.name
    own = [one for one in seen if one.origin == name]
    if not own:
        return None
    return Witnessed(own[-1].size, 0 if origin is None else tree.size_of(origin.number), signed_at(own[-1]))


def signed_at(checkpoint: Checkpoint) -> datetime | None:
    """Return when the log signed a checkpoint: its ML-DSA line begins with the instant (``audit/notes.py``)."""
    for name, _, signature in checkpoint.lines:
        if name == checkpoint.origin and len(signature) > _ED25519_BYTES + 8:
            return datetime.fromtimestamp(int.from_bytes(signature[:8]), UTC)
    return None
