"""Inputs of the review of accesses."""

from audit.anomalies.rules import RULES
from core.inputs import Code, StrictSerializer
from core.query import PagedQuery
from referrals.vocabulary.access_review import Answer
from referrals.vocabulary.states import AnomalyState


class AnomalyQuery(PagedQuery):
    """Filters of the list of anomalies."""

    state = Code(AnomalyState.choices, required=False)
    rule = Code(
        [(one.code, one.fr) for one in RULES] + [("G05", "Ouverture d'urgence contestée")], required=False
    )


class AnswerIn(StrictSerializer):
    """The agent's answer: a code."""

    answer = Code(Answer.choices)
