"""Models of retention: what content was pruned, how far, and what legal holds protect (SEC-AL15)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class PrunedRun(models.Model):
    """Consecutive places of an origin whose entries were pruned, as one entry ``journal:pruned`` says.

    ``youngest`` is the latest instant of their entries; ``writers`` tells writer and counter of each, as the list does
    (``audit/pruning.py``).
    """

    pk = models.CompositePrimaryKey("entry", "first")
    entry = models.UUIDField()
    origin = models.PositiveIntegerField()
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    youngest = models.DateTimeField(null=True)
    writers = models.TextField(null=True)  # noqa: DJ001 - SQLite would copy the table, without its triggers

    class Meta:
        """Read by origin, for an export, and by place, for whether an entry was pruned."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["origin", "entry"], name="audit_pruned_origin"),
            models.Index(fields=["origin", "first"], name="audit_pruned_place"),
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class PruneMark(models.Model):
    """The instants before which an authority's entries are pruned; the nil id stands for entries of no authority."""

    tenant = models.UUIDField(primary_key=True)
    access_before = models.DateTimeField()
    technical_before = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.tenant)


class LegalHold(models.Model):
    """Entries of an authority, or those about one file, that keep their content until the hold is lifted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    tenant = models.UUIDField()
    subject = models.UUIDField(null=True)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        """The few that are in force are asked for each entry that is pruned."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["tenant"], name="audit_hold_in_force", condition=Q(lifted_at__isnull=True))
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "subject"], name="audit_hold_once", condition=Q(lifted_at__isnull=True)
            ),
            # On its own: NULL isn't equal to NULL, so the constraint above allows any number of holds on a whole
            # authority.
            models.UniqueConstraint(
                fields=["tenant"],
                name="audit_hold_all_once",
                condition=Q(lifted_at__isnull=True, subject__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
