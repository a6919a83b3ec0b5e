"""Ports: callbacks that the apps above register, because this one can't import them.

They give contact addresses and say who may still be notified. Each is registered once, when its app is loaded; a
missing one is a bug, and the error says so.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from outbox.models import Notice


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How a person is reached; an empty text: not by this way. It is never logged, hence no ``repr``."""

    email: str = ""
    phone: str = ""


@dataclass
class Doors:
    """``contacts`` gives the contact of active accounts by id; ``filers`` finds accounts by keyed value.

    ``may_be_told`` is asked right before a notice leaves: (account or None for a program, id of its subject,
    instant). ``on_dead`` is told of each notice that is given up, in the transaction that gives it up.
    """

    contacts: Callable[[Collection[UUID]], Mapping[UUID, Contact]] | None = None
    filers: Callable[[Collection[bytes]], Mapping[bytes, UUID]] | None = None
    may_be_told: Callable[[UUID, UUID, datetime], bool] | None = None
    on_dead: list[Callable[[Notice, datetime], None]] = field(default_factory=list)


doors = Doors()


def contacts(users: Collection[UUID]) -> Mapping[UUID, Contact]:
    """Return how these accounts are reached; one that isn't active any more is absent."""
    assert doors.contacts is not None, "accounts opens this door"  # noqa: S101 - a fault of ours
    return doors.contacts(users)


def filers(values: Collection[bytes]) -> Mapping[bytes, UUID]:
    """Return the accounts behind keyed values, as far as there are any."""
    assert doors.filers is not None, "referrals opens this door"  # noqa: S101 - a fault of ours
    return doors.filers(values)


def may_be_told(user: UUID, subject: UUID, at: datetime) -> bool:
    """Tell whether an account may know of a subject at this instant (SEC-AZ4)."""
    assert doors.may_be_told is not None, "referrals opens this door"  # noqa: S101 - a fault of ours
    return doors.may_be_told(user, subject, at)


def tell_dead(notice: Notice, at: datetime) -> None:
    for listener in doors.on_dead:
        listener(notice, at)
