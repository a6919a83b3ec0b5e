"""Models of the journal: entries, tree, erasures, and findings about its integrity."""

from audit.models.entries import (
    ActorPseudonym,
    Entry,
    EntrySubject,
    ReadEntry,
    ReadSubject,
    SubjectPseudonym,
    _EntryColumns,
)
from audit.models.erasures import JournalMark, Replayed, Shred
from audit.models.findings import Alarm, Decoy, Refused
from audit.models.keeping import LegalHold, PrunedRun, PruneMark
from audit.models.tree import Checkpoint, Cosignature, Leaf, LogOrigin, SequencerPass, Tile

__all__ = [
    "ActorPseudonym",
    "Alarm",
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
    "Refused",
    "Replayed",
    "SequencerPass",
    "Shred",
    "SubjectPseudonym",
    "Tile",
    "_EntryColumns",
]
