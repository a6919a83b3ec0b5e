"""Guards of closings: what may be reopened, and who reviews."""

from typing import Final

from accounts.roles import Role
from encryption.index import keyed
from referrals.closing.inputs import Reopening
from referrals.vocabulary.states import State
from referrals.workflow.case import Case
from referrals.workflow.inputs import Noted

WITHDRAW: Final = "withdraw"
#: Closed states from which a case is opened again; also from the archive, if it came from one of them (T34).
REOPENABLE: Final = (State.NOT_QUALIFIED, State.CLOSED_NO_ACTION, State.ENDED, State.WITHDRAWN)


def closed_as(case: Case) -> str:
    """Return the closed state in which the case is, or was when it went to the archive."""
    return str(case.referral.archived_from or case.referral.state)


def archive_holds_a_closing(case: Case, step_input: Reopening | None) -> str | None:
    """From the archive a case is opened again if it was closed there, neither joined to another nor transferred."""
    if closed_as(case) not in REOPENABLE:
        return "Ce dossier archivé a été joint ou transféré : il ne se rouvre pas."
    return None


def reviewer_is_another(case: Case, step_input: Noted | None) -> str | None:
    """Whoever closed a case, or withdrew the concern, doesn't confirm it (§2.7 ClosureReview)."""
    user = case.actor.user_id
    if user is None:
        return None
    filed_it = case.part.step == WITHDRAW and bytes(case.referral.filed_by) == keyed("filer", user.bytes)
    if filed_it or case.part.closed_by == user:
        return "La clôture est relue par une autre personne que celle qui l'a décidée."
    return None


def coordinator_reviews_withdrawals(case: Case, step_input: Noted | None) -> str | None:
    """A coordinator confirms withdrawals; other closings are reviewed by a supervisor (§2.2 Closings)."""
    if case.actor.role == Role.CRIP_COORDINATOR and case.part.step != WITHDRAW:
        return "Cette clôture est relue par un·e encadrant·e."
    return None
