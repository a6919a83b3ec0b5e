"""Services: what a structure does, for whom, and how it is asked (data.inclusion 1.0.10; field.md A.1, A.4, A.6)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Authority
from directory.codes import Need, PlaceKind, Source, Specialised, Status
from directory.models.structure import Structure
from encryption.cells import Celled, CellsField
from encryption.fields import SealedField


class Service(Celled):
    """A service of a structure: the fields of data.inclusion 1.0.10, then our own (field.md A.4).

    ``zones`` are codes of communes, EPCI, départements or countries, or ``france``; none means everywhere. ``accepts``
    maps a ``Situation`` to ``{"answer": Accepts, "words": text}``. Ages are in months, both ends included.
    ``from_departments``: of which départements it takes somebody who must be far away; none means all but its own.
    ``night_phone`` is sealed under the service's own key. ``verified_on``: the day on which somebody last said that the
    whole entry is right, by ``verified_by`` (``Means``); what one may trust after it is ``directory/freshness.py``.
    ``asks_every_months`` is the rhythm in which the service is asked to confirm; 0: never.
    """

    sealed_owner = "id"

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P0",
        "authority": "P0",
        "structure": "P0",
        "merged_into": "P0",
        "name": "P0",
        "description": "P0",
        "kind": "P0",
        "themes": "P0",
        "fees": "P0",
        "fees_note": "P0",
        "audiences": "P0",
        "audiences_note": "P0",
        "access_conditions": "P0",
        "phone": "P1",
        "email": "P1",
        "contact_name": "P2",
        "source_url": "P0",
        "reception_modes": "P0",
        "zones": "P0",
        "mobilisation_url": "P0",
        "mobilisation_modes": "P0",
        "mobilisable_by": "P0",
        "mobilisation_note": "P0",
        "weekly_hours": "P0",
        "weeks": "P0",
        "opening_hours": "P0",
        "opening_hours_text": "P0",
        "source": "P0",
        "source_id": "P0",
        "source_licence": "P0",
        "updated_on": "P0",
        "fetched_at": "P0",
        "needs": "P0",
        "age_min_months": "P0",
        "age_max_months": "P0",
        "sexes": "P0",
        "accepts": "P0",
        "place_kind": "P0",
        "distance_placement": "P0",
        "from_departments": "P0",
        "refused_departments": "P0",
        "round_the_clock": "P0",
        "key": "P1",
        "night_phone": "P3",
        "answer_delay_hours": "P0",
        "specialised": "P0",
        "who_may_ask": "P0",
        "needs_agreement": "P0",
        "languages": "P0",
        "interpreter": "P0",
        "documents_wanted": "P0",
        "documents_never": "P0",
        "safe_channels": "P0",
        "status": "P0",
        "suspended_until": "P0",
        "verified_on": "P0",
        "verified_by": "P0",
        "asks_every_months": "P0",
        "asked_at": "P1",
        "asks_missed": "P1",
        "cells": "P1",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="services")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="aliases"
    )
    # As data.inclusion has them
    name = models.CharField(max_length=150)
    description = models.TextField(max_length=10_000)
    kind = models.CharField(max_length=40, blank=True, default="")
    themes = models.JSONField(default=list, blank=True)
    fees = models.CharField(max_length=20, blank=True, default="")
    fees_note = models.TextField(max_length=2_000, blank=True, default="")
    audiences = models.JSONField(default=list, blank=True)
    audiences_note = models.TextField(max_length=2_000, blank=True, default="")
    access_conditions = models.TextField(max_length=2_000, blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(max_length=254, blank=True, default="")
    contact_name = models.CharField(max_length=200, blank=True, default="")
    source_url = models.URLField(max_length=500, blank=True, default="")
    reception_modes = models.JSONField(default=list, blank=True)
    zones = models.JSONField(default=list, blank=True)
    mobilisation_url = models.URLField(max_length=500, blank=True, default="")
    mobilisation_modes = models.JSONField(default=list, blank=True)
    mobilisable_by = models.JSONField(default=list, blank=True)
    mobilisation_note = models.TextField(max_length=2_000, blank=True, default="")
    weekly_hours = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    opening_hours = models.CharField(max_length=500, blank=True, default="")
    opening_hours_text = models.CharField(max_length=500, blank=True, default="")
    source = models.CharField(max_length=15, choices=Source)
    source_id = models.CharField(max_length=200)
    source_licence = models.CharField(max_length=100, blank=True, default="")
    updated_on = models.DateField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    # Our own
    needs = models.JSONField(default=list, blank=True)
    age_min_months = models.PositiveSmallIntegerField(null=True, blank=True)
    age_max_months = models.PositiveSmallIntegerField(null=True, blank=True)
    sexes = models.JSONField(default=list, blank=True)
    accepts = models.JSONField(default=dict, blank=True)
    place_kind = models.CharField(max_length=10, choices=PlaceKind, blank=True, default="")
    distance_placement = models.BooleanField(default=False)
    from_departments = models.JSONField(default=list, blank=True)
    refused_departments = models.JSONField(default=list, blank=True)
    round_the_clock = models.BooleanField(default=False)
    key = models.UUIDField(null=True, blank=True, editable=False)
    night_phone = SealedField(
        label="service.night_phone",
        access_class="J",
        null=True,
        blank=True,
        default=None,
        max_length=30,
    )
    answer_delay_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    specialised = models.CharField(max_length=10, choices=Specialised, default=Specialised.GENERAL)
    who_may_ask = models.JSONField(default=list, blank=True)
    needs_agreement = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    interpreter = models.BooleanField(default=False)
    documents_wanted = models.TextField(max_length=2_000, blank=True, default="")
    documents_never = models.TextField(max_length=2_000, blank=True, default="")
    safe_channels = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    suspended_until = models.DateField(null=True, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.CharField(max_length=10, blank=True, default="")
    asks_every_months = models.PositiveSmallIntegerField(default=6)
    asked_at = models.DateTimeField(null=True, blank=True)
    asks_missed = models.PositiveSmallIntegerField(default=0)
    cells = CellsField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "source", "source_id"], name="service_once_a_source"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="service_status_known"),
            models.CheckConstraint(
                condition=Q(age_min_months=None)
                | Q(age_max_months=None)
                | Q(age_min_months__lte=F("age_max_months")),
                name="service_ages_run_forward",
            ),
            models.CheckConstraint(
                condition=Q(suspended_until=None) | Q(status=Status.SUSPENDED),
                name="service_suspended_until_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["phone"], name="service_by_phone", condition=~Q(phone="")),
            models.Index(fields=["authority", "verified_on"], name="service_by_verification"),
        ]

    def __str__(self) -> str:
        """Return the id: what is shown to people is chosen by whoever shows it."""
        return str(self.pk)


class Reach(models.Model):
    """Which services answer a need in a zone: derived from the service, and written with it, so that one index finds.

    ``zone`` is a code of ``Service.zones``; ``everywhere`` where the service names none. Of a service that takes people
    from far away (``distance_placement``) there is one more row, with zone ``far``, for the needs that ask for a place.
    Services that don't work, and those merged into another, have none.
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {"id": "P0", "service": "P0", "need": "P0", "zone": "P0"}

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="reaches")
    need = models.CharField(max_length=30, choices=Need)
    zone = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "zone", "service"], name="reach_once"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)
