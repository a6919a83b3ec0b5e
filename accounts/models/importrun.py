"""Import of a file: tried by one administrator, confirmed by a second person, undone before its first use."""

import uuid
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.authority import Authority
from accounts.models.user import User
from core.data_classes import by_class
from encryption.authentic import Authentic, AuthenticQuerySet, MacField


class ImportSource(models.TextChoices):
    PEOPLE = "people", _("Liste de personnes")
    INSTITUTIONS = "institutions", _("Liste de structures")
    SCHOOLS = "schools", _("Annuaire de l'éducation")
    FINESS = "finess", _("Extraction FINESS des établissements")


#: Where a public file comes from, and under which licence.
ORIGINS: Final = {
    ImportSource.SCHOOLS: _(
        "Annuaire de l'éducation, ministère de l'Éducation nationale, Licence Ouverte 2.0"
    ),
    ImportSource.FINESS: _(
        "FINESS, extraction des établissements, ministère chargé de la santé, Licence Ouverte 2.0"
    ),
}


class ImportRun(Authentic):
    """One file, from its trial on; the file itself isn't kept.

    ``content`` is what was read of it and what it would do, sealed, until it is decided on or its time is over;
    ``digest`` is the SHA-256 of that, by which the second person confirms what the first one tried and nothing else.
    ``made`` names by id what was written: accounts, roles, institutions, and the former entries of those that changed;
    once undone, what had been used by then and stays. ``stated_on``: the day that a public file gives as its own.

    The database checks: two persons; what is decided was asked for and has its instant, person and outcome; only a
    confirmed one is undone; nothing of the file is left of one that is decided.
    """

    DATA_CLASSES: ClassVar = by_class(
        P0="authority",
        P1=(
            "id source stated_on tried_at asked_at decided_at confirmed undone_at made created changed "
            "unchanged refused left_out mac"
        ),
        P2="tried_by decided_by undone_by content digest",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, choices=ImportSource)
    stated_on = models.DateField(null=True)
    tried_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    tried_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)
    made = models.JSONField(default=dict, blank=True)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    mac = MacField(
        "authority",
        "source",
        "stated_on",
        "tried_by",
        "tried_at",
        "asked_at",
        "decided_by",
        "decided_at",
        "confirmed",
        "undone_by",
        "undone_at",
        "digest",
        "made",
    )

    objects = AuthenticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=ImportSource.values), name="import_source_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, confirmed=None)
                | Q(
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    confirmed__isnull=False,
                    asked_at__isnull=False,
                    content=None,
                ),
                name="import_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("tried_by")), name="import_by_two"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                # A comparison with NULL isn't false, and a constraint that isn't false holds.
                | Q(
                    undone_at__isnull=False,
                    undone_by__isnull=False,
                    confirmed__isnull=False,
                    confirmed=True,
                ),
                name="import_undone_once_done",
            ),
        ]
        indexes = [models.Index(fields=["authority", "tried_at"], name="import_by_authority")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def origin(self) -> str:
        """Return where a public file comes from, its licence and its day, as a sentence; blank for an own list."""
        source = str(ORIGINS.get(ImportSource(self.source), ""))
        if not source or self.stated_on is None:
            return source
        day = date_format(self.stated_on, "SHORT_DATE_FORMAT")
        return gettext("%(source)s, fichier du %(day)s") % {"source": source, "day": day}
