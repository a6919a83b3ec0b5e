"""Guards of keeping: what may be archived, put on hold, released, destroyed (domain.md §7.3)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import ACTIVE, BatchState, DuplicateState, ReviewState, State
from referrals.workflow import deadlines, retention_periods
from referrals.workflow.case import Case
from referrals.workflow.inputs import Nothing, Reasoned
from referrals.workflow.rules import rule


@rule(_("La durée de conservation n'est pas écoulée."), fact_class="A")
def whole_time_is_over(case: Case, step_input: Nothing | None) -> bool:
    """The case was kept as long as its outcome asks, since the last action on it (§7.3)."""
    until = deadlines.retained_until(case)
    return until is not None and case.at > until


@rule(_("Une transmission jointe à ce dossier est encore conservée."), fact_class="A")
def joined_filings_went_first(case: Case, step_input: Nothing | None) -> bool:
    """A file goes after the filings that were joined to it: none of them may be left without its file (T12)."""
    return not case.referral.joined_filings.filter(undone_at=None).exists()


@rule(_("Aucun bordereau exécuté ne mentionne ce dossier."), fact_class="A")
def an_executed_batch_lists_it(case: Case, step_input: Nothing | None) -> bool:
    """Only a file that stands in an executed batch is destroyed: visa and two persons (§2.8 no. 10)."""
    lines = case.referral.retention_lines.filter(dropped_at=None, batch__state=BatchState.EXECUTED)
    return lines.exists()


@rule(_("La durée de conservation en base active n'est pas écoulée."), fact_class="A")
def active_base_is_over(case: Case, step_input: Nothing | None) -> bool:
    """The delay of the active base has run since the last action on the case (§7.3; CASF R221-9)."""
    since = retention_periods.last_action(case)
    return since is not None and case.at > deadlines.active_until(case, since)


@rule(_("La clôture n'a pas encore été relue."), fact_class="A")
def closing_was_reviewed(case: Case, step_input: Nothing | None) -> bool:
    """No closing is archived before somebody else has looked at it (§2.2 Closings)."""
    return all(review.state != ReviewState.DUE for review in case.closure_reviews)


@rule(_("Le dossier fait l'objet d'une suspension d'élimination."), fact_class="A")
def not_on_hold(case: Case, step_input: Nothing | Reasoned | None) -> bool:
    """A case on hold is neither archived nor destroyed (§2.8 no. 10)."""
    return not case.referral.legal_hold


@rule(_("Le dossier ne fait l'objet d'aucune suspension d'élimination."), fact_class="A")
def on_hold(case: Case, step_input: Reasoned | None) -> bool:
    """Only a case on hold is released (T40)."""
    return case.referral.legal_hold


@rule(_("Un autre dossier de l'enfant est ouvert."), fact_class="B")
def no_other_file_is_open(case: Case, step_input: Nothing | None) -> bool:
    """No other file of the child or its family is open, and what was joined follows the file that took it in (S11)."""
    pairs: Any = case.referral.duplicates.model.objects.exclude(state=DuplicateState.REJECTED)
    joined = case.referral.joinings.filter(undone_at=None)
    return (
        not pairs.filter(referral=case.referral, other__state__in=ACTIVE).exists()
        and not pairs.filter(other=case.referral, referral__state__in=ACTIVE).exists()
        and not joined.exclude(target__state__in=(State.ARCHIVED, State.PURGED)).exists()
    )
