"""Inputs of the answers to filers."""

from core.inputs import Code, StrictSerializer
from referrals.vocabulary import case_answers, filing_answers
from referrals.workflow.inputs import text

#: Reasons that follow from what became of the case, which nobody gives by hand.
OF_ITSELF = (case_answers.Withholding.WITHDRAWN, case_answers.Withholding.TRANSFERRED)


class Feedback(StrictSerializer):
    """The text as a person wrote it, and how it is conveyed (F01)."""

    means = Code(filing_answers.FeedbackChannel.choices)
    text = text(max_length=5_000)


class Withheld(StrictSerializer):
    """Why nothing is told (F02)."""

    reason = Code([(w.value, w.label) for w in case_answers.Withholding if w not in OF_ITSELF])
    reason_text = text()
