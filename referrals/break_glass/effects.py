"""Effects of emergency openings: the right to read, its end, its review."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from accounts.roles import Role
from referrals.restrictions import effects as restrictions_effects
from referrals.triage.opening import acknowledged
from referrals.urgent_calls import effects as urgent_calls_effects
from referrals.vocabulary import case_answers
from referrals.vocabulary.states import GlassState, Machine

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

#: The kind of grant that lets its bearer in.
GLASS: Final = "glass"
#: Whose opening of a file acknowledges it (T05).
ACKNOWLEDGING: Final = (Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT)
OPEN_OR_TO_REVIEW: Final = (GlassState.OPENED, GlassState.TO_REVIEW)


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
        reason=act.step_input.reason,
    )
    act.case.part = act.made = row
    act.apart = act.case.is_about_hidden(row)
    act.case.referral.glass_open = True
    if act.actor.role in case_answers.CALLED:
        urgent_calls_effects.answer(act)


def end_right(act: "StepContext") -> None:
    """End the right that the opening gave; guardian's row goes."""
    for grant in act.case.referral.grants.filter(user=act.case.part.user_id, kind=GLASS, ended_at=None):
        restrictions_effects.end_grant(act, grant)


def keep_review(act: "StepContext") -> None:
    """Keep what the reviewer wrote, and show whether the case has other openings to review."""
    act.fill(act.case.part, {"review": act.step_input.get("note") or act.step_input.get("reason")})
    others = act.case.referral.broken_glasses.exclude(pk=act.case.part.pk)
    act.case.referral.glass_open = others.filter(state__in=OPEN_OR_TO_REVIEW).exists()
