"""Paged lists of anomalies and of questions; reading one is an entry of the journal."""

from datetime import datetime
from typing import Any

from accounts.actor import Actor
from audit import journal
from audit.events import Purpose
from core.paging import Page, page_of
from referrals.access_review import actions, queries


def anomaly_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the anomalies that match ``asked``, as ``AnomalyQuery`` gives it; the look is an entry."""
    filters = {name: asked.pop(name) for name in ("state", "rule") if name in asked}
    page = page_of(
        actions.visible_to(actor).filter(**filters),
        order=("-detected_at", "id"),
        bound_to=f"anomalies/{sorted(filters.items())}",
        **asked,
    )
    queries.write_down(page.items, actor=actor, at=at)
    return page


def question_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the questions that were put to the actor; the look is an entry."""
    page = page_of(
        actions.asked_of(actor, at=at), order=("-detected_at", "id"), bound_to="questions", **asked
    )
    journal.record(
        queries.LISTED, actor=actor, at=at, purpose=Purpose.AUDIT, rule="own", count=len(page.items)
    )
    return page
