"""Session store: where sessions are kept, how long they last, and which ones a person has.

``settings.SESSION_ENGINE`` names this module. ``config/pipeline.py`` saves the session before the commit, and its use
after it. A session ends after twelve hours, after a time without use, and when its person's positions have changed
since it was opened (SEC-AU5); a new password ends it too, by Django's own check. An ended session is only a row that is
cleared later: ending needs no write.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import DatabaseError, OperationalError
from django.db.models import CharField, DateTimeField, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Session, User
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit.events import user_agent
from core.clock import instant
from core.compiled_queries import CompiledQuery, Given
from encryption import bearer, digest, index
from encryption.errors import Unreadable
from outbox.scheduler import recurring

_KEY: Final = re.compile(r"[a-z0-9]{32}")  # as Django makes them
_PURPOSE: Final = "session"
_FILERS: Final = frozenset({Role.FILER, Role.FILER_ORG_LEAD})
#: What a session's row says beside its key and its data.
_FIELDS: Final = ("id", "person", "rights", "opened_at", "used_at", "browser")
_GOES_ON: Final = CompiledQuery(
    lambda: Session.objects.filter(
        pk=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField())
    )[:1]
)
#: So many people stand in one statement: databases bound its values.
_AT_ONCE: Final = 500
_log = structlog.get_logger("accounts")


def stored_key(key: str) -> str:
    """Return what the table holds of a session's key: 160 bits of its SHA-256, as many as the column takes.

    The cookie alone holds the key: whoever reads the table or a backup of it can't go on in a session (SEC-AU7).
    """
    return digest.sha256(key.encode()).hex()[:40]


class SessionStore(db.SessionStore):
    """Django's store, with hashed keys and data that the cookie alone opens.

    ``told`` is what the row says beside, and empty where nobody has signed in. The store tells a database that fails
    from a session that is gone.
    """

    # Django's own asynchronous ways ask the table by themselves, for the key in clear; these go by the ways below.
    aload = SessionBase.aload
    aexists = SessionBase.aexists
    acreate = SessionBase.acreate
    asave = SessionBase.asave
    adelete = SessionBase.adelete

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.told: dict[str, Any] = {}
        self.row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: object) -> bool:
        """Tell whether a cookie can be a key at all: what can't never reaches the database."""
        return isinstance(key, str) and _KEY.fullmatch(key) is not None

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        session = key and _GOES_ON.first(key=stored_key(key), now=timezone.now())
        if not session:
            self._session_key = None
            return None
        self.row = session
        self.told = {name: getattr(session, name) for name in _FIELDS} if session.person else {}
        return session

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the session's row, whose key is a hash."""
        row = cast("Session", super().create_model_instance(data))
        row.session_key = stored_key(row.session_key)
        for name, value in self.told.items():
            setattr(row, name, value)
        return row

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the data sealed under the session's key, which the cookie alone holds."""
        key: str = cast("Any", self)._get_or_create_session_key()
        text = json.dumps(session_dict, separators=(",", ":")).encode()
        return base64.b64encode(bearer.sealed(key.encode(), _PURPOSE, text)).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Return the data of a row; none where it isn't what was sealed under this key."""
        key = self.session_key or ""
        try:
            text = bearer.opened(key.encode(), _PURPOSE, base64.b64decode(session_data, validate=True))
        except (Unreadable, binascii.Error, ValueError):
            _log.warning("session:unreadable")
            return {}
        return cast("dict[str, Any]", json.loads(text))

    def flush(self) -> None:
        """Throw the session away; what comes after it is another's."""
        self.told = {}
        super().flush()

    def cycle_key(self) -> None:
        """Give the session another key; it stays the one that its owner knows by its id.

        The old row goes first: Django's own order would meet its id, which is unique, and try other keys for ever.
        """
        data, key = cast("Any", self)._session, self.session_key  # loads it, as Django's own does
        if key:
            self.delete(key)
        self.create()
        self._session_cache = data

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored_key(key))

    def get_expire_at_browser_close(self) -> bool:
        """Tell that the cookie ends with the browser: machines are shared. The row ends when it says (SEC-AU5)."""
        return True

    async def aget_expire_at_browser_close(self) -> bool:
        """As ``get_expire_at_browser_close``."""
        return True

    def save(self, must_create: bool = False) -> None:
        """Write the session's row.

        Raises:
            OperationalError: the database doesn't answer; Django would say that somebody signed out meanwhile.
            UpdateError: the row is gone.
        """
        try:
            super().save(must_create=must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise


# --- How long ---------------------------------------------------------------------------------------


def _person(user_id: UUID) -> bytes:
    """Return an account as the table names it: without the keys nobody can tell whose session it is."""
    return index.keyed("session.person", user_id.bytes)


def _rights(memberships: Iterable[UUID]) -> bytes:
    """Return the positions of a session as the table names them."""
    return index.keyed("session.rights", b"".join(sorted(one.bytes for one in memberships)))


def idle_limit(roles: frozenset[Role]) -> timedelta:
    """Return for how long the session of a person in these roles may lie unused."""
    minutes = settings.SESSION_IDLE_MINUTES
    if roles and roles <= _FILERS:
        minutes = settings.SESSION_IDLE_MINUTES_FILERS
    return timedelta(minutes=minutes)


def _store_of(request: ServiceRequest) -> SessionStore:
    return cast("SessionStore", request.session)


def bind(request: ServiceRequest, user: User, **_: object) -> None:
    """Write on a session whose it is since when; the receiver of Django's signal that somebody has signed in."""
    at: datetime = getattr(request, "at", None) or instant()
    membership_ids = [row.pk for row in Membership.objects.in_force(at).filter(user=user)]
    _store_of(request).told = {
        "id": uuid4(),
        "person": _person(user.pk),
        "rights": _rights(membership_ids),
        "opened_at": at,
        "used_at": at,
        "browser": user_agent(request.headers.get("User-Agent", ""))[:16],
    }
    request.session.modified = True


user_logged_in.connect(bind, dispatch_uid="accounts.sessions.bind")


def lies_unused(used_at: datetime | None, roles: frozenset[Role], *, at: datetime) -> bool:
    """Tell whether a session that was used last at an instant is over for a person in these roles."""
    return used_at is None or at - used_at >= idle_limit(roles)


def goes_on(
    request: ServiceRequest, roles: frozenset[Role], memberships: Iterable[UUID], *, at: datetime
) -> bool:
    """Tell whether the session of this request is still one, for a person who holds these positions now.

    One that is, and whose use hasn't been written for a minute, is left for ``note_use``.
    """
    columns: dict[str, Any] = getattr(request.session, "told", {})
    if not columns or lies_unused(columns["used_at"], roles, at=at):
        return False
    if not digest.equal(bytes(columns["rights"]), _rights(memberships)):
        return False
    if at - columns["used_at"] >= timedelta(seconds=settings.SESSION_NOTED_SECONDS):
        request.session_used = _store_of(request).row, at
    return True


def note_use(request: ServiceRequest) -> None:
    """Write that a session was used: at most once a minute, after the request, and never at its cost.

    A request that was refused counts too: whoever corrects a form isn't idle.
    """
    row, at = getattr(request, "session_used", (None, None))
    if row is None:
        return
    try:
        Session.objects.filter(pk=row.pk).update(**row.signed(used_at=at))
    except DatabaseError:
        _log.warning("session:unnoted")


# --- Whose ------------------------------------------------------------------------------------------


def sessions_of(user_id: UUID, memberships: Iterable[UUID], *, at: datetime) -> QuerySet[Session]:
    """Return the sessions of a person that go on, but for those that ``lies_unused`` tells."""
    return Session.objects.filter(person=_person(user_id), rights=_rights(memberships), expire_date__gt=at)


def end_all(*users: UUID, but: UUID | None = None) -> None:
    """Delete the sessions of people, once something has ended them: nobody is to be told that they go on.

    ``but``: by its id, the one that goes on.
    """
    for first in range(0, len(users), _AT_ONCE):
        people = [_person(user) for user in users[first : first + _AT_ONCE]]
        theirs = Session.objects.filter(person__in=people)
        (theirs if but is None else theirs.exclude(id=but)).delete()


def id_of(request: ServiceRequest) -> UUID | None:
    """Return by what its owner names the session of a request."""
    return cast("UUID | None", getattr(request.session, "told", {}).get("id"))


@recurring("sessions:forgotten", every=timedelta(hours=1))
def forget_ended(at: datetime) -> int:
    """Delete the sessions that are over for whomever; return how many."""
    longest = timedelta(minutes=max(settings.SESSION_IDLE_MINUTES, settings.SESSION_IDLE_MINUTES_FILERS))
    signed_in = Session.objects.filter(used_at__isnull=False, expire_date__gt=at)
    used = signed_in.values_list("pk", "used_at").iterator()
    unused = [pk for pk, used_at in used if used_at and used_at <= at - longest]
    over = [Q(pk__in=unused[first : first + _AT_ONCE]) for first in range(0, len(unused), _AT_ONCE)]
    return sum(int(Session.objects.filter(one).delete()[0]) for one in (Q(expire_date__lte=at), *over))
