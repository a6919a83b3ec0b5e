"""Emergency search by name: who searched in which duty, why, what was found, and who reviewed it (domain.md §1.3)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.fields import SealedRow, clear, coded, row_id, sealed
from referrals.vocabulary.emergency_search import SearchGround


class EmergencySearch(Authentic, SealedRow):
    """One search by an officer on call, found or not; it waits for a review as an emergency opening does.

    Whom it was for stands nowhere: the journal has a keyed value. ``cases``: all files of the own authority that
    answered, withheld ones too, so that nobody excluded from one reviews it; ``elsewhere``: the authorities to call.
    ``word``: the supervisor's word for a search beyond the cap. What is sealed stands under a key of the row's own,
    which is destroyed some time after the review (``ended_at``).

    The database checks: reviewed by another person, as a whole; nothing sealed is left of one that has ended.
    """

    sealed_owner = "id"

    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    shift = clear(models.ForeignKey("referrals.RotaShift", models.PROTECT, related_name="+"), "A")
    searched_at = clear(models.DateTimeField(), "A")
    ground = coded(SearchGround, "A")
    cases = clear(models.JSONField(default=list, blank=True), "A")
    elsewhere = clear(models.JSONField(default=list, blank=True), "A")
    review_due_at = clear(models.DateTimeField(), "A")
    alerted_at = clear(models.DateTimeField(null=True, blank=True), "A")
    reviewed_at = clear(models.DateTimeField(null=True, blank=True), "A")
    reviewed_by = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"),
        "A",
    )
    agreed = clear(models.BooleanField(null=True, blank=True), "A")
    ended_at = clear(models.DateTimeField(null=True, blank=True), "A")
    key = clear(models.UUIDField(null=True, blank=True), "A")
    reason = sealed("emergency_search.reason", "D", max_length=2_000)
    word = sealed("emergency_search.word", "D", kind="json", max_length=2_000)
    review = sealed("emergency_search.review", "D", max_length=2_000)
    mac = clear(
        MacField(
            "authority",
            "user",
            "shift",
            "searched_at",
            "ground",
            "cases",
            "elsewhere",
            "review_due_at",
            "reviewed_at",
            "reviewed_by",
            "agreed",
            "ended_at",
        ),
        "A",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The newest first."""

        default_permissions = ()
        ordering = ["-searched_at", "id"]
        indexes = [
            models.Index(fields=["authority", "-searched_at", "id"], name="emergency_search_newest"),
            models.Index(
                fields=["review_due_at", "id"],
                name="emergency_search_unreviewed",
                condition=Q(reviewed_at__isnull=True),
            ),
            models.Index(
                fields=["user", "review_due_at"],
                name="emergency_search_user",
                condition=Q(reviewed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="emergency_search_by_two",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("user")),
            ),
            models.CheckConstraint(
                name="emergency_search_reviewed",
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, agreed__isnull=True)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False, agreed__isnull=False),
            ),
            models.CheckConstraint(
                name="emergency_search_ended",
                condition=Q(ended_at__isnull=True, key__isnull=False)
                | Q(
                    ended_at__isnull=False,
                    reviewed_at__isnull=False,
                    key__isnull=True,
                    reason__isnull=True,
                    word__isnull=True,
                    review__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"emergency search {self.pk}"
