"""Emergency sheet of a runaway: what the person who finds the child must know, in any authority (domain.md T36)."""

from django.db import models
from django.db.models import Q

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.concern import Part
from referrals.models.copy_rules import CHILD, PLACE, SAFETY_TEXT, RowRule, Whose
from referrals.models.fields import clear, internal, of_referral, sealed


class EmergencySheet(Authentic, Part):
    """Description, danger and whom to call; it names its origin, for another authority reads nothing else.

    ``mac``: one that fails is open to no other authority.
    """

    copied = RowRule(Whose.CHILD, link="child", on="opened_at")
    referral = of_referral("emergency_sheets")
    child = internal(
        models.ForeignKey("referrals.Child", models.PROTECT, related_name="emergency_sheets"), "A"
    )
    reference = internal(models.CharField(max_length=20), "A")
    authority = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A", subject=CHILD
    )
    opened_at = clear(models.DateTimeField(), "A", subject=CHILD)
    closed_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    description = sealed(
        "emergency_sheet.description", "B", max_length=5_000, subject=CHILD, withhold=SAFETY_TEXT
    )
    danger = sealed("emergency_sheet.danger", "B", max_length=5_000, subject=CHILD, withhold=SAFETY_TEXT)
    whom_to_call = sealed("emergency_sheet.whom_to_call", "B", subject=CHILD, withhold=SAFETY_TEXT)
    mac = internal(MacField("referral", "child", "closed_at"), "A")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """At most one sheet of a child is open."""

        constraints = [
            models.UniqueConstraint(
                name="emergency_sheet_one_open", fields=["child"], condition=Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"emergency sheet {self.pk}"


class SheetReader(Authentic, Part):
    """An authority whose officers on call may read a sheet while it is open (domain.md §1.3 rule 1)."""

    copied = RowRule()
    referral = of_referral("sheet_readers")
    sheet = internal(models.ForeignKey(EmergencySheet, models.PROTECT, related_name="readers"), "A")
    authority = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"),
        "A",
        subject=CHILD,
        withhold=PLACE,
    )
    mac = internal(MacField("sheet", "authority"), "A")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """An authority reads a sheet or doesn't."""

        constraints = [models.UniqueConstraint(name="sheet_reader_once", fields=["sheet", "authority"])]

    def __str__(self) -> str:
        return f"sheet reader {self.pk}"
