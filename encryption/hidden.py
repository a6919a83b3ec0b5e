"""Encrypted numbers and instants: sealed under the index key, readable by the service alone.

The instant at which an account did something would join its row to the journal entry of that act, and so to everything
its owner did (SEC-CR20). Such a column hides a value and authenticates nothing: whoever can write the database can copy
one row's value into another row. It can't be searched or sorted; a row has one or none.
"""

import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, override

from django.db import models

from encryption import bearer, index

if TYPE_CHECKING:
    _Binary = models.BinaryField[Any, Any]
else:
    _Binary = models.BinaryField

_NUMBER: Final = struct.Struct(">q")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOOKUPS: Final = ("exact", "isnull")  # Django makes of "exact None" whether there is one


class HiddenNumberField(_Binary):
    """A whole number of 63 bits. ``purpose`` is frozen: a value is bound to it, and a rename of the field keeps it."""

    if TYPE_CHECKING:  # what an attribute takes and gives: a number, or an instant
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose

    @override
    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    @override
    def get_lookup(self, lookup_name: str) -> Any:
        # Two sealings of one value differ, so a comparison would find nothing, and silently.
        return super().get_lookup(lookup_name) if lookup_name in _LOOKUPS else None

    def number_of(self, value: Any) -> int:
        return int(value)

    def value_of(self, number: int) -> Any:
        return number

    @override
    def get_prep_value(self, value: object) -> bytes | None:
        """Seal a value.

        Raises:
            KeysUnavailable: the key store or the provider doesn't answer.
        """
        if value is None:
            return None
        # A new nonce each time: equal instants must not show as equal bytes, or they would join rows as the clear ones
        # do (SEC-CR20).
        return bearer.sealed(_secret(), self.purpose, _NUMBER.pack(self.number_of(value)))

    def from_db_value(self, value: Any, *_: object) -> Any:
        """Open a value.

        Raises:
            Unreadable: it isn't one that was sealed for this column.
            KeysUnavailable: id.
        """
        if value is None:
            return None
        (number,) = _NUMBER.unpack(bearer.opened(_secret(), self.purpose, bytes(value)))
        return self.value_of(number)


class HiddenInstantField(HiddenNumberField):
    """An instant in UTC, to the microsecond."""

    @override
    def number_of(self, value: datetime) -> int:
        return (value - _EPOCH) // timedelta(microseconds=1)

    @override
    def value_of(self, number: int) -> datetime:
        return _EPOCH + timedelta(microseconds=number)


def _secret() -> bytes:
    return index.keyed("hidden", b"")
