"""Model of the sequencer's sign of life: when one of them last finished a pass."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SequencerPass(models.Model):
    """One row: the instant of the last whole pass, written at most every ``sequencer.SEEN_EVERY``.

    A log in which nothing is written gets no new checkpoint, so that checkpoints don't tell a sequencer that has
    nothing to do from one that is gone. The row proves nothing: ``audit_oldest_waiting`` tells whether entries wait.
    """

    number = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(number=1), name="audit_sequencerpass_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.at)
