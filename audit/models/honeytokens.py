"""Honeytokens (decoys): files that nobody has a reason to open; an access to one is an anomaly (SEC-AZ17)."""

from django.db import models


class Decoy(models.Model):
    """The pseudonym of a decoy file of one authority; made by ``manage.py decoy``, and never changed."""

    subject = models.UUIDField(primary_key=True)
    tenant = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["tenant"], name="audit_decoy_tenant"),)

    def __str__(self) -> str:
        return str(self.subject)
