"""Interface of an object store, and which one is configured. Only this opens a file or a bucket of attachments."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cache
from types import TracebackType
from typing import Self
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


class Writing(ABC):
    """One object on its way into the store; nobody can read it before ``finish``, and without that it is gone."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take back what wasn't finished."""
        self.give_up()

    @abstractmethod
    def write(self, piece: bytes) -> None:
        """Add bytes.

        Raises:
            StoreUnavailable: the store doesn't take them: it is full, or doesn't answer.
        """

    @abstractmethod
    def finish(self) -> None:
        """Make the object readable under its name, for good.

        Raises:
            StoreUnavailable: it couldn't be; there is no such object then.
        """

    @abstractmethod
    def give_up(self) -> None:
        """Throw away what was written, unless it was finished."""


class ObjectStore(ABC):
    """A place for objects. A name is written once; what is deleted is gone."""

    @abstractmethod
    def writing(self, name: UUID) -> Writing:
        """Begin to write an object.

        Raises:
            StoreUnavailable: the store doesn't answer.
        """

    @abstractmethod
    def reading(self, name: UUID) -> Iterator[bytes]:
        """Yield the bytes of an object in pieces.

        Raises:
            ObjectMissing: there is none of this name.
            StoreUnavailable: the store doesn't answer.
        """

    @abstractmethod
    def delete(self, name: UUID) -> None:
        """Delete an object, whole or half written; one that isn't there is deleted already.

        Raises:
            StoreUnavailable: the store doesn't answer.
        """


@cache
def _made(path: str) -> ObjectStore:
    store: ObjectStore = import_string(path)()
    return store


def configured() -> ObjectStore:
    return _made(settings.OBJECT_STORE)
