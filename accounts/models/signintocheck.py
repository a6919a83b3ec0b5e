"""Unusual sign-ins that their owner is asked to check."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.user import User
from core.data_classes import by_class
from encryption.hidden import HiddenInstantField


class Oddity(models.TextChoices):
    UNFINISHED = "unfinished", "Le bon mot de passe ou le fournisseur d'identité, et pas de second moyen"
    REFUSED = "refused", "Un second moyen refusé"
    NEW_PLACE = "new_place", "Une connexion entière, depuis un réseau nouveau"


class SignInToCheck(models.Model):
    """How often one thing was odd about the sign-ins of one person on one day (``accounts/suspicious_sign_ins.py``).

    No place and no browser: whoever reads the table, or over the owner's shoulder, learns neither. ``day`` is the UTC
    one; ``first_at`` and ``last_at`` are when it happened; ``told_at`` is when the notice was written that tells of it.
    The database checks: a known kind, and one row a kind and day.
    """

    DATA_CLASSES: ClassVar = by_class(P1="id kind day count first_at last_at told_at", P2="user")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins_to_check")
    kind = models.CharField(max_length=12, choices=Oddity)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1)
    first_at = HiddenInstantField(purpose="sign_in.first")
    last_at = HiddenInstantField(purpose="sign_in.last")
    told_at = HiddenInstantField(null=True, purpose="sign_in.told")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Oddity.values), name="sign_in_to_check_of_a_kind"),
            models.UniqueConstraint(fields=["user", "kind", "day"], name="sign_in_to_check_once_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
