"""Stage of the demonstration: one authority of the cast, where its stories are played (``web/training/playing.py``)."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from accounts.models import User
from audit.events import Origin
from config.demo.cast import ORIGIN, Cast
from web.training.playing import Player


@dataclass(frozen=True, slots=True)
class Stage(Player):
    """One authority of the cast."""

    origin: ClassVar[Origin] = ORIGIN
    cast: Cast
    code: str

    def user(self, name: str) -> User:
        """Return one of its people."""
        return self.cast.user(self.code, name)

    def place(self, key: str) -> UUID:
        """Return the id of an institution of the authority."""
        return self.cast.places[self.code, key].pk
