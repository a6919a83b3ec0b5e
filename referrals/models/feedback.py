"""Feedback owed to filers (CASF L226-5, D226-2-8; domain.md §2.7)."""

from django.db import models
from django.db.models import Q

from referrals.models.copy_rules import FILER, NOBODY, RowRule
from referrals.models.fields import (
    SealedRow,
    answer,
    clear,
    coded,
    internal,
    of_referral,
    row_id,
    sealed,
    state_field,
)
from referrals.vocabulary import case_answers, filing_answers
from referrals.vocabulary.case_answers import OPEN
from referrals.vocabulary.states import FeedbackState


class FeedbackTask(SealedRow):
    """One answer owed, then given or withheld by a person.

    ``due_at`` is empty for the second word, at the outcome, for which the law has no delay of its own; ``interim``:
    sent before the case had an outcome. ``prepared`` is what T11 or T22 proposes to say.
    """

    copied = RowRule(on="opened_at")
    state = state_field(FeedbackState, FeedbackState.DUE, "C", subject=FILER)

    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("feedback_tasks")
    owed_to = coded(case_answers.OwedTo, "C", subject=NOBODY)
    opened_at = clear(models.DateTimeField(), "C", subject=FILER)
    asked_at = clear(models.DateTimeField(null=True, blank=True), "C", subject=FILER)
    due_at = clear(models.DateTimeField(null=True, blank=True), "C", subject=FILER)
    decided_at = clear(models.DateTimeField(null=True, blank=True), "C", subject=FILER)
    by = internal(models.UUIDField(null=True, blank=True), "C")
    interim = internal(models.BooleanField(default=False), "C")
    means = answer(filing_answers.FeedbackChannel, "C", subject=FILER)
    reason = answer(case_answers.Withholding, "C", subject=NOBODY)
    # It tells an outcome, which whoever stands beside the filer isn't to read (domain.md §1.4).
    prepared = sealed("feedback_task.prepared", "C", max_length=5_000, subject=NOBODY)
    text = sealed("feedback_task.text", "C", max_length=5_000, subject=NOBODY)
    reason_text = sealed("feedback_task.reason_text", "C", subject=NOBODY)

    class Meta:
        """Oldest first; what is given has a text, what is withheld a reason."""

        ordering = ["opened_at", "id"]
        constraints = [
            models.CheckConstraint(name="feedback_state_known", condition=Q(state__in=FeedbackState.values)),
            models.CheckConstraint(
                name="feedback_decided",
                condition=Q(state__in=OPEN, decided_at__isnull=True)
                | Q(state__in=[FeedbackState.SENT, FeedbackState.WITHHELD], decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"feedback {self.pk}"
