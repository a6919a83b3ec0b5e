"""Places: where a structure or a service is, and who may know it (field.md A.6, A.7); how many places are free."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Authority
from directory.codes import Visibility
from directory.models.service import Service
from directory.models.structure import Structure
from encryption.cells import Celled, CellsField
from encryption.fields import SealedField


class Place(Celled):
    """An address: of a structure (no ``service``), or of one of its services.

    Of a secret place the columns in clear hold the département alone; the address, sealed under the place's own key,
    is ``{"address", "complement", "postal_code", "commune", "insee_code", "longitude", "latitude"}`` as JSON. The
    database checks it.
    """

    sealed_owner = "id"

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P0",
        "authority": "P0",
        "structure": "P0",
        "service": "P0",
        "visibility": "P1",
        "department": "P0",
        "insee_code": "P1",
        "postal_code": "P1",
        "commune": "P1",
        "address": "P1",
        "complement": "P1",
        "longitude": "P1",
        "latitude": "P1",
        "key": "P1",
        "secret": "P4",
        "cells": "P1",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="places")
    service = models.OneToOneField(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="place"
    )
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.PUBLIC)
    department = models.CharField(max_length=3)
    insee_code = models.CharField(max_length=5, blank=True, default="")
    postal_code = models.CharField(max_length=5, blank=True, default="")
    commune = models.CharField(max_length=100, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    complement = models.CharField(max_length=300, blank=True, default="")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    key = models.UUIDField(null=True, blank=True, editable=False)
    secret = SealedField(
        label="place.secret",
        access_class="K",
        security_class="P4",
        kind="json",
        null=True,
        blank=True,
        default=None,
        max_length=2_000,
    )
    cells = CellsField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["structure"], condition=Q(service=None), name="place_one_of_a_structure"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="place_visibility_known"
            ),
            models.CheckConstraint(
                condition=(~Q(visibility=Visibility.SECRET) & Q(secret__isnull=True))
                | Q(
                    visibility=Visibility.SECRET,
                    secret__isnull=False,
                    insee_code="",
                    postal_code="",
                    commune="",
                    address="",
                    complement="",
                    longitude=None,
                    latitude=None,
                ),
                name="place_secret_has_nothing_in_clear",
            ),
        ]
        indexes = [
            models.Index(fields=["insee_code"], name="place_by_commune", condition=~Q(insee_code="")),
            models.Index(fields=["department"], name="place_by_department"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)


class SecretOpening(models.Model):
    """One look at a secret address: by whom, why, and who looked at it afterwards (field.md A.7, rule 4).

    ``on_duty``: it was within the authority's working hours, and not one of many by that person in a day. Else the
    supervisors are told at once, and one of them looks at it by ``due_at``. Never held up.
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P1",
        "place": "P0",
        "authority": "P0",
        "by": "P2",
        "at": "P1",
        "purpose": "P1",
        "on_duty": "P1",
        "due_at": "P1",
        "looked_at": "P1",
        "looked_by": "P2",
        "justified": "P1",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="openings")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    purpose = models.CharField(max_length=20)
    on_duty = models.BooleanField()
    due_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    justified = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(looked_at=None, looked_by=None, justified=None)
                | Q(looked_at__isnull=False, looked_by__isnull=False, justified__isnull=False),
                name="secret_opening_looked_at_whole",
            ),
            models.CheckConstraint(
                condition=Q(looked_by=None) | ~Q(looked_by=F("by")), name="secret_opening_by_another"
            ),
            models.CheckConstraint(
                condition=Q(on_duty=True, due_at=None) | Q(on_duty=False, due_at__isnull=False),
                name="secret_opening_due_when_off_duty",
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)


class Capacity(models.Model):
    """How many places a service has, and how many it last told to be free (HSDS; field.md A.6).

    ``unit`` is what is counted (bed, place, family), ``population`` for whom. A vacancy older than a week counts as not
    known (``directory/freshness.py``).
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P0",
        "service": "P0",
        "unit": "P0",
        "population": "P0",
        "maximum": "P0",
        "emergency": "P0",
        "vacancy": "P0",
        "note": "P0",
        "told_by": "P2",
        "told_at": "P1",
        "valid_until": "P0",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="capacities")
    unit = models.CharField(max_length=60, default="place")
    population = models.CharField(max_length=120, blank=True, default="")
    maximum = models.PositiveSmallIntegerField(null=True, blank=True)
    emergency = models.PositiveSmallIntegerField(null=True, blank=True)
    vacancy = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="")
    told_by = models.CharField(max_length=200, blank=True, default="")
    told_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "unit", "population"], name="capacity_once"),
            models.CheckConstraint(
                condition=Q(vacancy=None) | Q(maximum=None) | Q(vacancy__lte=F("maximum")),
                name="capacity_vacancy_fits",
            ),
            models.CheckConstraint(
                condition=Q(vacancy=None) | Q(told_at__isnull=False), name="capacity_vacancy_was_told"
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)
