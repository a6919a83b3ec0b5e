"""Exports of cases with names: asked for by one person, confirmed by another, made after a delay, taken once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.fields import SealedRow, clear, coded, row_id, sealed
from referrals.vocabulary.oversight import ExportPurpose


class CaseExport(Authentic, SealedRow):
    """One list with names on its way out of the service (SEC-AZ12, SEC-AZ15).

    ``cases``: which were asked for, until it has ended; ``reason`` and ``content`` are sealed under a key of the row's
    own, which is destroyed with them. From ``ready_at`` on the file may be made (``made_at``), until ``ends_at`` it may
    be taken (``taken_at``); ``ended_at``: nothing is left of it.

    The database checks: two persons; what is decided has its instant, person and outcome, and a confirmed one its
    delay; what is taken was made; nothing sealed is left of one that has ended.
    """

    not_copied = "a list with names on its way, destroyed within days; told by the list of readers"
    sealed_owner = "id"

    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    asked_by = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    asked_at = clear(models.DateTimeField(), "A")
    purpose = coded(ExportPurpose, "A")
    cases = clear(models.JSONField(default=list, blank=True), "A")
    decided_by = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"),
        "A",
    )
    decided_at = clear(models.DateTimeField(null=True, blank=True), "A")
    confirmed = clear(models.BooleanField(null=True, blank=True), "A")
    ready_at = clear(models.DateTimeField(null=True, blank=True), "A")
    ends_at = clear(models.DateTimeField(null=True, blank=True), "A")
    made_at = clear(models.DateTimeField(null=True, blank=True), "A")
    taken_at = clear(models.DateTimeField(null=True, blank=True), "A")
    ended_at = clear(models.DateTimeField(null=True, blank=True), "A")
    key = clear(models.UUIDField(null=True, blank=True), "A")
    reason = sealed("case_export.reason", "B", max_length=2_000, critical=True)
    content = sealed("case_export.content", "B", kind="json", max_length=200_000, critical=True)
    mac = clear(
        MacField(
            "authority",
            "asked_by",
            "asked_at",
            "purpose",
            "cases",
            "decided_by",
            "decided_at",
            "confirmed",
            "ready_at",
            "ends_at",
            "made_at",
            "taken_at",
            "ended_at",
        ),
        "A",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The newest first."""

        default_permissions = ()
        ordering = ["-asked_at", "id"]
        indexes = [
            models.Index(fields=["authority", "asked_at"], name="case_export_authority"),
            models.Index(fields=["asked_at"], name="case_export_open", condition=Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(name="case_export_by_two", condition=~Q(decided_by_id=F("asked_by_id"))),
            models.CheckConstraint(
                name="case_export_decided_whole",
                condition=Q(
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    confirmed__isnull=True,
                    ready_at__isnull=True,
                    ends_at__isnull=True,
                )
                | Q(
                    decided_by__isnull=False, decided_at__isnull=False, confirmed=False, ready_at__isnull=True
                )
                | Q(
                    # A comparison with NULL isn't false, and a constraint that isn't false holds.
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    ready_at__isnull=False,
                    ends_at__isnull=False,
                    confirmed=True,
                    ready_at__gte=F("decided_at"),
                    ends_at__gt=F("ready_at"),
                ),
            ),
            models.CheckConstraint(
                name="case_export_taken_once_made",
                condition=Q(made_at__isnull=True, taken_at__isnull=True, content__isnull=True)
                | Q(made_at__isnull=False, ready_at__isnull=False, made_at__gte=F("ready_at")),
            ),
            models.CheckConstraint(
                name="case_export_ended_whole",
                condition=Q(ended_at__isnull=True, key__isnull=False)
                | Q(ended_at__isnull=False, key__isnull=True, reason__isnull=True, content__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"case export {self.pk}"
