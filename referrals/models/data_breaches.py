"""Data breaches: the register of RGPD art. 33(5), a row for each authority touched (domain.md §2.7)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.fields import SealedRow, answer, clear, code_list, coded, row_id, sealed, state_field
from referrals.vocabulary.data_breaches import (
    BreachKind,
    BreachRisk,
    BreachSource,
    DataPart,
    Legible,
    Stopped,
    Touched,
)
from referrals.vocabulary.states import BreachState

_LONG = 40_000


def _instant() -> "models.DateTimeField[Any, Any]":
    return clear(models.DateTimeField(null=True, blank=True), "L")


def _person() -> "models.ForeignKey[Any, Any]":
    return clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"),
        "L",
    )


class DataBreach(Authentic, SealedRow):
    """One breach at one authority: it is never erased, and holds no name in clear.

    ``anomaly``: the access found unjustified that opened it; else ``declared_by`` did, as ``declared_as``. ``who`` is
    the pseudonym of the account in question, ``subjects`` those of the cases, between ``since`` and ``until``. C22:
    ``due_at`` is 72 hours after ``aware_at`` and stands while the clock runs; ``stopped_by`` says what ended it.
    ``persons``: about how many of each category of ``Concerned``; ``groups``: what was said for each of them by
    category, as codes and days. Why a
    notification came late stands in what is sealed. What people typed is sealed under ``key``,
    the row's own, which lasts as long as the row; rows taken over from before have none until something is typed.

    The database checks: the clock runs in the states that wait for the CNIL or for two, and in no other; what is ruled
    out was ruled out without a risk, by two; an anomaly has one breach.
    """

    not_copied = "the register of art. 33(5): numbers and codes; each person is told by letter (art. 34)"
    state = state_field(BreachState, BreachState.DECLARED, "L")

    sealed_owner = "id"

    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "L")
    anomaly = clear(
        models.OneToOneField(
            "referrals.AccessAnomaly", models.PROTECT, null=True, blank=True, related_name="breach"
        ),
        "L",
    )
    declared_by = _person()
    declared_as = clear(models.CharField(max_length=20, blank=True, default=""), "L")
    declared_at = clear(models.DateTimeField(), "L")
    source = coded(BreachSource, "L")
    kinds = code_list(BreachKind, "L")
    aware_at = clear(models.DateTimeField(), "L")
    since = _instant()
    until = _instant()
    who = clear(models.UUIDField(null=True, blank=True), "L")
    subjects = clear(models.JSONField(default=list, blank=True), "L")
    suspended_at = _instant()
    lifted_at = _instant()
    lifted_by = _person()
    due_at = _instant()
    told_at = _instant()
    warned_at = _instant()
    overdue_at = _instant()
    stopped_at = _instant()
    stopped_by = answer(Stopped, "L")
    assessed_at = _instant()
    assessed_by = _person()
    persons = clear(models.JSONField(default=dict, blank=True), "L")
    entries = clear(models.PositiveIntegerField(null=True, blank=True), "L")
    parts = code_list(DataPart, "L")
    touched = code_list(Touched, "L")
    legible = answer(Legible, "L")
    risk = answer(BreachRisk, "L")
    danger = clear(models.BooleanField(default=False), "L")
    notified_at = _instant()
    complete_at = _instant()
    late = clear(models.BooleanField(default=False), "L")
    groups = clear(models.JSONField(default=dict, blank=True), "L")
    ruled_out_by = _person()
    ruled_out_with = _person()
    closed_at = _instant()
    key = clear(models.UUIDField(null=True, blank=True), "L")
    facts = sealed("data_breach.facts", "L", kind="json", max_length=_LONG)
    assessment = sealed("data_breach.assessment", "L", kind="json", max_length=_LONG)
    notifications = sealed("data_breach.notifications", "L", kind="json", max_length=200_000)
    letters = sealed("data_breach.letters", "L", kind="json", max_length=200_000)
    news = sealed("data_breach.news", "L", kind="json", max_length=200_000)
    closing = sealed("data_breach.closing", "L", kind="json", max_length=_LONG)
    mac = clear(
        MacField(
            "authority",
            "anomaly",
            "declared_by",
            "declared_as",
            "declared_at",
            "source",
            "kinds",
            "aware_at",
            "who",
            "subjects",
            "suspended_at",
            "lifted_at",
            "due_at",
            "stopped_at",
            "stopped_by",
            "persons",
            "risk",
            "notified_at",
            "groups",
            "ruled_out_by",
            "ruled_out_with",
            "closed_at",
            "state",
            "key",
        ),
        "L",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The newest first."""

        default_permissions = ()
        ordering = ["-declared_at", "id"]
        indexes = [
            models.Index(fields=["authority", "-declared_at", "id"], name="breach_newest"),
            models.Index(fields=["due_at"], name="breach_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["declared_by"], name="breach_declarer"),
        ]
        constraints = [
            models.CheckConstraint(name="breach_state_known", condition=Q(state__in=BreachState.values)),
            models.CheckConstraint(
                name="breach_clock_runs",
                condition=Q(state__in=(BreachState.DECLARED, BreachState.ASSESSED), due_at__isnull=False)
                | Q(
                    state__in=(BreachState.NOTIFIED, BreachState.NOT_NOTIFIED, BreachState.CLOSED),
                    due_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="breach_notified_whole",
                condition=~Q(state=BreachState.NOTIFIED) | Q(notified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="breach_ruled_out_whole",
                condition=~Q(state=BreachState.NOT_NOTIFIED) | Q(risk=BreachRisk.NONE),
            ),
            models.CheckConstraint(
                name="breach_ruled_out_by_two",
                condition=Q(ruled_out_by__isnull=True, ruled_out_with__isnull=True)
                | (Q(ruled_out_with__isnull=False) & ~Q(ruled_out_by=models.F("ruled_out_with"))),
            ),
        ]

    def __str__(self) -> str:
        return f"data breach {self.pk}"
