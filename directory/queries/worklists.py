"""What waits for who keeps the directory, and for who looks at openings of secret addresses (field.md A.7, A.8)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from accounts.actor import Actor
from audit.disclosure import disclosure
from audit.events import Purpose
from directory import acts
from directory.access import EDIT, editable_reports, editable_services, reviewable_openings
from directory.actions.records import acting
from directory.codes import Means
from directory.freshness import Freshness
from directory.links import valid_for
from directory.models import Capacity, Service, Verification
from directory.queries.search import working
from directory.queries.views import ServiceLine, line_of, with_places

LINES_MAX: Final = 500
#: So long an answer by link is shown to who can undo it.
ANSWERS_SHOWN: Final = timedelta(days=30)


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
class AnswerLine:
    """An answer by link that changed something; ``fields`` as ``Verification.field``, ``id`` by which it is undone."""

    id: UUID
    service: UUID
    service_name: str
    structure_name: str
    fields: tuple[str, ...]
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

    Those that didn't answer two mails are among them (field.md A.8).

    Raises:
        NotAllowed: the actor keeps no entries.
    """
    rows = with_places(working(editable_services(actor)))
    lines = [line_of(one, at=at) for one in rows]
    waiting = [line for line in lines if line.freshness is not Freshness.FRESH or line.unanswered]
    return sorted(waiting, key=lambda line: (line.verified_on or date.min, line.name, line.id))


def open_reports(actor: Actor, *, at: datetime) -> list[ReportLine]:
    """Return the errors that wait for the actor, the oldest first, opened: one entry an authority.

    Raises:
        NotAllowed: the actor keeps no entries.
        KeysUnavailable, Unreadable: a sentence can't be opened now, or at all.
    """
    rows = editable_reports(actor).filter(settled_at=None).order_by("authority", "at", "id")[:LINES_MAX]
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


def link_answers(actor: Actor, *, at: datetime) -> list[AnswerLine]:
    """Return what services changed by their links of late, the newest first (field.md A.8).

    An answer of which nothing stands any more, undone or corrected, isn't among them.

    Raises:
        NotAllowed: the actor keeps no entries.
    """
    since = at - ANSWERS_SHOWN
    # Whoever answered since then was asked no longer before than a link counts: few entries, found by their index.
    services = editable_services(actor).filter(asked_at__gte=since - valid_for())
    answers = (
        Verification.objects.filter(
            service__in=services.order_by().values("pk"), means=Means.LINK, by=None, at__gte=since
        )
        .exclude(old=F("new"))
        .exclude(old__isnull=True, new__isnull=True)
        .exclude(field__startswith="verified_")
        .select_related("service__structure")
        .prefetch_related("service__capacities")
        .order_by("-at", "service", "field")[:LINES_MAX]
    )
    lines = []
    for (when, _pk), group in groupby(answers, key=lambda one: (one.at, one.service_id)):
        rows = list(group)
        service = rows[0].service
        if service is not None and any(_is_current(one, service) for one in rows):
            lines.append(
                AnswerLine(
                    id=rows[0].pk,
                    service=service.pk,
                    service_name=service.name,
                    structure_name=service.structure.name,
                    fields=tuple(one.field for one in rows),
                    at=when,
                )
            )
    return lines


def _is_current(verification: Verification, service: Service) -> bool:
    """Tell whether a service, or the capacity that links ask about, still holds what was said."""
    row: Service | Capacity | None = service
    if verification.field.startswith("capacity."):
        row = min(service.capacities.all(), key=lambda one: (one.unit, one.population), default=None)
    if row is None or verification.old == verification.new:
        return False
    field: Any = row._meta.get_field(verification.field.removeprefix("capacity."))
    return bool(getattr(row, field.attname) == field.to_python(verification.new))


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
