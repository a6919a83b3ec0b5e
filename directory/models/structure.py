"""Structures: the legal or physical body that offers services (data.inclusion 1.0.10; field.md A.1, A.6)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.identifiers import validate_finess, validate_siret, validate_uai
from accounts.models import Authority
from directory.codes import ResourceKind, Source, Status


class Structure(models.Model):
    """A structure, as kept by one authority and read by all of the instance.

    ``source`` and ``source_id`` say where it comes from: an import finds its row again by them, and archives
    (``status``) what is gone, never deletes. ``merged_into``: it was another one twice, and stays as its alias.
    ``opening_hours`` is in OpenStreetMap's form; what doesn't read so stands in ``opening_hours_text``. Its address is
    a ``Place`` with no service.
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P0",
        "authority": "P0",
        "kind": "P0",
        "name": "P0",
        "description": "P0",
        "status": "P0",
        "siret": "P0",
        "finess": "P0",
        "uai": "P0",
        "rna": "P0",
        "parent": "P0",
        "merged_into": "P0",
        "phone": "P1",
        "email": "P1",
        "website": "P0",
        "source_url": "P0",
        "accessibility_url": "P0",
        "opening_hours": "P0",
        "opening_hours_text": "P0",
        "networks": "P0",
        "source": "P0",
        "source_id": "P0",
        "source_licence": "P0",
        "updated_on": "P0",
        "fetched_at": "P0",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=ResourceKind)
    name = models.CharField(max_length=150)
    description = models.TextField(max_length=10_000, blank=True, default="")
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    siret = models.CharField(max_length=14, blank=True, default="", validators=[validate_siret])
    finess = models.CharField(max_length=9, blank=True, default="", validators=[validate_finess])
    uai = models.CharField(max_length=8, blank=True, default="", validators=[validate_uai])
    rna = models.CharField(max_length=10, blank=True, default="")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="aliases"
    )
    phone = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(max_length=254, blank=True, default="")
    website = models.URLField(max_length=500, blank=True, default="")
    source_url = models.URLField(max_length=500, blank=True, default="")
    accessibility_url = models.URLField(max_length=500, blank=True, default="")
    opening_hours = models.CharField(max_length=500, blank=True, default="")
    opening_hours_text = models.CharField(max_length=500, blank=True, default="")
    networks = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=15, choices=Source)
    source_id = models.CharField(max_length=200)
    source_licence = models.CharField(max_length=100, blank=True, default="")
    updated_on = models.DateField()
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "source", "source_id"], name="structure_once_a_source"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="structure_status_known"),
            models.CheckConstraint(condition=Q(kind__in=ResourceKind.values), name="structure_kind_known"),
        ]
        indexes = [
            models.Index(fields=["siret"], name="structure_by_siret", condition=~Q(siret="")),
            models.Index(fields=["finess"], name="structure_by_finess", condition=~Q(finess="")),
            models.Index(fields=["phone"], name="structure_by_phone", condition=~Q(phone="")),
        ]

    def __str__(self) -> str:
        """Return the id: what is shown to people is chosen by whoever shows it."""
        return str(self.pk)
