"""Requests for access to personal data: who asks, which files, the copy, what is hidden in it, opinions (RGPD art. 15).

All that is sealed of a request, of the rows that hang on it too, stands under the request's own key, which is destroyed
when the request is closed; what its answer weighs for the register stays: state, dates and codes (domain.md §4.8).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from referrals.models.copy_rules import REQUEST
from referrals.models.fields import SealedRow, answer, clear, code_list, coded, row_id, sealed, state_field
from referrals.vocabulary.access_requests import (
    AccessRefusal,
    Appeal,
    Gate,
    Handing,
    Requester,
    Right,
    Standing,
    Verdict,
    Wanted,
    Way,
    Withheld,
)
from referrals.vocabulary.states import AccessRequestState

#: What a text that isn't a copy may hold at most.
_WORDS = 20_000
#: A package with its documents, in base 64.
_PACKAGE = 120_000_000


def _request(name: str) -> "models.ForeignKey[models.Model, models.Model]":
    return clear(models.ForeignKey("referrals.AccessRequest", models.PROTECT, related_name=name), "A")


def _by(*, null: bool = False) -> "models.ForeignKey[models.Model, models.Model]":
    return clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name="+"),
        "A",
    )


class AccessRequest(Authentic, SealedRow):
    """One request (domain.md §2.7 AR1 to AR16).

    ``received_on`` starts C21, ``due_at`` ends it (null: nothing is awaited). ``children``, ``holder``: the rows of the
    persons whose data is asked for, as AR4 found them; ``classes``, ``since``, ``until``: what part of it. ``named``:
    journal entries whose reader two persons have named (AR9). ``codes``: why passages are hidden in the answer.
    ``package_hash``: SHA-256 of what was handed over, which outlasts it; ``package_until``: until when it waits.

    Sealed: ``said``, who asks and about whom; ``identity``, how that was established; ``readers``, the list of
    consultations with its proofs; ``letter``, what its letter says; ``package``, in base 64; ``notes``, the reasons of
    the steps. ``mac``: one that fails is nobody's.
    """

    not_copied = REQUEST
    state = state_field(AccessRequestState, AccessRequestState.RECEIVED, "A")

    sealed_owner = "id"

    id = row_id()
    authority = clear(models.ForeignKey("accounts.Authority", models.PROTECT, related_name="+"), "A")
    reference = clear(models.CharField(max_length=24, unique=True), "A")
    requester = coded(Requester, "A")
    right = coded(Right, "A")
    wanted = coded(Wanted, "A")
    way = coded(Way, "A")
    recorded_by = _by()
    recorded_at = clear(models.DateTimeField(), "A")
    received_on = clear(models.DateField(), "A")
    due_at = clear(models.DateTimeField(null=True, blank=True), "A")
    extended_at = clear(models.DateTimeField(null=True, blank=True), "A")
    warned_at = clear(models.DateTimeField(null=True, blank=True), "A")
    overdue_at = clear(models.DateTimeField(null=True, blank=True), "A")
    standing = answer(Standing, "A")
    identified_at = clear(models.DateTimeField(null=True, blank=True), "A")
    scoped_at = clear(models.DateTimeField(null=True, blank=True), "A")
    children = clear(models.JSONField(default=list, blank=True), "A")
    holder = clear(models.UUIDField(null=True, blank=True), "A")
    since = clear(models.DateField(null=True, blank=True), "A")
    until = clear(models.DateField(null=True, blank=True), "A")
    classes = clear(models.JSONField(default=list, blank=True), "A")
    collected_at = clear(models.DateTimeField(null=True, blank=True), "A")
    named = clear(models.JSONField(default=list, blank=True), "A")
    answered_at = clear(models.DateTimeField(null=True, blank=True), "A")
    answered_by = _by(null=True)
    codes = code_list(Withheld, "A")
    refusal = answer(AccessRefusal, "A")
    package_hash = clear(models.CharField(max_length=64, blank=True, default=""), "A")
    package_until = clear(models.DateTimeField(null=True, blank=True), "A")
    package_over_at = clear(models.DateTimeField(null=True, blank=True), "A")
    handed_at = clear(models.DateTimeField(null=True, blank=True), "A")
    handing = answer(Handing, "A")
    appeal = answer(Appeal, "A")
    appealed_on = clear(models.DateField(null=True, blank=True), "A")
    closed_at = clear(models.DateTimeField(null=True, blank=True), "A")
    key = clear(models.UUIDField(null=True, blank=True), "A")
    said = sealed("access_request.said", "D", kind="json", max_length=_WORDS)
    identity = sealed("access_request.identity", "D", kind="json", max_length=_WORDS)
    readers = sealed("access_request.readers", "D", kind="json", max_length=20_000_000)
    letter = sealed("access_request.letter", "D", kind="json", max_length=200_000)
    notes = sealed("access_request.notes", "D", kind="json", max_length=200_000)
    package = sealed("access_request.package", "D", max_length=_PACKAGE)
    mac = clear(
        MacField(
            "authority",
            "reference",
            "requester",
            "right",
            "wanted",
            "recorded_by",
            "received_on",
            "due_at",
            "extended_at",
            "state",
            "standing",
            "identified_at",
            "scoped_at",
            "children",
            "holder",
            "since",
            "until",
            "classes",
            "collected_at",
            "named",
            "codes",
            "package_hash",
            "key",
        ),
        "A",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """The first to be answered first; nothing sealed is left of one that is closed."""

        default_permissions = ()
        ordering = ["-received_on", "id"]
        indexes = [
            models.Index(fields=["authority", "-received_on", "id"], name="access_request_newest"),
            models.Index(fields=["due_at"], name="access_request_due", condition=Q(due_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_request_state_known", condition=Q(state__in=AccessRequestState.values)
            ),
            models.CheckConstraint(
                name="access_request_closed_whole",
                condition=Q(~Q(state=AccessRequestState.CLOSED), closed_at__isnull=True, key__isnull=False)
                | Q(
                    state=AccessRequestState.CLOSED,
                    closed_at__isnull=False,
                    due_at__isnull=True,
                    key__isnull=True,
                    said__isnull=True,
                    identity__isnull=True,
                    readers__isnull=True,
                    letter__isnull=True,
                    notes__isnull=True,
                    package__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="access_request_extended_known",
                condition=Q(extended_at__isnull=True) | Q(extended_at__gte=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"access request {self.pk}"


class AccessFile(Authentic):
    """A file in the scope of a request (AR4); ``held``: it was put on hold for it, and is released with it (AR16)."""

    not_copied = REQUEST
    id = row_id()
    request = _request("files")
    referral = clear(
        models.ForeignKey("referrals.Referral", models.PROTECT, related_name="access_files"), "A"
    )
    held = clear(models.BooleanField(default=False), "A")
    added_at = clear(models.DateTimeField(), "A")
    mac = clear(MacField("request", "referral", "held"), "A")

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """Each file once."""

        default_permissions = ()
        ordering = ["added_at", "id"]
        constraints = [models.UniqueConstraint(name="access_file_once", fields=["request", "referral"])]

    def __str__(self) -> str:
        return f"access file {self.pk}"


class AccessPart(SealedRow):
    """One value or document of the copy (``access_requests/copies.py`` Part), sealed whole."""

    not_copied = REQUEST
    sealed_owner = "request_id"

    id = row_id()
    request = _request("parts")
    position = clear(models.PositiveIntegerField(), "A")
    content = sealed("access_part.content", "D", kind="json", max_length=2_000_000)

    class Meta:
        """As they were collected."""

        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(name="access_part_once", fields=["request", "position"])]

    def __str__(self) -> str:
        return f"access part {self.pk}"


class AccessRedaction(Authentic, SealedRow):
    """What is hidden in a part, and why (AR6): ``passage`` is a Span, a Box, or empty for the whole part.

    ``by`` is nobody where the collector hid it by itself. One that was lifted keeps who lifted it, and why.
    """

    not_copied = REQUEST
    sealed_owner = "request_id"

    id = row_id()
    request = _request("redactions")
    part = clear(models.ForeignKey("referrals.AccessPart", models.PROTECT, related_name="redactions"), "A")
    code = coded(Withheld, "A")
    by = _by(null=True)
    at = clear(models.DateTimeField(), "A")
    lifted_at = clear(models.DateTimeField(null=True, blank=True), "A")
    lifted_by = _by(null=True)
    passage = sealed("access_redaction.passage", "D", kind="json", max_length=500)
    reason = sealed("access_redaction.reason", "D", max_length=2_000)
    mac = clear(MacField("request", "part", "code", "by", "lifted_at", "lifted_by"), "A")

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """In the order in which they were made; lifted as a whole."""

        default_permissions = ()
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                name="access_redaction_lifted",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"access redaction {self.pk}"


class AccessOpinion(Authentic, SealedRow):
    """What the inspector or coordinator of a case is asked about a communication, and says (AR7, AR8).

    ``parts``: ids of parts for which the other answer holds: with ``send`` they stay back, otherwise they may go.
    ``gates``: what shut the gate when it was answered; it opens nothing that arose since. ``noted_on``: the day of the
    prosecutor's note, if there is one; ``note`` says where its proof is.
    """

    not_copied = REQUEST
    sealed_owner = "request_id"

    id = row_id()
    request = _request("opinions")
    asked = _by()
    role = clear(models.CharField(max_length=30), "A")
    asked_by = _by()
    asked_at = clear(models.DateTimeField(), "A")
    answered_at = clear(models.DateTimeField(null=True, blank=True), "A")
    verdict = answer(Verdict, "A")
    later_on = clear(models.DateField(null=True, blank=True), "A")
    noted_on = clear(models.DateField(null=True, blank=True), "A")
    parts = clear(models.JSONField(default=list, blank=True), "A")
    gates = code_list(Gate, "A")
    question = sealed("access_opinion.question", "D", max_length=5_000)
    reason = sealed("access_opinion.reason", "D", max_length=5_000)
    note = sealed("access_opinion.note", "D", max_length=2_000)
    mac = clear(
        MacField(
            "request",
            "asked",
            "role",
            "asked_by",
            "answered_at",
            "verdict",
            "later_on",
            "noted_on",
            "parts",
            "gates",
        ),
        "A",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        """In the order in which they were asked; one open question a person."""

        default_permissions = ()
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="access_opinion_once", fields=["request", "asked"], condition=Q(answered_at__isnull=True)
            ),
            models.CheckConstraint(
                name="access_opinion_answered",
                condition=Q(answered_at__isnull=True, verdict="")
                | Q(answered_at__isnull=False, verdict__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return f"access opinion {self.pk}"
