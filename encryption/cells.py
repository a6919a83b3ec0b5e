"""Integrity of the sealed cells of a row: detects an earlier ciphertext put back (SEC-CR21).

A row with sealed cells has in ``cells`` a counter, which each write of a cell raises, and an HMAC under the index key
over its id, that counter and the SHA-256 of each ciphertext. So a cell that was put back, emptied or exchanged is found
without opening it. The mechanism is that of ``encryption/authentic.py``, with one difference: a row that fails is still
read, because it gives nobody a right; a nightly pass reports it (``referrals/composition/sealed_cells.py``).

A later write doesn't sign cells that failed when they were read, and a copy of a row that was written since isn't
written at all. A row that was rolled back as a whole passes this
check; the nightly pass finds it by its counter, which it has seen before.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast, override
from uuid import UUID

from django.apps import apps
from django.db import models

from encryption import digest
from encryption.authentic import MacField, Signed, SignedQuerySet, refused
from encryption.envelope import OVERHEAD
from encryption.errors import RowChanged
from encryption.fields import BEFORE, SealedField
from encryption.sealed import Sealed

_COUNTER: Final = 8  # bytes
# Made once: the state of each migration makes every model anew.
_Objects: Final = models.Manager.from_queryset(SignedQuerySet)
_log = logging.getLogger(__name__)


class CellsField(MacField):
    """Counter and HMAC of a row's sealed cells, whichever its model has; 8 and 32 bytes."""

    def __init__(self, **_: Any) -> None:
        # Which cells count isn't named: a sealed column that is added later must be covered without anybody's
        # remembering it.
        super().__init__()
        self.max_length = _COUNTER + 32

    @override
    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self._purpose = f"cells.{cls._meta.db_table}"
        meta: Any = cls._meta
        if not meta.abstract and not meta.local_managers:  # whose model says nothing of its own
            cls.add_to_class("objects", _Objects())

    @cached_property
    def cells(self) -> tuple[str, ...]:
        fields = self.model._meta.concrete_fields
        return tuple(field.attname for field in fields if isinstance(field, SealedField))

    @override
    def columns(self) -> "tuple[models.Field[Any, Any], ...]":
        """Return the fields that count: the sealed ones. The id doesn't change."""
        return tuple(cast("models.Field[Any, Any]", self.model._meta.get_field(name)) for name in self.cells)

    def made(self, pk: object, counter: int, values: Iterable[Sealed | None]) -> bytes:
        """Return what a row bears whose cells hold these values.

        Raises:
            KeysUnavailable: as ``index.keyed``.
        """
        # The digest of the ciphertext is enough, and needs no case key: the nightly pass checks cells without opening
        # one (0041).
        # By name, and the empty ones left out: a sealed column that is added later makes no earlier row fail.
        digests = (
            part
            for name, value in zip(self.cells, values, strict=True)
            if value is not None
            for part in (name, digest.sha256(value.ciphertext))
        )
        # The counter is under the HMAC: whoever puts a whole row back puts back the counter, and the nightly pass has
        # seen a higher one.
        return counter.to_bytes(_COUNTER) + self.of((pk, counter, *digests))

    def hold(self, stored: Any, pk: Any, values: Iterable[Sealed | None]) -> bool:
        """Tell whether the service wrote these values into a row that bears ``stored``."""
        return stored is not None and digest.equal(bytes(stored), self.made(pk, counter_of(stored), values))

    @override
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Sign the cells that are about to be written, unless those that were read fail."""
        row = cast("Celled", model_instance)
        row._sign_cells(adding=add or row._state.adding)
        return row.cells


def counter_of(stored: Any) -> int:
    """Return how often the cells of a row were written, of what it bears; 0 of a row from before."""
    return int.from_bytes(bytes(stored)[:_COUNTER]) if stored is not None else 0


class Celled(Signed):
    """A row whose sealed cells are signed; its model has the field ``cells``, a ``CellsField``."""

    if TYPE_CHECKING:
        cells: Any

    class Meta:
        abstract = True

    @classmethod
    def cells_field(cls) -> CellsField:
        return cast("CellsField", cls._meta.get_field("cells"))

    def cells_hold(self) -> bool:
        """Tell whether the cells that were read are those that the service wrote last into this row, or once did.

        Raises:
            KeysUnavailable: as ``index.keyed``.
        """
        return self.cells_field().hold(self.cells, self.pk, self._as_read(self.cells_field().cells))

    def cell_keys(self) -> set[UUID]:
        return {
            value.key_id
            for value in self._as_read(self.cells_field().cells)
            if value is not None and len(value.ciphertext) >= OVERHEAD
        }

    def sign_cells_as_they_are(self, *, at: datetime) -> None:
        """Sign cells that were read, as the operator who answers for them: what no write of the service's does.

        The counter begins with the seconds of that instant, beyond all that was counted: who saw the row before is not
        to take it for one that was set back.
        """
        field = self.cells_field()
        self.cells = field.made(self.pk, int(at.timestamp()), self._as_read(field.cells))
        rows: Any = type(self)._base_manager
        rows.filter(pk=self.pk).update(cells=self.cells)

    def _as_read(self, names: Sequence[str]) -> list[Sealed | None]:
        attributes = self.__dict__
        # ``BEFORE`` holds a value as it was read where the attribute was set since: that is what the stored HMAC
        # covers.
        before = attributes.get(BEFORE, {})
        return [before[name] if name in before else attributes[name] for name in names]

    def _sign_cells(self, *, adding: bool) -> None:
        field, attributes = self.cells_field(), self.__dict__
        if missing := [name for name in (*field.cells, "cells") if name not in attributes]:
            self.refresh_from_db(fields=missing)
        self._cells_read = attributes["cells"]
        read = self._as_read(field.cells)
        # The row is written all the same: refusing would block work on a child's file. Only the signature is withheld
        # (0041).
        if not adding and not field.hold(self.cells, self.pk, read):
            refused(type(self), self.pk)
            return
        written = attributes.get("_writing")
        # With ``update_fields`` a cell that was set but isn't written must not be signed: it would fail at the next
        # reading.
        values = [
            attributes[name] if adding or written is None or name in written else was
            for name, was in zip(field.cells, read, strict=True)
        ]
        self.cells = field.made(self.pk, 1 if adding else counter_of(self.cells) + 1, values)
        attributes[BEFORE] = {
            name: was
            for name, was in attributes.get(BEFORE, {}).items()
            if written is not None and name not in written
        }

    @override
    def _do_update(
        self,
        base_qs: "models.QuerySet[Any]",
        using: str | None,
        pk_val: object,
        values: "Collection[tuple[models.Field[Any, Any], type[models.Model] | None, Any]]",
        update_fields: Iterable[str] | None,
        forced_update: bool,
        returning_fields: "Sequence[models.Field[Any, Any]]",
    ) -> list[Sequence[Any]]:
        """Update the row where its cells are those that were read, by the same statement.

        Raises:
            RowChanged: they aren't, or the row is gone.
        """
        field, more = self.cells_field(), (update_fields, forced_update, returning_fields)
        if all(written is not field for written, *_ in values):
            return super()._do_update(base_qs, using, pk_val, values, *more)
        # A copy that is out of date would put earlier cells back under a counter that was seen already (SEC-CR21).
        unchanged = base_qs.filter(cells=self._cells_read)
        updated = super()._do_update(unchanged, using, pk_val, values, *more)
        if not updated:
            _log.error("stale write refused", extra={"label": self._meta.db_table, "row": str(self.pk)})
            raise RowChanged
        return updated

    @override
    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        """Read the row anew, or some columns of it; what was there before is forgotten."""
        named = None if fields is None else list(fields)
        super().refresh_from_db(using, named, from_queryset)
        before = self.__dict__.get(BEFORE, {})
        for name in list(before) if named is None else named:
            before.pop(name, None)

    @override
    def save_base(self, *args: object, **options: object) -> None:
        """Write the row; which of its cells go along is known while it is signed."""
        # ``pre_save`` isn't told which columns are written, and the HMAC depends on it.
        self.__dict__["_writing"] = options.get("update_fields")
        try:
            super().save_base(*args, **options)
        finally:
            del self.__dict__["_writing"]


def tables() -> list[type[Celled]]:
    """Return the models whose cells are signed, in the order of the apps."""
    return [model for model in apps.get_models(include_auto_created=True) if issubclass(model, Celled)]
