"""State of a case after a decision."""

from referrals.vocabulary.states import State

#: Where a case stands once each child was decided for, whatever became of the decisions since.
AFTER_DECISION = (
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)
