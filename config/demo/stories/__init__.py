"""Scenarios of domain.md §10 that the demonstration plays, each as far as the service goes today.

A story is one transaction, so that it is there whole or not at all, and has a filer of its own, whose filings show
whether it was played. Its docstring says what isn't there yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from config.demo.cast import Stage
from config.demo.stories import night, parents, refusal, siblings, unknown


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario: its number and title, where it takes place, who files, and how it is played."""

    number: str
    title: str
    code: str
    filer: str
    play: Callable[[Stage, datetime], UUID]


STORIES: Final = (
    Story("S1", "Identité inconnue", "75", "filer_hotel", unknown.play),
    Story("S3", "Un parent exploite", "93", "filer_nurse", parents.play),
    Story("S7", "Nuit d'urgence", "59", "filer_home", night.play),
    Story("S8", "Refus de la famille", "93", "filer_association", refusal.play),
    Story("S12", "Fratrie", "93", "filer_hospital", siblings.play),
)
