"""Reviews of guidance pages by a professional, as an administrator records them (field.md B.6)."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.authority import Authority
from accounts.models.user import User
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField


class GuidanceReviewQuerySet(AuthenticQuerySet["GuidanceReview"]):
    def counting(self, on: date) -> "GuidanceReviewQuerySet":
        """Keep those that are neither over nor withdrawn."""
        return self.filter(withdrawn_at=None, until__gte=on)


class GuidanceReview(Authentic):
    """A professional read one page in one language, as it stood, and stands by it until a day.

    ``digest`` is the SHA-256 of the text: a changed page is unreviewed again. ``name``, ``function``, ``body``: of the
    professional, who agreed to be named on a public page. ``typed_by``: the administrator who recorded it.
    """

    DATA_CLASSES: ClassVar = by_class(
        P0="id authority path language digest reviewed_on until",
        P1="name function body typed_at withdrawn_at mac",
        P2="typed_by withdrawn_by",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=100)
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    function = models.CharField(max_length=200)
    body = models.CharField(max_length=200)
    reviewed_on = models.DateField()
    until = models.DateField()
    typed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    typed_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    mac = MacField(
        "authority",
        "path",
        "language",
        "digest",
        "name",
        "function",
        "body",
        "reviewed_on",
        "until",
        "typed_by",
        "withdrawn_at",
    )

    objects = GuidanceReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("reviewed_on")), name="guidance_review_runs_forward"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="guidance_review_withdrawn_whole",
            ),
        ]
        indexes = [models.Index(fields=["path", "language", "digest"], name="guidance_review_of_a_text")]

    def __str__(self) -> str:
        return str(self.pk)
