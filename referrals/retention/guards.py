"""Guards of keeping: what may be archived, put on hold, released, destroyed (domain.md §7.3)."""

from typing import Any

from referrals.vocabulary.states import ACTIVE, BatchState, DuplicateState, ReviewState, State
from referrals.workflow import deadlines, retention_periods
from referrals.workflow.case import Case
from referrals.workflow.inputs import Nothing, Reasoned


def whole_time_is_over(case: Case, step_input: Nothing | None) -> str | None:
    """The case was kept as long as its outcome asks, since the last action on it (§7.3)."""
    until = deadlines.kept_until(case)
    if until is None or case.at <= until:
        return "La durée de conservation n'est pas écoulée."
    return None


def joined_filings_went_first(case: Case, step_input: Nothing | None) -> str | None:
    """A file goes after the filings that were joined to it: none of them may be left without its file (T12)."""
    if case.referral.joined_filings.filter(undone_at=None).exists():
        return "Une transmission jointe à ce dossier est encore conservée."
    return None


def an_executed_batch_lists_it(case: Case, step_input: Nothing | None) -> str | None:
    """Only a file that stands in an executed batch is destroyed: visa and two persons (§2.8 no. 10)."""
    lines = case.referral.retention_lines.filter(dropped_at=None, batch__state=BatchState.EXECUTED)
    return None if lines.exists() else "Aucun bordereau exécuté ne mentionne ce dossier."


def active_base_is_over(case: Case, step_input: Nothing | None) -> str | None:
    """The delay of the active base has run since the last action on the case (§7.3; CASF R221-9)."""
    since = retention_periods.last_action(case)
    if since is None or case.at <= deadlines.active_until(case, since):
        return "La durée de conservation en base active n'est pas écoulée."
    return None


def closing_was_reviewed(case: Case, step_input: Nothing | None) -> str | None:
    """No closing is archived before somebody else has looked at it (§2.2 Closings)."""
    if any(review.state == ReviewState.DUE for review in case.closure_reviews):
        return "La clôture n'a pas encore été relue."
    return None


def not_on_hold(case: Case, step_input: Nothing | Reasoned | None) -> str | None:
    """A case on hold is neither archived nor destroyed (§2.8 no. 10)."""
    return "Le dossier fait l'objet d'une suspension d'élimination." if case.referral.legal_hold else None


def on_hold(case: Case, step_input: Reasoned | None) -> str | None:
    """Only a case on hold is released (T40)."""
    return (
        None if case.referral.legal_hold else "Le dossier ne fait l'objet d'aucune suspension d'élimination."
    )


def no_other_file_is_open(case: Case, step_input: Nothing | None) -> str | None:
    """No other file of the child or its family is open, and what was joined follows the file that took it in (S11)."""
    pairs: Any = case.referral.duplicates.model.objects.exclude(state=DuplicateState.REJECTED)
    joined = case.referral.joinings.filter(undone_at=None)
    if (
        pairs.filter(referral=case.referral, other__state__in=ACTIVE).exists()
        or pairs.filter(other=case.referral, referral__state__in=ACTIVE).exists()
        or joined.exclude(target__state__in=(State.ARCHIVED, State.PURGED)).exists()
    ):
        return "Un autre dossier de l'enfant est ouvert."
    return None
