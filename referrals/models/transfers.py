"""Transfer of a case: the request, the documents that it lists, and who receives a restricted case."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, MacField, SignedQuerySet
from referrals.models.concern import Part
from referrals.models.fields import answer, clear, coded, of_referral, sealed, state_field
from referrals.vocabulary.states import OPEN_TRANSFER, TransferState
from referrals.vocabulary.transfers import Channel, Document, Ground, Opinion


class TransferRequest(Authentic, Part):
    """One authority asks another to take a case over (CASF L221-3; domain.md §2.7).

    It names its origin and the case's reference, for of the case itself the target sees no row. ``mac``: one that
    fails asks nobody.
    """

    state = state_field(TransferState, TransferState.PREPARED, "A")

    referral = of_referral("transfer_requests")
    reference = clear(models.CharField(max_length=20), "A")
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    target = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    ground = coded(Ground, "A")
    channel = coded(Channel, "A")
    refusals = clear(models.PositiveSmallIntegerField(default=0), "A")
    asked_by = clear(models.UUIDField(), "A")
    asked_at = clear(models.DateTimeField(), "A")
    sent_at = clear(models.DateTimeField(null=True, blank=True), "A")
    closed_at = clear(models.DateTimeField(null=True, blank=True), "A")
    origin_says = answer(Opinion, "A")
    origin_said_by = clear(models.UUIDField(null=True, blank=True), "A")
    target_says = answer(Opinion, "A")
    target_said_by = clear(models.UUIDField(null=True, blank=True), "A")
    note = sealed("transfer_request.note", "D")
    formalities = sealed("transfer_request.formalities", "D", kind="json", max_length=100_000)
    motive = sealed("transfer_request.motive", "D", max_length=5_000)
    receipt = sealed("transfer_request.receipt", "D")
    mac = clear(MacField("referral", "target", "state"), "A")

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

    referral = of_referral("transfer_documents")
    request = clear(models.ForeignKey(TransferRequest, models.PROTECT, related_name="documents"), "A")
    kind = coded(Document, "A")
    made_at = clear(models.DateTimeField(), "A")
    content = sealed("transfer_document.content", "D", kind="json", max_length=2_000_000)

    class Meta(Part.Meta):
        """Each kind of document once."""

        constraints = [models.UniqueConstraint(name="transfer_document_once", fields=["request", "kind"])]

    def __str__(self) -> str:
        return f"transfer document {self.pk}"


class TransferReceiver(Authentic, Part):
    """A person of the target who may receive a restricted case; nobody else there learns of it (T46)."""

    referral = of_referral("transfer_receivers")
    request = clear(models.ForeignKey(TransferRequest, models.PROTECT, related_name="receivers"), "A")
    user = clear(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "D")
    mac = clear(MacField("request", "user"), "D")

    objects = SignedQuerySet.as_manager()

    class Meta(Part.Meta):
        """A person receives a request or doesn't."""

        constraints = [models.UniqueConstraint(name="transfer_receiver_once", fields=["request", "user"])]

    def __str__(self) -> str:
        return f"transfer receiver {self.pk}"
