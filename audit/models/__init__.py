"""The tables of the journal: entries (``entries.py``), the tree that proves them, what was shredded (``shreds.py``)."""

from audit.models.decoys import Decoy
from audit.models.entries import (
    ActorPseudonym,
    Entry,
    EntrySubject,
    ReadEntry,
    ReadSubject,
    SubjectPseudonym,
    _EntryColumns,
)
from audit.models.keeping import LegalHold, PrunedRun, PruneMark
from audit.models.shreds import JournalMark, Replayed, Shred
from audit.models.tree import Checkpoint, Cosignature, Leaf, LogOrigin, Tile

__all__ = [
    "ActorPseudonym",
    "Checkpoint",
    "Cosignature",
    "Decoy",
    "Entry",
    "EntrySubject",
    "JournalMark",
    "Leaf",
    "LegalHold",
    "LogOrigin",
    "PruneMark",
    "PrunedRun",
    "ReadEntry",
    "ReadSubject",
    "Replayed",
    "Shred",
    "SubjectPseudonym",
    "Tile",
    "_EntryColumns",
]
