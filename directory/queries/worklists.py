"""What waits for who keeps the directory, and for who looks at openings of secret addresses (field.md A.7, A.8)."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from accounts.actor import Actor
from audit.disclosure import disclosure
from audit.events import Purpose
from directory import acts
from directory.access import EDIT, kept_reports, kept_services, reviewable_openings
from directory.actions.records import acting
from directory.freshness import Freshness
from directory.models import Service
from directory.queries.search import working
from directory.queries.views import ServiceLine, line_of, with_places

LINES_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class ReportLine:
    """An error that was reported, in the words of whoever did."""

    id: UUID
    service: UUID
    service_name: str
    structure_name: str
    sentence: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """An opening of a secret address outside working hours; ``purpose`` as ``OpeningPurpose``."""

    id: UUID
    structure_name: str
    service_name: str
    by: str
    at: datetime
    purpose: str
    due_at: datetime | None


def to_verify(actor: Actor, *, at: datetime) -> list[ServiceLine]:
    """Return the services that the actor keeps and that are to be verified, the longest unverified first.

    Raises:
        NotAllowed: the actor keeps no entries.
    """
    rows = with_places(working(kept_services(actor)))
    lines = [line_of(one, at=at) for one in rows]
    waiting = [line for line in lines if line.freshness is not Freshness.FRESH]
    return sorted(waiting, key=lambda line: (line.verified_on or date.min, line.name, line.id))


def open_reports(actor: Actor, *, at: datetime) -> list[ReportLine]:
    """Return the errors that wait for the actor, the oldest first, opened: one entry an authority.

    Raises:
        NotAllowed: the actor keeps no entries.
        KeysUnavailable, Unreadable: a sentence can't be opened now, or at all.
    """
    rows = kept_reports(actor).filter(settled_at=None).order_by("authority", "at", "id")[:LINES_MAX]
    lines: list[ReportLine] = []
    for authority_id, reports in groupby(rows, key=lambda row: row.authority_id):
        with disclosure(
            actor=acting(actor, EDIT, authority_id),
            purpose=Purpose.ADMINISTRATION,
            at=at,
            objects=[],
            tenant=authority_id,
            act=acts.ERRORS_READ,
        ) as scope:
            lines += [
                ReportLine(
                    id=row.pk,
                    service=row.service_id,
                    service_name=row.service.name,
                    structure_name=row.service.structure.name,
                    sentence=row.sentence.open(scope) if row.sentence else "",
                    at=row.at,
                )
                for row in reports
            ]
    return sorted(lines, key=lambda line: (line.at, line.id))


def openings_to_look_at(actor: Actor, *, at: datetime) -> list[OpeningLine]:  # noqa: ARG001 - as the other lists
    """Return the openings outside working hours at which nobody has looked, those due first; the own ones left out.

    Raises:
        NotAllowed: the actor looks at none.
    """
    rows = reviewable_openings(actor).filter(looked_at=None, on_duty=False).order_by("due_at", "id")
    return [
        OpeningLine(
            id=row.pk,
            structure_name=row.place.structure.name,
            service_name=_name_of(row.place.service),
            by=row.by.full_name,
            at=row.at,
            purpose=row.purpose,
            due_at=row.due_at,
        )
        for row in rows[:LINES_MAX]
    ]


def _name_of(service: Service | None) -> str:
    return service.name if service else ""
