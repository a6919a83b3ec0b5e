"""Break glass: opens one case at once, for an hour at most; another person reviews it (§1.3 rule 7).

The ``BreakGlass`` machine of domain.md §2.7. The right itself is a grant with its end, which ``referrals/access/``
reads like the other exceptional ones; this module has its reason, its end and its review. A renewal is a new opening
with a new reason. How a hidden case is opened by its reference: ``referrals/break_glass/queries.py``.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.apps import apps

from accounts.roles import Role
from audit.events import Purpose
from referrals.models import BreakGlass
from referrals.restrictions import effects as restrictions_effects
from referrals.triage.opening import acknowledged
from referrals.urgent_calls import steps as urgent_calls_steps
from referrals.vocabulary import urgent_calls
from referrals.vocabulary.role_sets import BREAKERS, SEEING
from referrals.vocabulary.states import GlassState, Machine
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.GLASS, BreakGlass)

#: The kind of grant that lets its bearer in.
GLASS: Final = "glass"
REVIEWERS: Final = (Role.SUPERVISOR, Role.CRIP_COORDINATOR)
#: Whose opening of a file acknowledges it (T05).
ACKNOWLEDGING: Final = (Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT)
FROZEN: Final = (
    "L'examen d'une de vos ouvertures d'urgence est en retard : seule l'astreinte peut en ouvrir une autre."
)
OPEN_OR_TO_REVIEW: Final = (GlassState.OPENED, GlassState.TO_REVIEW)


# --- What must hold -----------------------------------------------------------------------------------


def own_reviews_are_in_time(case: Case, given: Any) -> str | None:
    """Whoever has an emergency opening whose review is overdue makes no other, unless on the rota now (§1.3)."""
    return FROZEN if is_frozen(case.actor.user_id, case.at) else None


def is_frozen(user: UUID | None, at: datetime) -> bool:
    """Tell whether an account may open no case in an emergency, whichever it is; on-call is never frozen (rule 7)."""
    late = apps.get_model("referrals", "BreakGlass").objects.filter(
        user=user, reviewed_at=None, review_due_at__lt=at
    )
    shifts: Any = apps.get_model("referrals", "RotaShift").objects
    return late.exists() and not shifts.on_duty(at).filter(user=user).exists()


def opener_gives_back(case: Case, given: Any) -> str | None:
    """Who opened a case in an emergency gives it back, and nobody else (§2.7 BreakGlass)."""
    if case.part.user_id != case.actor.user_id:
        return "Seule la personne qui a ouvert le dossier en urgence peut y mettre fin."
    return None


def reviewer_did_not_open(case: Case, given: Any) -> str | None:
    """Whoever broke the glass doesn't review it (§2.7 BreakGlass)."""
    if case.part.user_id == case.actor.user_id:
        return "L'ouverture d'urgence est examinée par une autre personne que celle qui l'a faite."
    return None


def reviewer_is_named(case: Case, given: Any) -> str | None:
    """On a restricted case those on its list review, not who broke the glass in turn (§1.3 rules 3 and 7)."""
    apart = case.referral.restricted or (case.part is not None and case.is_about_hidden(case.part))
    if apart and case.actor.user_id not in case.on_list():
        return "L'ouverture d'urgence d'un dossier restreint est examinée par une personne de sa liste."
    return None


# --- What the steps do --------------------------------------------------------------------------------


def break_it(act: "StepContext") -> None:
    """Let who asks in until the authority's delay is over; a glass that the person still holds is given back."""
    if act.actor.role in ACKNOWLEDGING:
        acknowledged(act.case)
    user, until = act.actor.user_id, act.at + timedelta(minutes=act.case.protocol.break_glass_minutes)
    for earlier in act.case.referral.broken_glasses.filter(user=user, state=GlassState.OPENED):
        act.fire(Machine.GLASS, "give_back", part=earlier)
    restrictions_effects.grant(act, user, kind=GLASS, expires_at=until)  # type: ignore[arg-type]  # a person asks
    row = act.new(
        "broken_glasses",
        user_id=user,
        role=act.actor.role,
        opened_at=act.at,
        expires_at=until,
        review_due_at=act.case.calendar.after_working_days(act.at, 1),
        reason=act.given.reason,
    )
    act.case.part = act.made = row
    act.apart = act.case.is_about_hidden(row)
    act.case.referral.glass_open = True
    if act.actor.role in urgent_calls.CALLED:
        urgent_calls_steps.answer(act)


