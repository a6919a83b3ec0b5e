"""Plaintext twins of the tables of a case, in ``bench_*``."""

from typing import Any

from django.db import models

from audit.models import _EntryColumns
from bench.twins import Twins
from encryption.fields import SealedField
from referrals import models as service

PLAIN: dict[str, Any] = {
    "date": models.DateField,
    "int": models.IntegerField,
    "bool": models.BooleanField,
    "json": models.JSONField,
}


def _plain(field: SealedField) -> Any:
    return PLAIN.get(field.kind, models.TextField)(null=True, blank=True)


TABLES = Twins("bench", __name__, "bench", _plain).all()
Referral = TABLES["Referral"]
PARTS = {name: TABLES[model.__name__] for name, model in service.PARTS.items()}


class PlainEntry(_EntryColumns):
    """A row with the columns and indexes of a journal entry, written by nobody but the bench."""

    class Meta:
        app_label = "bench"
        db_table = "bench_entry"
        constraints = [
            models.UniqueConstraint(fields=["writer", "writer_seq"], name="bench_entry_writer_seq"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="bench_entry_tenant_at"),
            models.Index(fields=["subject", "-at"], name="bench_entry_subject_at"),
            models.Index(fields=["actor", "-at", "-id"], name="bench_entry_actor_at"),
        ]
