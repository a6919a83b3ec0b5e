"""Saved views of a queue: filters and order under a name, one account's own."""

from django.db import models

from referrals.models.fields import clear, row_id


class SavedView(models.Model):
    """One view of one account.

    ``person`` is a keyed value of the account, and ``kept`` seals name and filters under the account
    (``referrals/saved_views/actions.py``): a name is typed freely, and what somebody looks for tells of cases. Nobody
    but that account is shown it.
    """

    not_copied = "a filter that an agent keeps, sealed under a keyed value of the agent"
    id = row_id()
    person = clear(models.BinaryField(max_length=32), "A")
    kept = clear(models.BinaryField(), "A")
    at = clear(models.DateTimeField(), "A")

    class Meta:
        """The oldest first."""

        default_permissions = ()
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["person", "at"], name="saved_view_person")]

    def __str__(self) -> str:
        return f"saved view {self.pk}"
