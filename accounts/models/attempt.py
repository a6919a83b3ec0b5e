"""Counters of failed sign-ins, for throttling, by keyed hashes alone."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.data_classes import by_class


class Attempt(models.Model):
    """Failures under one mark: an address, a network, or an address from a network (``accounts/throttling.py``).

    The mark is a keyed value: a backup tells neither who was tried nor from where. ``known_at`` is when somebody last
    signed in under a mark of the third kind, or at all. The database checks: one row a mark, which says one of the two.
    """

    DATA_CLASSES: ClassVar = by_class(P1="id mark failures failed_at known_at")

    id = models.BigAutoField(primary_key=True)
    mark = models.BinaryField(max_length=32)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mark"], name="attempt_once"),
            models.CheckConstraint(
                condition=Q(failed_at__isnull=False) | Q(known_at__isnull=False),
                name="attempt_says_something",
            ),
        ]

    def __str__(self) -> str:
        """Return the id: a mark has no place in a log."""
        return str(self.pk)
