"""Emergency search by name: who searched, why, what was found, who reviewed it; who approved more (domain.md §1.3)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.fields import SealedRow, clear, coded, row_id, sealed
from referrals.vocabulary.oversight import SearchGround


class EmergencySearch(Authentic, SealedRow):
    """One search by an officer on call, found or not; it waits for a review as an emergency opening does.

    Whom it was for stands nowhere: the journal has a keyed value. ``cases``: all files of the own authority that
    answered, withheld ones too, so that nobody excluded from one reviews it; ``elsewhere``: the authorities to call.
    ``word``: of a search beyond the cap ``{"name", "at"}`` of who approved it, or with ``"unapproved": true``, which
    nobody did. What is sealed stands under a key of the row's own, which is destroyed some time after the review
    (``ended_at``).

    The database checks: reviewed by another person, as a whole; nothing sealed is left of one that has ended.
    """

    not_copied = "who was searched for stands nowhere in it"
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


class EmergencyApproval(Authentic):
    """What an officer on duty asked of another person past the cap, and that person's approval (SEC-AZ25).

    It lets the officer do ``allowed`` things until ``expires_at``: ``searches`` and ``addresses`` are the ids of the
    searches and secret places for which it was used. Without ``given_at`` it lets nobody do anything.

    The database checks: given by another person, as a whole.
    """

    not_copied = "an officer's searches that another person approved: no case"
    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    shift = clear(models.ForeignKey("referrals.RotaShift", models.PROTECT, related_name="+"), "A")
    asked_at = clear(models.DateTimeField(), "A")
    given_at = clear(models.DateTimeField(null=True, blank=True), "A")
    given_by = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"),
        "A",
    )
    expires_at = clear(models.DateTimeField(null=True, blank=True), "A")
    allowed = clear(models.PositiveSmallIntegerField(default=0), "A")
    searches = clear(models.JSONField(default=list, blank=True), "A")
    addresses = clear(models.JSONField(default=list, blank=True), "A")
    mac = clear(
        MacField(
            "authority",
            "user",
            "shift",
            "asked_at",
            "given_at",
            "given_by",
            "expires_at",
            "allowed",
            "searches",
            "addresses",
        ),
        "A",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The newest first."""

        default_permissions = ()
        ordering = ["-asked_at", "id"]
        indexes = [
            models.Index(fields=["authority", "-asked_at", "id"], name="emergency_approval_newest"),
            models.Index(fields=["user", "authority", "expires_at"], name="emergency_approval_user"),
        ]
        constraints = [
            models.CheckConstraint(
                name="emergency_approval_by_two",
                condition=Q(given_by__isnull=True) | ~Q(given_by=F("user")),
            ),
            models.CheckConstraint(
                name="emergency_approval_given",
                condition=Q(given_at__isnull=True, given_by__isnull=True, expires_at__isnull=True, allowed=0)
                | Q(given_at__isnull=False, given_by__isnull=False, expires_at__isnull=False, allowed__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"emergency approval {self.pk}"

    @property
    def remaining(self) -> int:
        """Return for how many searches and addresses it still is, whatever the time."""
        return max(0, self.allowed - len(self.searches) - len(self.addresses))
