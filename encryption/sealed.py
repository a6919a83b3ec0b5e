"""Value of a sensitive column. ``Sealed.open(scope)`` is the only way to its plaintext.

The scope is a disclosure of ``audit``: this app knows only that it is notified before each opening.
"""

import logging
from abc import ABC, abstractmethod
from typing import Any, Final, NoReturn, Self
from uuid import UUID

from django.utils.functional import Promise

from encryption import keyring
from encryption.envelope import KEY_ID, MARK, OVERHEAD, unpadded
from encryption.errors import Unreadable
from encryption.values import TEXT, decoded

logger = logging.getLogger(__name__)

SHOWN: Final = "[sealed]"


class OpenScope(ABC):
    """A scope that accounts for openings: it ends with a committed journal entry that names them (SEC-CR2)."""

    @abstractmethod
    def note(self, label: str, row: UUID, key_id: UUID) -> None:
        """Note that a value is about to be opened.

        Raises:
            ScopeClosed: the scope hasn't begun, or is over.
        """


# ``Promise`` is Django's marker for what is shown by ``str()`` alone: its JSON encoder and DRF's follow it.
class Sealed(Promise):
    """A ciphertext that knows its column, and its row once it has been read through one.

    Immutable. Text, format, JSON (Django's and DRF's encoders) and fixtures show ``[sealed]``. A pickle
    carries the ciphertext, which needs the key store and a scope to be of any use. Two are equal when
    their ciphertexts are, which is never so for two sealings of the same value.
    """

    __slots__ = ("_state",)
    _state: tuple[str, bytes, UUID | None, UUID | None]  # label, envelope, row, owner

    def __init__(
        self, label: str, envelope: bytes, row: UUID | None = None, owner: UUID | None = None
    ) -> None:
        _set_state(self, (label, envelope, row, owner))

    def open(self, scope: OpenScope) -> Any:
        """Return the JSON value inside, after ``scope`` has noted the opening.

        Raises:
            ScopeClosed: the scope isn't open.
            Unreadable: the value can't be opened, for whatever reason.
            KeysUnavailable: the key must be fetched and the key store or provider doesn't answer.
            ValueError: read without its row (``.values()``): call ``bound`` first.
        """
        label, envelope, row, owner = self._state
        if row is None:
            raise ValueError("A value that doesn't know its row can't be opened: bind it with bound().")
        # Not isinstance: OpenScope.register() would let any class pass for a scope.
        if OpenScope not in type(scope).__mro__:
            raise TypeError("Only an OpenScope opens a sealed value.")
        key = keyring.held(envelope[KEY_ID])
        key_id = self.key_id if key is None else key.id
        # Before the key is fetched: an opening that fails is noted as well, and none can happen unnoted (SEC-CR2).
        scope.note(label, row, key_id)
        if key is None:
            key = keyring.fetch(key_id)
        # The row's own owner: a row moved to another referral in the tables brings its key along, and must not open
        # (SEC-CR3).
        if owner is None or key.owner == owner:
            # Refused outside the handler, so that the error's context keeps no plaintext; and by
            # try, because contextlib.suppress would cost as much as the decryption.
            try:
                filled = key.open(label, row, envelope)
                if filled[0] == TEXT:  # nearly all: written out, for two calls cost half a decryption
                    return filled[1 : filled.rindex(MARK)].decode()
                return decoded(unpadded(filled))
            except (Unreadable, ValueError):
                pass
        logger.error(
            "sealed value unreadable", extra={"label": label, "row": str(row), "key_id": str(key_id)}
        )
        raise Unreadable

    def bound(self, row: UUID, owner: UUID | None = None) -> "Sealed":
        """Return the same value, for the row it was read from (``.values()`` doesn't say which).

        With ``owner``, a key that belongs to anybody else is refused when it is opened.

        Raises:
            ValueError: it is bound to another row already.
        """
        label, envelope, row_before, owner_before = self._state
        if row_before is not None and row_before != row:
            raise ValueError("This value was sealed for another row.")
        return Sealed(label, envelope, row, owner or owner_before)

    @property
    def label(self) -> str:
        """The frozen name of the column, as ``child.last_name``."""
        return self._state[0]

    @property
    def row(self) -> UUID | None:
        """The row it is bound to; None when it came through ``.values()``."""
        return self._state[2]

    @property
    def ciphertext(self) -> bytes:
        return self._state[1]

    @property
    def key_id(self) -> UUID:
        """The key it was sealed with, as the envelope says.

        Raises:
            Unreadable: the envelope is too short to say.
        """
        envelope = self._state[1]
        if len(envelope) < OVERHEAD:
            raise Unreadable
        return UUID(bytes=envelope[KEY_ID])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("A sealed value doesn't change.")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A sealed value doesn't change.")

    def __str__(self) -> str:
        return SHOWN

    def __repr__(self) -> str:
        return SHOWN

    def __format__(self, spec: str) -> str:
        return format(SHOWN, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        # By ciphertext: comparing plaintexts would be an opening that no scope notes.
        return self._state[:2] == other._state[:2]

    def __hash__(self) -> int:
        return hash(self._state[:2])

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        # A pickle may lie in a cache or a queue. It holds the ciphertext, never what was opened.
        return type(self), self._state


# The slot's own setter, because __setattr__ refuses.
_set_state = Sealed.__dict__["_state"].__set__
