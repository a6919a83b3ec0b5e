"""Reseals a whole case under new data keys, when its old ones may be compromised (SEC-CR10).

One case is one transaction: killed before its end, nothing happened; killed after it, the old keys are still there, and
another run removes them. No value is shown to anybody: each goes from one key to the other within ``encryption``, and
the journal says that the case was resealed.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import models, transaction

from accounts.actor import SYSTEM
from audit import journal
from audit.events import Purpose, register
from encryption import keys
from encryption.errors import EncryptionError
from encryption.fields import SealedField, sealed_fields
from referrals.access.row_level_security import for_the_service
from referrals.models import Referral

RESEALED: Final = "case:resealed"
register(RESEALED)
_AT_ONCE: Final = 500


def older(*, authority_id: UUID, before: datetime) -> list[UUID]:
    """Return the cases of an authority whose keys were made before an instant: what is left of a long run."""
    ids: list[UUID] = []
    with for_the_service():
        cases = Referral.objects.filter(authority_id=authority_id).order_by("pk")
        rows = list(cases.values_list("pk", "case_key"))
    for begin in range(0, len(rows), _AT_ONCE):
        part = rows[begin : begin + _AT_ONCE]
        old = keys.older_than((key for _, key in part if key), before)
        ids += [pk for pk, key in part if key in old]
    return ids


def reseal(referral_id: UUID, *, at: datetime) -> int:
    """Seal every value of a submitted case under two new keys, and destroy the old ones; return how many values.

    Raises:
        Unreadable: a value can't be opened; the case and its keys stay as they are, for a restore may bring it back.
        KeysUnavailable: the key store or the provider doesn't answer; id.
        ValueError: there is no such case, or it is a draft.
    """
    with for_the_service(), keys.noted() as new:
        referral = Referral.objects.select_for_update().filter(pk=referral_id).first()
        if referral is None or referral.authority_id is None:
            raise ValueError("No submitted case has this id.")
        try:
            count = _under_new_keys(referral)
        except EncryptionError:
            new.take_back()  # nothing is written yet that these keys would open
            raise
        journal.record(
            RESEALED,
            actor=SYSTEM,
            at=at,
            objects=[journal.subject(referral.pk)],
            tenant=referral.authority_id,
            purpose=Purpose.MAINTENANCE,
            count=count,
        )
        # Named while the row is locked: another run's new keys, made once this one has committed, aren't among them.
        old = keys.owned_by(referral.pk) - {referral.case_key, referral.filer_key}
        transaction.on_commit(partial(keys.destroy, old), robust=True)
    return count


def _under_new_keys(referral: Referral) -> int:
    data_keys = keys.create_data_keys(referral.pk, referral.authority_id or UUID(int=0))
    changed = [(row, list(_resealed(row, data_keys))) for row in _rows(referral.pk)]
    for row, names in changed:
        if names:
            row.save(update_fields=names)
    referral.case_key, referral.filer_key = data_keys["case"].id, data_keys["filer"].id
    referral.save(update_fields=["case_key", "filer_key"])
    return sum(len(names) for _, names in changed)


def _rows(referral_id: UUID) -> Iterator[Any]:
    """Yield every row of the case that may hold a sealed value: of each model that names its owner."""
    for model in dict.fromkeys(field.model for field in sealed_fields()):
        owner = getattr(model, "sealed_owner", None)
        if owner:
            yield from model._default_manager.filter(**{owner: referral_id}).order_by("pk")


def _resealed(row: models.Model, made: dict[str, keys.DataKey]) -> Iterator[str]:
    for field in row._meta.concrete_fields:
        if isinstance(field, SealedField) and (value := getattr(row, field.attname)) is not None:
            setattr(row, field.attname, made[field.key].resealed(value))
            yield field.attname
