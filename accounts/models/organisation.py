"""Institutions where filers work, and services that carry out measures."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import validate_finess, validate_siret, validate_uai
from accounts.models.authority import Authority
from core.data_classes import by_class


class OrganisationKind(models.TextChoices):
    """What an institution is, in the words of the form's choices of filers (domain.md §1.2)."""

    SCHOOL = "school", _("Établissement scolaire")
    HOSPITAL = "hospital", _("Établissement de santé")
    PRACTICE = "practice", _("Cabinet, centre de santé")
    SOCIAL_SERVICE = "social_service", _("Service social, PMI")
    RESIDENTIAL = "residential", _("Établissement ou lieu d'accueil")
    ASSOCIATION = "association", _("Association")
    YOUTH_JUSTICE = "youth_justice", _("Protection judiciaire de la jeunesse")
    POLICE = "police", _("Police, gendarmerie")
    MUNICIPALITY = "municipality", _("Commune, élus")
    YOUTH_SERVICE = "youth_service", _("Animation, mission locale, sport")
    HELPLINE = "helpline", _("Ligne d'écoute nationale")
    OTHER = "other", _("Autre")


class Organisation(models.Model):
    """An institution, of one authority or (without one) of the whole country, as the 119 is.

    The database checks: a register number stands for one institution. Check digits are checked
    by the model's validation. Source: domain.md §1.2, §4.5.
    """

    DATA_CLASSES: ClassVar = by_class(P0="authority", P1="id name kind siret uai finess")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=OrganisationKind)
    siret = models.CharField(max_length=14, blank=True, default="", validators=[validate_siret])
    uai = models.CharField(max_length=8, blank=True, default="", validators=[validate_uai])
    finess = models.CharField(max_length=9, blank=True, default="", validators=[validate_finess])
    authority = models.ForeignKey(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"
            ),
            models.UniqueConstraint(fields=["siret"], condition=~Q(siret=""), name="organisation_siret_once"),
            models.UniqueConstraint(fields=["uai"], condition=~Q(uai=""), name="organisation_uai_once"),
            models.UniqueConstraint(
                fields=["finess"], condition=~Q(finess=""), name="organisation_finess_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the id: what is shown to people is chosen by whoever shows it."""
        return str(self.pk)
