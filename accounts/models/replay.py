"""Record of what an idempotent request did, so that a repetition isn't done again."""

import uuid
from typing import ClassVar

from django.db import models

from core.data_classes import by_class


class Replay(models.Model):
    """An Idempotency-Key already honoured: what it did, never what it said (SEC-IN12).

    ``thing`` is the row that the act made or changed; of a case, ``part`` is the part that was made or the signature
    that is awaited, and ``version`` the case's. ``caller`` is a keyed value of account and key: the id
    beside ``thing`` would tell in every backup who filed what, and one value for all rows which are one account's.
    The database checks: a key is used once by a caller.
    """

    DATA_CLASSES: ClassVar = by_class(P1="id caller key route body status thing part version at")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    caller = models.BinaryField(max_length=32)
    key = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    body = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    thing = models.UUIDField()
    part = models.UUIDField(null=True)
    version = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="replay_once", fields=["caller", "key"])]

    def __str__(self) -> str:
        """Return the id: a key is the caller's own word."""
        return str(self.pk)
