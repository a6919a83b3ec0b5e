"""Second signatures for steps on rows that belong to an authority and to no case (domain.md 2S, §2.7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.copy_rules import REQUEST
from referrals.models.fields import SealedRow, clear, coded, row_id, sealed
from referrals.vocabulary.states import ApprovalState


class RowApproval(Authentic, SealedRow):
    """Who proposed which step on which row, who may sign it, until when.

    ``machine`` and ``target``: of which row the step is; no foreign key, for each machine has a table of its own. What
    was proposed and why it was refused stands under ``key``, the proposal's own, which is destroyed some days after the
    decision (``ended_at``): what was done by two stands on the row itself.

    The database checks: two persons, none of them stood in for by the other; decided as a whole.
    """

    not_copied = REQUEST
    sealed_owner = "id"

    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    # No choices: a machine that is added later changes no column.
    machine = clear(models.CharField(max_length=20), "A")
    target = clear(models.UUIDField(), "A")
    step = clear(models.CharField(max_length=40), "A")
    state = coded(ApprovalState, "A", default=ApprovalState.REQUESTED)
    proposer = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    proposer_role = clear(models.CharField(max_length=30), "A")
    obo = clear(models.UUIDField(null=True, blank=True), "A")
    approver = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "A")
    asked_state = clear(models.CharField(max_length=20), "A")
    requested_at = clear(models.DateTimeField(), "A")
    expires_at = clear(models.DateTimeField(), "A")
    decided_at = clear(models.DateTimeField(null=True, blank=True), "A")
    ended_at = clear(models.DateTimeField(null=True, blank=True), "A")
    key = clear(models.UUIDField(null=True, blank=True), "A")
    given = sealed("row_approval.given", "D", kind="json", max_length=200_000)
    reason = sealed("row_approval.reason", "D", max_length=5_000)
    mac = clear(
        MacField(
            "authority",
            "machine",
            "target",
            "step",
            "state",
            "proposer",
            "proposer_role",
            "obo",
            "approver",
            "asked_state",
            "requested_at",
            "expires_at",
            "decided_at",
            "ended_at",
        ),
        "A",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The first to lapse first; nobody signs the own proposal, and the database says so too (SEC-AZ12)."""

        default_permissions = ()
        ordering = ["expires_at", "id"]
        indexes = [
            models.Index(
                fields=["approver", "expires_at"],
                name="row_approval_asked",
                condition=Q(state=ApprovalState.REQUESTED),
            ),
            models.Index(fields=["machine", "target"], name="row_approval_row"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="row_approval_once",
                fields=["machine", "target", "step"],
                condition=Q(state=ApprovalState.REQUESTED),
            ),
            models.CheckConstraint(name="row_approval_two_persons", condition=~Q(proposer=F("approver"))),
            models.CheckConstraint(
                name="row_approval_not_by_the_absent",
                condition=Q(obo__isnull=True) | ~Q(obo=F("approver")),
            ),
            models.CheckConstraint(
                name="row_approval_decided",
                condition=Q(state=ApprovalState.REQUESTED, decided_at__isnull=True)
                | (~Q(state=ApprovalState.REQUESTED) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="row_approval_ended",
                condition=Q(ended_at__isnull=True, key__isnull=False)
                | Q(
                    ended_at__isnull=False,
                    decided_at__isnull=False,
                    key__isnull=True,
                    given__isnull=True,
                    reason__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"row approval {self.pk}"
