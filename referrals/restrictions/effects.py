"""Effects of restrictions, exclusions and grants."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from guardian.shortcuts import assign_perm

from accounts.models import User
from referrals.matching import indexing
from referrals.vocabulary.deadlines import ClockCode as C

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def restrict(act: "StepContext") -> None:
    """Name those who may still read (T46)."""
    child = act.case.child(act.step_input.child) if act.step_input.child else None
    if child is not None:
        act.change(child, restricted=True)
        act.start(C.R_RESTRICTION, child=child.pk, until=act.step_input.review_on)
        indexing.hide_row(child.pk, act.case.referral)
    else:
        act.start(C.R_RESTRICTION, until=act.step_input.review_on)
    for user in act.step_input.named:
        grant(act, user, kind="named", expires_at=act.at + timedelta(days=3650))


def unrestrict(act: "StepContext") -> None:
    """Lift the restriction of case and children, or add names to the list (T46)."""
    act.apart = not act.step_input.lift and act.case.is_restricted
    for user in act.step_input.add:
        grant(act, user, kind="named", expires_at=act.at + timedelta(days=3650))
    if act.step_input.lift:
        act.stop(C.R_RESTRICTION)
        for child in act.case.recorded:
            if child.restricted:
                act.change(child, restricted=False)
                indexing.outdate(act.case.referral)
        for row in act.case.referral.grants.filter(kind="named", ended_at=None):
            end_grant(act, row)


def grant(act: "StepContext", user: UUID, *, kind: str, expires_at: datetime) -> None:
    """Give one person an exceptional right on the case: django-guardian's row, owned by a ``Grant``."""
    referral = act.case.referral
    account = User.objects.get(pk=user)
    already = referral.grants.filter(user=account, kind=kind, ended_at=None).first()
    if already is not None:
        end_grant(act, already)
    permission: Any = assign_perm(f"{kind}_referral", account, referral)
    act.new(
        "grants",
        user=account,
        permission=None if referral.grants.filter(permission=permission).exists() else permission,
        kind=kind,
        by=act.actor.user_id or UUID(int=0),
        since_at=act.at,
        expires_at=expires_at,
        reason=act.step_input.reason,
    )


def end_grant(act: "StepContext", found: Any) -> None:
    """End a grant: guardian's row goes, the grant stays as history."""
    permission = found.permission
    act.change(found, ended_at=act.at, permission=None)
    if permission is not None:
        permission.delete()


def exclude(act: "StepContext") -> None:
    """Bar the person, and take it off the case (§1.3 rule 8)."""
    _bar(act, act.step_input.user)


def recuse(act: "StepContext") -> None:
    """Bar whoever asks for it, the person concerned (§1.3 rule 8)."""
    _bar(act, act.actor.user_id)


def _bar(act: "StepContext", user: UUID | None) -> None:
    act.new("exclusions", user_id=user, by=act.actor.user_id, since_at=act.at, reason=act.step_input.reason)
    for assignment in act.case.assignments:
        if assignment.user_id == user:
            act.change(assignment, until_at=act.at)
    act.case.forget("assignments")


def lift_exclusion(act: "StepContext") -> None:
    """End the exclusion in force (§1.3 rule 8)."""
    for exclusion in act.case.referral.exclusions.filter(user_id=act.step_input.user, lifted_at=None):
        act.change(exclusion, lifted_at=act.at)


def grant_access(act: "StepContext") -> None:
    """Let one more person read the case, until the end of the day named (§1.3 ``granted``)."""
    grant(
        act,
        act.step_input.user,
        kind="granted",
        expires_at=act.noon_of(act.step_input.until) + timedelta(hours=12),
    )
