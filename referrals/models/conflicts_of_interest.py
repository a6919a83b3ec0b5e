"""Declared ties of staff, as they are stored and compared (domain.md §1.3 rule 8).

They belong to a person, not to a case or an authority: a tie bars from a case wherever it is.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.fields import SealedRow, clear, row_id, sealed


class DeclaredTie(Authentic, SealedRow):
    """Somebody to whom a member of staff is tied, as the member says; nobody else ever reads it.

    All that is said stands in one value, under a key of the row's own. ``removed_at``: taken back, and for the rest of
    a day no more than a place in the count of declarations.
    """

    not_copied = "an agent's own tie with somebody, which the agent reads and removes"
    sealed_owner = "id"

    id = row_id()
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "B")
    key = clear(models.UUIDField(null=True), "B")
    declared_at = clear(models.DateTimeField(), "B")
    removed_at = clear(models.DateTimeField(null=True, blank=True), "B")
    said = sealed("declared_tie.said", "B", kind="json", max_length=2_000, critical=True)
    mac = clear(MacField("user", "declared_at", "removed_at"), "B")

    objects = SignedQuerySet.as_manager()

    class Meta:
        """Found by person."""

        default_permissions = ()
        indexes = [models.Index(fields=["user", "declared_at"], name="declared_tie_user")]
        constraints = [
            models.CheckConstraint(
                name="declared_tie_removed_whole",
                condition=Q(removed_at__isnull=True, key__isnull=False, said__isnull=False)
                | Q(removed_at__isnull=False, key__isnull=True, said__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"tie {self.pk}"


class KinValue(models.Model):
    """One keyed value of a declared tie, or (without ``tie``) of a member's own name and number.

    It is whole, not cut short as those of cases are, and those of cases that it is compared with are never kept.
    """

    not_copied = "a keyed value of a declared tie"
    id = clear(models.BigAutoField(primary_key=True), "B")
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "B")
    tie = clear(models.ForeignKey(DeclaredTie, models.CASCADE, null=True, related_name="values"), "B")
    value = clear(models.BigIntegerField(), "B")

    class Meta:
        """Found by value."""

        default_permissions = ()
        indexes = [models.Index(fields=["value", "user", "tie"], name="kin_value_found")]

    def __str__(self) -> str:
        return f"kin value {self.pk}"


class KinSearch(models.Model):
    """How far the service has compared one member of staff with the cases of one authority.

    ``asked_at``: since when it is to be done; ``after``: the last case done, by id; ``done_at``: all were.
    ``own``: a keyed value of the name and number that were compared.
    """

    not_copied = "how far a comparison has come"
    id = row_id()
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    asked_at = clear(models.DateTimeField(), "A")
    after = clear(models.UUIDField(null=True), "B")
    done_at = clear(models.DateTimeField(null=True, blank=True), "A")
    own = clear(models.BinaryField(max_length=32), "B")

    class Meta:
        """One row a person and authority."""

        default_permissions = ()
        indexes = [
            models.Index(fields=["asked_at"], name="kin_search_open", condition=Q(done_at__isnull=True))
        ]
        constraints = [models.UniqueConstraint(name="kin_search_once", fields=["user", "authority"])]

    def __str__(self) -> str:
        return f"kin search {self.pk}"
