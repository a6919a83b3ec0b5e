"""Orientations of a case to services of the directory, and the places that the case must not meet (field.md A.6, A.9).

A case names a service of the directory; the directory knows of no case.
"""

from django.db import models
from django.db.models import Q

from directory.codes import Need, SafeChannel
from referrals.models import fields
from referrals.models.concern import Part
from referrals.models.copy_rules import CHILD, EXPLOITER, PLACE, SAFETY_TEXT, RowRule, Whose
from referrals.models.fields import clear, coded, internal, of_referral, sealed, state_field
from referrals.vocabulary.decision_answers import RefusalReason
from referrals.vocabulary.states import AWAITED_ORIENTATION, OrientationState


class Orientation(Part):
    """A service that was proposed for a need of one child, or of all (no ``child``), and what it answered.

    ``findings``: what the rules of that version said of the service, as whoever chose it read them, as JSON of codes
    and values; sealed, for it holds the child's age. ``despite``: why it was chosen although a rule speaks against it.
    ``text``: what is told to the service; ``asked_whom``: who was asked there. ``expires_at`` is set while an answer is
    awaited; ``remind_at`` until whoever asked was reminded.
    """

    copied = RowRule(Whose.CHILD, link="child", on="proposed_at")
    state = state_field(OrientationState, OrientationState.PROPOSED, "J", subject=CHILD)

    referral = of_referral("orientations")
    child = internal(
        models.ForeignKey(
            "referrals.Child", models.PROTECT, null=True, blank=True, related_name="orientations"
        ),
        "A",
    )
    # Who takes the child in, and what is told of it there, tells where it is or will be.
    resource = clear(
        models.ForeignKey("directory.Service", models.PROTECT, related_name="+"),
        "J",
        subject=CHILD,
        withhold=PLACE,
    )
    need = coded(Need, "J", subject=CHILD)
    rules_version = internal(models.CharField(max_length=10), "J")
    chosen_by = internal(models.UUIDField(null=True, blank=True), "J")
    proposed_at = clear(models.DateTimeField(), "J", subject=CHILD)
    asked_at = clear(models.DateTimeField(null=True, blank=True), "J", subject=CHILD)
    asked_by = internal(models.UUIDField(null=True, blank=True), "J")
    channel = fields.answer(SafeChannel, "J", subject=CHILD)
    remind_at = internal(models.DateTimeField(null=True, blank=True), "J")
    expires_at = clear(models.DateTimeField(null=True, blank=True), "J", subject=CHILD)
    answered_at = clear(models.DateTimeField(null=True, blank=True), "J", subject=CHILD)
    refusal_reason = fields.answer(RefusalReason, "J", subject=CHILD)
    findings = sealed(
        "orientation.findings", "J", kind="json", max_length=20_000, subject=CHILD, withhold=SAFETY_TEXT
    )
    despite = sealed("orientation.despite", "J", max_length=2_000, subject=CHILD, withhold=SAFETY_TEXT)
    text = sealed("orientation.text", "J", max_length=5_000, subject=CHILD, withhold=SAFETY_TEXT)
    asked_whom = sealed("orientation.asked_whom", "J", max_length=200, subject=CHILD, withhold=SAFETY_TEXT)
    answer = sealed("orientation.answer", "J", max_length=5_000, subject=CHILD, withhold=SAFETY_TEXT)

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

    copied = RowRule(on="since_at")
    referral = of_referral("excluded_resources")
    structure = clear(
        models.ForeignKey("directory.Structure", models.PROTECT, null=True, blank=True, related_name="+"),
        "F",
        subject=CHILD,
        withhold=EXPLOITER,
    )
    resource = clear(
        models.ForeignKey("directory.Service", models.PROTECT, null=True, blank=True, related_name="+"),
        "F",
        subject=CHILD,
        withhold=EXPLOITER,
    )
    since_at = clear(models.DateTimeField(), "F", subject=CHILD, withhold=EXPLOITER)
    added_by = internal(models.UUIDField(null=True, blank=True), "F")
    lifted_at = clear(models.DateTimeField(null=True, blank=True), "F", subject=CHILD, withhold=EXPLOITER)
    reason = sealed("excluded_resource.reason", "F", max_length=2_000, subject=CHILD, withhold=SAFETY_TEXT)

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
