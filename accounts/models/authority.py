"""Authorities responsible for child protection, their territories, and their units."""

import uuid
import zoneinfo
from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Expression, F, Q

from core.data_classes import by_class


def validate_timezone(name: str) -> None:
    """Refuse a name that the time-zone database doesn't know.

    Raises:
        ValidationError: unknown zone.
    """
    if name not in zoneinfo.available_timezones():
        raise ValidationError("Fuseau horaire inconnu.", code="invalid")


class Authority(models.Model):
    """A *collectivité* with its own child welfare service and its own concerns cell; the tenant.

    Its code is text (``75``, ``2A``, ``69M``). Deadlines are counted in its time zone.
    Source: domain.md §8.1.
    """

    DATA_CLASSES: ClassVar = by_class(P0="id code name timezone protocol_version")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=40, default="Europe/Paris", validators=[validate_timezone])
    # Another one with each change of the authority's settings; none while it never changed any. Whoever has read
    # the settings knows by it whether they still hold.
    protocol_version = models.UUIDField(null=True, editable=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="authority_has_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


class TerritoryQuerySet(models.QuerySet["AuthorityTerritory"]):
    """Ask which rows count on a day."""

    def in_force(self, on: date | Expression) -> "TerritoryQuerySet":
        """Keep the rows valid on a day, the first and not the last day of the period included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


class AuthorityTerritory(models.Model):
    """A commune or a whole département that an authority answers for, during a period.

    The database checks: exactly one of both codes; the period doesn't run backwards; two authorities
    never answer for the same code in an open period. A commune's row beats that of its département
    (Métropole de Lyon within the Rhône). Source: domain.md §8.1.
    """

    DATA_CLASSES: ClassVar = by_class(P0="id authority commune_insee department_code valid_from valid_to")

    id = models.BigAutoField(primary_key=True)
    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="territories")
    commune_insee = models.CharField(max_length=5, blank=True, default="")
    department_code = models.CharField(max_length=3, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(commune_insee="") & ~Q(department_code=""))
                | (~Q(commune_insee="") & Q(department_code="")),
                name="territory_is_commune_or_department",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="territory_period_runs_forward",
            ),
            models.UniqueConstraint(
                fields=["commune_insee"],
                condition=Q(valid_to=None) & ~Q(commune_insee=""),
                name="territory_one_authority_a_commune",
            ),
            models.UniqueConstraint(
                fields=["department_code"],
                condition=Q(valid_to=None) & ~Q(department_code=""),
                name="territory_one_authority_a_department",
            ),
        ]
        indexes = [
            models.Index(fields=["commune_insee"], name="territory_by_commune"),
            models.Index(fields=["department_code"], name="territory_by_department"),
        ]

    def __str__(self) -> str:
        """Return the code of the place, which is public."""
        return self.commune_insee or self.department_code

    def clean(self) -> None:
        """Refuse a period that overlaps another for the same place.

        Raises:
            ValidationError: somebody answers for this place already, on at least one day of the period.
        """
        same_place = AuthorityTerritory.objects.filter(
            commune_insee=self.commune_insee, department_code=self.department_code
        ).exclude(pk=self.pk)
        same_days = same_place.filter(Q(valid_to=None) | Q(valid_to__gt=self.valid_from))
        if self.valid_to:
            same_days = same_days.filter(valid_from__lt=self.valid_to)
        if same_days.exists():
            raise ValidationError("Ce territoire relève déjà d'une autorité.", code="overlap")


class Unit(models.Model):
    """A team of an authority (a territorial house, a cell). Its communes, if given, say what comes to it."""

    DATA_CLASSES: ClassVar = by_class(P0="authority communes", P1="id name")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=120)
    communes = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "name"], name="unit_name_once_an_authority"),
        ]

    def __str__(self) -> str:
        """Return the id: what is shown to people is chosen by whoever shows it."""
        return str(self.pk)
