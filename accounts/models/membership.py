"""Membership: who holds which role, where and for how long; and the tokens by which programs use it."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Expression, F, Q, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts.models.authority import Authority, Unit
from accounts.models.organisation import Organisation
from accounts.models.user import User
from accounts.roles import NEED_ORGANISATION, NEED_UNIT, Role
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField

#: A role that nobody reviews ends so long after its review was due (``accounts/reviews.py``).
LAPSES_AFTER: Final = timedelta(days=30)
NOWHERE: Final = Value(uuid.UUID(int=0), output_field=models.UUIDField())


def review_period() -> timedelta:
    return timedelta(days=settings.ROLE_REVIEW_DAYS)


class MembershipQuerySet(AuthenticQuerySet["Membership"]):
    def in_force(self, at: datetime | Expression) -> "MembershipQuerySet":
        """Keep those that have begun and haven't ended at an instant; the account must be active too."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at, user__is_active=True)

    def to_review(self, *, by: datetime) -> "MembershipQuerySet":
        """Keep those whose review falls due by an instant, that included; what ends before is never due."""
        due = Q(valid_to=None) | Q(valid_to__gt=F("reviewed_at") + review_period())
        return self.filter(due, reviewed_at__lte=by - review_period())


class Membership(Authentic):
    """One person in one role at one authority, from an instant to another (the last not included).

    ``reviewed_at``: when somebody last said that it is held rightly, of which giving it is the first time. The database
    fills it in where a release that doesn't know it still gives roles.

    ``honorability_…``: when a certificate of honorability was issued, when somebody saw it, and who; since when one is
    asked for, where the role was held before; when supervisors were told that it is over. They open nothing.

    The database checks: a known role; a unit or an organisation where the role needs one; the period doesn't
    run backwards; nobody holds the same thing twice in an open period. An ended membership stays: rights of
    the past explain the acts of the past.
    """

    DATA_CLASSES: ClassVar = by_class(
        P0="authority",
        P1="id role unit organisation valid_from valid_to reviewed_at mac",
        P2=(
            "user honorability_issued_on honorability_seen_on honorability_seen_by "
            "honorability_asked_on honorability_told_on"
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(default=timezone.now, db_default=Now())
    honorability_issued_on = models.DateField(null=True, blank=True)
    honorability_seen_on = models.DateField(null=True, blank=True)
    honorability_seen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    honorability_asked_on = models.DateField(null=True, blank=True)
    honorability_told_on = models.DateField(null=True, blank=True)
    mac = MacField(
        "user", "role", "authority", "unit", "organisation", "valid_from", "valid_to", "reviewed_at"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(NEED_UNIT)) | Q(unit__isnull=False),
                name="membership_has_its_unit",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(NEED_ORGANISATION)) | Q(organisation__isnull=False),
                name="membership_has_its_organisation",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="membership_period_runs_forward",
            ),
            models.UniqueConstraint(
                F("user"),
                F("role"),
                F("authority"),
                Coalesce("unit", NOWHERE),
                Coalesce("organisation", NOWHERE),
                condition=Q(valid_to=None),
                name="membership_once_while_open",
            ),
        ]
        indexes = [models.Index(fields=["authority", "id"], name="membership_by_authority")]

    def __str__(self) -> str:
        """Return the id: what is shown to people is chosen by whoever shows it."""
        return str(self.pk)

    @property
    def review_due_at(self) -> datetime | None:
        """Return when it is to be reviewed; None where it ends before."""
        due = self.reviewed_at + review_period()
        return None if self.valid_to is not None and self.valid_to <= due else due

    @property
    def lapses_at(self) -> datetime:
        """Return from when on it may end because nobody reviewed it."""
        return self.reviewed_at + review_period() + LAPSES_AFTER

    def clean(self) -> None:
        """Refuse a unit or an organisation of another authority.

        Raises:
            ValidationError: names the field.
        """
        if self.unit and self.unit.authority_id != self.authority_id:
            raise ValidationError({"unit": "Cette unité relève d'une autre autorité."})
        if self.organisation and self.organisation.authority_id not in (None, self.authority_id):
            raise ValidationError({"organisation": "Cet organisme relève d'une autre autorité."})


class TokenQuerySet(AuthenticQuerySet["Token"]):
    """Ask which tokens open something at an instant."""

    def usable(self, at: datetime | Expression) -> "TokenQuerySet":
        """Keep those that are neither revoked nor expired, of a membership in force and an active account."""
        return self.filter(
            Q(membership__valid_to=None) | Q(membership__valid_to__gt=at),
            membership__valid_from__lte=at,
            membership__user__is_active=True,
            revoked_at=None,
            expires_at__gt=at,
        )


class Token(Authentic):
    """A secret by which a program acts as one membership. The secret isn't stored, only its SHA-256.

    ``prefix`` is the beginning of the secret, by which people recognise it in a list; it opens nothing.
    The database checks: it expires after it was made, and is revoked after it was made.
    """

    DATA_CLASSES: ClassVar = by_class(
        P1="id prefix membership label scopes created_at expires_at revoked_at last_used_on mac",
        P2="sha256",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    mac = MacField("sha256", "membership", "scopes", "created_at", "expires_at", "revoked_at")

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="token_expires_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_at__gte=F("created_at")),
                name="token_revoked_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        """Return the id, not the prefix: the beginning of a secret has no place in a log."""
        return str(self.pk)
