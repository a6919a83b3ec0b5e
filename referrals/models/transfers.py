"""Transfer of a case: the request, the documents that it lists, and who receives a restricted case."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.concern import Part
from referrals.models.copy_rules import CHILD, COURT_PAPERS, NOBODY, PLACE, TEXT, RowRule
from referrals.models.fields import answer, clear, coded, internal, of_referral, sealed, state_field
from referrals.vocabulary.between_authorities import Channel, Document, Ground, Opinion
from referrals.vocabulary.states import OPEN_TRANSFER, TransferState


class TransferRequest(Authentic, Part):
    """One authority asks another to take a case over (CASF L221-3; domain.md §2.7).

    It names its origin and the case's reference, for of the case itself the target sees no row. ``mac``: one that
    fails asks nobody.
    """

    copied = RowRule(on="asked_at")
    state = state_field(TransferState, TransferState.PREPARED, "A", subject=CHILD)

    referral = of_referral("transfer_requests")
    reference = internal(models.CharField(max_length=20), "A")
    authority = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A", subject=CHILD
    )
    target = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"),
        "A",
        subject=CHILD,
        withhold=PLACE,
    )
    ground = coded(Ground, "A", subject=CHILD)
    channel = coded(Channel, "A", subject=CHILD)
    refusals = internal(models.PositiveSmallIntegerField(default=0), "A")
    asked_by = internal(models.UUIDField(), "A")
    asked_at = clear(models.DateTimeField(), "A", subject=CHILD)
    sent_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    closed_at = clear(models.DateTimeField(null=True, blank=True), "A", subject=CHILD)
    origin_says = answer(Opinion, "A", subject=NOBODY)
    origin_said_by = internal(models.UUIDField(null=True, blank=True), "A")
    target_says = answer(Opinion, "A", subject=NOBODY)
    target_said_by = internal(models.UUIDField(null=True, blank=True), "A")
    note = sealed("transfer_request.note", "D", subject=CHILD, withhold=TEXT)
    formalities = sealed(
        "transfer_request.formalities", "D", kind="json", max_length=100_000, subject=CHILD, withhold=TEXT
    )
    motive = sealed("transfer_request.motive", "D", max_length=5_000, subject=CHILD, withhold=TEXT)
    receipt = sealed("transfer_request.receipt", "D", subject=CHILD, withhold=TEXT)
    mac = internal(MacField("referral", "target", "state"), "A")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """At most one request of a case is open; nobody is asked to take over what is its own already."""

        indexes = [
            models.Index(
                fields=["target", "state", "sent_at", "id"],
                name="transfer_received",
                condition=Q(state__in=[TransferState.SENT, TransferState.ARBITRATION]),
            )
        ]
        constraints = [
            models.CheckConstraint(name="transfer_state_known", condition=Q(state__in=TransferState.values)),
            models.CheckConstraint(name="transfer_to_another", condition=~Q(authority=F("target"))),
            models.CheckConstraint(
                name="transfer_two_arbiters",
                condition=Q(origin_said_by__isnull=True)
                | Q(target_said_by__isnull=True)
                | ~Q(origin_said_by=F("target_said_by")),
            ),
            models.UniqueConstraint(
                name="transfer_one_open", fields=["referral"], condition=Q(state__in=OPEN_TRANSFER)
            ),
        ]

    def __str__(self) -> str:
        return f"transfer request {self.pk}"


class TransferDocument(Part):
    """One document of a request, as it was when it was sent: all that crosses of the case before acceptance."""

    copied = RowRule(on="made_at")
    referral = of_referral("transfer_documents")
    request = internal(models.ForeignKey(TransferRequest, models.PROTECT, related_name="documents"), "A")
    kind = coded(Document, "A", subject=CHILD)
    made_at = clear(models.DateTimeField(), "A", subject=CHILD)
    content = sealed(
        "transfer_document.content",
        "D",
        kind="json",
        max_length=2_000_000,
        subject=CHILD,
        withhold=COURT_PAPERS,
    )

    class Meta(Part.Meta):
        """Each kind of document once."""

        constraints = [models.UniqueConstraint(name="transfer_document_once", fields=["request", "kind"])]

    def __str__(self) -> str:
        return f"transfer document {self.pk}"


class TransferReceiver(Authentic, Part):
    """A person of the target who may receive a restricted case; nobody else there learns of it (T46)."""

    copied = RowRule()
    referral = of_referral("transfer_receivers")
    request = internal(models.ForeignKey(TransferRequest, models.PROTECT, related_name="receivers"), "A")
    user = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "D")
    mac = internal(MacField("request", "user"), "D")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """A person receives a request or doesn't."""

        constraints = [models.UniqueConstraint(name="transfer_receiver_once", fields=["request", "user"])]

    def __str__(self) -> str:
        return f"transfer receiver {self.pk}"
