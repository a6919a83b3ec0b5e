"""What was said of an entry, by whom and how: verifications, one-use links, reported errors (field.md A.6, A.8)."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Authority
from directory.codes import Means
from directory.models.service import Service
from directory.models.structure import Structure
from encryption.authentic import Authentic, AuthenticQuerySet, MacField
from encryption.cells import Celled, CellsField
from encryption.fields import SealedField


class Verification(models.Model):
    """One field of an entry, before and after, or the same: append-only (HSDS ``metadata``).

    ``service`` is None for a field of the structure alone. ``field`` is its name in the model, ``place.<field>`` or
    ``capacity.<field>``. Of what is sealed, ``old`` and ``new`` say ``"[scellé]"`` and nothing else. ``by`` is None
    where the structure itself said it, or the service of an import.
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P0",
        "structure": "P0",
        "service": "P0",
        "field": "P0",
        "old": "P1",
        "new": "P1",
        "by": "P2",
        "at": "P1",
        "means": "P0",
        "evidence": "P1",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="verifications")
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="verifications"
    )
    field = models.CharField(max_length=60)
    old = models.JSONField(null=True, blank=True)
    new = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    means = models.CharField(max_length=10, choices=Means)
    evidence = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(means__in=Means.values), name="verification_means_known"),
        ]
        indexes = [
            models.Index(fields=["service", "-at"], name="verification_by_service"),
            models.Index(fields=["structure", "-at"], name="verification_by_structure"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)


class ConfirmationLink(Authentic):
    """A one-use link by which a service confirms or corrects its entry (field.md A.8); the secret isn't stored.

    ``kept`` is a keyed value of the secret in the mail; None until the mail leaves. ``used_at``: it opens nothing more.
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P1",
        "service": "P0",
        "kept": "P2",
        "made_at": "P1",
        "expires_at": "P1",
        "used_at": "P1",
        "mac": "P1",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="links")
    kept = models.BinaryField(max_length=32, null=True, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    mac = MacField("service", "kept", "made_at", "expires_at", "used_at")

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "id"]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)


class ErrorReport(Celled):
    """An error that somebody reported in one sentence, until an editor has looked at it.

    The sentence is sealed under the service's key: people write what they shouldn't.
    """

    sealed_owner = "service_id"

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P0",
        "authority": "P0",
        "service": "P0",
        "sentence": "P3",
        "by": "P2",
        "at": "P1",
        "settled_at": "P1",
        "settled_by": "P2",
        "corrected": "P1",
        "cells": "P1",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="error_reports")
    sentence = SealedField(
        label="error_report.sentence", access_class="A", null=True, blank=True, default=None, max_length=500
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    corrected = models.BooleanField(null=True, blank=True)
    cells = CellsField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, corrected=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False, corrected__isnull=False),
                name="error_report_settled_whole",
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)
