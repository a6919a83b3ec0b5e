"""Feedback owed to filers, as the cell reads it, with a suggested sentence for the state of the case.

A suggestion is a sentence of the authority's settings with the reference in it: no name, no report, no detail of
justice, and of the family no more than L226-5 allows. A person writes what is sent (domain.md §1.4).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from encryption.sealed import OpenScope
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.models import FeedbackTask
from referrals.reading.fields import readable
from referrals.vocabulary.case_answers import OPEN, OwedTo
from referrals.vocabulary.formats import labelled
from referrals.vocabulary.states import Coded, DecisionCode, FeedbackState, State
from referrals.workflow.case import Case


class Suggestion(Coded):
    """What may be told (domain.md §1.4); its words are the authority's: ``feedback_…_text`` of its settings."""

    PRIVATE = "private", pgettext_lazy("suggestion", "Prise en compte")
    IN_ASSESSMENT = "in_assessment", _("Évaluation en cours")
    NOT_QUALIFIED = "not_qualified", _("Non qualifiée, réorientée")
    CLOSED = "closed", pgettext_lazy("suggestion", "Classement")
    SUPPORT = "support", _("Accompagnement proposé à la famille")
    JUSTICE = "justice", _("Autorité judiciaire saisie")
    FOLLOWED = "followed", _("Situation déjà suivie")


#: By state; a state that isn't here has no outcome that may be told (joined filings among them).
BY_STATE: Final[Mapping[str, Suggestion]] = {
    State.NOT_QUALIFIED: Suggestion.NOT_QUALIFIED,
    State.CLOSED_NO_ACTION: Suggestion.CLOSED,
    State.ADMIN_OFFER: Suggestion.SUPPORT,
    State.PROTECTED_ADMIN: Suggestion.SUPPORT,
    State.ENDED: Suggestion.SUPPORT,
    State.JUDICIAL_PENDING: Suggestion.JUSTICE,
    State.PROTECTED_JUDICIAL: Suggestion.JUSTICE,
}
PROTECTED: Final = (State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL)


def suggested(case: Case, task: FeedbackTask) -> Suggestion:
    """Return what may be told now: a private person hears that the information was taken into account, no more."""
    if task.owed_to == OwedTo.PRIVATE:
        return Suggestion.PRIVATE
    decided = {child.decision for child in case.children}
    if case.referral.state in PROTECTED and decided == {DecisionCode.CONTINUE}:
        return Suggestion.FOLLOWED
    return BY_STATE.get(case.referral.state, Suggestion.IN_ASSESSMENT)


def _in_words(suggestion: Suggestion, case: Case) -> dict[str, Any]:
    words: str = getattr(case.protocol, f"feedback_{suggestion}_text")
    return labelled(suggestion) | {"text": words.replace("{reference}", case.referral.reference)}


def tasks(case: Case, sight: Sight, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the answers owed and given, to readers of C; nothing to a filer, who reads what was sent as a message.

    What is suggested follows from the children whom the reader sees.
    """
    if "C" not in sight.ties.reads:
        return []
    case.hidden = sight.hidden
    ordered = sorted(case.feedback_tasks, key=lambda task: (task.opened_at, task.state in OPEN))
    with case.as_seen():
        return [_task(case, task, sight.ties, scope) for task in ordered]


def _task(case: Case, task: FeedbackTask, ties: CaseAccess, scope: OpenScope) -> dict[str, Any]:
    line = readable(task, ties.reads, scope)
    return line | {
        "state": labelled(FeedbackState(task.state)),
        "owed_to": labelled(OwedTo(task.owed_to)),
        "suggestion": _in_words(suggested(case, task), case) if task.state in OPEN else None,
    }
