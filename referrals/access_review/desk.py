"""Tasks of a reader among the anomalies: to take up, the deadline of a breach, a veil to lift together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count

from accounts.actor import Actor
from referrals.access_review import actions, queries
from referrals.models import AccessAnomaly
from referrals.vocabulary.states import AnomalyState, Machine
from referrals.workflow.step import steps

#: Of each kind as many are shown; the list has all.
SHOWN: Final = 10
OPEN: Final = (AnomalyState.DETECTED, AnomalyState.UNDER_REVIEW)
BREACHES: Final = (AnomalyState.UNJUSTIFIED, AnomalyState.REPORTED)


@dataclass(frozen=True, slots=True)
class Desk:
    """Anomalies that await the reader; ``counts``: all by state; ``breaches`` by the end of their 72 hours."""

    counts: Mapping[str, int]
    open: list[AccessAnomaly]
    breaches: list[AccessAnomaly]
    to_lift: list[AccessAnomaly]


def desk(*, actor: Actor, at: datetime) -> Desk:
    """Return what awaits the reader in the authorities whose journal they read, and write down that it was read."""
    seen = actions.visible_to(actor)
    counted = seen.values("state").annotate(count=Count("id")).order_by()
    grant = steps.get(Machine.ANOMALY, "grant_identities")
    waiting = seen.filter(resolution_asked_at__isnull=False, resolved_until=None, state__in=grant.source)
    waiting = waiting.exclude(resolution_asked_by=actor.user_id).order_by("-resolution_asked_at", "id")
    sections = Desk(
        counts={row["state"]: row["count"] for row in counted},
        open=list(seen.filter(state__in=OPEN)[:SHOWN]),
        breaches=list(seen.filter(state__in=BREACHES).order_by("breach__due_at", "id")[:SHOWN]),
        to_lift=[row for row in waiting[:SHOWN] if grant in actions.runner.possible(row, actor, at=at)],
    )
    listed = {row.pk: row for row in (*sections.open, *sections.breaches, *sections.to_lift)}
    queries.record(list(listed.values()), actor=actor, at=at)
    return sections
