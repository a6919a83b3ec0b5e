"""Hand-off token (« pass »): lets a session do one thing at another host, where its cookie isn't sent (SEC-FI4).

It names the session and the purpose, is valid for a minute and once. It is no secret of the session: it ends with the
session, the password, or the person's positions. It acts for the person it was issued to, with their rights at the
moment of use.

    user (16) | session (16) | until, seconds (8) | number (16) | what for | tag (32), in base64url
"""

import base64
import binascii
import struct
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from accounts import sessions
from accounts.actor import Actor
from accounts.errors import NotVisible
from accounts.models import User
from accounts.origin import origin_of
from accounts.replays import Once
from accounts.request import ServiceRequest
from accounts.signin import SESSION, actor_of_user
from encryption import digest, index

LASTS: Final = timedelta(seconds=60)
_HEAD: Final = struct.Struct(">16s16sQ16s")
_TAG_BYTES: Final = 32
_ROUTE: Final = "pass"
_TAKEN: Final = 200


def given(request: ServiceRequest, what: bytes, *, at: datetime) -> str | None:
    """Return a pass for whoever asks in a session; None for programs, whose token goes along to any host."""
    actor = request.actor
    session = sessions.id_of(request)
    if actor is None or actor.origin.auth != SESSION or actor.user_id is None or session is None:
        return None
    user = User.objects.get(pk=actor.user_id)
    until = int((at + LASTS).timestamp())
    payload = _HEAD.pack(user.pk.bytes, session.bytes, until, uuid4().bytes) + what
    return base64.urlsafe_b64encode(payload + _tag(payload, user)).rstrip(b"=").decode()


def taken(text: str, request: ServiceRequest, *, at: datetime) -> tuple[Actor, bytes]:
    """Return who was given this pass, and what for; it opens nothing any more, once the request is committed."""
    payload, tag = _parts(text)
    user_id, session, until, number = _HEAD.unpack(payload[: _HEAD.size])
    user = User.objects.filter(pk=UUID(bytes=user_id), is_active=True).first()
    if user is None or not digest.equal(tag, _tag(payload, user)) or at.timestamp() > until:
        raise NotVisible
    actor = actor_of_user(user, origin_of(request, auth=SESSION), at=at)
    going_on = (
        sessions.sessions_of(user.pk, actor.membership_ids, at=at).filter(id=UUID(bytes=session)).first()
    )
    if going_on is None or sessions.lies_unused(going_on.used_at, actor.roles, at=at):
        raise NotVisible
    once = Once.of(number.hex(), _ROUTE, {})
    once.wait(actor)
    if once.honoured(actor) is not None:
        raise NotVisible
    once.keep(actor, status=_TAKEN, thing=UUID(bytes=number), at=at)
    return actor, payload[_HEAD.size :]


def _parts(text: str) -> tuple[bytes, bytes]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotVisible from None
    if len(raw) < _HEAD.size + _TAG_BYTES:
        raise NotVisible
    return raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]


def _tag(payload: bytes, user: User) -> bytes:
    """Return the tag: another password gives another one, so that what ends the session ends the pass."""
    return index.keyed("pass", payload + user.get_session_auth_hash().encode())
