"""Record of what the nightly pass saw of a case's rows; it detects deletion or rollback (SEC-CR21)."""

from django.db import models

from encryption.authentic import Authentic, MacField, SignedQuerySet
from encryption.row_writes import Audited
from referrals.models.fields import clear


class CaseWatch(Authentic):
    """The rows with sealed cells of one case, as they were last seen.

    ``rows``: how often the cells of each row were written (``encryption/cells.py``), by table and id in hexadecimal; a
    row that is gone or was set back stays as it was, so that it is named until it is back; of the case's own row the
    first six bytes of its HMAC, as a number. ``version``: the case's.
    """

    not_copied = "how often rows were written, by table and id"
    referral = clear(
        models.OneToOneField("referrals.Referral", models.PROTECT, primary_key=True, related_name="watch"),
        "A",
    )
    version = clear(models.PositiveIntegerField(), "A")
    seen_at = clear(models.DateTimeField(), "A")
    rows = clear(models.JSONField(default=dict), "A")
    mac = clear(MacField("version", "seen_at", "rows", audited=Audited.NOTHING), "A")

    objects = SignedQuerySet.as_manager()

    class Meta:
        """One a case, from the night after it was filed."""

        default_permissions = ()

    def __str__(self) -> str:
        return f"watch of {self.pk}"
