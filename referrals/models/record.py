"""Record of a case: steps done, deadlines, second signatures, exclusions, grants."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermissionBase

from encryption.authentic import Authentic, AuthenticQuerySet, MacField, SignedQuerySet
from referrals.models.copy_rules import ANY_TEXT, CHILD, NOBODY, STAFF, TEXT, RowRule, Whose
from referrals.models.fields import (
    SealedRow,
    clear,
    coded,
    internal,
    named_children,
    of_referral,
    row_id,
    sealed,
)
from referrals.vocabulary.deadlines import OF_CASES, ClockCode
from referrals.vocabulary.states import ApprovalState, Cause, Machine


class StepRecord(SealedRow):
    """One step done: the business trail of a case, kept as long as the case (domain.md §7.4).

    Who reads its data is said by the row's own ``access_class``, that of the step (domain.md §4.8). ``obo``: in whose
    name a stand-in did it (SEC-AZ11).
    """

    copied = RowRule(Whose.CHILD, link="child", on="at", staff=("by", "signed_by", "obo"))
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("steps")
    machine = coded(Machine, "A", subject=(CHILD, STAFF))
    part = internal(models.UUIDField(null=True), "A")
    step = clear(models.CharField(max_length=40), "A", subject=(CHILD, STAFF))
    number = internal(models.CharField(max_length=4), "A")
    at = clear(models.DateTimeField(), "A", subject=(CHILD, STAFF))
    order = internal(models.PositiveIntegerField(), "A")
    role = clear(models.CharField(max_length=30), "A", subject=(CHILD, STAFF))
    by = internal(models.UUIDField(null=True), "A")
    signed_by = internal(models.UUIDField(null=True), "A")
    obo = internal(models.UUIDField(null=True), "A")
    from_state = internal(models.CharField(max_length=20, blank=True), "A")
    to_state = internal(models.CharField(max_length=20, blank=True), "A")
    child = internal(models.UUIDField(null=True), "A")
    access_class = internal(models.CharField(max_length=1), "A")
    data = sealed("step_record.data", "D", kind="json", max_length=200_000, subject=CHILD, withhold=ANY_TEXT)

    class Meta:
        """In the order of happening."""

        ordering = ["order"]
        constraints = [models.UniqueConstraint(name="step_record_order", fields=["referral", "order"])]

    def __str__(self) -> str:
        return f"step {self.pk}"


class Clock(models.Model):
    """A delay that runs or ran; its end date is counted in the authority's zone (domain.md §2.3).

    ``again_at``: when one is reminded between the first warning and the end, where the delay asks for it (C7).
    ``on_birthday``: it ends on a birthday, so ``due_at`` is the latest day that the child's age band allows and, once
    it is over, a drawn one before (C25, C26; C10 and C15 cut at 18).
    """

    copied = RowRule(Whose.CHILD, link="child", on="started_at")
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("clocks")
    code = coded(ClockCode, "A", among=OF_CASES, subject=CHILD)
    access_class = internal(models.CharField(max_length=1), "A")
    child = internal(models.UUIDField(null=True), "A")
    part = internal(models.UUIDField(null=True), "A")
    started_at = clear(models.DateTimeField(), "A", subject=CHILD)
    warn_at = internal(models.DateTimeField(), "A")
    again_at = internal(models.DateTimeField(null=True, blank=True), "A")
    due_at = clear(models.DateTimeField(), "A", subject=CHILD)
    stopped_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    statutory = clear(models.BooleanField(), "A", subject=CHILD)
    on_birthday = internal(models.BooleanField(default=False, db_default=False), "A")
    soon_told_at = internal(models.DateTimeField(null=True, blank=True), "A")
    again_told_at = internal(models.DateTimeField(null=True, blank=True), "A")
    late_told_at = internal(models.DateTimeField(null=True, blank=True), "A")

    class Meta:
        """Due first; what is due is found over all cases of an authority."""

        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], name="clock_due", condition=Q(stopped_at__isnull=True)),
            models.Index(
                fields=["code", "due_at", "id"], name="clock_code_due", condition=Q(stopped_at__isnull=True)
            ),
            models.Index(
                fields=["warn_at"],
                name="clock_soon_untold",
                condition=Q(stopped_at__isnull=True, soon_told_at__isnull=True),
            ),
            models.Index(
                fields=["again_at"],
                name="clock_again_untold",
                condition=Q(stopped_at__isnull=True, again_at__isnull=False, again_told_at__isnull=True),
            ),
            models.Index(
                fields=["due_at"],
                name="clock_late_untold",
                condition=Q(stopped_at__isnull=True, late_told_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="clock_positive", condition=Q(due_at__gte=models.F("started_at"))),
        ]

    def __str__(self) -> str:
        return f"clock {self.code}"


class Approval(Authentic, SealedRow):
    """A second signature: who proposed which step, who may sign, until when (domain.md §2.2 2S, §2.7).

    ``children``: whom it is about, so that those of a restricted child are for its list alone. It gives no right, and
    isn't counted by ``mac``: who may sign is asked of what is sealed.
    """

    copied = RowRule(
        Whose.CHILDREN, link="children", on="requested_at", staff=("proposer", "approver", "obo")
    )
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("approvals")
    step = clear(models.CharField(max_length=40), "D", subject=(CHILD, STAFF))
    machine = coded(Machine, "D", subject=NOBODY)
    part = internal(models.UUIDField(null=True), "D")
    state = coded(ApprovalState, "D", default=ApprovalState.REQUESTED, subject=(CHILD, STAFF))
    proposer = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "D")
    proposer_role = clear(models.CharField(max_length=30), "D", subject=(CHILD, STAFF))
    obo = internal(models.UUIDField(null=True), "D")
    approver = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "D")
    asked_state = internal(models.CharField(max_length=20), "D")
    requested_at = clear(models.DateTimeField(), "D", subject=(CHILD, STAFF))
    expires_at = internal(models.DateTimeField(), "D")
    decided_at = clear(models.DateTimeField(null=True, blank=True), "D", subject=(CHILD, STAFF))
    children = named_children()
    given = sealed("approval.given", "D", kind="json", max_length=200_000, subject=CHILD, withhold=ANY_TEXT)
    reason = sealed("approval.reason", "D", subject=CHILD, withhold=ANY_TEXT)
    mac = internal(
        MacField(
            "referral",
            "step",
            "machine",
            "part",
            "state",
            "proposer",
            "proposer_role",
            "obo",
            "approver",
            "asked_state",
            "requested_at",
            "expires_at",
            "decided_at",
        ),
        "D",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """Nobody signs the own proposal, and the database says so too (SEC-AZ12)."""

        ordering = ["requested_at", "id"]
        indexes = [models.Index(fields=["approver", "referral"], name="approval_approver")]
        constraints = [
            models.CheckConstraint(
                name="approval_two_persons", condition=~Q(proposer_id=models.F("approver_id"))
            ),
            models.CheckConstraint(
                name="approval_not_by_the_absent",
                condition=Q(obo__isnull=True) | ~Q(obo=models.F("approver_id")),
            ),
            models.CheckConstraint(
                name="approval_decided",
                condition=Q(state=ApprovalState.REQUESTED, decided_at__isnull=True)
                | (~Q(state=ApprovalState.REQUESTED) & Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"


class Exclusion(Authentic, SealedRow):
    """A person who may never see a case: kinship or declared tie; nothing beats it (domain.md §1.3 rule 8).

    ``by`` is nobody where the service itself compared; ``cause`` says what it found, and never of whom the tie is.
    ``tie``: the declared tie, which may be gone since. A likeness of names bars from the case at once, and awaits that
    somebody confirms it (``confirmed_at``, ``confirmed_by``) or two lift it.
    """

    copied = RowRule(on="since_at", staff=("user",))
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("exclusions")
    user = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "D")
    by = internal(models.UUIDField(null=True), "D")
    # Of the agent alone: it tells of a tie with somebody of the case.
    cause = coded(Cause, "D", default=Cause.PERSON, db_default=Cause.PERSON, subject=STAFF)
    tie = internal(models.UUIDField(null=True), "D")
    since_at = clear(models.DateTimeField(), "D", subject=STAFF)
    confirmed_at = clear(models.DateTimeField(null=True, blank=True), "D", subject=STAFF)
    confirmed_by = internal(models.UUIDField(null=True), "D")
    lifted_at = clear(models.DateTimeField(null=True, blank=True), "D", subject=STAFF)
    reason = sealed("exclusion.reason", "D", subject=STAFF, withhold=TEXT)
    mac = internal(
        MacField(
            "referral", "user", "by", "cause", "tie", "since_at", "confirmed_at", "confirmed_by", "lifted_at"
        ),
        "D",
    )

    objects = SignedQuerySet.as_manager()

    class Meta:
        """One exclusion in force for a person and case."""

        indexes = [models.Index(fields=["user", "referral"], name="exclusion_user")]
        constraints = [
            models.UniqueConstraint(
                name="exclusion_once", fields=["referral", "user"], condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                name="exclusion_by_somebody",
                condition=Q(cause=Cause.PERSON, by__isnull=False, tie__isnull=True)
                | Q(cause=Cause.TIE, by__isnull=True, tie__isnull=False)
                | Q(cause=Cause.NAME, by__isnull=True, tie__isnull=True),
            ),
            models.CheckConstraint(
                name="exclusion_confirmed_whole",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=models.F("user_id"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"exclusion {self.pk}"


class ReferralUserObjectPermission(UserObjectPermissionBase):
    """django-guardian's row for one person and one referral; its ``Grant`` says why and until when."""

    not_copied = "a right in force, whose reason is the Grant beside it"
    content_object = models.ForeignKey("referrals.Referral", models.PROTECT)


