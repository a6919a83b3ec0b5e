"""Record linkage index, by which files about one child are found: keyed numbers alone, no name or date (SEC-CR16).

``IndexValue`` is deleted with its case (SEC-CR11). The two other tables hold nothing of a case.
"""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.models.fields import clear, of_referral

#: Lengths of the index's values, in bits (SEC-CR16). The longest is part of the layout of a number: with a longer one,
#: none that stands in the index would be found.
LENGTHS: Final = range(2, 20)


class IndexValue(models.Model):
    """One keyed number of one row of a case: of a child, a holder, a third party or a trace.

    Several children share a number by chance; it is never shown, and what it finds is opened and compared first.
    """

    not_copied = "keyed numbers of identities, which the copy gives as they are"
    id = clear(models.BigAutoField(primary_key=True), "A")
    referral = of_referral("index_values", "B")
    row = clear(models.UUIDField(), "B")
    bucket = clear(models.BigIntegerField(), "B")

    class Meta:
        """Found by number; the index holds all that a search reads."""

        default_permissions = ()
        indexes = [models.Index(fields=["bucket", "row", "referral"], name="index_value_bucket")]
        constraints = [
            models.UniqueConstraint(name="index_value_once", fields=["row", "bucket"]),
            models.CheckConstraint(name="index_value_positive", condition=Q(bucket__gte=0)),
        ]

    def __str__(self) -> str:
        return f"index value {self.pk}"


class IndexSize(models.Model):
    """How many children an authority's index holds, and how many bits a number of it has from now on.

    The bits never become fewer: searches ask for every length up to this one.
    """

    not_copied = "how the service is set up and used: nothing of a case"
    authority = clear(
        models.OneToOneField("accounts.Authority", models.PROTECT, primary_key=True, related_name="+"), "A"
    )
    children = clear(models.PositiveIntegerField(default=0), "A")
    bits = clear(models.PositiveSmallIntegerField(), "A")
    counted_at = clear(models.DateTimeField(), "A")

    class Meta:
        """One row an authority."""

        default_permissions = ()
        constraints = [models.CheckConstraint(name="index_size_bits", condition=Q(bits__in=list(LENGTHS)))]

    def __str__(self) -> str:
        return f"index of {self.authority_id}"


class SearchCount(models.Model):
    """How often a person searched by name on one day of its authority, for the daily cap (SEC-AZ14)."""

    not_copied = "how often an agent searched: nothing of a case"
    id = clear(models.BigAutoField(primary_key=True), "A")
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    on = clear(models.DateField(), "A")
    count = clear(models.PositiveIntegerField(default=0), "A")

    class Meta:
        """One row a person and day."""

        default_permissions = ()
        constraints = [models.UniqueConstraint(name="search_count_once", fields=["user", "on"])]

    def __str__(self) -> str:
        return f"searches {self.pk}"