def end_right(act: "StepContext") -> None:
    """End the right that the opening gave; guardian's row goes."""
    for found in act.case.referral.grants.filter(user=act.case.part.user_id, kind=GLASS, ended_at=None):
        restrictions_effects.end_grant(act, found)


def keep_review(act: "StepContext") -> None:
    """Keep what the reviewer wrote, and show whether the case has other openings to review."""
    act.fill(act.case.part, {"review": act.given.get("note") or act.given.get("reason")})
    others = act.case.referral.broken_glasses.exclude(pk=act.case.part.pk)
    act.case.referral.glass_open = others.filter(state__in=OPEN_OR_TO_REVIEW).exists()


# --- Steps --------------------------------------------------------------------------------------------


@step(
    "open",
    number="G01",
    label="Ouvrir en urgence (bris de glace)",
    en="Break the glass",
    creates=True,
    grave=True,
    source=[],
    target=GlassState.OPENED,
    roles=BREAKERS,
    checks=[own_reviews_are_in_time],
    effects=[break_it],
    takes=inputs.Reasoned,
    tells=["supervisors", "coordinator", "auditors"],
    law="CASF R221-8",
    purpose=Purpose.EMERGENCY,
)
def open(glass: BreakGlass, given: Any, case: Case) -> None:
    """Open one case at once, with a reason; another person looks at it by the end of the next working day."""


@step(
    "give_back",
    number="G02",
    label="Mettre fin à l'ouverture d'urgence",
    en="Give the opening back",
    source=[GlassState.OPENED],
    target=GlassState.TO_REVIEW,
    roles=SEEING,
    seeing=True,
    guards=[opener_gives_back],
    effects=[end_right],
    takes=inputs.Nothing,
    law="CASF R221-8",
    data_class="A",
    purpose=Purpose.EMERGENCY,
)
def give_back(glass: BreakGlass, given: Any, case: Case) -> None:
    """End an emergency opening before its time."""
    glass.ended_at = case.at


@step(
    "expire",
    number="G03",
    label="Arriver à son terme",
    en="Expire",
    internal=True,
    source=[GlassState.OPENED],
    target=GlassState.TO_REVIEW,
    roles=[],
    effects=[end_right],
    takes=inputs.Nothing,
    law="CASF R221-8",
    data_class="A",
    purpose=Purpose.EMERGENCY,
)
def expire(glass: BreakGlass, given: Any, case: Case) -> None:
    """Note that an emergency opening is over; it had ended by itself at that instant."""
    glass.ended_at = glass.expires_at


@step(
    "approve",
    number="G04",
    label="Valider l'ouverture d'urgence",
    en="Find the opening justified",
    source=[GlassState.TO_REVIEW],
    target=GlassState.REVIEWED_OK,
    roles=REVIEWERS,
    guards=[reviewer_did_not_open, reviewer_is_named],
    effects=[keep_review],
    takes=inputs.Noted,
    law="CASF R221-8",
    purpose=Purpose.EMERGENCY,
)
def approve(glass: BreakGlass, given: Any, case: Case) -> None:
    """Agree with an emergency opening that another person made."""
    glass.reviewed_at, glass.reviewed_by = case.at, case.actor.user_id


@step(
    "contest",
    number="G05",
    label="Contester l'ouverture d'urgence",
    en="Contest the opening",
    source=[GlassState.TO_REVIEW],
    target=GlassState.REVIEWED_KO,
    roles=REVIEWERS,
    guards=[reviewer_did_not_open, reviewer_is_named],
    effects=[keep_review],
    takes=inputs.Reasoned,
    tells=["auditors"],
    law="CASF R221-8",
    purpose=Purpose.EMERGENCY,
)
def contest(glass: BreakGlass, given: Any, case: Case) -> None:
    """Contest an emergency opening, with a reason; the auditors are told."""
    glass.reviewed_at, glass.reviewed_by = case.at, case.actor.user_id
