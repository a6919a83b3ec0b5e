"""Request for a role that two persons give: one administrator asks, a second person grants (SEC-AZ12, SEC-AZ24)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts.models.authority import Authority, Unit
from accounts.models.membership import NOWHERE, Membership
from accounts.models.organisation import Organisation
from accounts.models.user import User
from accounts.roles import BY_TWO, Role
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField


class GrantRequest(Authentic):
    """A role asked for somebody. ``valid_from`` None: from the confirmation on; ``membership``: what came of it.

    ``certificate``: when the certificate of honorability was issued that who asks saw; it opens nothing.

    The database checks: only roles that two persons give; one open request for the same; whoever asked doesn't
    decide, and nobody asks or decides for themself; what is decided has its instant, person and outcome, and what is
    open has none of them; a membership comes of a confirmed one alone.
    """

    DATA_CLASSES: ClassVar = by_class(
        P0="authority",
        P1="id role unit organisation valid_from valid_to asked_at decided_at confirmed membership mac",
        P2="user certificate asked_by decided_by",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    certificate = models.DateField(null=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(null=True)
    membership = models.OneToOneField(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    mac = MacField(
        "user",
        "role",
        "authority",
        "unit",
        "organisation",
        "valid_from",
        "valid_to",
        "asked_by",
        "asked_at",
        "decided_by",
        "decided_at",
        "confirmed",
        "membership",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=sorted(BY_TWO)), name="grant_request_by_two_persons"),
            models.UniqueConstraint(
                F("user"),
                F("role"),
                F("authority"),
                Coalesce("unit", NOWHERE),
                Coalesce("organisation", NOWHERE),
                condition=Q(decided_at=None),
                name="grant_request_waits_once",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("user")) & (Q(decided_by=None) | ~Q(decided_by=F("user"))),
                name="grant_request_by_others",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="grant_request_by_two"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, confirmed=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, confirmed__isnull=False),
                name="grant_request_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(confirmed=True, membership__isnull=False)
                | (Q(membership=None) & (Q(confirmed=None) | Q(confirmed=False))),
                name="grant_request_came_to_something",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
