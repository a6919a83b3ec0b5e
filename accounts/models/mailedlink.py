"""Mailed links of an account, stored as keyed hashes alone: a backup reveals nothing else."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.user import User
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from encryption.hidden import HiddenInstantField
from encryption.row_writes import Audited


class MailedLink(Authentic):
    """A link that somebody was sent, or one whose mail hasn't left yet (``accounts/links.py``).

    ``kept`` is a keyed value of the secret in the mail, which exists only once the mail leaves; ``bound`` one of the
    account as it was then. ``code`` is one of what an administrator tells the person beside the mail: invitations
    alone have it. ``email`` is the new address that a link confirms; the others set a password. The database checks:
    one link an account for each use; what isn't sent yet is an invitation, or for an address.
    """

    DATA_CLASSES: ClassVar = by_class(P1="id user bound expires_at mac", P2="kept code email")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kept = models.BinaryField(max_length=32, null=True, unique=True)
    bound = models.BinaryField(max_length=32, null=True)
    code = models.BinaryField(max_length=32, null=True)
    email = models.EmailField(max_length=254, blank=True, default="")
    expires_at = HiddenInstantField(purpose="link.expires")
    # An entry would tell who counts the places between two of their own whether somebody has an address; a link that is
    # put back counts for the account as it was when the link was made, and hours.
    mac = MacField("user", "kept", "bound", "code", "email", "expires_at", audited=Audited.NOTHING)

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kept__isnull=False, bound__isnull=False)
                | (Q(kept=None, bound=None) & (Q(code__isnull=False) | ~Q(email=""))),
                name="mailed_link_sent_or_waiting",
            ),
            models.CheckConstraint(condition=Q(code=None) | Q(email=""), name="mailed_link_for_one_thing"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(email="", code=None), name="mailed_link_one_for_password"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(code__isnull=False), name="mailed_link_one_invitation"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=~Q(email=""), name="mailed_link_one_for_address"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
