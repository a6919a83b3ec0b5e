"""Identity at a provider of the site (OpenID Connect), which replaces the password."""

import uuid
from typing import ClassVar

from django.db import models

from accounts.models.user import User
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField


class Identity(Authentic):
    """One person's identity at one provider, bound by its owner (``accounts/actions/identities.py``).

    ``subject`` is a keyed value of the provider's issuer and of the lasting id that it gives the person there: neither
    stands in the database. ``siret`` is the institution that the provider named last; empty where it names none.
    ``bound_at`` is the beginning of a day. The database checks: an identity is bound once, and an account to one of
    each provider.
    """

    DATA_CLASSES: ClassVar = by_class(P1="id provider siret bound_at last_used_on mac", P2="user subject")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    provider = models.CharField(max_length=20)
    subject = models.BinaryField(max_length=32)
    siret = models.CharField(max_length=14, blank=True, default="")
    bound_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    mac = MacField("user", "provider", "subject", "siret", "bound_at")

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject"], name="identity_bound_once"),
            models.UniqueConstraint(fields=["user", "provider"], name="identity_one_of_a_provider"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ProviderVisit(models.Model):
    """A round trip to an identity provider, or its result that waits for confirmation.

    See ``accounts/oidc/visits.py``. ``kept`` is a keyed value of a secret that one browser holds, and ``data`` opens
    with that secret alone.
    """

    DATA_CLASSES: ClassVar = by_class(P1="id expires_at", P2="kept data")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.BinaryField(max_length=32, unique=True)
    data = models.BinaryField(max_length=4096)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)
