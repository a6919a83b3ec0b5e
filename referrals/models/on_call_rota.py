"""On-call rota of an authority (domain.md §11.1 ``ON_CALL_SCHEDULE``)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from referrals.models.fields import clear, coded, row_id
from referrals.vocabulary.states import Coded


class Place(Coded):
    """In which order officers on call are called."""

    FIRST = "first", _("Premier cadre")
    SECOND = "second", _("Second cadre")


class RotaShiftQuerySet(models.QuerySet["RotaShift"]):
    """Ask who is on call."""

    def standing(self, at: datetime) -> "RotaShiftQuerySet":
        """Keep the shifts that run at an instant, as far as they haven't been withdrawn by then."""
        is_standing = Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
        return self.filter(is_standing, starts_at__lte=at, ends_at__gt=at)

    def on_duty(self, at: datetime) -> "RotaShiftQuerySet":
        """Keep those of officers who hold the role there now: a shift gives nobody a right."""
        memberships = Membership.objects.in_force(at).filter(
            user=OuterRef("user"), authority=OuterRef("authority"), role=Role.ON_CALL
        )
        return self.standing(at).filter(Exists(memberships))


class RotaShift(models.Model):
    """One officer is on call for one authority from an instant to another (the last not included).

    Rows are added and withdrawn, never changed or removed: who was on call explains the calls of that night.
    """

    not_copied = "who was on call: nothing of a case"
    id = row_id()
    authority = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="rota_shifts"), "A"
    )
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    place = coded(Place, "A")
    starts_at = clear(models.DateTimeField(), "A")
    ends_at = clear(models.DateTimeField(), "A")
    made_at = clear(models.DateTimeField(), "A")
    made_by = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    withdrawn_at = clear(models.DateTimeField(null=True, blank=True), "A")
    withdrawn_by = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"), "A"
    )

    objects = RotaShiftQuerySet.as_manager()

    class Meta:
        """In the order of the calendar."""

        default_permissions = ()
        ordering = ["starts_at", "place", "id"]
        indexes = [models.Index(fields=["authority", "ends_at", "id"], name="rota_authority")]
        constraints = [
            models.CheckConstraint(name="rota_place_known", condition=Q(place__in=Place.values)),
            models.CheckConstraint(name="rota_runs_forward", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="rota_withdrawn_by_somebody",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"rota shift {self.pk}"
