"""Orientations of a case to services of the directory, and the places that the case must not meet (field.md A.6, A.9).

A case names a service of the directory; the directory knows of no case.
"""

from django.db import models
from django.db.models import Q

from directory.codes import Need, SafeChannel
from referrals.models import fields
from referrals.models.concern import Part
from referrals.models.fields import clear, coded, of_referral, sealed, state_field
from referrals.vocabulary.orientations import RefusalReason
from referrals.vocabulary.states import AWAITED_ORIENTATION, OrientationState


class Orientation(Part):
    """A service that was proposed for a need of one child, or of all (no ``child``), and what it answered.

    ``findings``: what the rules of that version said of the service, as whoever chose it read them, as JSON of codes
    and values; sealed, for it holds the child's age. ``despite``: why it was chosen although a rule speaks against it.
    ``text``: what is told to the service; ``asked_whom``: who was asked there. ``expires_at`` is set while an answer is
    awaited; ``remind_at`` until whoever asked was reminded.
    """

    state = state_field(OrientationState, OrientationState.PROPOSED, "J")

    referral = of_referral("orientations")
    child = clear(
        models.ForeignKey(
            "referrals.Child", models.PROTECT, null=True, blank=True, related_name="orientations"
        ),
        "A",
    )
    resource = clear(models.ForeignKey("directory.Service", models.PROTECT, related_name="+"), "J")
    need = coded(Need, "J")
    rules_version = clear(models.CharField(max_length=10), "J")
    chosen_by = clear(models.UUIDField(null=True, blank=True), "J")
    proposed_at = clear(models.DateTimeField(), "J")
    asked_at = clear(models.DateTimeField(null=True, blank=True), "J")
    asked_by = clear(models.UUIDField(null=True, blank=True), "J")
    channel = fields.answer(SafeChannel, "J")
    remind_at = clear(models.DateTimeField(null=True, blank=True), "J")
    expires_at = clear(models.DateTimeField(null=True, blank=True), "J")
    answered_at = clear(models.DateTimeField(null=True, blank=True), "J")
    refusal_reason = fields.answer(RefusalReason, "J")
    findings = sealed("orientation.findings", "J", kind="json", max_length=20_000)
    despite = sealed("orientation.despite", "J", max_length=2_000)
    text = sealed("orientation.text", "J", max_length=5_000)
    asked_whom = sealed("orientation.asked_whom", "J", max_length=200)
    answer = sealed("orientation.answer", "J", max_length=5_000)

    class Meta(Part.Meta):
        """In the order in which they were proposed; what is awaited has its end, what is refused its reason."""

        indexes = [
            models.Index(fields=["resource", "asked_at"], name="orientation_resource"),
            models.Index(
                fields=["expires_at"], name="orientation_awaited", condition=Q(expires_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="orientation_state_known", condition=Q(state__in=OrientationState.values)
            ),
            models.CheckConstraint(
                name="orientation_awaited_ends",
                condition=Q(state__in=AWAITED_ORIENTATION, expires_at__isnull=False, asked_at__isnull=False)
                | (~Q(state__in=AWAITED_ORIENTATION) & Q(expires_at__isnull=True, remind_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="orientation_refused_for_a_reason",
                condition=~Q(state=OrientationState.REFUSED, refusal_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"orientation {self.pk}"


class ExcludedResource(Part):
    """A structure of the directory, or one service, that a case must not meet (field.md A.9 R9).

    The exploiter or an implicated parent lives or works there: nobody is offered it for this case, whatever the role.
    """

    referral = of_referral("excluded_resources")
    structure = clear(
        models.ForeignKey("directory.Structure", models.PROTECT, null=True, blank=True, related_name="+"), "F"
    )
    resource = clear(
        models.ForeignKey("directory.Service", models.PROTECT, null=True, blank=True, related_name="+"), "F"
    )
    since_at = clear(models.DateTimeField(), "F")
    added_by = clear(models.UUIDField(null=True, blank=True), "F")
    lifted_at = clear(models.DateTimeField(null=True, blank=True), "F")
    reason = sealed("excluded_resource.reason", "F", max_length=2_000)

    class Meta(Part.Meta):
        """One thing a row, and once while it stands."""

        constraints = [
            models.CheckConstraint(
                name="excluded_resource_is_one",
                condition=Q(structure__isnull=True, resource__isnull=False)
                | Q(structure__isnull=False, resource__isnull=True),
            ),
            models.UniqueConstraint(
                name="excluded_structure_once",
                fields=["referral", "structure"],
                condition=Q(lifted_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="excluded_resource_once",
                fields=["referral", "resource"],
                condition=Q(lifted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"excluded resource {self.pk}"
