"""Imports of the directory: a file, tried and then written, and the rows that a person must decide on."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Authority
from directory.codes import Source
from directory.models.structure import Structure


class DirectoryImport(models.Model):
    """One file: what it would do (tried), what it did (done). ``digest`` is the SHA-256 of the file that was tried.

    ``licence`` and ``stated_on`` are those that the source gives itself. The file isn't kept. ``options`` are
    ``{"whole": bool, "kind": str}``: whether what isn't in it is archived, and what a structure is of which it says no
    kind. ``plan`` is the digest of what it would do: it is done as it was tried, or tried anew.
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P1",
        "authority": "P0",
        "source": "P0",
        "licence": "P0",
        "stated_on": "P0",
        "options": "P0",
        "plan": "P1",
        "left_out": "P0",
        "digest": "P1",
        "tried_by": "P2",
        "tried_at": "P1",
        "done_at": "P1",
        "created": "P0",
        "changed": "P0",
        "unchanged": "P0",
        "archived": "P0",
        "held": "P0",
        "refused": "P0",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=15, choices=Source)
    licence = models.CharField(max_length=100, blank=True, default="")
    stated_on = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    options = models.JSONField(default=dict, blank=True)
    plan = models.CharField(max_length=64, blank=True, default="")
    tried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    tried_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    archived = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-tried_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="directory_import_source_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)


class HeldRow(models.Model):
    """A row of an import that a person decides on: it looks like a structure with a secret place (field.md A.7.2).

    Nothing of the row's address is kept: ``source_id`` finds it again in the source. ``authority`` is the one that
    keeps the structure, whichever imported the row.
    """

    DATA_CLASSES: ClassVar[dict[str, str]] = {
        "id": "P1",
        "run": "P1",
        "authority": "P0",
        "structure": "P0",
        "source_id": "P1",
        "matched_by": "P1",
        "settled_at": "P1",
        "settled_by": "P2",
        "same": "P1",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(DirectoryImport, on_delete=models.PROTECT, related_name="held_rows")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="held_rows")
    source_id = models.CharField(max_length=200)
    matched_by = models.CharField(max_length=10)  # siret, finess, phone
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    same = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "structure", "source_id"], name="held_row_once"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return str(self.pk)
