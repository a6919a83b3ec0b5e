"""Rows of the directory (field.md A.6)."""

from directory.models.imports import DirectoryImport, HeldRow
from directory.models.place import Capacity, Place, SecretOpening
from directory.models.service import Reach, Service
from directory.models.structure import Structure
from directory.models.verification import ConfirmationLink, ErrorReport, Verification

__all__ = [
    "Capacity",
    "ConfirmationLink",
    "DirectoryImport",
    "ErrorReport",
    "HeldRow",
    "Place",
    "Reach",
    "SecretOpening",
    "Service",
    "Structure",
    "Verification",
]
