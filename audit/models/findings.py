"""Models of integrity findings: entries refused a place, alarms (docs/decisions, 0037), and decoys (SEC-AZ17)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from encryption.authentic import Authentic, MacField, SignedQuerySet
from encryption.row_writes import Audited


class Refused(models.Model):
    """An entry that the service didn't write, or of which that can't be shown any more: it gets no place (SEC-AL21).

    ``leaf_hash`` is that of the bytes as they were when they were refused, ``reason`` one of ``chains.Reason``. Rows
    are added by the sequencer alone and never change.
    """

    entry = models.UUIDField(primary_key=True)
    # Kept here, because the row that it names can still be changed by whoever wrote it.
    leaf_hash = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=16)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.entry)


class Alarm(Authentic):
    """Something that an auditor must be told, once. ``key``: a code, then what it is about, parted by colons.

    A row that the service didn't write counts as open and untold: nobody settles an alarm by hand before it is raised.

    ``settled_at``: since when it counts as looked into, by an entry of the operator's (``manage.py settle_alarm``). It
    is open again once the same is found later, unless it is ``permanent``: what can't be mended.
    """

    key = models.CharField(primary_key=True, max_length=200)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    permanent = models.BooleanField(default=False, db_default=False)
    mac = MacField("at", "told_at", "settled_at", "permanent", audited=Audited.NOTHING)

    objects = SignedQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="audit_alarm_untold", condition=Q(told_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.key


class Decoy(models.Model):
    """The pseudonym of a decoy file of one authority; made by ``manage.py decoy``, and never changed."""

    subject = models.UUIDField(primary_key=True)
    tenant = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["tenant"], name="audit_decoy_tenant"),)

    def __str__(self) -> str:
        return str(self.subject)
