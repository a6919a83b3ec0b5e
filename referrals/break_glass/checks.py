"""Checks of emergency openings: whose reviews are late opens no more."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Min, Q
from django.utils.translation import gettext_lazy as _

from referrals.workflow.case import Case
from referrals.workflow.inputs import Reasoned
from referrals.workflow.rules import rule

FROZEN: Final = _(
    "L'examen d'une de vos ouvertures d'urgence est en retard : seule l'astreinte peut en ouvrir une autre."
)


@rule(FROZEN, fact_class="A")
def own_reviews_are_in_time(case: Case, step_input: Reasoned) -> bool:
    """Whoever has an emergency opening whose review is overdue makes no other, unless on the rota now (§1.3)."""
    return not is_frozen(case.actor.user_id, case.at)


def is_frozen(user: UUID | None, at: datetime) -> bool:
    """Tell whether an account may open no case in an emergency, whichever it is; on-call is never frozen (rule 7).

    Who keeps the rota doesn't end it by a shift of their own that they make once a review is late (SEC-AZ25).
    """
    # A search by name in an emergency is looked at as an opening is (rule 10).
    due = [
        first
        for name in ("BreakGlass", "EmergencySearch")
        if (first := _first_late(apps.get_model("referrals", name), user, at)) is not None
    ]
    if not due:
        return False
    shifts: Any = apps.get_model("referrals", "RotaShift").objects
    of_one_own = Q(made_by=user, made_at__gt=min(due))
    return not shifts.on_duty(at).filter(user=user).exclude(of_one_own).exists()


def _first_late(model: Any, user: UUID | None, at: datetime) -> datetime | None:
    """Return when the first review was due that a person's rows of a table wait for too long."""
    late = model.objects.filter(user=user, reviewed_at=None, review_due_at__lt=at)
    first_late: datetime | None = late.aggregate(first=Min("review_due_at"))["first"]
    return first_late
