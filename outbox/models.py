"""Tables of the outbox: notices, preferences, webhook endpoints, recurring work.

No foreign key leaves this app. A row has the recipient, the template and the reference: nothing of what happened, and
nobody's name.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.data_classes import by_class
from encryption.hidden import HiddenInstantField


class Channel(models.TextChoices):
    """How a notice reaches its recipient."""

    APP = "app", "Dans l'application"
    MAIL = "mail", "Courriel"
    CALL = "call", "SMS et appel"
    WEBHOOK = "webhook", "Programme"


class NoticeState(models.TextChoices):
    WAITING = "waiting", "À envoyer"
    HELD = "held", "Gardé pour le récapitulatif"
    SENT = "sent", "Remis, accusé attendu"
    DONE = "done", "Parvenu"
    DEAD = "dead", "Non distribuable"
    DROPPED = "dropped", "Sans objet"


#: States in which a worker has something to do once ``due_at`` is past.
TO_DO = (NoticeState.WAITING, NoticeState.SENT)


class Endpoint(models.Model):
    """Webhook endpoint of a program. Its secrets aren't stored: they are computed (``outbox/webhooks.py``).

    ``generation`` counts rotations; the secret before the present one signs too, for a while after ``rotated_at``.
    """

    DATA_CLASSES: ClassVar = by_class(
        P0="authority_id",
        P1="id user_id url generation rotated_at created_at disabled_at",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.UUIDField()
    authority_id = models.UUIDField()
    url = models.CharField(max_length=500)
    generation = models.PositiveSmallIntegerField(default=1)
    rotated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user_id", "id"], name="endpoint_user")]
        constraints = [
            models.UniqueConstraint(
                name="endpoint_once", fields=["user_id", "url"], condition=Q(disabled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"endpoint {self.pk}"


class Notice(models.Model):
    """One notice to one recipient by one channel.

    The recipient is an account (``user_id``), a filer's account by its keyed value (``filer``: who filed stands
    nowhere in clear), or a program's endpoint: exactly one of them, as the database checks. ``fence`` counts the
    claims: a worker that lost its lease to another finishes nothing. ``subject_id`` is the id of what the link
    leads to, ``reference`` how people call it. ``created_at`` is the beginning of a day where somebody asked for the
    notice themself; ``asked_at`` is then the instant, hidden, for what it offers lapses (SEC-CR20).
    """

    DATA_CLASSES: ClassVar = by_class(
        P0="authority_id",
        P1=(
            "id channel user_id endpoint template kind urgent created_at asked_at is_read read_at state "
            "due_at tries fence leased_until done_at fault receipt digest"
        ),
        P2="filer reference subject_id",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=10, choices=Channel)
    user_id = models.UUIDField(null=True, blank=True)
    filer = models.BinaryField(max_length=32, null=True, blank=True)
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    template = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=16, blank=True, default="")
    subject_id = models.UUIDField(null=True, blank=True)
    authority_id = models.UUIDField(null=True, blank=True)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    asked_at = HiddenInstantField(null=True, purpose="notice.asked")
    is_read = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=40, blank=True, default="")
    receipt = models.CharField(max_length=80, blank=True, default="")
    digest = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="gathered"
    )

    class Meta:
        """What is due is a walk of one index, and so are a person's notices, unread first."""

        indexes = [
            models.Index(
                fields=["due_at", "id"], name="notice_due", condition=Q(state__in=["waiting", "sent"])
            ),
            models.Index(fields=["user_id", "due_at"], name="notice_held", condition=Q(state="held")),
            models.Index(
                fields=["user_id", "is_read", "-created_at", "-id"],
                name="notice_user",
                condition=Q(channel="app"),
            ),
            models.Index(
                fields=["filer"], name="notice_filer", condition=Q(channel="app", filer__isnull=False)
            ),
            models.Index(fields=["created_at"], name="notice_age"),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_one_recipient",
                condition=Q(user_id__isnull=False, filer__isnull=True, endpoint__isnull=True)
                | Q(user_id__isnull=True, filer__isnull=False, endpoint__isnull=True)
                | Q(user_id__isnull=True, filer__isnull=True, endpoint__isnull=False),
            ),
            models.CheckConstraint(
                name="notice_webhook_has_endpoint",
                condition=Q(channel="webhook", endpoint__isnull=False)
                | (~Q(channel="webhook") & Q(endpoint__isnull=True)),
            ),
            models.CheckConstraint(name="notice_channel_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="notice_state_known", condition=Q(state__in=NoticeState.values)),
            models.CheckConstraint(
                name="notice_read_is_dated",
                condition=Q(is_read=True, read_at__isnull=False) | Q(is_read=False, read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Preference(models.Model):
    """A person wants the mails of one kind gathered once a day; without a row they come at once."""

    DATA_CLASSES: ClassVar = by_class(P1="id user_id kind")

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    kind = models.CharField(max_length=20)

    class Meta:
        """One row a person and kind."""

        constraints = [models.UniqueConstraint(name="preference_once", fields=["user_id", "kind"])]

    def __str__(self) -> str:
        return f"preference {self.pk}"


class Work(models.Model):
    """One piece of recurring work: when it is due next, and which claim of it is the last."""

    DATA_CLASSES: ClassVar = by_class(P1="name next_at leased_until fence ran_at failures")

    name = models.CharField(primary_key=True, max_length=60)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    ran_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
