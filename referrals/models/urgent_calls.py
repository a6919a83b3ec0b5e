"""Urgent call about a case: since when it runs, how far it has escalated, who answered."""

from django.db import models
from django.db.models import Q

from referrals.models.copy_rules import CHILD, RowRule
from referrals.models.fields import clear, coded, internal, of_referral, row_id, state_field
from referrals.vocabulary.case_answers import AlertCause
from referrals.vocabulary.states import AlertState


class Alert(models.Model):
    """One urgent call (domain.md S7).

    ``rung``: how many rungs of the ladder were called; ``next_at``: when the next one is. Without it nobody more is
    called: the call was answered, it is over, or all were reached.
    """

    copied = RowRule(on="sounded_at")
    state = state_field(AlertState, AlertState.OPEN, "A", subject=CHILD)

    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("alerts")
    cause = coded(AlertCause, "A", subject=CHILD)
    sounded_at = clear(models.DateTimeField(), "A", subject=CHILD)
    rung = internal(models.PositiveSmallIntegerField(default=0), "A")
    next_at = internal(models.DateTimeField(null=True, blank=True), "A")
    ended_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    ended_by = internal(models.UUIDField(null=True), "A")

    class Meta:
        """A case has one open alert; what is over calls nobody."""

        ordering = ["sounded_at", "id"]
        indexes = [models.Index(fields=["next_at"], name="alert_next", condition=Q(next_at__isnull=False))]
        constraints = [
            models.CheckConstraint(name="alert_state_known", condition=Q(state__in=AlertState.values)),
            models.UniqueConstraint(
                name="alert_one_open", fields=["referral"], condition=Q(state=AlertState.OPEN)
            ),
            models.CheckConstraint(
                name="alert_ended",
                condition=Q(state=AlertState.OPEN, ended_at__isnull=True)
                | (~Q(state=AlertState.OPEN) & Q(ended_at__isnull=False, next_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"
