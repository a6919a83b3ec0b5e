"""One person's use of the hourly caps and concurrency limits (SEC-AZ14); person and cases are keyed hashes."""

from django.db import models

from referrals.models.fields import clear


class UseCount(models.Model):
    """The cases that one person opened, was shown or filed within the last hour, for one cap.

    ``person`` is a keyed value of its own for each cap. ``used`` holds when and which, packed and sealed
    (``referrals/access/volume_limits.py``): the cases as keyed values of eight bytes, for a backup mustn't tell who
    looked at whom. Or the uploads that are arriving (``referrals/attachments/locks.py``), when cases were refused
    (``referrals/access/refusal_limits.py``), or how often danger came before the cap of filings. After ``until`` none
    of it counts.
    """

    not_copied = "keyed values and counts: whose they are can't be told"
    id = clear(models.BigAutoField(primary_key=True), "A")
    person = clear(models.BinaryField(max_length=32), "A")
    cap = clear(models.CharField(max_length=10), "A")
    used = clear(models.BinaryField(default=b""), "A")
    until = clear(models.DateTimeField(), "A")

    class Meta:
        """One row a person and cap."""

        default_permissions = ()
        constraints = [models.UniqueConstraint(name="use_count_once", fields=["person", "cap"])]
        indexes = [models.Index(fields=["until"], name="use_count_over")]

    def __str__(self) -> str:
        return f"use {self.pk}"
