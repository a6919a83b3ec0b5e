"""Emergency opening: who opened what, why, until when, and who reviewed it (domain.md §2.7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from referrals.models.copy_rules import CHILD, STAFF, TEXT, RowRule
from referrals.models.fields import SealedRow, clear, internal, of_referral, row_id, sealed, state_field
from referrals.vocabulary.states import GlassState


class BreakGlass(SealedRow):
    """One emergency opening of one case by one person (domain.md §1.3 rule 7).

    The right is the grant of kind ``glass`` that goes with it. ``alerted_at`` is when its overdue review was told of
    last. A contested one keeps what an anomaly of access is made of: who, when, why, and what the reviewer wrote.
    """

    copied = RowRule(on="opened_at", staff=("user",))
    state = state_field(GlassState, GlassState.OPENED, "A", subject=(CHILD, STAFF))

    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("broken_glasses")
    user = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    role = clear(models.CharField(max_length=30), "A", subject=(CHILD, STAFF))
    opened_at = clear(models.DateTimeField(), "A", subject=(CHILD, STAFF))
    expires_at = internal(models.DateTimeField(), "A")
    ended_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=(CHILD, STAFF))
    review_due_at = internal(models.DateTimeField(), "A")
    alerted_at = internal(models.DateTimeField(null=True, blank=True), "A")
    reviewed_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=(CHILD, STAFF))
    reviewed_by = internal(models.UUIDField(null=True), "A")
    reason = sealed("break_glass.reason", "D", subject=(CHILD, STAFF), withhold=TEXT)
    review = sealed("break_glass.review", "D", subject=(CHILD, STAFF), withhold=TEXT)

    class Meta:
        """Nobody reviews the own opening, nor has two of one case open at once; the database says so too."""

        ordering = ["opened_at", "id"]
        indexes = [
            models.Index(
                fields=["review_due_at", "id"], name="glass_unreviewed", condition=Q(reviewed_at__isnull=True)
            ),
            models.Index(fields=["expires_at"], name="glass_open", condition=Q(state=GlassState.OPENED)),
            models.Index(
                fields=["user", "review_due_at"], name="glass_user", condition=Q(reviewed_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(name="glass_state_known", condition=Q(state__in=GlassState.values)),
            models.CheckConstraint(name="glass_has_an_end", condition=Q(expires_at__gt=F("opened_at"))),
            models.UniqueConstraint(
                name="glass_one_open", fields=["referral", "user"], condition=Q(state=GlassState.OPENED)
            ),
            models.CheckConstraint(
                name="glass_ended",
                condition=Q(state=GlassState.OPENED, ended_at__isnull=True)
                | (~Q(state=GlassState.OPENED) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="glass_reviewed",
                condition=Q(
                    state__in=(GlassState.OPENED, GlassState.TO_REVIEW),
                    reviewed_at__isnull=True,
                    reviewed_by__isnull=True,
                )
                | Q(
                    state__in=(GlassState.REVIEWED_OK, GlassState.REVIEWED_KO),
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="glass_reviewed_by_another",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("user_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"break glass {self.pk}"
