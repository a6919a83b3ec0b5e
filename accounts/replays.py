"""Idempotency: the same request under the same key is done once, however often it arrives (SEC-IN12).

The act's own transaction stores what the request did (status, object, version) and a keyed digest of what it said; a
repeated answer is made anew from the present rows, with the caller's present rights. So nothing shown only once is
stored: a repeated creation of a token returns which token it was, not its secret.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import BinaryField, CharField, QuerySet

from accounts.actor import Actor
from accounts.errors import KeyReused, MalformedKey
from accounts.models import Replay
from accounts.request_locks import wait_turn
from core.compiled_queries import CompiledQuery, Given
from encryption import digest, index
from outbox.scheduler import recurring

RETENTION: Final = timedelta(days=30)  # no program tries again for longer
NOBODY: Final = UUID(int=0)
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Once:
    """One request that is to be done once: its key, where it went, what it said."""

    key: str
    route: str
    body: bytes

    @classmethod
    def of(cls, key: str, route: str, body: object) -> "Once":
        """Return the request under ``key``; the body enters as a keyed digest.

        Raises:
            MalformedKey: the key isn't 8 to 64 letters, digits, ``_`` or ``-``.
        """
        if not _KEY.fullmatch(key):
            raise MalformedKey
        members = body if isinstance(body, Mapping) else {"": body}
        text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return cls(key, route, index.keyed("idempotency", f"{route}\n{text}".encode()))

    def wait(self, actor: Actor) -> None:
        """Let requests under the same key pass one by one: fifty at once have one effect."""
        wait_turn(digest.sha256(f"{actor.user_id}\n{self.key}".encode()))

    def honoured(self, actor: Actor) -> Replay | None:
        """Return what this request did before, or None.

        Raises:
            KeyReused: the key came with another request.
        """
        replay = _PAST.first(now=_caller(actor, self.key), before=_caller_of_before(actor), key=self.key)
        if replay is None:
            return None
        if replay.route != self.route or not digest.equal(bytes(replay.body), self.body):
            raise KeyReused
        return replay

    def keep(
        self,
        actor: Actor,
        *,
        status: int,
        thing: UUID,
        part: UUID | None = None,
        version: int | None = None,
        at: datetime,
    ) -> None:
        """Keep what the request did, in its own transaction."""
        Replay(
            caller=_caller(actor, self.key),
            key=self.key,
            route=self.route,
            body=self.body,
            status=status,
            thing=thing,
            part=part,
            version=version,
            at=at,
        ).save(force_insert=True)


def _past() -> "QuerySet[Replay]":
    callers = [Given(name, BinaryField()) for name in ("now", "before")]
    return Replay.objects.filter(caller__in=callers, key=Given("key", CharField())).order_by("pk")[:1]


_PAST: Final = CompiledQuery(_past)


def _caller(actor: Actor, key: str) -> bytes:
    """Return the account as the row of one key names it: without the index key nobody can tell whose it is.

    Nor which rows are of one account: a row about the account itself would tell of those about its filings (SEC-CR20).
    """
    return index.keyed("idempotency.request", (actor.user_id or NOBODY).bytes + key.encode())


def _caller_of_before(actor: Actor) -> bytes:
    """Return the account as rows of the release before name it; they are forgotten after ``RETENTION``."""
    return index.keyed("idempotency.caller", (actor.user_id or NOBODY).bytes)


@recurring("replays:forgotten", every=timedelta(days=1))
def forget_old(at: datetime) -> int:
    """Delete what is remembered of requests for longer than ``RETENTION``; return how many."""
    return int(Replay.objects.filter(at__lt=at - RETENTION).delete()[0])


def forget(thing: UUID) -> None:
    """Delete what is remembered of requests about something that is destroyed.

    Should such a request ever come again, it is a new one.
    """
    Replay.objects.filter(thing=thing).delete()
