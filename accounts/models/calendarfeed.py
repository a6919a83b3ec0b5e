"""Calendar feed: the address under which a person's own calendar reads what is due, one for each of their devices."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.user import User
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField


class CalendarFeedQuerySet(AuthenticQuerySet["CalendarFeed"]):
    """Ask which feeds open something on a day."""

    def usable(self, on: date) -> "CalendarFeedQuerySet":
        """Keep those that are neither revoked nor over, of an account that is open."""
        return self.filter(revoked_on=None, ends_on__gt=on, user__is_active=True)


class CalendarFeed(Authentic):
    """A secret address by which a calendar acts as its owner, to read deadlines and nothing else.

    The secret isn't stored, only its SHA-256. Days and no instants: an instant would join the row to an entry of the
    journal (SEC-CR20). ``language`` is that in which its titles are written: no calendar says what its owner reads.
    """

    DATA_CLASSES: ClassVar = by_class(
        P1="id user label language made_on ends_on revoked_on last_used_on mac",
        P2="sha256",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    label = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    made_on = models.DateField()
    ends_on = models.DateField()
    revoked_on = models.DateField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    mac = MacField("user", "sha256", "made_on", "ends_on", "revoked_on")

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("made_on")), name="feed_ends_after_it_was_made"),
            models.CheckConstraint(
                condition=Q(revoked_on=None) | Q(revoked_on__gte=F("made_on")),
                name="feed_revoked_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
