"""Questions, answers and messages of a case: with its filer, and among its professionals (domain.md §2.7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from referrals.models.concern import Part
from referrals.models.copy_rules import CHILD, FILER, NOBODY, STAFF, TEXT, RowRule, Whose
from referrals.models.fields import (
    answer,
    clear,
    coded,
    internal,
    named_children,
    of_referral,
    row_id,
    sealed,
)
from referrals.vocabulary import case_answers, filing_answers
from referrals.vocabulary.states import RequestState


class InformationRequest(Part):
    """Questions put to the filer or to a named partner, with a date (domain.md T07).

    ``due_on`` is None where the authority's ordinary delay holds. Who asked is a professional of the case.
    """

    copied = RowRule(Whose.CHILDREN, link="children", on="asked_at")
    referral = of_referral("information_requests")
    state = coded(RequestState, "D", default=RequestState.OPEN, subject=CHILD)
    # Whom the service asked would say who filed.
    recipient = coded(case_answers.Recipient, "D", subject=NOBODY)
    partner = internal(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"),
        "D",
    )
    asked_by = internal(models.UUIDField(), "D")
    asked_at = clear(models.DateTimeField(), "D", subject=CHILD)
    due_on = clear(models.DateField(null=True, blank=True), "D", subject=CHILD)
    closed_at = clear(models.DateTimeField(null=True, blank=True), "D", subject=CHILD)
    children = named_children()
    questions = sealed("information_request.questions", "D", max_length=10_000, subject=CHILD, withhold=TEXT)

    class Meta(Part.Meta):
        """Oldest first; a partner is named exactly where one is asked."""

        constraints = [
            models.CheckConstraint(
                name="information_request_state_known", condition=Q(state__in=RequestState.values)
            ),
            models.CheckConstraint(
                name="information_request_recipient",
                condition=Q(recipient=case_answers.Recipient.FILER, partner__isnull=True)
                | Q(recipient=case_answers.Recipient.PARTNER, partner__isnull=False),
            ),
            models.CheckConstraint(
                name="information_request_closed",
                condition=Q(state=RequestState.OPEN, closed_at__isnull=True)
                | (~Q(state=RequestState.OPEN) & Q(closed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"information request {self.pk}"


class Complement(Part):
    """What was added to a case after its filing, asked for or not (domain.md T08).

    ``by`` is empty for the filer's own: the row names no account that filed. ``came_by`` tells how it reached
    the cell, where the cell typed it in.
    """

    copied = RowRule(Whose.CHILDREN, link="children", on="at", of_filer="by")
    referral = of_referral("complements")
    request = internal(
        models.ForeignKey(
            InformationRequest, models.PROTECT, null=True, blank=True, related_name="complements"
        ),
        "D",
    )
    at = clear(models.DateTimeField(), "D", subject=(CHILD, FILER))
    by = internal(models.UUIDField(null=True, blank=True), "D")
    role = internal(models.CharField(max_length=30), "D")
    # How it reached the service is of whoever brought it.
    came_by = answer(filing_answers.Channel, "D", subject=FILER)
    danger_now = clear(models.BooleanField(default=False), "D", subject=CHILD)
    children = named_children()
    text = sealed("complement.text", "D", max_length=20_000, subject=(CHILD, FILER), withhold=TEXT)

    class Meta(Part.Meta):
        """Oldest first."""

    def __str__(self) -> str:
        return f"complement {self.pk}"


class FilerMessage(Part):
    """A message of the cell to whoever filed; ``read_at`` is when its reader said so."""

    copied = RowRule(on="at")
    referral = of_referral("filer_messages")
    at = clear(models.DateTimeField(), "C", subject=FILER, withhold=TEXT)
    by = internal(models.UUIDField(), "C")
    read_at = clear(models.DateTimeField(null=True, blank=True), "C", subject=FILER, withhold=TEXT)
    children = named_children()
    text = sealed("filer_message.text", "C", max_length=10_000, subject=FILER, withhold=TEXT)

    class Meta(Part.Meta):
        """Oldest first."""

    def __str__(self) -> str:
        return f"message to the filer {self.pk}"


class TeamMessage(Part):
    """A message among the professionals of a case, in a table of its own: no query mixes the two channels."""

    copied = RowRule(Whose.CHILDREN, link="children", on="at", staff=("by",))
    referral = of_referral("team_messages")
    at = clear(models.DateTimeField(), "D", subject=(CHILD, STAFF))
    by = internal(models.UUIDField(), "D")
    children = named_children()
    text = sealed("team_message.text", "D", max_length=10_000, subject=CHILD, withhold=TEXT)

    class Meta(Part.Meta):
        """Oldest first."""

    def __str__(self) -> str:
        return f"message {self.pk}"


class MessageRead(models.Model):
    """One professional has read one message."""

    copied = RowRule(on="at", staff=("reader",))
    sealed_owner = "referral_id"

    id = row_id()
    referral = of_referral("message_reads")
    message = internal(models.ForeignKey(TeamMessage, models.PROTECT, related_name="reads"), "D")
    reader = internal(models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"), "D")
    at = clear(models.DateTimeField(), "D", subject=STAFF)

    class Meta:
        """Once for each reader."""

        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(name="message_read_once", fields=["message", "reader"]),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"
