"""Recurring work of emergency searches: presses for their review, and destroys what was written long after it."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.notifications import tell_people
from accounts.roles import Role
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register
from referrals.access.row_level_security import for_the_service
from referrals.emergency_search import actions, approvals
from referrals.models import EmergencySearch

OVERDUE: Final = "search.overdue"
register(
    Template(
        OVERDUE,
        Kind.CASE,
        _("L'examen d'une recherche d'urgence par nom est en retard."),
        start="recherches-urgence",
    )
)
EVERY: Final = timedelta(hours=1)
BATCH: Final = 50


@recurring("emergency-searches:watched", every=timedelta(minutes=5))
def watch(at: datetime) -> int:
    """Tell supervisors and auditors of overdue reviews, every hour until each is done; return of how many."""
    again = Q(alerted_at=None) | Q(alerted_at__lte=at - EVERY)
    with for_the_service():
        rows = EmergencySearch.objects.filter(again, reviewed_at=None, review_due_at__lt=at)
        due = list(
            rows.select_for_update(skip_locked=True, of=("self",)).order_by("review_due_at", "id")[:BATCH]
        )
        for authority in sorted({row.authority_id for row in due}):
            watchers = office_holders([Role.SUPERVISOR, Role.AUDITOR], authority, at=at)
            tell_people(watchers, OVERDUE, authority, at=at)
        EmergencySearch.objects.filter(pk__in=[row.pk for row in due]).update(alerted_at=at)
    return len(due)


@recurring("emergency-approvals:ended", every=timedelta(days=1))
def forget_approvals(at: datetime) -> int:
    """Delete the approvals of duties that ended long ago; return of how many."""
    with for_the_service():
        return approvals.forget_due(at)


@recurring("emergency-searches:ended", every=timedelta(days=1))
def end_due(at: datetime) -> int:
    """Destroy what was written about searches that were reviewed long enough ago; return of how many."""
    with for_the_service():
        reviewed = EmergencySearch.objects.filter(reviewed_at__isnull=False, ended_at=None)
        rows = reviewed.select_for_update(of=("self",)).select_related("authority")
        due = [row for row in rows if (ends := actions.ends_at(row)) is not None and ends <= at]
        for row in due:
            actions.end(row, at=at)
    return len(due)