class Grant(Authentic, SealedRow):
    """An exceptional right on one case, with reason and expiry: a named reader, a shared case, a broken glass.

    Source: domain.md §1.3.
    """

    copied = RowRule(on="since_at", staff=("user",))
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("grants")
    user = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "D")
    permission = internal(
        models.OneToOneField(
            ReferralUserObjectPermission, models.SET_NULL, null=True, blank=True, related_name="grant"
        ),
        "D",
    )
    kind = clear(
        models.CharField(
            max_length=10,
            choices=[
                ("named", "Personne nommée"),
                ("granted", "Accès exceptionnel"),
                ("glass", "Ouverture d'urgence"),
            ],
        ),
        "D",
        subject=STAFF,
    )
    by = internal(models.UUIDField(), "D")
    since_at = clear(models.DateTimeField(), "D", subject=STAFF)
    expires_at = clear(models.DateTimeField(), "D", subject=STAFF)
    ended_at = clear(models.DateTimeField(null=True, blank=True), "D", subject=STAFF)
    reason = sealed("grant.reason", "D", subject=STAFF, withhold=TEXT)
    mac = internal(
        MacField("referral", "user", "permission", "kind", "by", "since_at", "expires_at", "ended_at"), "D"
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """Found by person, while in force."""

        indexes = [models.Index(fields=["user", "expires_at", "referral"], name="grant_user")]
        constraints = [
            models.CheckConstraint(name="grant_expires", condition=Q(expires_at__gt=models.F("since_at"))),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class Rectification(SealedRow):
    """A corrected value: the old one stays, sealed, with the reason (domain.md T42)."""

    copied = RowRule(on="at", staff=("by",))
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("rectifications")
    model = internal(models.CharField(max_length=40), "A")
    row = internal(models.UUIDField(), "A")
    field = clear(models.CharField(max_length=40), "A", subject=(CHILD, STAFF))
    access_class = internal(models.CharField(max_length=1), "A")
    at = clear(models.DateTimeField(), "A", subject=(CHILD, STAFF))
    by = internal(models.UUIDField(), "A")
    old_value = sealed(
        "rectification.old_value", "B", kind="json", max_length=200_000, subject=CHILD, withhold=ANY_TEXT
    )
    reason = sealed("rectification.reason", "D", subject=CHILD, withhold=ANY_TEXT)

    class Meta:
        """Oldest first."""

        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"rectification {self.pk}"
