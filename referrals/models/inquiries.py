"""Inquiries: one authority asks another about a child's past, and each has its own row of it (CASF L221-3)."""

from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.copy_rules import CHILD, COURT_PAPERS, TEXT, RowRule, Whose
from referrals.models.fields import (
    SealedRow,
    answer,
    clear,
    code_list,
    coded,
    internal,
    row_id,
    sealed,
    state_field,
)
from referrals.vocabulary.between_authorities import (
    Document,
    Following,
    HoldersKnow,
    InquiryGround,
    InquiryRefusal,
    Side,
    Standing,
)
from referrals.vocabulary.states import InquiryState, Urgency


class Inquiry(Authentic, SealedRow):
    """One side's row of an inquiry (domain.md §2.7): ``authority`` has it, ``other`` is at the other end.

    Both rows bear the ``thread``; nothing else leads from one to the other, so that the other end may be another
    instance. ``referral`` and ``child``: of who asks, the case that asks; of the asked, the file that answers.
    ``restricted``: that file is, so persons of its list alone answer. All that is sealed stands under ``key``, the
    row's own; where the asked knew nothing it is destroyed with it (``ended_at``). ``barred``: accounts of the asked
    that are to know nothing of it, as they are tied to the child or excluded from its file.

    ``mac``: one that fails is nobody's.
    """

    copied = RowRule(Whose.CHILD, link="child", on="asked_at")
    state = state_field(InquiryState, InquiryState.ASKED, "A", subject=CHILD)

    sealed_owner = "id"

    id = row_id()
    thread = internal(models.UUIDField(), "A")
    side = coded(Side, "A", subject=CHILD)
    authority = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A", subject=CHILD
    )
    other = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A", subject=CHILD
    )
    referral = internal(
        models.ForeignKey(
            "referrals.Referral", models.PROTECT, null=True, blank=True, related_name="inquiries"
        ),
        "A",
    )
    child = internal(
        models.ForeignKey("referrals.Child", models.PROTECT, null=True, blank=True, related_name="+"), "A"
    )
    restricted = internal(models.BooleanField(default=False), "A")
    barred = internal(models.JSONField(default=list, blank=True), "A")
    reference = internal(models.CharField(max_length=20), "A")
    urgency = coded(Urgency, "A", subject=CHILD)
    ground = coded(InquiryGround, "A", subject=CHILD)
    holders = coded(HoldersKnow, "A", subject=CHILD)
    asked_at = clear(models.DateTimeField(), "A", subject=CHILD)
    due_at = internal(models.DateTimeField(null=True, blank=True), "A")
    warned_at = internal(models.DateTimeField(null=True, blank=True), "A")
    overdue_at = internal(models.DateTimeField(null=True, blank=True), "A")
    answered_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    closed_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    ended_at = internal(models.DateTimeField(null=True, blank=True), "A")
    known = clear(models.BooleanField(null=True, blank=True), "A", subject=CHILD)
    kinds = code_list(Following, "A", subject=CHILD)
    from_year = clear(models.PositiveSmallIntegerField(null=True, blank=True), "A", subject=CHILD)
    to_year = clear(models.PositiveSmallIntegerField(null=True, blank=True), "A", subject=CHILD)
    standing = answer(Standing, "A", subject=CHILD)
    wanted = code_list(Document, "A", subject=CHILD)
    refusal = answer(InquiryRefusal, "A", subject=CHILD)
    key = internal(models.UUIDField(null=True, blank=True), "A")
    question = sealed("inquiry.question", "D", kind="json", max_length=20_000, subject=CHILD, withhold=TEXT)
    reply = sealed("inquiry.reply", "D", kind="json", max_length=20_000, subject=CHILD, withhold=TEXT)
    request = sealed("inquiry.request", "D", kind="json", max_length=20_000, subject=CHILD, withhold=TEXT)
    closing = sealed("inquiry.closing", "D", max_length=5_000, subject=CHILD, withhold=TEXT)
    papers = sealed(
        "inquiry.papers", "H", kind="json", max_length=4_000_000, subject=CHILD, withhold=COURT_PAPERS
    )
    mac = internal(
        MacField(
            "thread",
            "side",
            "authority",
            "other",
            "referral",
            "child",
            "restricted",
            "barred",
            "state",
            "key",
        ),
        "A",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The newest first; nobody asks itself, and each side has one row of a thread."""

        default_permissions = ()
        ordering = ["-asked_at", "id"]
        indexes = [
            models.Index(fields=["authority", "-asked_at", "id"], name="inquiry_newest"),
            models.Index(fields=["due_at"], name="inquiry_due", condition=Q(due_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="inquiry_side_once", fields=["thread", "side"]),
            models.CheckConstraint(name="inquiry_state_known", condition=Q(state__in=InquiryState.values)),
            models.CheckConstraint(name="inquiry_of_another", condition=~Q(authority=F("other"))),
            models.CheckConstraint(
                name="inquiry_asked_for_a_case", condition=Q(side=Side.ASKED) | Q(referral__isnull=False)
            ),
            models.CheckConstraint(
                name="inquiry_ended_whole",
                condition=Q(ended_at__isnull=True)
                | Q(
                    key__isnull=True,
                    question__isnull=True,
                    reply__isnull=True,
                    request__isnull=True,
                    closing__isnull=True,
                    papers__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"inquiry {self.pk}"
