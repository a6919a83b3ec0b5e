"""Provisioning of accounts: who made one, who sent its invitation, and to whom its code was shown (SEC-AZ24)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.user import User
from core.data_classes import by_class
from encryption.authentic import Authentic, MacField, SignedQuerySet


class ProvisioningAct(models.TextChoices):
    """What was done to an account before its person could sign in."""

    MADE = "made", "Compte créé ou rouvert"
    INVITED = "invited", "Invitation envoyée"
    #: Whatever led into the account before was void by then.
    REISSUED = "reissued", "Accès remis à neuf"


class Provisioning(Authentic):
    """One such act. ``by``: who asked for it, where two acted; None: the server. ``shown_to``: who saw the code.

    A row bars people from confirming roles of the account: one that isn't authentic bars everybody. The database
    checks: an account that was made has no code.
    """

    DATA_CLASSES: ClassVar = by_class(P1="id act at mac", P2="user by shown_to")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="provisioning")
    act = models.CharField(max_length=10, choices=ProvisioningAct)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    shown_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    mac = MacField("user", "act", "by", "shown_to", "at")

    objects = SignedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(act__in=ProvisioningAct.values), name="provisioning_act_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(act="made") | Q(shown_to=None), name="provisioning_code_of_an_invitation"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
