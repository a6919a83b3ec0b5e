"""Files about the same child or siblings: candidates, links and merges, and what a merge moved."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.copy_rules import CHILD, RowRule
from referrals.models.fields import (
    SealedRow,
    clear,
    code_list,
    coded,
    internal,
    of_referral,
    row_id,
    sealed,
    state_field,
)
from referrals.vocabulary.oversight import Likeness, LinkKind, Merge
from referrals.vocabulary.states import DuplicateState


def _other(name: str) -> "models.ForeignKey[object, object]":
    return internal(models.ForeignKey("referrals.Referral", models.PROTECT, related_name=name), "B")


class DuplicateCandidate(SealedRow):
    """Another file that may be about the same child, or is of its family (domain.md §2.7).

    ``suggested_by`` is empty where an index found it, and ``looked_at`` until somebody of the cell compared the two. A
    pair is open once, whichever of the two files holds it.
    """

    not_copied = "pairs with files that may be of another child"
    state = state_field(DuplicateState, DuplicateState.SUGGESTED, "B")

    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("duplicates")
    other = _other("duplicates_elsewhere")
    kind = coded(LinkKind, "B", blank=True, default="")
    reasons = code_list(Likeness, "B")
    note = sealed("duplicate.note", "D")
    suggested_at = clear(models.DateTimeField(), "B")
    suggested_by = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"), "B"
    )
    looked_at = clear(models.DateTimeField(null=True, blank=True), "B")
    decided_at = clear(models.DateTimeField(null=True, blank=True), "B")
    decided_by = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"), "B"
    )

    class Meta:
        """A file is no duplicate of itself; what is confirmed says of what kind."""

        ordering = ["suggested_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="duplicate_state_known", condition=Q(state__in=DuplicateState.values)
            ),
            models.CheckConstraint(name="duplicate_of_another", condition=~Q(referral=models.F("other"))),
            models.CheckConstraint(
                name="duplicate_confirmed_as",
                condition=~Q(state=DuplicateState.CONFIRMED) | Q(kind__in=LinkKind.values),
            ),
            models.UniqueConstraint(
                name="duplicate_once",
                fields=["referral", "other"],
                condition=~Q(state=DuplicateState.REJECTED),
            ),
        ]

    def __str__(self) -> str:
        return f"duplicate {self.pk}"


class Joining(Authentic):
    """One filing merged into another file: how, since when, and the former state of the file (domain.md T12, T35).

    ``mac``: one that fails gives nobody of the file the filing to read.
    """

    copied = RowRule(on="joined_at")
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("joinings")
    target = _other("joined_filings")
    kind = coded(Merge, "B", subject=CHILD)
    joined_at = clear(models.DateTimeField(), "B", subject=CHILD)
    undone_at = clear(models.DateTimeField(null=True, blank=True), "B", subject=CHILD)
    same_children = internal(models.JSONField(default=dict), "B")
    same_holders = internal(models.JSONField(default=dict), "B")
    before = internal(models.JSONField(default=dict), "D")
    after = internal(models.JSONField(default=dict), "D")
    mac = internal(MacField("referral", "target", "undone_at", "same_children"), "B")

    objects = SignedQuerySet.as_manager()

    class Meta:
        """A filing is joined to one file at a time."""

        ordering = ["joined_at", "id"]
        constraints = [
            models.CheckConstraint(name="joining_to_another", condition=~Q(referral=models.F("target"))),
            models.UniqueConstraint(
                name="joining_once", fields=["referral"], condition=Q(undone_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"joining {self.pk}"


class MovedRow(models.Model):
    """A row that a merge moved to the target, so that an unmerge can return it (T35)."""

    not_copied = "which rows a merge moved: the rows themselves are copied"
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("moved_rows")
    joining = clear(models.ForeignKey(Joining, models.PROTECT, related_name="moved"), "A")
    relation = clear(models.CharField(max_length=40), "A")
    row = clear(models.UUIDField(), "A")

    class Meta:
        """A joining moves a row once."""

        constraints = [models.UniqueConstraint(name="moved_once", fields=["joining", "row"])]

    def __str__(self) -> str:
        return f"moved row {self.pk}"
