"""Access anomalies, how far the journal was examined for them, and lookups of a case or account in it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.fields import clear, coded, row_id, state_field
from referrals.vocabulary.oversight import Answer, LookupGround, LookupKind, LookupState
from referrals.vocabulary.states import AnomalyState


def _instant() -> "models.DateTimeField[Any, Any]":
    return clear(models.DateTimeField(null=True, blank=True), "L")


def _person() -> "models.ForeignKey[Any, Any]":
    return clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"), "L"
    )


class AccessAnomaly(models.Model):
    """What one rule found odd about one person, file or writer on one day.

    ``who`` and ``subjects`` are pseudonyms of the journal, ``entries`` ids of its entries (at most a hundred of each);
    ``key`` tells findings of a rule apart, so that one is made once; what comes later on a day whose anomaly is
    examined already has the same key with a number behind, and counts its entries. Invariants, which the database
    checks: what is judged, reported and closed is dated; the veil is lifted by two persons.
    """

    not_copied = "an examination of agents' readings, by pseudonyms; told by the list of readers"
    state = state_field(AnomalyState, AnomalyState.DETECTED, "L")

    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "L")
    rule = clear(models.CharField(max_length=8), "L")
    key = clear(models.CharField(max_length=80), "L")
    who = clear(models.UUIDField(null=True), "L")
    subjects = clear(models.JSONField(default=list), "L")
    entries = clear(models.JSONField(default=list), "L")
    count = clear(models.PositiveIntegerField(), "L")
    first_at = clear(models.DateTimeField(), "L")
    last_at = clear(models.DateTimeField(), "L")
    detected_at = clear(models.DateTimeField(), "L")
    taken_at = _instant()
    taken_by = _person()
    asked_at = _instant()
    answer_due_at = _instant()
    answered_at = _instant()
    answer = coded(Answer, "L", blank=True, default="")
    judged_at = _instant()
    judged_by = _person()
    reason = clear(models.CharField(max_length=20, blank=True, default=""), "L")
    reported_at = _instant()
    closed_at = _instant()
    resolution_asked_at = _instant()
    resolution_asked_by = _person()
    resolution_asked_as = clear(models.CharField(max_length=20, blank=True, default=""), "L")
    resolved_by = _person()
    resolved_until = _instant()

    class Meta:
        """Newest first; one finding a rule and key."""

        ordering = ["-detected_at", "id"]
        indexes = [
            models.Index(fields=["authority", "-detected_at", "id"], name="anomaly_newest"),
            models.Index(fields=["who"], name="anomaly_asked", condition=Q(asked_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="anomaly_state_known", condition=Q(state__in=AnomalyState.values)),
            models.UniqueConstraint(name="anomaly_once", fields=["authority", "rule", "key"]),
            models.CheckConstraint(
                name="anomaly_judged",
                condition=Q(state__in=(AnomalyState.DETECTED, AnomalyState.UNDER_REVIEW))
                | Q(judged_at__isnull=False, judged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="anomaly_resolved_by_two",
                condition=Q(resolved_by__isnull=True)
                | (Q(resolution_asked_by__isnull=False) & ~Q(resolved_by=F("resolution_asked_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"anomaly {self.pk}"


class AnomalyMark(models.Model):
    """Up to which place of which origin of the log the rules were asked, and when; one row."""

    not_copied = "how the service is set up and used: nothing of a case"
    id = clear(models.PositiveSmallIntegerField(primary_key=True, default=1), "L")
    origin = clear(models.PositiveIntegerField(default=0), "L")
    place = clear(models.PositiveBigIntegerField(default=0), "L")
    asked_at = clear(models.DateTimeField(), "L")

    def __str__(self) -> str:
        return f"{self.origin}/{self.place}"


class PseudonymLookup(Authentic, models.Model):
    """A case or an account that a complaint names, looked up in the journal by two persons (SEC-AZ12).

    ``sought``: what the first person typed, as a keyed hash over this row's id: nothing that was typed is kept. The
    second person types it too. ``subject``: the pseudonym that both may read until ``until``. The database checks: two
    persons; what is decided has its instant, person and outcome; a pseudonym stands where one was found.
    """

    not_copied = "a keyed value and a pseudonym of the journal: auditors' own work"
    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "L")
    kind = coded(LookupKind, "L")
    ground = coded(LookupGround, "L")
    sought = clear(models.BinaryField(max_length=32), "L")
    asked_by = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "L")
    asked_as = clear(models.CharField(max_length=20), "L")
    asked_at = clear(models.DateTimeField(), "L")
    decided_by = _person()
    decided_at = _instant()
    outcome = coded(LookupState, "L", blank=True, default="")
    subject = clear(models.UUIDField(null=True), "L")
    until = _instant()
    mac = clear(
        MacField(
            "authority",
            "kind",
            "ground",
            "sought",
            "asked_by",
            "asked_as",
            "asked_at",
            "decided_by",
            "decided_at",
            "outcome",
            "subject",
            "until",
        ),
        "L",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The newest first."""

        default_permissions = ()
        ordering = ["-asked_at", "id"]
        indexes = [models.Index(fields=["authority", "-asked_at", "id"], name="lookup_newest")]
        constraints = [
            models.CheckConstraint(name="lookup_by_two", condition=~Q(decided_by_id=F("asked_by_id"))),
            models.CheckConstraint(
                name="lookup_decided_whole",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, outcome="")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="lookup_found_whole",
                condition=Q(outcome=LookupState.FOUND, subject__isnull=False, until__isnull=False)
                | (~Q(outcome=LookupState.FOUND) & Q(subject__isnull=True, until__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"lookup {self.pk}"
