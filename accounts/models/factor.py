"""Second factors beside the password: passkeys, authenticator applications, recovery codes (SEC-AU1)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.user import User
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from encryption.hidden import HiddenNumberField


class FactorKind(models.TextChoices):
    PASSKEY = "passkey", "Clé d'accès"
    TOTP = "totp", "Application d'authentification"


class Factor(Authentic):
    """One passkey or one authenticator application of a person.

    ``credential``, ``public`` and ``counter`` are a passkey's: its id, its public half, how often it signed as far as
    it says so. The secret of an application stands nowhere (``encryption/onetime.py``); ``last_step`` is the time step
    of the code that was used last, hidden. ``created_at`` is the beginning of a day. The database checks: a passkey
    has its id and public half, an application neither; a passkey belongs to one person.
    """

    DATA_CLASSES: ClassVar = by_class(
        P1="id kind created_at last_used_on counter last_step mac",
        P2="user label credential public",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=10, choices=FactorKind)
    label = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    credential = models.BinaryField(max_length=1023, null=True, unique=True)
    public = models.BinaryField(max_length=4096, null=True)
    counter = models.PositiveBigIntegerField(default=0)
    last_step = HiddenNumberField(null=True, purpose="factor.step")
    mac = MacField("user", "kind", "created_at", "credential", "public")

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="passkey", credential__isnull=False, public__isnull=False)
                | Q(kind="totp", credential__isnull=True, public__isnull=True),
                name="factor_has_what_its_kind_needs",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RecoveryCode(Authentic):
    """One code for a person who lost the application: its keyed value, which is deleted when it is used (SEC-AU4)."""

    DATA_CLASSES: ClassVar = by_class(P1="id mac", P2="user kept")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    kept = models.BinaryField(max_length=32, unique=True)
    mac = MacField("user", "kept")

    objects = AuthenticQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class Identified(models.TextChoices):
    """How an administrator verified the identity of a person who lost their second factors (ASVS 5.0, 6.4.4).

    As well as when the account was vouched for: who it is, and that they work where they say.
    """

    IN_PERSON = "in_person", "En personne, avec sa carte professionnelle"
    CALLED_BACK = "called_back", "Par un rappel au numéro connu de son service"
    VIDEO = "video", "En visioconférence, avec une pièce d'identité"


class FactorReset(Authentic):
    """A request that somebody's factors be removed, because they are lost; a second person confirms or refuses it.

    The database checks: one open request an account; whoever asked doesn't decide, and nobody asks or decides for
    themself; what is decided has its instant, its person and its outcome, and what is open has none of them.
    """

    DATA_CLASSES: ClassVar = by_class(
        P1="id asked_at decided_at confirmed asked_how decided_how mac",
        P2="user asked_by decided_by",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factor_resets")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(null=True)
    asked_how = models.CharField(max_length=16, choices=Identified, blank=True, default="", db_default="")
    decided_how = models.CharField(max_length=16, choices=Identified, blank=True, default="", db_default="")
    mac = MacField("user", "asked_by", "asked_at", "decided_by", "decided_at", "confirmed")

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(decided_at=None), name="factor_reset_one_open_an_account"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("user")) & (Q(decided_by=None) | ~Q(decided_by=F("user"))),
                name="factor_reset_by_others",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="factor_reset_by_two"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, confirmed=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, confirmed__isnull=False),
                name="factor_reset_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(asked_how__in=["", *Identified.values])
                & (
                    Q(decided_how="")
                    | Q(decided_how__in=Identified.values, confirmed__isnull=False, confirmed=True)
                ),
                name="factor_reset_identified",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
