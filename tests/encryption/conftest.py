"""What the tests of sealing share: a root key of their own, an empty memory of keys, a case and its keys."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from encryption import keys
from encryption.cache import forget_all
from encryption.errors import ScopeClosed
from encryption.sealed import OpenScope, Sealed
from tests.encryption.sample.models import Person


class Scope(OpenScope):
    """A scope that remembers what it was told."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, UUID, UUID]] = []
        self.is_open = True

    def note(self, label: str, row: UUID, key_id: UUID) -> None:
        if not self.is_open:
            raise ScopeClosed
        self.noted.append((label, row, key_id))


@pytest.fixture(autouse=True)
def empty_memory(settings: Any, tmp_path: Any) -> Iterator[None]:
    """A rolled back test leaves no key in memory that the key store never had."""
    settings.KEY_FILE = tmp_path / "root.key"
    forget_all()
    yield
    forget_all()


@pytest.fixture
def scope() -> Scope:
    return Scope()


@dataclass
class Case:
    """A referral's keys, seen from outside."""

    id: UUID
    authority_id: UUID
    keys: dict[str, keys.DataKey]

    def sealed(self, name: str, row: UUID, value: Any) -> Sealed:
        field = Person._meta.get_field(name)
        return self.keys[field.key].seal(field, row, value)

    def person(self, **values: Any) -> Person:
        """A saved row with these values sealed, read again."""
        pk = uuid4()
        sealed = {name: self.sealed(name, pk, value) for name, value in values.items()}
        Person.objects.create(pk=pk, case_id=self.id, **sealed)
        return Person.objects.get(pk=pk)


@pytest.fixture
def make_case(db: None) -> Callable[..., Case]:
    def make(authority_id: UUID | None = None) -> Case:
        case_id, authority_id = uuid4(), authority_id or uuid4()
        return Case(case_id, authority_id, keys.create_data_keys(case_id, authority_id))

    return make


@pytest.fixture
def case(make_case: Callable[..., Case]) -> Case:
    make_case()  # another one lies beside it
    return make_case()
