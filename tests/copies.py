"""Copies of what a kept state returns (``tests/kept.py``), made for each test."""

import io
import pickle
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django
from django.db import DJANGO_VERSION_PICKLE_KEY
from django.db.models import Model


class Unchanged(list[Any]):
    """Values that no test changes: too many to copy."""


class Rows(MutableMapping[Any, Any]):
    """Rows by name, of which most tests ask for few: the copy of each is made when it is asked for."""

    def __init__(self) -> None:
        self._there: dict[Any, Any] = {}
        self._places: dict[Any, int] = {}
        self._copy: Callable[[int], Any] | None = None

    @classmethod
    def to_come(cls, places: dict[Any, int], copy: Callable[[int], Any]) -> "Rows":
        """Return rows by their places in what they are copied from."""
        rows = cls()
        rows._there, rows._places, rows._copy = dict.fromkeys(places), places, copy
        return rows

    def __getitem__(self, name: Any) -> Any:
        row = self._there[name]
        if row is None:
            row = self._there[name] = self._copy(self._places[name])
        return row

    def __setitem__(self, name: Any, row: Any) -> None:
        self._there[name] = row

    def __delitem__(self, name: Any) -> None:
        del self._there[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._there)

    def __len__(self) -> int:
        return len(self._there)


class Copy:
    """Values that are copied many times: packed once, which is ten times faster than ``copy.deepcopy``.

    Each row of a model is packed by itself, and a reference to it is its place among the parts. A row that stands only
    in ``Rows`` is copied when a test asks for it.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        #: What a reference leads to: a model with what is packed of its row, the places of ``Rows``, or a value itself.
        self.parts: list[Any] = []
        self._of_rows: dict[int, int] = {}
        self.packed = self._pack(values)
        del self._of_rows

    def _pack(self, values: Any) -> bytes:
        packed = io.BytesIO()
        packer = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
        packer.persistent_id = self._place
        packer.dump(values)
        return packed.getvalue()

    def _place(self, value: Any) -> int | None:
        """Return where a value is among the parts; None where it is packed with what it stands in."""
        if isinstance(value, Model):
            return self._place_of_row(value)
        if isinstance(value, Rows):
            value = _Places({name: self._place_of_row(row) for name, row in value.items()})
        elif not isinstance(value, (Unchanged, UUID)):
            return None
        self.parts.append(value)
        return len(self.parts) - 1

    def _place_of_row(self, row: Model) -> int:
        place = self._of_rows.get(id(row))
        if place is None:
            place = self._of_rows[id(row)] = len(self.parts)
            self.parts.append(None)  # a row that it refers to may refer back
            state = row.__getstate__() | {DJANGO_VERSION_PICKLE_KEY: django.__version__}
            self.parts[place] = _Row(type(row), self._pack(state))
        return place

    def take(self) -> dict[str, Any]:
        """Return the values anew."""
        return _Taken(self.parts).unpacked(self.packed)


class _Taken:
    """One copy, and the rows of it that were asked for."""

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts
        self.rows: dict[int, Model] = {}

    def unpacked(self, packed: bytes) -> Any:
        unpacker = pickle.Unpickler(io.BytesIO(packed))  # noqa: S301 - packed above, in this process
        unpacker.persistent_load = self.part
        return unpacker.load()

    def part(self, place: int) -> Any:
        part = self.parts[place]
        if isinstance(part, _Places):
            return Rows.to_come(part, self.part)
        if not isinstance(part, _Row):
            return part
        if place not in self.rows:
            row = self.rows[place] = part.model.__new__(part.model)
            row.__setstate__(self.unpacked(part.packed))
        return self.rows[place]


class _Places(dict[Any, int]):
    """The places of ``Rows`` by name."""


@dataclass(frozen=True)
class _Row:
    """A row, packed."""

    model: type[Model]
    packed: bytes
