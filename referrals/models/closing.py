"""Review of a closing that one person decided (domain.md §2.2 Closings)."""

from django.db import models
from django.db.models import Q

from referrals.models.copy_rules import CHILD, TEXT, RowRule
from referrals.models.fields import SealedRow, clear, internal, of_referral, row_id, sealed, state_field
from referrals.vocabulary.states import ReviewState


class ClosureReview(SealedRow):
    """The review that a closing by one person awaits: confirmed, or the case is opened again (domain.md §2.7).

    ``closed_by`` is empty where the filer withdrew: who filed is nowhere in clear.
    """

    copied = RowRule(on="opened_at")
    state = state_field(ReviewState, ReviewState.DUE, "A", subject=CHILD)

    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("closure_reviews")
    step = internal(models.CharField(max_length=40), "A")
    closed_by = internal(models.UUIDField(null=True), "A")
    opened_at = clear(models.DateTimeField(), "A", subject=CHILD)
    due_at = internal(models.DateTimeField(), "A")
    decided_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    decided_by = internal(models.UUIDField(null=True), "A")
    reason = sealed("closure_review.reason", "D", subject=CHILD, withhold=TEXT)

    class Meta:
        """At most one review of a case is due; nobody decides on the own closing, and the database says so too."""

        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], name="review_due", condition=Q(state=ReviewState.DUE))
        ]
        constraints = [
            models.CheckConstraint(name="review_state_known", condition=Q(state__in=ReviewState.values)),
            models.UniqueConstraint(
                name="review_one_due", fields=["referral"], condition=Q(state=ReviewState.DUE)
            ),
            models.CheckConstraint(
                name="review_confirmed_by_another",
                condition=~Q(state=ReviewState.CONFIRMED)
                | Q(closed_by__isnull=True)
                | ~Q(closed_by=models.F("decided_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"closure review {self.pk}"
