"""Stand-ins: an absent person's assignments, for a period, held by another of the same role (SEC-AZ11)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.fields import clear, row_id

ROLES = ("assessor", "ase_inspector", "case_referent")


class StandInQuerySet(AuthenticQuerySet["StandIn"]):
    """Ask which stand-ins count at an instant."""

    def in_force(self, at: datetime) -> "StandInQuerySet":
        """Keep those that have begun and haven't ended; that both hold the role still is asked with each case."""
        return self.filter(since_at__lte=at, until_at__gt=at, ended_at=None)


class StandIn(Authentic):
    """One person acts with another's assignments in one role at one authority, from an instant to another.

    The database checks: two persons; a role that works by assignment; the period runs forward; one stand-in of a person
    and role that hasn't been ended. Rows stay: they explain in whose name the acts of the past were done.
    """

    not_copied = "who stands in for whom: nothing of a case"
    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    role = clear(models.CharField(max_length=30), "A")
    absent = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="stood_in_for"), "A"
    )
    stand_in = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="stands_in"), "A"
    )
    since_at = clear(models.DateTimeField(), "A")
    until_at = clear(models.DateTimeField(), "A")
    named_at = clear(models.DateTimeField(), "A")
    named_by = clear(models.UUIDField(), "A")
    ended_at = clear(models.DateTimeField(null=True, blank=True), "A")
    ended_by = clear(models.UUIDField(null=True, blank=True), "A")
    mac = clear(
        MacField(
            "authority",
            "role",
            "absent",
            "stand_in",
            "since_at",
            "until_at",
            "named_at",
            "named_by",
            "ended_at",
        ),
        "A",
    )

    objects = StandInQuerySet.as_manager()

    class Meta:
        """The newest first."""

        default_permissions = ()
        ordering = ["-since_at", "id"]
        indexes = [
            models.Index(
                fields=["stand_in", "until_at"], name="stand_in_open", condition=Q(ended_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(name="stand_in_two_persons", condition=~Q(absent_id=F("stand_in_id"))),
            models.CheckConstraint(name="stand_in_by_assignment", condition=Q(role__in=ROLES)),
            models.CheckConstraint(name="stand_in_runs_forward", condition=Q(until_at__gt=F("since_at"))),
            models.UniqueConstraint(
                name="stand_in_once_while_open",
                fields=["absent", "role", "authority"],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"stand-in {self.pk}"
