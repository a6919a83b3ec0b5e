"""Progress of a learner: what was begun and learnt, kept in the session alone and gone with it (field.md B.7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

_KEY: Final = "training"


@dataclass(frozen=True, slots=True)
class Begun:
    """A story that was begun: when, by whom, and its case if there was one at once.

    By whom: who has entered as somebody else since keeps what was done before.
    """

    since: datetime
    learner: UUID
    case: UUID | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a session holds of it."""

    session: SessionBase

    @property
    def held(self) -> Mapping[str, Any]:
        """All of it, as the session holds it."""
        progress: Mapping[str, Any] = self.session.get(_KEY, {})
        return progress

    def take_over(self, held: Mapping[str, Any]) -> None:
        """Go on from what another session held, of somebody who enters as another person."""
        if held:
            self._keep(**held)

    def begun(self, code: str) -> Begun | None:
        """Return what is known of a story that was begun."""
        begun = self.held.get("stories", {}).get(code)
        if begun is None:
            return None
        case = begun["case"]
        since, learner = datetime.fromtimestamp(begun["since"], UTC), UUID(begun["learner"])
        return Begun(since, learner, None if case is None else UUID(case))

    def begin(self, code: str, *, learner: UUID, case: UUID | None, at: datetime) -> None:
        """Remember that a story was begun; begun anew, it starts over."""
        line = {
            "since": at.timestamp(),
            "learner": str(learner),
            "case": None if case is None else str(case),
        }
        self._keep(stories={**self.held.get("stories", {}), code: line}, at_hand=code)

    @property
    def at_hand(self) -> str:
        """The story that was begun last, which stands beside the pages of the service; empty for none."""
        return str(self.held.get("at_hand", ""))

    @property
    def learnt(self) -> frozenset[str]:
        """The lessons of which all questions were answered rightly."""
        return frozenset(self.held.get("lessons", ()))

    def learn(self, code: str) -> None:
        """Remember that a lesson was learnt."""
        self._keep(lessons=sorted(self.learnt | {code}))

    def _keep(self, **said: object) -> None:
        # Set as a whole: the session is written where a key of it changes.
        self.session[_KEY] = {**self.held, **said}
