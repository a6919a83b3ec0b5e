"""Key store: one row per key, each wrapped. It lives in the database alias ``keys`` (SEC-CR6).

root key (provider) → authority, drafts, index and likeness keys → two data keys per referral, one per draft. Filings
are sealed to an authority's intake pair, whose private half stands under its authority's key.
"""

from typing import Final
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact

from encryption.marks import Mark

WHOLE_SERVICE: Final = UUID(int=0)


class Kind(models.TextChoices):
    """What a key is for. The code is part of what the key is derived from: it never changes."""

    AUTHORITY = "authority", "Clé d'une autorité"
    INTAKE = "intake", "Paire de clés des dépôts d'une autorité"
    DRAFTS = "drafts", "Clé des brouillons"
    INDEX = "index", "Clé des valeurs indexées"
    LIKENESS = "likeness", "Clé de l'index des ressemblances"
    CASE = "case", "Clé d'un dossier"
    FILER = "filer", "Clé de l'identité du déclarant"
    DRAFT = "draft", "Clé d'un brouillon"


SERVICE_KINDS: Final = (Kind.DRAFTS, Kind.INDEX, Kind.LIKENESS)
FIRST_LEVEL: Final = (Kind.AUTHORITY, *SERVICE_KINDS)
#: Of these one per owner is in use; a retired one wraps no more.
REPLACED: Final = (*FIRST_LEVEL, Kind.INTAKE)
DATA_KINDS: Final = (Kind.CASE, Kind.FILER, Kind.DRAFT)


class WrappedKey(models.Model):
    """A key that only its wrapping key, or the provider, can unwrap.

    Invariants, which the database checks: a key of the first level is wrapped by the provider and by no
    other key, all others by another key; the owner of a service-wide key is the nil UUID; of the keys above
    data keys one per kind and owner is in use. A retired key wraps no more but still unwraps what it
    wrapped. A pair alone has a public half, with a code that proves it to whoever seals to it.
    ``commitment`` is derived from the key, its id, kind and owner: a row whose commitment doesn't match
    is refused before any field is opened (SEC-CR3).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    owner = models.UUIDField()
    # No foreign key: after a partial restore the parent may be missing, and the service must run all the same (0003).
    wrapped_by = models.UUIDField(null=True)
    suite = models.PositiveSmallIntegerField()
    wrapped = models.BinaryField()
    commitment = models.BinaryField()
    public = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "kind"], name="wrappedkey_owner_kind")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="wrappedkey_kind_known"),
            models.CheckConstraint(
                condition=(
                    models.Q(kind__in=FIRST_LEVEL, wrapped_by__isnull=True)
                    | models.Q(kind__in=(Kind.INTAKE, *DATA_KINDS), wrapped_by__isnull=False)
                ),
                name="wrappedkey_wrapped_by_its_parent",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(kind__in=SERVICE_KINDS, owner=WHOLE_SERVICE)
                    | (~models.Q(kind__in=SERVICE_KINDS) & ~models.Q(owner=WHOLE_SERVICE))
                ),
                name="wrappedkey_owner_fits_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True) | models.Q(kind__in=REPLACED),
                name="wrappedkey_only_those_above_retire",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(kind=Kind.INTAKE, public__isnull=False)
                    | (~models.Q(kind=Kind.INTAKE) & models.Q(public__isnull=True))
                ),
                name="wrappedkey_a_pair_has_a_public_half",
            ),
            models.CheckConstraint(
                condition=Exact(Length("commitment"), 32), name="wrappedkey_commitment_32_bytes"
            ),
            models.UniqueConstraint(
                fields=["kind", "owner"],
                # Two processes that make the first key of an authority at once would otherwise each go on with their
                # own.
                condition=models.Q(kind__in=REPLACED, retired_at__isnull=True),
                name="wrappedkey_one_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Shredded(models.Model):
    """Record that the keys of one case were destroyed, written in the same transaction (SEC-CR11).

    ``token`` is the pseudonym that the journal's certificate has. The keys are gone, so nothing leads from here to a
    case; but a key store that was read back from a backup lacks the rows that were written since (SEC-CR12).
    """

    token = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.token)


class StoreMark(Mark):
    """The mark of the key store: the database in which it was made."""
