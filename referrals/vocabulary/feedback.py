"""Codes of the feedback owed to a filer."""

from referrals.vocabulary.states import FeedbackState as F

OPEN = (F.DUE, F.OVERDUE)
