"""When each reader last opened each case: what came since is news to them (``referrals/visits``)."""

from django.db import models

from referrals.models.fields import clear, of_referral


class LastVisit(models.Model):
    """One reader's last opening of one case's page.

    ``reader`` is a keyed value of account and case together: a stolen copy tells neither who looked at a case, nor that
    two cases were looked at by one person. Openings close to each other are one visit: ``since`` is when the one before
    it ended, None in the first; what came after it is news for as long as the visit lasts.
    """

    not_copied = "a keyed value of reader and case: told by the list of readers"
    id = clear(models.BigAutoField(primary_key=True), "A")
    referral = of_referral("last_visits")
    reader = clear(models.BinaryField(max_length=32), "A")
    at = clear(models.DateTimeField(), "A")
    since = clear(models.DateTimeField(null=True), "A")

    class Meta:
        """One row a reader and case."""

        default_permissions = ()
        constraints = [models.UniqueConstraint(name="last_visit_once", fields=["reader"])]

    def __str__(self) -> str:
        return f"last visit {self.pk}"
