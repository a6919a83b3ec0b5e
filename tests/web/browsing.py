"""Somebody at a browser, as far as the server can tell: a session, forms, and pages that are asked for as HTML."""

import re
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.sessions import SessionStore, bind

HTML = {"accept": "text/html,application/xhtml+xml"}


def let_in(client: Client, user: User, *, at: datetime | None = None, **said: Any) -> None:
    """Give a browser a session of somebody who signed in; ``said`` is what else its data say.

    What ``Client.force_login`` does, written once: that writes four rows one after the other and deletes one.
    """
    session = SessionStore()
    session.update({SESSION_KEY: str(user.pk), HASH_SESSION_KEY: user.get_session_auth_hash(), **said})
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    request: Any = SimpleNamespace(session=session, at=at or timezone.now(), headers={})
    bind(request, user)
    session.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""


class Somebody:
    """A person who has signed in; each page that is sent takes its hidden fields along, as a browser does."""

    def __init__(self, user: Any = None) -> None:
        self.client = Client(headers=HTML, raise_request_exception=False)
        if user is not None:
            let_in(self.client, user)

    def goes(self, path: str, *, expect: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == expect, (path, answer.status_code, answer.content.decode()[-3000:])
        self.html = answer.content.decode()
        return self.html

    def sends(self, path: str, *, expect: int = 303, **said: Any) -> Any:
        """Fill the form of the page that was last gone to, and send it."""
        page = self.html.partition("<main")[2]
        hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', page))
        answer = self.client.post(path, hidden | said)
        assert answer.status_code == expect, (path, answer.status_code, answer.content.decode()[-3000:])
        self.html = answer.content.decode()
        return answer

    def begins(self, lane: str = "ordinary") -> str:
        """Begin a draft, and return its address."""
        self.goes("/transmissions/nouvelle")
        return str(self.sends("/transmissions/nouvelle", lane=lane)["Location"]).rpartition("/")[0]
