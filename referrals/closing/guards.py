"""Guards of closings: what may be reopened, and who reviews."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from encryption.index import keyed
from referrals.closing.inputs import Reopening
from referrals.vocabulary.states import State
from referrals.workflow.case import Case
from referrals.workflow.inputs import Noted
from referrals.workflow.rules import rule

WITHDRAW: Final = "withdraw"
#: Closed states from which a case is opened again; also from the archive, if it came from one of them (T34).
REOPENABLE: Final = (State.NOT_QUALIFIED, State.CLOSED_NO_ACTION, State.ENDED, State.WITHDRAWN)


def closed_as(case: Case) -> str:
    """Return the closed state in which the case is, or was when it went to the archive."""
    return str(case.referral.archived_from or case.referral.state)


@rule(_("Ce dossier archivé a été joint ou transféré : il ne se rouvre pas."), fact_class="A")
def archive_holds_a_closing(case: Case, step_input: Reopening | None) -> bool:
    """From the archive a case is opened again if it was closed there, neither joined to another nor transferred."""
    return closed_as(case) in REOPENABLE


@rule(_("La clôture est relue par une autre personne que celle qui l'a décidée."), fact_class="A")
def reviewer_is_another(case: Case, step_input: Noted | None) -> bool:
    """Whoever closed a case, or withdrew the concern, doesn't confirm it (§2.7 ClosureReview)."""
    user = case.actor.user_id
    if user is None:
        return True
    filed_it = case.part.step == WITHDRAW and bytes(case.referral.filed_by) == keyed("filer", user.bytes)
    return not filed_it and case.part.closed_by != user


@rule(_("Cette clôture est relue par l'encadrement."), fact_class="A")
def coordinator_reviews_withdrawals(case: Case, step_input: Noted | None) -> bool:
    """A coordinator confirms withdrawals; other closings are reviewed by a supervisor (§2.2 Closings)."""
    return case.actor.role != Role.CRIP_COORDINATOR or case.part.step == WITHDRAW
