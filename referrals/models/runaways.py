"""Emergency sheet of a runaway: what the person who finds the child must know, in any authority (domain.md T36)."""

from django.db import models
from django.db.models import Q

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.concern import Part
from referrals.models.fields import clear, of_referral, sealed


class EmergencySheet(Authentic, Part):
    """Description, danger and whom to call; it names its origin, for another authority reads nothing else.

    ``mac``: one that fails is open to no other authority.
    """

    referral = of_referral("emergency_sheets")
    child = clear(models.ForeignKey("referrals.Child", models.PROTECT, related_name="emergency_sheets"), "A")
    reference = clear(models.CharField(max_length=20), "A")
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    opened_at = clear(models.DateTimeField(), "A")
    closed_at = clear(models.DateTimeField(null=True, blank=True), "A")
    description = sealed("emergency_sheet.description", "B", max_length=5_000)
    danger = sealed("emergency_sheet.danger", "B", max_length=5_000)
    whom_to_call = sealed("emergency_sheet.whom_to_call", "B")
    mac = clear(MacField("referral", "child", "closed_at"), "A")

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

    referral = of_referral("sheet_readers")
    sheet = clear(models.ForeignKey(EmergencySheet, models.PROTECT, related_name="readers"), "A")
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    mac = clear(MacField("sheet", "authority"), "A")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """An authority reads a sheet or doesn't."""

        constraints = [models.UniqueConstraint(name="sheet_reader_once", fields=["sheet", "authority"])]

    def __str__(self) -> str:
        return f"sheet reader {self.pk}"
