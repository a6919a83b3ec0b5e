"""Guards and checks of emergency openings: who gives one back, who reviews it, whose late reviews allow no other."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Min, Q
from django.utils.translation import gettext_lazy as _

from referrals.workflow.case import Case
from referrals.workflow.inputs import Noted, Nothing, Reasoned
from referrals.workflow.rules import rule

FROZEN: Final = _(
    "L'examen d'une de vos ouvertures d'urgence est en retard : seule l'astreinte peut en ouvrir une autre."
)


@rule(_("Seule la personne qui a ouvert le dossier en urgence peut y mettre fin."), fact_class="A")
def opener_gives_back(case: Case, step_input: Nothing | None) -> bool:
    """Who opened a case in an emergency gives it back, and nobody else (§2.7 BreakGlass)."""
    return bool(case.part.user_id == case.actor.user_id)


@rule(_("L'ouverture d'urgence est examinée par une autre personne que celle qui l'a faite."), fact_class="A")
def reviewer_did_not_open(case: Case, step_input: Noted | Reasoned | None) -> bool:
    """Whoever broke the glass doesn't review it (§2.7 BreakGlass)."""
    return bool(case.part.user_id != case.actor.user_id)


@rule(
    _("L'ouverture d'urgence d'un dossier restreint est examinée par une personne de sa liste."),
    fact_class="A",
)
def reviewer_is_named(case: Case, step_input: Noted | Reasoned | None) -> bool:
    """On a restricted case those on its list review, not who broke the glass in turn (§1.3 rules 3 and 7)."""
    apart = case.referral.restricted or (case.part is not None and case.is_about_hidden(case.part))
    return not apart or case.actor.user_id in case.on_list()


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
