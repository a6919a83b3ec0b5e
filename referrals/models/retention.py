"""Batches of files to be destroyed, the files in them, and the counts that outlive the destruction."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.models.copy_rules import CHILD, RowRule
from referrals.models.fields import clear, coded, internal, of_referral, row_id, state_field
from referrals.vocabulary.oversight import DropReason, VisaRefusal
from referrals.vocabulary.states import BatchState


def _person() -> "models.ForeignKey[object, object]":
    return clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"), "A"
    )


class RetentionBatch(models.Model):
    """One month's proposal of an authority: which files, who asked for the visa, who recorded it, who executed it.

    Invariants, which the database checks: one batch a month and authority; what is executed was executed by another
    person than the one who recorded the visa (SEC-AZ12).
    """

    not_copied = "a month's proposal of an authority: its lines are of cases"
    state = state_field(BatchState, BatchState.PROPOSED, "A")

    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    month = clear(models.DateField(), "A")
    proposed_at = clear(models.DateTimeField(), "A")
    asked_at = clear(models.DateTimeField(null=True, blank=True), "A")
    asked_by = _person()
    letter = clear(models.CharField(max_length=60, blank=True, default=""), "A")
    letter_on = clear(models.DateField(null=True, blank=True), "A")
    visa_number = clear(models.CharField(max_length=60, blank=True, default=""), "A")
    visa_on = clear(models.DateField(null=True, blank=True), "A")
    visa_by = _person()
    refusal = coded(VisaRefusal, "A", blank=True, default="")
    refused_on = clear(models.DateField(null=True, blank=True), "A")
    executed_at = clear(models.DateTimeField(null=True, blank=True), "A")
    executed_by = _person()

    class Meta:
        """Newest first."""

        ordering = ["-proposed_at", "id"]
        constraints = [
            models.CheckConstraint(name="batch_state_known", condition=Q(state__in=BatchState.values)),
            models.UniqueConstraint(name="batch_once_a_month", fields=["authority", "month"]),
            models.CheckConstraint(
                name="batch_executed_by_another",
                condition=~Q(state=BatchState.EXECUTED)
                | (
                    Q(executed_at__isnull=False, executed_by__isnull=False, visa_by__isnull=False)
                    & ~Q(executed_by=models.F("visa_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"

    @property
    def reference(self) -> str:
        """Return how people call it: the authority's code and the month."""
        return f"{self.authority.code}-{self.month:%Y-%m}"


class RetentionLine(models.Model):
    """One file in a batch, until it is dropped or destroyed."""

    copied = RowRule(on="purged_at")
    id = row_id()
    batch = internal(models.ForeignKey(RetentionBatch, models.PROTECT, related_name="lines"), "A")
    referral = of_referral("retention_lines")
    dropped_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    dropped_for = coded(DropReason, "A", blank=True, default="", subject=CHILD)
    purged_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)

    class Meta:
        """A file stands in a batch once; what was dropped isn't destroyed by it."""

        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["batch"],
                name="retention_left",
                condition=Q(dropped_at__isnull=True, purged_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(name="retention_line_once", fields=["batch", "referral"]),
            models.CheckConstraint(
                name="retention_dropped_or_purged",
                condition=Q(dropped_at__isnull=True) | Q(purged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"retention line {self.pk}"


class EliminatedCount(models.Model):
    """How many of the destroyed cases, or of their children, had one coded fact, so that statistics still count them.

    One number for each fact by itself, by département and year of receipt, the finest grain that may be published; no
    row leads back to a case, and none crosses two facts (domain.md §7.6).
    """

    not_copied = "numbers, of nobody"
    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    year = clear(models.PositiveSmallIntegerField(), "A")
    department = clear(models.CharField(max_length=3, blank=True, default="", db_default=""), "A")
    what = clear(models.CharField(max_length=40), "A")
    code = clear(models.CharField(max_length=40, blank=True, default=""), "A")
    count = clear(models.PositiveIntegerField(default=0), "A")

    class Meta:
        """One number a fact."""

        constraints = [
            models.UniqueConstraint(
                name="eliminated_count_once", fields=["authority", "year", "department", "what", "code"]
            )
        ]

    def __str__(self) -> str:
        return f"count {self.what}"


class FiguresKept(models.Model):
    """The counts of one year, which an authority's figures publish unchanged for half a year.

    ``counts``: ``[month, department, what, code, count]`` each, month 0 where the year alone is known; none leads back
    to a case. Readers of two days would otherwise see one child's birthday, or a late filing, in every table at once.
    """

    not_copied = "numbers, of nobody"
    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    year = clear(models.PositiveSmallIntegerField(), "A")
    half = clear(models.CharField(max_length=6), "A")
    by_month = clear(models.BooleanField(), "A")
    counts = clear(models.JSONField(), "A")

    class Meta:
        """One for each year and half-year of telling."""

        constraints = [
            models.UniqueConstraint(name="figures_kept_once", fields=["authority", "year", "half"])
        ]

    def __str__(self) -> str:
        return f"figures of {self.year}, told in {self.half}"
